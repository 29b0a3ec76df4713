// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/flops.h"
#include "cache/plan/half_float.h"
#include "cache/plan/policy.h"
#include "core/api/engine.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace toca::test {

/// What the fake does; may be changed between runs from the test's thread.
struct FakeEngineOptions {
    std::chrono::microseconds perStep{2000}; ///< of an uncached step; cached steps take their share of FLOPs
    std::optional<Error> generateError; ///< instead of a run
    std::optional<Error> describeError;
    int failAtStep = -1; ///< -1: never
    std::string failingPolicy; ///< runs of it fail at once; "": none
};

/// An engine without LibTorch: plans with the real policies, fills a real trace in the plan's order, and paints
/// coloured clips that depend on seed and policy. Counts what it was asked.
class FakeEngine : public Engine {
public:
    FakeEngineOptions options;
    std::atomic<int> generateCalls{0};
    std::atomic<int> describeCalls{0};
    std::atomic<bool> isInside{false}; ///< while `generate` runs
    std::atomic<bool> overlapped{false}; ///< two calls at once: a bug of the caller
    std::vector<GenerationRequest> requests; ///< of all runs; to be read while none goes on

    static ModelInfo model(const std::string& path = {})
    {
        ModelInfo info;
        info.path = path;
        info.name = path.empty() ? "miniature" : "other model";
        info.family = "opensora-v1.2";
        info.shape.hiddenSize = 160;
        info.shape.heads = 5;
        info.shape.depth = 4;
        info.shape.inChannels = 16;
        info.shape.outChannels = 32;
        info.shape.captionChannels = 128;
        info.shape.maxTextTokens = 32;
        info.parts = {{"transformer", "STDiT3", 3'400'000, 13'600'000, "float32"},
            {"text encoder", "T5EncoderModel", 1'200'000, 4'800'000, "float32"}};
        info.steps = 30;
        info.guidanceScale = 3.0;
        info.examplePrompts = {"a red ball moves to the right on a white background",
            "a blue star spins in a night sky", "a green ring grows over a sandy beach",
            "a small pink heart pulses on a checkerboard"};
        for (const char* word : {"a", "red", "ball", "moves", "to", "the", "right", "on", "white", "background", "blue",
                 "star", "spins", "in", "night", "sky"}) {
            info.vocabulary.emplace_back(word);
        }
        return info;
    }

