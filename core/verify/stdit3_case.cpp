// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policy.h"
#include "core/engine/denoising.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/stdit3/stdit3_denoiser.h"
#include "core/schedulers/rectified_flow.h"
#include "core/verify/families.h"
#include "core/verify/selection_check.h"
#include "core/verify/toca_settings.h"

#include <torch/torch.h>

#include <set>

namespace toca::verify {
namespace {

using models::Stdit3;
using plan::ModuleKind;

torch::Tensor vectorOrNone(const ReferenceCase& reference, const std::string& name)
{
    return reference.has(name) ? reference.vector(name) : torch::Tensor();
}

/// The kept text tokens that the geometry counts; exact numbers need them to be the same for all prompts.
std::int64_t keptTokens(const torch::Tensor& mask, std::int64_t length)
{
    return mask.defined() ? mask.ne(0).sum(1).max().item<std::int64_t>() : length;
}

/// One evaluation: `<group>/x`, `timestep`, ... -> `<group>/out`, `out_x_mask` and the activations.
void runForward(const ReferenceCase& reference, Stdit3& model, const std::string& group, CaseReport& report)
{
    models::Stdit3Input input;
    input.x = reference.vector(group + "x");
    input.timestep = reference.vector(group + "timestep");
    input.y = reference.vector(group + "y");
    input.mask = vectorOrNone(reference, group + "mask");
    input.fps = reference.vector(group + "fps");
    input.height = reference.vector(group + "height");
    input.width = reference.vector(group + "width");
    const auto prompts = static_cast<int>(input.fps.size(0));
    const auto geometry = model->config().geometry(input.x.size(2), input.x.size(3), input.x.size(4),
        keptTokens(input.mask, input.y.size(2)), prompts, static_cast<int>(input.x.size(0)) / prompts);
    {
        auto session = cache::CachingSession::uncached(geometry);
        const models::ActivationRecorder recorder(*model);
        report.check(group + "out", model->forward(input, session));
        for (const auto& [path, output] : recorder.outputs())
            report.check(group + "act/" + path, output);
    }
    if (reference.has(group + "x_mask")) {
        input.xMask = reference.vector(group + "x_mask").to(torch::kBool);
        auto session = cache::CachingSession::uncached(geometry);
        report.check(group + "out_x_mask", model->forward(input, session));
    }
}

/// What all sampled runs of the case share.
struct Sampling {
    engine::DenoisingInput input;
    std::unique_ptr<schedulers::Sampler> sampler;
    plan::Geometry geometry;
    plan::SamplerSchedule schedule;
};

Sampling samplingOf(const ReferenceCase& reference, Stdit3& model, CaseReport& report)
{
    const auto sampler = reference.json().value("sampler", nlohmann::json::object());
    schedulers::RectifiedFlowOptions options;
    options.steps = sampler.value("num_sampling_steps", 30);
    options.timesteps = sampler.value("num_timesteps", 1000);
    options.discreteTimesteps = sampler.value("use_discrete_timesteps", false);
    options.transformTimesteps = sampler.value("use_timestep_transform", true);
    // A 'transform_scale' only takes part in training: the published sampler does not pass it on.

    Sampling sampling;
    auto& input = sampling.input;
    input.noise = reference.vector("sample/z");
    const std::int64_t prompts = input.noise.size(0);
    const auto caption = reference.vector("sample/caption");
    const auto null =
        model->nullEmbedding().unsqueeze(0).unsqueeze(0).expand({prompts, 1, -1, -1}).narrow(2, 0, caption.size(2));
    auto& conditions = input.conditions;
    conditions.text = torch::cat({caption, null});
    conditions.mask = vectorOrNone(reference, "sample/mask");
    conditions.height = reference.vector("sample/height");
    conditions.width = reference.vector("sample/width");
    conditions.fps = reference.vector("sample/fps");
    input.guidance = {sampler.value("cfg_scale", 7.0), input.noise.size(1)};
    const auto frames = reference.has("sample/num_frames")
        ? reference.vector("sample/num_frames")
        : torch::full({prompts}, reference.json()["inputs"].value("num_frames", 17));
    std::vector<torch::Tensor> perPrompt;
    const bool arePictures = frames[0].item<double>() == 1; // as published, the first prompt decides for all
    for (std::int64_t prompt = 0; prompt < prompts; ++prompt) {
        const auto own = frames[prompt].to(torch::kInt64).item<std::int64_t>();
        perPrompt.push_back(
            torch::tensor(schedulers::rectifiedFlowTimesteps(options, conditions.height[prompt].item<double>(),
                conditions.width[prompt].item<double>(), arePictures ? 1 : (own == 1 ? 0 : own))));
    }
    const auto timesteps = torch::stack(perPrompt, 1); // (steps, P)
    report.check("sample/timesteps", timesteps);
    sampling.sampler = std::make_unique<schedulers::RectifiedFlowSampler>(timesteps, options.timesteps);
    sampling.geometry = model->config().geometry(input.noise.size(2), input.noise.size(3), input.noise.size(4),
        keptTokens(conditions.mask, caption.size(2)), static_cast<int>(prompts), /*guidanceRows=*/2);
    sampling.schedule = plan::uniformSchedule("rflow", options.steps);
    return sampling;
}

/// Runs the sampler and checks what the case stores of it under `prefix` ("plain/").
void runSampler(const Sampling& sampling, Stdit3& model, cache::CachingSession& session, const std::string& prefix,
    CaseReport& report)
{
    const int steps = sampling.schedule.steps;
    std::vector<torch::Tensor> latents;
    models::Stdit3Denoiser denoiser(model);
    const auto sampler = sampling.sampler->clone();
    const auto final =
        engine::denoise(denoiser, *sampler, sampling.input, session, [&](const engine::DenoisingStep& done) {
            latents.push_back(done.before);
            report.check(prefix + "model_out_iter" + std::to_string(done.step), done.prediction);
            if (done.step == 0)
                report.check(prefix + "model_out_first", done.prediction);
            if (done.step == steps - 1)
                report.check(prefix + "model_out_last", done.prediction);
            if (done.step == steps / 2)
                report.check(prefix + "z_mid", done.before);
        });
    report.check(prefix + "z_in", torch::stack(latents));
    report.check(prefix + "latents", final);
}

Result<SlotIndex> slotsOf(const ReferenceCase& reference)
{
    SlotIndex slots;
    std::int64_t index = 0;
    for (const auto& slot : reference.json().value("slots", nlohmann::json::array())) {
        const std::string block = slot.value("block", ""), module = slot.value("module", "");
        if ((block != "spatial" && block != "temporal") || (module != "cross-attn" && module != "mlp"))
            return unexpected(ErrorCode::Unsupported,
                "case.json: the slot of block '" + block + "', module '" + module + "' is not supported.");
        const int layer = 2 * slot.value("layer", 0) + (block == "temporal" ? 1 : 0);
        slots[{layer, module == "mlp" ? ModuleKind::Mlp : ModuleKind::CrossAttention}] = index++;
    }
    return slots;
}

Result<void> runToca(const ReferenceCase& reference, const Sampling& sampling, Stdit3& model, CaseReport& report)
{
    const auto policy = makeCasePolicy("toca", "stdit3", reference.json().value("cache", nlohmann::json::object()),
        reference.json().value("cal_thresholds", nlohmann::json::object()));
    if (!policy)
        return unexpected(policy.error());
    const auto plan = (*policy)->plan(sampling.geometry, sampling.schedule);
    if (!plan)
        return unexpected(plan.error());
    const auto slots = slotsOf(reference);
    if (!slots)
        return unexpected(slots.error());

    const std::int64_t steps = sampling.schedule.steps, tokens = sampling.geometry.grid.tokens();
    const std::int64_t prompts = sampling.geometry.prompts, slotCount = static_cast<std::int64_t>(slots->size());
    SelectionLog log;
    log.topk = torch::full({steps, slotCount}, -1, torch::kInt32);
    log.score = torch::zeros({steps, slotCount, sampling.geometry.rows(), tokens});
    log.crossScore = torch::zeros({steps, slotCount, prompts, tokens});
    cache::PolicyRunOptions options;
    options.scoreAlways = true;
    options.scoreObserver = [&](const plan::Site& site, const cache::ScoreParts& parts) {
        if (const auto slot = slots->find({site.layer, site.module});
            slot != slots->end() && parts.crossAttention.defined())
            log.crossScore[site.step][slot->second].copy_(parts.crossAttention);
    };
    auto run = cache::startPolicy(**policy, *plan, options);
    if (reference.has("toca/indices"))
        run = std::make_unique<CheckedRun>(std::move(run), reference, "toca/", *slots, log);
    auto trace = std::make_shared<plan::Trace>(sampling.geometry, sampling.schedule, static_cast<int>(prompts));
    cache::CachingSession session(sampling.geometry, std::move(run), {trace, {}});
    runSampler(sampling, model, session, "toca/", report);

    auto type = torch::zeros({steps, sampling.geometry.layerCount(), plan::kModuleKinds}, torch::kUInt8);
    for (std::size_t cell = 0; cell < trace->publishedCells(); ++cell) {
        const auto site = trace->siteOf(cell);
        type[site.step][site.layer][static_cast<int>(site.module)] =
            trace->cell(cell).action == plan::Action::Full ? 0 : 1;
    }
    report.check("toca/type", type);
    report.check("toca/topk", log.topk);
    report.check("toca/score", log.score);
    report.check("toca/s_cross", log.crossScore);
    if (reference.has("toca/indices"))
        reportSelections(log, "toca/indices", report);
    return {};
}

Result<void> runFora(const ReferenceCase& reference, const Sampling& sampling, Stdit3& model, CaseReport& report)
{
    const auto policy = makeCasePolicy("fora", "stdit3", reference.json().value("cache", nlohmann::json::object()),
        reference.json().value("cal_thresholds", nlohmann::json::object()));
    if (!policy)
        return unexpected(policy.error());
    const auto plan = (*policy)->plan(sampling.geometry, sampling.schedule);
    if (!plan)
        return unexpected(plan.error());
    cache::CachingSession session(sampling.geometry, cache::startPolicy(**policy, *plan));
    runSampler(sampling, model, session, "fora/", report);
    return {};
}

} // namespace

Result<void> runStdit3Case(const ReferenceCase& reference, CaseReport& report)
{
    const auto config =
        models::Stdit3Config::fromJson(reference.json().value("model", nlohmann::json::object()), "case.json");
    if (!config)
        return unexpected(config.error());
    const auto weights = reference.weights();
    if (!weights)
        return unexpected(weights.error());
    auto model = models::loadStdit3(*config, *weights);
    if (!model)
        return unexpected(model.error());
    models::packLinears(**model); // as the engine does

    std::set<std::string> forwards; // "forward/", "forward_odd/", and whatever else is stored that way
    for (const auto& tensor : reference.tensors())
        if (tensor.name.ends_with("/x") && reference.has(tensor.name.substr(0, tensor.name.size() - 1) + "timestep"))
            forwards.insert(tensor.name.substr(0, tensor.name.size() - 1));
    for (const std::string& group : forwards)
        if (report.wants(group))
            runForward(reference, *model, group, report);

    if (!reference.has("sample/z"))
        return {};
    const Sampling sampling = samplingOf(reference, *model, report);
    if (report.wants("plain/")) {
        auto session = cache::CachingSession::uncached(sampling.geometry);
        runSampler(sampling, *model, session, "plain/", report);
    }
    if (report.wants("toca/"))
        if (auto ran = runToca(reference, sampling, *model, report); !ran)
            return ran;
    if (report.wants("fora/"))
        return runFora(reference, sampling, *model, report);
    return {};
}

} // namespace toca::verify
