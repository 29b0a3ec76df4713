// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/published_steps.h"
#include "core/engine/denoising.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/pixart/pixart.h"
#include "core/verify/dpm_case.h"
#include "core/verify/families.h"
#include "core/verify/selection_check.h"
#include "core/verify/toca_settings.h"

#include <torch/torch.h>

#include <set>

namespace toca::verify {
namespace {

using models::Pixart;
using plan::ModuleKind;

torch::Tensor vectorOrNone(const ReferenceCase& reference, const std::string& name)
{
    return reference.has(name) ? reference.vector(name) : torch::Tensor();
}

std::int64_t keptTokens(const torch::Tensor& mask, std::int64_t length)
{
    return mask.defined() ? mask.ne(0).sum(1).max().item<std::int64_t>() : length;
}

/// Picture sizes for models that are told them: the SD VAE's factor times the latent's. (P)
torch::Tensor pixels(std::int64_t latentSide, std::int64_t prompts)
{
    return torch::full({prompts}, static_cast<double>(8 * latentSide), torch::kFloat32);
}

/// One evaluation, its rows as they are stored: `<group>/x`, `t`, ... -> `<group>/out` and the activations.
void runForward(const ReferenceCase& reference, Pixart& model, const std::string& group, CaseReport& report)
{
    models::PixartInput input;
    input.x = reference.vector(group + "x");
    input.timestep = reference.vector(group + "t");
    input.y = reference.vector(group + "y");
    input.mask = vectorOrNone(reference, group + "mask");
    const std::int64_t rows = input.x.size(0), prompts = input.mask.defined() ? input.mask.size(0) : rows;
    input.height = pixels(input.x.size(2), prompts);
    input.width = pixels(input.x.size(3), prompts);
    auto session = cache::CachingSession::uncached(model->config().geometry(input.x.size(2), input.x.size(3),
        keptTokens(input.mask, input.y.size(2)), static_cast<int>(prompts), static_cast<int>(rows / prompts)));
    const models::ActivationRecorder recorder(*model);
    report.check(group + "out", model->forward(input, session));
    for (const auto& [path, output] : recorder.outputs())
        report.check(group + "act/" + path, output);
}

/// What all sampled runs of the case share.
struct Sampling {
    engine::DenoisingInput input;
    plan::Geometry geometry;
    schedulers::DpmSolverOptions solver;
    plan::SamplerSchedule schedule;
};

Sampling samplingOf(const ReferenceCase& reference, Pixart& model, const schedulers::DpmSolverOptions& options)
{
    Sampling sampling;
    sampling.solver = options;
    sampling.schedule = schedulers::DpmSolver(options).schedule();
    const auto noise = reference.vector("sample/z");
    const std::int64_t prompts = noise.size(0);
    sampling.input.noise = noise.unsqueeze(2);
    sampling.input.guidance = {reference.json().value("cfg_scale", 4.5), noise.size(1)};
    const bool isGuided = sampling.input.guidance.scale != 1.0; // as published
    auto& conditions = sampling.input.conditions;
    conditions.text = reference.vector("sample/caption");
    const std::int64_t length = conditions.text.size(2);
    if (isGuided) {
        const auto null = model->nullEmbedding().narrow(0, 0, length).expand({prompts, 1, -1, -1});
        conditions.text = torch::cat({conditions.text, null});
    }
    conditions.mask = vectorOrNone(reference, "sample/mask");
    conditions.height = pixels(noise.size(2), prompts);
    conditions.width = pixels(noise.size(3), prompts);
    sampling.geometry = model->config().geometry(
        noise.size(2), noise.size(3), keptTokens(conditions.mask, length), static_cast<int>(prompts), isGuided ? 2 : 1);
    return sampling;
}

/// Rows [conditional | unconditional] in the published order, which is the other way round.
torch::Tensor publishedOrder(const torch::Tensor& rows, const plan::Geometry& geometry)
{
    return geometry.guidanceRows == 2 ? rows.roll(geometry.prompts, 0) : rows;
}

/// Runs the sampler and checks what the case stores of it under `prefix` ("plain/").
void runSampler(const Sampling& sampling, Pixart& model, cache::CachingSession& session, const std::string& prefix,
    CaseReport& report)
{
    schedulers::DpmSolver solver(sampling.solver);
    models::PixartDenoiser denoiser(model);
    const std::int64_t channels = sampling.input.noise.size(1);
    std::vector<torch::Tensor> latents{sampling.input.noise.squeeze(2)}, predictions;
    const auto final =
        engine::denoise(denoiser, solver, sampling.input, session, [&](const engine::DenoisingStep& done) {
            latents.push_back(done.after.squeeze(2));
            predictions.push_back(publishedOrder(done.prediction.narrow(1, 0, channels).squeeze(2), sampling.geometry));
        });
    report.check(prefix + "x", torch::stack(latents));
    report.check(prefix + "model_out", torch::stack(predictions));
    report.check(prefix + "latents", final.squeeze(2));
}

/// Types and cycles by layer, as the published code names them.
void checkPlan(const plan::Policy& policy, const plan::Plan& plan, const std::string& prefix, CaseReport& report)
{
    const std::int64_t steps = plan.evaluationCount(), layers = plan.layerCount();
    auto type = torch::zeros({steps, layers}, torch::kUInt8);
    for (int step = 0; step < steps; ++step)
        for (int layer = 0; layer < layers; ++layer)
            type[step][layer] = static_cast<int>(plan::publishedType(plan, step, layer));
    report.check(prefix + "type", type);
    if (const auto cycles = plan::publishedCycles(policy, plan.geometry(), plan.schedule()); !cycles.empty())
        report.check(prefix + "cycle", torch::tensor(cycles).view({steps, layers}));
}

/// A cached run: what was sampled, and which tokens were chosen. Both guidance rows share one selection, so their order
/// does not matter for it.
Result<void> runCached(const ReferenceCase& reference, const Sampling& sampling, Pixart& model, const std::string& name,
    const nlohmann::json& settings, CaseReport& report)
{
    const std::string prefix = name + "/";
    std::string method = name.substr(0, name.find('_'));
    if (method == "fora" && reference.has(prefix + "topk"))
        method = "toca"; // its code with fresh ratio 0, which still counts selections of no token
    const auto policy = makeCasePolicy(method, "pixart", settings, nlohmann::json::object());
    if (!policy)
        return unexpected(policy.error());
    const auto plan = (*policy)->plan(sampling.geometry, sampling.schedule);
    if (!plan)
        return unexpected(plan.error());
    checkPlan(**policy, *plan, prefix, report);

    const std::int64_t steps = sampling.schedule.steps, tokens = sampling.geometry.grid.tokens();
    SlotIndex slots;
    for (int layer = 0; layer < sampling.geometry.layerCount(); ++layer) {
        slots[{layer, ModuleKind::CrossAttention}] = 2 * layer;
        slots[{layer, ModuleKind::Mlp}] = 2 * layer + 1;
    }
    const auto slotCount = static_cast<std::int64_t>(slots.size());
    SelectionLog log;
    log.topk = torch::full({steps, slotCount}, -1, torch::kInt32);
    log.score = torch::zeros({steps, slotCount, sampling.geometry.rows(), tokens});
    cache::PolicyRunOptions options;
    options.scoreAlways = reference.has(prefix + "score");
    auto run = cache::startPolicy(**policy, *plan, options);
    const bool isChecked = reference.has(prefix + "indices");
    if (isChecked)
        run = std::make_unique<CheckedRun>(
            std::move(run), reference, prefix, slots, log, sampling.geometry.guidanceRows == 2);
    cache::CachingSession session(sampling.geometry, std::move(run));
    runSampler(sampling, model, session, prefix, report);
    if (!isChecked)
        return {};
    report.check(prefix + "topk", log.topk);
    report.check(prefix + "score", log.score);
    reportSelections(log, prefix + "indices", report);
    return {};
}

} // namespace

Result<void> runPixartCase(const ReferenceCase& reference, CaseReport& report)
{
    auto config =
        models::PixartConfig::fromJson(reference.json().value("model", nlohmann::json::object()), "case.json");
    if (!config)
        return unexpected(config.error());
    const auto weights = reference.weights();
    if (!weights)
        return unexpected(weights.error());
    config->hasSizeConditions = config->hasSizeConditions || weights->find("csize_embedder.mlp.0.weight") != nullptr;
    auto model = models::loadPixart(*config, *weights);
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
    const auto solver = dpmSolverSettings(reference.json().value("sampler", nlohmann::json::object()));
    if (!solver)
        return unexpected(solver.error());
    const Sampling sampling = samplingOf(reference, *model, *solver);
    report.check("sample/model_t",
        schedulers::DpmSolver(*solver).table().modelTime.unsqueeze(1).expand({-1, sampling.geometry.rows()}));
    const auto runs = reference.json().value("runs", nlohmann::json::object());
    for (const auto& [name, settings] : runs.items()) {
        if (!report.wants(name + "/"))
            continue;
        if (name == "plain") {
            auto session = cache::CachingSession::uncached(sampling.geometry);
            runSampler(sampling, *model, session, "plain/", report);
        } else if (auto ran = runCached(reference, sampling, *model, name, settings, report); !ran) {
            return ran;
        }
    }
    return {};
}

} // namespace toca::verify