    /// A class-conditional model of pictures with two samplers: 8 x 8 tokens, 4 layers, no cross-attention.
    static ModelInfo pictureModel(const std::string& path, int classes = 1000, bool hasNames = true)
    {
        ModelInfo info;
        info.path = path;
        info.name = "picture model";
        info.family = "dit";
        info.shape.family = "dit";
        info.shape.hiddenSize = 64;
        info.shape.heads = 4;
        info.shape.depth = 4;
        info.shape.inChannels = 4;
        info.shape.outChannels = 8;
        info.shape.classes = classes;
        info.shape.latentSide = 16;
        info.parts = {{"transformer", "DiT", 300'000, 1'200'000, "float32"}};
        info.steps = 20;
        info.guidanceScale = 4.0;
        info.frames = 1;
        info.takesCondition = false;
        info.takesNegativePrompt = false;
        info.takesPrompt = false;
        info.samplers = {"ddim", "ddpm"};
        for (int label = 0; label < classes && hasNames; ++label) {
            info.classNames.push_back(label == 207 ? "golden retriever" : "thing " + std::to_string(label));
        }
        return info;
    }

    /// Paths that end in "dit" hold the picture model.
    static ModelInfo modelOf(const std::string& path)
    {
        return path.ends_with("dit") ? pictureModel(path) : model(path);
    }

    Result<ModelInfo> describe(const std::string& path) override
    {
        ++describeCalls;
        if (options.describeError) {
            return unexpected(*options.describeError);
        }
        return modelOf(path);
    }

    Result<void> load(const GenerationRequest&, Observer&) override { return {}; }

    Result<RunForecast> forecast(const GenerationRequest& request) override
    {
        auto made = planOf(request);
        if (!made) {
            return unexpected(made.error());
        }
        return RunForecast{std::move(*made), {}, {}};
    }

    Result<RunResult> generate(const GenerationRequest& request, Observer& observer, std::stop_token stop) override
    {
        ++generateCalls;
        requests.push_back(request);
        overlapped = overlapped || isInside.exchange(true);
        auto result = run(request, observer, stop);
        isInside = false;
        return result;
    }

    /// Signals that grow with the distance between steps, so that every threshold method has something to decide.
    Result<plan::SignalRecord> recordSignals(const GenerationRequest& request, const plan::SignalOptions& recording,
        Observer& observer, std::stop_token stop) override
    {
        ++recordCalls;
        auto made = planOf(request);
        if (!made) {
            return unexpected(made.error());
        }
        plan::SignalRecord record;
        record.geometry = made->geometry();
        record.schedule = made->schedule();
        record.firstLayers = recording.firstLayers;
        record.modelIdentity = "00112233445566778899aabbccddeeff";
        for (int evaluation = 0; evaluation < made->evaluationCount(); ++evaluation) {
            std::this_thread::sleep_for(options.perStep);
            if (stop.stop_requested()) {
                return unexpected(ErrorCode::Cancelled, "Cancelled.");
            }
            plan::EvaluationSignals signals;
            signals.outputNorm = 1.0;
            signals.latentRms = 1.0;
            for (int before = 0; before < evaluation; ++before) {
                const double distance = 0.02 * (evaluation - before) * (1 + 0.1 * evaluation);
                signals.firstLayerChange.push_back(distance);
                signals.inputDistance.push_back(distance);
                signals.outputDistance.push_back(distance);
            }
            if (evaluation > 0) {
                signals.modulatedChange = 0.05;
                signals.residualRatio = 0.98;
                signals.outputChange = 0.05;
            }
            record.evaluations.push_back(std::move(signals));
            observer.stepFinished({0, evaluation, request.steps, 0, 0, 0, 0});
        }
        return record;
    }
    std::atomic<int> recordCalls{0};

private:
    static Result<plan::Plan> planOf(const GenerationRequest& request)
    {
        if (const auto checked = checkRequest(request); !checked) {
            return unexpected(checked.error());
        }
        const ModelInfo info = modelOf(request.modelPath);
        if (!info.takesPrompt && !request.prompt.empty()) {
            return unexpected(ErrorCode::InvalidArgument, "This model makes pictures of a class and reads no prompt.");
        }
        const auto geometry = plan::geometryFor(info.shape, request.frames, request.width, request.height,
            info.takesPrompt ? 9 : 0, 1, request.guidanceScale != 1.0);
        if (!geometry) {
            return unexpected(geometry.error());
        }
        plan::PolicyContext context;
        context.family = info.shape.family;
        const auto policy = plan::makePolicy(request.policy, request.policyParameters, request.preset, context);
        if (!policy) {
            return unexpected(policy.error());
        }
        return (*policy)->plan(*geometry, plan::uniformSchedule("rflow", request.steps));
    }

    /// 3 and 4 in the uncached run; a cached one leaves it from its second step on, by 1 % of the norm more each step.
    static StepLatent latent(const GenerationRequest& request, int step)
    {
        const float distance = request.policy == "none" ? 0.0F : 0.05F * static_cast<float>(std::max(step, 0));
        return std::make_shared<const std::vector<std::uint16_t>>(
            std::vector<std::uint16_t>{plan::toHalf(3.0F + distance), plan::toHalf(4.0F)});
    }

    static Clip clip(const GenerationRequest& request, int width, int height, int step)
    {
        Clip made{request.fps, {}};
        for (int frame = 0; frame < request.frames; ++frame) {
            Frame picture{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height * 3)};
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x) {
                    auto* pixel = &picture.rgb[(static_cast<std::size_t>(y) * width + x) * 3];
                    const bool inside =
                        std::hypot(x - width * (0.2 + 0.6 * frame / request.frames), y - height / 2.0) < width * 0.16;
                    pixel[0] = static_cast<std::uint8_t>(inside ? 215 : 60 + request.seed % 60);
                    pixel[1] = static_cast<std::uint8_t>(inside ? 60 + 3 * step : 90);
                    pixel[2] = static_cast<std::uint8_t>(request.policy == "none" ? 100 : 104 + x % 3);
                }
            }
            made.frames.push_back(std::move(picture));
        }
        return made;
    }

    Result<RunResult> run(const GenerationRequest& request, Observer& observer, const std::stop_token& stop)
    {
        using Clock = std::chrono::steady_clock;
        if (options.generateError) {
            return unexpected(*options.generateError);
        }
        if (!options.failingPolicy.empty() && options.failingPolicy == request.policy) {
            return unexpected(ErrorCode::NotFound, "There is no calibration for '" + request.policy + "'.");
        }
        auto planned = planOf(request);
        if (!planned) {
            return unexpected(planned.error());
        }
        const plan::Plan& plan = *planned;
        const plan::Geometry& geometry = plan.geometry();
        // Pictures choose for each guidance row apart.
        const int rows = geometry.crossAttention ? 1 : geometry.guidanceRows;
        auto trace = std::make_shared<plan::Trace>(geometry, plan.schedule(), rows);
        trace->setOnce(plan::onceFlops(geometry), 0.001);
        const std::uint64_t runId = static_cast<std::uint64_t>(generateCalls.load());
        observer.stageChanged(Stage::EncodingText);
        observer.stageChanged(Stage::Denoising);
        observer.runStarted({runId, request, plan, trace, {}});
        const auto begin = Clock::now();
        std::vector<StepLatent> latents;
        const double fullFlops = plan::Plan(geometry, plan.schedule()).evaluationFlops(0);
        const std::int64_t tokens = geometry.grid.tokens();
        for (int step = 0; step < plan.evaluationCount(); ++step) {
            if (step == options.failAtStep) {
                return unexpected(
                    ErrorCode::OutOfMemory, "The cache of step " + std::to_string(step) + " did not fit.");
            }
            const auto started = Clock::now();
            const auto budget =
                std::chrono::duration_cast<Clock::duration>(options.perStep * (plan.evaluationFlops(step) / fullFlops));
            const auto cells = static_cast<int>(plan::Trace::cellsPerEvaluation(geometry));
            int done = 0;
            for (int layer = 0; layer < plan.layerCount(); ++layer) {
                for (const auto module : plan::kAllModules) {
                    const plan::PlannedModule& decided = plan.at(step, layer, module);
                    plan::TraceCell cell;
                    cell.action = decided.action;
                    cell.computedTokens =
                        static_cast<std::int32_t>(decided.action == plan::Action::Full ? tokens : decided.tokens);
                    cell.selected = decided.action == plan::Action::Subset;
                    cell.flops = plan::moduleFlops(geometry, layer, module, cell.computedTokens, geometry.rows());
                    cell.seconds = 1e-4f;
                    std::vector<std::int64_t> fresh;
                    if (!geometry.crossAttention && module == plan::ModuleKind::CrossAttention) {
                        cell = {};
                        cell.action = plan::Action::Skip; // as the session records what a model has not
                    }
                    for (int row = 0; row < rows && cell.action == plan::Action::Subset; ++row) {
                        for (std::int32_t token = 0; token < cell.computedTokens; ++token) {
                            fresh.push_back((token * tokens / cell.computedTokens + step + row) % tokens);
                        }
                    }
                    trace->append(cell, fresh);
                    std::this_thread::sleep_until(started + budget * ++done / cells);
                    if (stop.stop_requested()) {
                        return unexpected(ErrorCode::Cancelled, "Cancelled.");
                    }
                }
            }
            const auto now = Clock::now();
            plan::TraceEvaluation evaluation{plan.decision(step), std::chrono::duration<double>(now - started).count(),
                plan.evaluationFlops(step), plan.cacheBytes(), 1.0, {}};
            if (!plan.isStatic() && step > 0) {
                evaluation.scalars = {0.1, 0.1 * step, 0.05}; // never below its threshold
            }
            trace->appendEvaluation(evaluation);
            const double elapsed = std::chrono::duration<double>(now - begin).count();
            latents.push_back(latent(request, step));
            observer.stepFinished({runId, step, request.steps, std::chrono::duration<double>(now - started).count(),
                elapsed, elapsed / (step + 1) * (request.steps - step - 1), plan.cacheBytes(), latents.back()});
            observer.previewReady({step, clip(request, 16, 16, step)});
        }
        observer.stageChanged(Stage::Decoding);
        observer.decodingProgress(request.frames, request.frames);
        RunResult result;
        result.runId = runId;
        result.request = request;
        result.plan = plan;
        result.trace = trace;
        result.clip = clip(request, request.width, request.height, request.steps);
        result.latent = {1.0f, request.policy == "none" ? 2.0f : 2.1f};
        result.latentShape = {1, 1, 1, 2};
        result.times.denoising = std::chrono::duration<double>(Clock::now() - begin).count();
        result.times.decoding = 0.01;
        result.stepLatents = std::move(latents);
        const double modules = 0.8 * result.times.denoising;
        result.partSeconds = {{"attention", 0.3 * modules}, {"cross_attention", 0.2 * modules}, {"mlp", 0.5 * modules},
            {"row_moves", request.policy == "none" ? 0.0 : 0.1 * result.times.denoising},
            {"decoding", result.times.decoding},
            {"other", (request.policy == "none" ? 0.2 : 0.1) * result.times.denoising}};
        result.threads = 1;
        result.device = "cpu";
        observer.stageChanged(Stage::Done);
        return result;
    }
};

} // namespace toca::test
