// SPDX-License-Identifier: Apache-2.0
// The front door of sensitivity measurements.
#include "cache/plan/policies/toca_policy.h"
#include "core/engine/guarded.h"
#include "core/engine/sensitivity.h"
#include "core/engine/torch_engine_parts.h"

#include <torch/torch.h>

#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>

namespace toca::engine {
namespace {

std::string allowed(const plan::Geometry& geometry, int steps)
{
    return "this request has the steps 0 to " + std::to_string(steps - 1) + " and the layers 0 to "
        + std::to_string(geometry.layerCount() - 1);
}

/// Fills in what was left open, sorts, and checks against the model.
Result<void> complete(SensitivityOptions& options, const plan::Geometry& geometry, int steps)
{
    if (options.steps.empty())
        options.steps = {steps / 2};
    if (options.layers.empty())
        for (int layer = 0; layer < geometry.layerCount(); ++layer)
            options.layers.push_back(layer);
    if (options.modules.empty())
        for (const plan::ModuleKind module : plan::kAllModules)
            if (module != plan::ModuleKind::CrossAttention || geometry.crossAttention)
                options.modules.push_back(module);
    const auto tidy = [](auto& list) {
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
    };
    tidy(options.steps);
    tidy(options.layers);
    tidy(options.modules);
    std::string missing; // what was asked for and is not there
    if (options.steps.back() >= steps)
        missing = "step " + std::to_string(options.steps.back());
    if (options.layers.back() >= geometry.layerCount())
        missing += (missing.empty() ? "layer " : " and layer ") + std::to_string(options.layers.back());
    if (!missing.empty())
        return unexpected(
            ErrorCode::InvalidArgument, "The measurement asks for " + missing + "; " + allowed(geometry, steps) + ".");
    const auto& modules = options.modules;
    if (!geometry.crossAttention
        && std::find(modules.begin(), modules.end(), plan::ModuleKind::CrossAttention) != modules.end())
        return unexpected(
            ErrorCode::InvalidArgument, "This model has no cross-attention; measure self_attention or mlp.");
    if (options.mode == SensitivityMode::Freeze && options.steps.front() == 0)
        return unexpected(ErrorCode::InvalidArgument,
            "Nothing can be frozen at step 0, because there is no step before it; choose a later step, or noise.");
    return {};
}

/// Budgets may differ between the parts of one measurement, and more groups may be followed to the end.
bool isSameMeasurement(const SensitivityRecord& earlier, const SensitivityRecord& record)
{
    SensitivityOptions options = earlier.options;
    options.maximumEvaluations = record.options.maximumEvaluations;
    options.maximumSeconds = record.options.maximumSeconds;
    options.finalGroups = record.options.finalGroups;
    if (record.options.batch == 0)
        options.batch = 0;
    if (!earlier.options.keepPropagation) // it may have been too much
        options.keepPropagation = record.options.keepPropagation;
    GenerationRequest request = earlier.request;
    request.threads = record.request.threads;
    request.device = record.request.device;
    request.traceLevel = record.request.traceLevel;
    return options == record.options && request == record.request && earlier.grid == record.grid
        && earlier.modelIdentity == record.modelIdentity;
}

SensitivityRecord emptyRecord(
    const GenerationRequest& request, SensitivityOptions options, const plan::Geometry& geometry)
{
    SensitivityRecord record;
    record.request = request;
    record.options = std::move(options);
    record.family = geometry.family;
    record.grid = geometry.grid;
    record.layerKinds = geometry.layers;
    const auto groups = static_cast<std::size_t>(record.groupCount());
    const std::vector<float> none(groups, std::numeric_limits<float>::quiet_NaN());
    for (const int step : record.options.steps)
        for (const int layer : record.options.layers)
            for (const plan::ModuleKind module : record.options.modules) {
                SensitivitySite site;
                site.step = step;
                site.layer = layer;
                site.module = module;
                site.change = site.injected = site.outside = site.finalChange = none;
                record.sites.push_back(std::move(site));
            }
    return record;
}

/// Options of the request's ToCa, or the family's defaults where it is another policy.
Result<plan::TocaOptions> scoreOptions(const plan::Policy& policy, const std::string& family)
{
    if (const auto* toca = dynamic_cast<const plan::TocaPolicy*>(&policy))
        return toca->options();
    plan::PolicyContext context;
    context.family = family;
    const auto made = plan::makePolicy("toca", {}, "", context);
    if (!made)
        return unexpected(made.error());
    return dynamic_cast<const plan::TocaPolicy&>(**made).options();
}

bool choosesTokens(const plan::Plan& plan)
{
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation)
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const plan::ModuleKind module : plan::kAllModules)
                if (plan.at(evaluation, layer, module).action == plan::Action::Subset)
                    return true;
    return false;
}

} // namespace

