// SPDX-License-Identifier: Apache-2.0
#include "core/engine/torch_engine_parts.h"

#include "cache/exec/profile.h"
#include "cache/exec/signal_recorder.h"
#include "cache/exec/stopwatch.h"
#include "cache/plan/flops.h"
#include "core/engine/step_latents.h"
#ifdef TOCA_HAS_MEDIA
#include "core/media/clip_reader.h"
#include "core/media/clip_resize.h"
#endif

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/torch.h>

#include <optional>

/// A prepared request, from its conditions to its pictures.
namespace toca::engine {

namespace {

/// What computed: results agree to the last bit only between equal ones.
std::map<std::string, std::string> computingVersions()
{
    return {{"libtorch", TORCH_VERSION}, {"mkl", at::get_mkl_version()}, {"onednn", at::get_mkldnn_version()},
        {"cpu_capability", at::get_cpu_capability()}};
}

} // namespace

Result<void> TorchEngine::addCondition(const GenerationRequest& request, DenoisingInput& input, std::stop_token stop)
{
#ifdef TOCA_HAS_MEDIA
    media::ReadLimits limits;
    limits.maxFrames = static_cast<std::size_t>(std::min(request.conditionFrames, request.frames));
    auto clip = media::readClip(request.conditionPath, limits);
    if (!clip)
        return unexpected(clip.error());
    auto fitted = media::resized(*clip, request.width, request.height, media::Fit::Cover);
    if (!fitted)
        return unexpected(fitted.error());
    input.given = torch::zeros_like(input.noise);
    const auto kept =
        m_model->encodeGiven(std::move(*fitted), request, input.given, [&] { return !stop.stop_requested(); });
    if (!kept)
        return unexpected(kept.error());
    input.conditions.isGiven =
        torch::arange(input.noise.size(2), torch::TensorOptions(torch::kInt64).device(input.noise.device())).lt(*kept);
    return {};
#else
    (void)input;
    (void)stop;
    return unexpected(ErrorCode::Unsupported,
        "'" + request.conditionPath + "' cannot be read: this program was built without media support (TOCA_MEDIA).");
#endif
}

Result<DenoisingInput> TorchEngine::start(
    Prepared& prepared, RunTimes& times, Observer& observer, const std::stop_token& stop)
{
    const GenerationRequest& request = prepared.request;
    const plan::Geometry& geometry = prepared.plan.geometry();
    observer.stageChanged(Stage::Loading);
    {
        const cache::Stopwatch watch(&times.loading);
        if (auto used = use(prepared, observer.wantsPreviews(), stop); !used)
            return unexpected(used.error());
    }
    if (stop.stop_requested())
        return cancelled();

    observer.stageChanged(Stage::EncodingText);
    DenoisingInput input;
    {
        const cache::Stopwatch watch(&times.text);
        auto conditions = m_model->conditions(request, geometry);
        if (!conditions)
            return unexpected(conditions.error());
        input.conditions = std::move(*conditions);
    }
    input.noise = startNoise(request.seed, m_model->latentShape(request)).to(prepared.device);
    input.guidance = {request.guidanceScale, m_model->guidedChannels()};
    if (!request.conditionPath.empty()) {
        observer.stageChanged(Stage::EncodingCondition);
        const cache::Stopwatch watch(&times.condition);
        if (auto added = addCondition(request, input, stop); !added)
            return unexpected(added.error());
    }
    return input;
}

Result<RunResult> TorchEngine::run(Prepared& prepared, Observer& observer, std::stop_token stop)
{
    const GenerationRequest& request = prepared.request;
    const plan::Geometry& geometry = prepared.plan.geometry();
    RunResult result;
    result.runId = m_nextRunId++;
    result.request = request;
    result.plan = prepared.plan;
    result.warnings = prepared.warnings;

    auto input = start(prepared, result.times, observer, stop);
    if (!input)
        return unexpected(input.error());

    std::unique_ptr<cache::PolicyRun> policyRun;
    if (prepared.record)
        policyRun = std::make_unique<cache::SignalRecorder>(
            geometry, prepared.plan.schedule(), prepared.recording, prepared.record);
    else
        policyRun =
            cache::startPolicy(*prepared.policy, prepared.plan, {request.traceLevel == plan::TraceLevel::Scores, {}});
    if (!prepared.protection.isEmpty())
        policyRun = std::make_unique<cache::ProtectingRun>(
            std::move(policyRun), prepared.protection.weights(), request.protectStrength);
    if (prepared.probe)
        policyRun = std::make_unique<cache::ProbingRun>(std::move(policyRun), *prepared.probe);
    const int selectionRows = policyRun->selectsPerRow() ? static_cast<int>(geometry.rows()) : geometry.prompts;
    auto trace = std::make_shared<plan::Trace>(geometry, prepared.plan.schedule(), selectionRows, request.traceLevel);
    trace->setOnce(plan::onceFlops(geometry), 0);
    if (prepared.earlier) {
        copyBefore(*prepared.earlier->result->trace, prepared.firstEvaluation, *trace);
        input->first = prepared.firstEvaluation;
        input->start = prepared.earlier->latents[static_cast<std::size_t>(prepared.firstEvaluation)];
        prepared.sampler = prepared.earlier->samplers[static_cast<std::size_t>(prepared.firstEvaluation)]->clone();
    }
    result.trace = trace;
    cache::CachingSession session(geometry, std::move(policyRun),
        {trace, stop, prepared.plan.storage(), /*gathersTrace=*/!prepared.device.is_cpu()});
    observer.stageChanged(Stage::Denoising);
    observer.runStarted({result.runId, request, prepared.plan, trace, prepared.memory});

    double doneFlops = plan::onceFlops(geometry);
    for (int evaluation = 0; evaluation < prepared.firstEvaluation; ++evaluation)
        doneFlops += prepared.plan.evaluationFlops(evaluation);
    const double totalFlops = prepared.plan.totalFlops();
    schedulers::Sampler& sampler = *prepared.sampler;
    const bool showsPreviews = observer.wantsPreviews();
    StepLatents latents(prepared.record ? 0 : input->noise.numel(), request.steps);
    std::optional<cache::Profile> profile;
    if (m_options.measuresParts)
        profile.emplace();
    if (prepared.history)
        prepared.history->samplers.push_back(sampler.clone());
    const auto latent = denoise(m_model->denoiser(), sampler, *input, session, [&](const DenoisingStep& done) {
        if (prepared.history) {
            prepared.history->latents.push_back(done.before);
            prepared.history->samplers.push_back(sampler.clone());
        }
        result.times.denoising += done.seconds;
        doneFlops += prepared.plan.evaluationFlops(done.step);
        StepReport report;
        {
            const cache::Stopwatch watch(&result.times.preview);
            const cache::PartScope scope(cache::Part::Preview);
            report.latent = latents.keep(done.step, done.after);
            if (showsPreviews) {
                const auto clean = sampler.cleanLatent(done.step, done.before, done.guided);
                observer.previewReady({done.step, m_model->preview(clean, request)});
            }
        }
        report.runId = result.runId;
        report.step = done.step;
        report.steps = request.steps;
        report.seconds = done.seconds;
        report.denoisingSeconds = result.times.denoising;
        report.etaSeconds = result.times.denoising * std::max(0.0, totalFlops - doneFlops) / doneFlops;
        report.cacheBytes = session.cacheBytes();
        observer.stepFinished(report);
    });

    if (!prepared.record && prepared.isDecoded) {
        observer.stageChanged(Stage::Decoding);
        const cache::Stopwatch watch(&result.times.decoding);
        const cache::PartScope scope(cache::Part::Decoding);
        const double before = result.times.total();
        const auto progress = [&](int done, int of) {
            observer.decodingProgress(done, of);
            return !stop.stop_requested();
        };
        auto clip =
            m_model->decode(latent, request, progress, [&] { result.times.firstFrame = before + watch.elapsed(); });
        if (!clip)
            return unexpected(clip.error());
        result.clip = std::move(*clip);
    }
    if (profile) {
        const auto seconds = profile->seconds();
        for (std::size_t part = 0; part < seconds.size(); ++part)
            result.partSeconds[std::string(cache::partName(static_cast<cache::Part>(part)))] = seconds[part];
    }
    result.stepLatents = latents.take();
    if (prepared.earlier) // what was not run again
        for (std::size_t step = 0; step < result.stepLatents.size(); ++step)
            if (!result.stepLatents[step] && step < prepared.earlier->result->stepLatents.size())
                result.stepLatents[step] = prepared.earlier->result->stepLatents[step];
    const auto finalLatent = latent[0].to(torch::kCPU).contiguous();
    if (!finalLatent.isfinite().all().item<bool>())
        result.warnings.push_back("The latent became NaN or infinite during the run, so the clip is not meaningful. "
                                  "Check the model's weights, "
                                  "the guidance scale and the number of frames.");
    result.latent.assign(
        finalLatent.const_data_ptr<float>(), finalLatent.const_data_ptr<float>() + finalLatent.numel());
    result.latentShape = finalLatent.sizes().vec();
    result.threads = at::get_num_threads();
    result.device = placeText(prepared.device, prepared.request.precision);
    result.versions = computingVersions();
    observer.stageChanged(Stage::Done);
    return result;
}

} // namespace toca::engine
