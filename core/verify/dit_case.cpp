// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/published_steps.h"
#include "core/engine/denoising.h"
#include "core/models/dit/dit.h"
#include "core/models/layers/activation_recorder.h"
#include "core/schedulers/ddim.h"
#include "core/schedulers/ddpm.h"
#include "core/schedulers/respacing.h"
#include "core/verify/families.h"
#include "core/verify/selection_check.h"
#include "core/verify/toca_settings.h"

#include <torch/torch.h>

#include <set>

namespace toca::verify {
namespace {

using models::Dit;
using plan::Action;
using plan::ModuleKind;

/// One evaluation: `<group>/x`, `t`, `y` -> `<group>/out`, the activations, and `out_cfg`: the first half's latents in
/// both halves, at the first timestep, guided.
void runForward(const ReferenceCase& reference, Dit& model, const std::string& group, CaseReport& report)
{
    models::DitInput input;
    input.x = reference.vector(group + "x");
    input.timestep = reference.vector(group + "t").to(torch::kFloat32);
    input.labels = reference.vector(group + "y").to(torch::kInt64);
    const auto rows = static_cast<int>(input.x.size(0));
    {
        auto session = cache::CachingSession::uncached(model->config().geometry(rows, /*guidanceRows=*/1));
        const models::ActivationRecorder recorder(*model);
        report.check(group + "out", model->forward(input, session));
        for (const auto& [path, output] : recorder.outputs())
            report.check(group + "act/" + path, output);
    }
    if (!reference.has(group + "out_cfg") || rows % 2 != 0)
        return;
    input.x = input.x.narrow(0, 0, rows / 2).repeat({2, 1, 1, 1});
    input.timestep = input.timestep.narrow(0, 0, 1).expand({rows});
    auto session = cache::CachingSession::uncached(model->config().geometry(rows / 2, /*guidanceRows=*/2));
    auto out = model->forward(input, session);
    const schedulers::Guidance guidance{reference.json().value("cfg_scale", 1.5), models::kDitGuidedChannels};
    const auto mixed = schedulers::guided(out.unsqueeze(2), guidance, /*isGuided=*/true).squeeze(2);
    const std::int64_t channels = std::min(guidance.channels, out.size(1));
    out.narrow(1, 0, channels).copy_(mixed.narrow(1, 0, channels).repeat({2, 1, 1, 1}));
    report.check(group + "out_cfg", out);
}

/// A sampler of the case and the latents that its runs start from.
struct Sampling {
    std::unique_ptr<schedulers::Sampler> sampler;
    engine::DenoisingInput input;
    plan::Geometry geometry;
};

/// @param name "ddim" or "ddpm": an entry of the case's `sampler`
Result<Sampling> samplingOf(const ReferenceCase& reference, Dit& model, const std::string& name, CaseReport& report)
{
    const auto all = reference.json().value("sampler", nlohmann::json::object());
    const auto settings = all.value(name, nlohmann::json::object());
    if (settings.value("clip_denoised", false) || all.value("noise_schedule", "linear") != "linear")
        return unexpected(ErrorCode::Unsupported,
            "case.json: only the linear noise schedule without clipping is supported (sampler '" + name + "').");
    const int whole = all.value("diffusion_steps", 1000);
    const auto kept = schedulers::keptTimesteps(whole,
        settings.contains("respacing") ? settings["respacing"].get<std::string>()
                                       : std::to_string(settings.value("steps", 50)));
    if (!kept)
        return unexpected(kept.error());
    report.check(name == "ddim" ? "sample/timestep_map" : "sample/timestep_map_" + name,
        torch::tensor(std::vector<std::int64_t>(kept->begin(), kept->end())));
    const auto diffusion = std::make_shared<const schedulers::GaussianDiffusion>(
        schedulers::respacedDiffusion(schedulers::linearBetas(whole), *kept));
    schedulers::StepNoise noise;
    if (reference.has(name + "/noise"))
        noise = [stored = reference.vector(name + "/noise")](
                    int evaluation, const torch::Tensor&) { return stored[evaluation].unsqueeze(2); };

    Sampling sampling;
    if (name == "ddim")
        sampling.sampler = std::make_unique<schedulers::DdimSampler>(
            diffusion, settings.value("eta", 0.0), torch::kCPU, std::move(noise));
    else if (name == "ddpm")
        sampling.sampler = std::make_unique<schedulers::DdpmSampler>(diffusion, std::move(noise));
    else
        return unexpected(ErrorCode::Unsupported, "case.json: the sampler '" + name + "' is not supported.");
    sampling.input.noise = reference.vector("sample/z").unsqueeze(2); // one frame
    sampling.input.conditions.labels = reference.vector("sample/y").to(torch::kInt64);
    sampling.input.guidance = {reference.json().value("cfg_scale", 1.5), models::kDitGuidedChannels};
    const std::int64_t prompts = sampling.input.noise.size(0), rows = sampling.input.conditions.labels.size(0);
    TORCH_CHECK(rows == prompts || rows == 2 * prompts, "the case has ", rows, " labels for ", prompts, " latents");
    sampling.geometry = model->config().geometry(static_cast<int>(prompts), static_cast<int>(rows / prompts));
    return sampling;
}

void runSampler(
    Sampling& sampling, Dit& model, cache::CachingSession& session, const std::string& prefix, CaseReport& report)
{
    std::vector<torch::Tensor> latents, predictions;
    models::DitDenoiser denoiser(model);
    const auto final =
        engine::denoise(denoiser, *sampling.sampler, sampling.input, session, [&](const engine::DenoisingStep& done) {
            latents.push_back(done.before.squeeze(2));
            predictions.push_back(done.guided.squeeze(2));
        });
    report.check(prefix + "x_in", torch::stack(latents));
    report.check(prefix + "model_out", torch::stack(predictions));
    report.check(prefix + "latents", final.squeeze(2));
}

/// Which caching method a run's name and settings mean.
std::string methodOf(const std::string& run, const nlohmann::json& settings)
{
    if (settings.contains("max_order"))
        return "taylorseer";
    for (const char* method : {"duca", "fora"})
        if (run.find(method) != std::string::npos)
            return method;
    return "toca";
}

/// What the run did, by the published numbers: (evaluations, layers).
torch::Tensor typesOf(const plan::Trace& trace, const Sampling& sampling)
{
    auto type = torch::full({sampling.sampler->schedule().steps, sampling.geometry.layerCount()}, 255, torch::kUInt8);
    for (std::size_t cell = 0; cell < trace.publishedCells(); ++cell) {
        const auto site = trace.siteOf(cell);
        if (site.module == ModuleKind::CrossAttention)
            continue;
        const Action action = trace.cell(cell).action;
        auto published = plan::PublishedType::Full;
        if (action == Action::Skip)
            published = plan::PublishedType::Aggressive;
        else if (action == Action::Forecast)
            published = plan::PublishedType::Taylor;
        else if (action == Action::Reuse)
            published = plan::PublishedType::Reuse;
        else if (action == Action::Subset)
            published = plan::PublishedType::Toca;
        // The MLP comes last in a layer: it tells ToCa's partial steps from plain reuse.
        type[site.step][site.layer] = static_cast<int>(published);
    }
    return type;
}

Result<void> runCached(const ReferenceCase& reference, Sampling& sampling, Dit& model, const std::string& name,
    const nlohmann::json& settings, CaseReport& report)
{
    const std::string prefix = name + "/";
    const auto& schedule = sampling.sampler->schedule();
    const auto policy = makeCasePolicy(methodOf(name, settings), "dit", settings, nlohmann::json::object());
    if (!policy)
        return unexpected(policy.error());
    const auto plan = (*policy)->plan(sampling.geometry, schedule);
    if (!plan)
        return unexpected(plan.error());

    const std::int64_t steps = schedule.steps, layers = sampling.geometry.layerCount();
    SlotIndex slots;
    for (int layer = 0; layer < layers; ++layer)
        slots[{layer, ModuleKind::Mlp}] = layer;
    SelectionLog log;
    log.topk = torch::full({steps, layers}, -1, torch::kInt32);
    log.score = torch::zeros({steps, layers, sampling.geometry.rows(), sampling.geometry.grid.tokens()});
    cache::PolicyRunOptions options;
    const bool isChecked = reference.has(prefix + "indices");
    options.scoreAlways = isChecked;
    auto run = cache::startPolicy(**policy, *plan, options);
    if (isChecked)
        run = std::make_unique<CheckedRun>(std::move(run), reference, prefix, slots, log);
    auto trace = std::make_shared<plan::Trace>(sampling.geometry, schedule, static_cast<int>(sampling.geometry.rows()));
    cache::CachingSession session(sampling.geometry, std::move(run), {trace, {}});
    runSampler(sampling, model, session, prefix, report);

    const auto type = typesOf(*trace, sampling);
    const bool isPerStep = reference.has(prefix + "type") && reference.vector(prefix + "type").dim() == 1;
    report.check(prefix + "type", isPerStep ? type.select(1, 0) : type);
    if (const auto cycles = plan::publishedCycles(**policy, sampling.geometry, schedule); !cycles.empty())
        report.check(prefix + "cycle", torch::tensor(cycles).view({steps, layers}));
    if (!isChecked)
        return {};
    report.check(prefix + "topk", log.topk);
    report.check(prefix + "score", log.score);
    reportSelections(log, prefix + "indices", report);
    return {};
}

} // namespace

Result<void> runDitCase(const ReferenceCase& reference, CaseReport& report)
{
    const auto config =
        models::DitConfig::fromJson(reference.json().value("model", nlohmann::json::object()), "case.json");
    if (!config)
        return unexpected(config.error());
    const auto weights = reference.weights();
    if (!weights)
        return unexpected(weights.error());
    auto model = models::loadDit(*config, *weights);
    if (!model)
        return unexpected(model.error());
    models::packLinears(**model); // as the engine does

    std::set<std::string> forwards; // "forward/" and whatever else is stored that way
    for (const auto& tensor : reference.tensors())
        if (tensor.name.ends_with("/x") && reference.has(tensor.name.substr(0, tensor.name.size() - 1) + "t"))
            forwards.insert(tensor.name.substr(0, tensor.name.size() - 1));
    for (const std::string& group : forwards)
        if (report.wants(group))
            runForward(reference, *model, group, report);

    if (!reference.has("sample/z"))
        return {};
    const auto runs = reference.json().value("runs", nlohmann::json::object());
    for (const auto& [name, settings] : runs.items()) {
        if (!report.wants(name + "/") && !report.wants("sample/"))
            continue;
        auto sampling = samplingOf(reference, *model, name.substr(0, name.find('_')), report);
        if (!sampling)
            return unexpected(sampling.error());
        if (!report.wants(name + "/"))
            continue;
        if (settings.is_object()) {
            if (auto ran = runCached(reference, *sampling, *model, name, settings, report); !ran)
                return ran;
        } else { // "no cache"
            auto session = cache::CachingSession::uncached(sampling->geometry);
            runSampler(*sampling, *model, session, name + "/", report);
        }
    }
    return {};
}

} // namespace toca::verify