Result<SensitivityRecord> TorchEngine::measureSensitivity(
    const SensitivityJob& job, SensitivityObserver& observer, std::stop_token stop)
{
    return guarded([&]() -> Result<SensitivityRecord> {
        const c10::InferenceMode inference;
        if (stop.stop_requested())
            return cancelled();
        if (auto valid = checkSensitivity(job.options); !valid)
            return unexpected(valid.error());
        const auto path = pathOf(job.request.modelPath);
        if (!path)
            return unexpected(path.error());
        auto prepared = prepare(job.request);
        if (!prepared)
            return unexpected(prepared.error());
        const plan::Geometry geometry = prepared->plan.geometry();
        const plan::SamplerSchedule& schedule = prepared->sampler->schedule();
        for (std::size_t i = 0; i < schedule.evaluations.size(); ++i)
            if (schedule.evaluations[i].step != static_cast<int>(i)
                || schedule.evaluations[i].stream != plan::Stream::Joint)
                return unexpected(ErrorCode::Unsupported,
                    "Sensitivity is measured with samplers that call the model once per step, with all guidance rows.");
        SensitivityOptions options = job.options;
        if (auto completed = complete(options, geometry, schedule.steps); !completed)
            return unexpected(completed.error());
        auto identity = identityOf(*path, prepared->fingerprint);
        if (!identity)
            return unexpected(identity.error());
        SensitivityRecord record = emptyRecord(prepared->request, options, geometry);
        record.modelIdentity = *identity;
        if (job.earlier) {
            if (!isSameMeasurement(*job.earlier, record))
                return unexpected(ErrorCode::InvalidArgument,
                    "The earlier measurement is of another request, model or setting, so it cannot be continued; "
                    "start a new one.");
            const SensitivityOptions wanted = record.options;
            record = *job.earlier;
            record.options.maximumEvaluations = wanted.maximumEvaluations;
            record.options.maximumSeconds = wanted.maximumSeconds;
            record.options.finalGroups = std::max(wanted.finalGroups, record.options.finalGroups);
        }
        // Layer inputs and outputs of all slots, where something is measured.
        const std::int64_t slots = std::max<std::int64_t>(
            record.options.batch, std::clamp<std::int64_t>(4096 / (geometry.rows() * geometry.grid.tokens()), 1, 16));
        prepared->memory.cache = geometry.moduleOutputBytes() * slots * static_cast<std::int64_t>(options.layers.size())
            * (1 + 2 * plan::kModuleKinds);
        prepared->memory.activations *= slots;
        if (auto enough = checkMemory(prepared->memory); !enough)
            return unexpected(enough.error());
        at::set_num_threads(prepared->threads);

        SensitivitySubject subject;
        const auto scores = scoreOptions(*prepared->policy, geometry.family);
        if (!scores)
            return unexpected(scores.error());
        subject.scores = *scores;
        if (choosesTokens(prepared->plan)) { // the ages that the request's own run gives its tokens
            prepared->isDecoded = false;
            auto cached = run(*prepared, observer, stop);
            if (!cached)
                return unexpected(cached.error());
            subject.ages = cached->trace;
            prepared = prepare(job.request);
            if (!prepared)
                return unexpected(prepared.error());
        }
        RunTimes times;
        auto input = start(*prepared, times, observer, stop);
        if (!input)
            return unexpected(input.error());
        observer.stageChanged(Stage::Denoising);
        subject.model = &m_model->denoiser();
        subject.sampler = prepared->sampler.get();
        subject.input = &*input;
        subject.geometry = geometry;
        SensitivityMeter meter(subject, record, observer, stop);
        meter.run();
        observer.stageChanged(Stage::Done);
        return record;
    });
}

} // namespace toca::engine
