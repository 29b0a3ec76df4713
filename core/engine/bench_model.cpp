// SPDX-License-Identifier: Apache-2.0
#include "core/engine/bench_model.h"

#include "core/engine/bench_weights.h"
#include "core/engine/make_engine.h"
#include "core/engine/pipeline.h"
#include "core/engine/system_memory.h"
#include "core/models/dit/dit.h"
#include "core/models/pixart/pixart.h"
#include "core/models/stdit3/stdit3_denoiser.h"
#include "core/schedulers/ddim.h"
#include "core/schedulers/dpm_solver.h"
#include "core/schedulers/rectified_flow.h"
#include "core/schedulers/respacing.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace toca::engine {
namespace {

constexpr int kTrainingTimesteps = 1000;
// A prompt of Open-Sora's length, behind which the rest of its 300 text tokens is masked.
constexpr std::int64_t kStdit3TextTokens = 300, kStdit3KeptTokens = 25;
constexpr double kFps = 24;

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

std::string sizesOf(const plan::Geometry& geometry)
{
    return std::to_string(geometry.layerCount()) + " layers of " + std::to_string(geometry.hiddenSize) + ", "
        + std::to_string(geometry.rows()) + " x " + std::to_string(geometry.grid.tokens()) + " tokens";
}

/// A published geometry with random weights.
template <class Model, class Denoiser>
class RandomModel final : public BenchModel {
public:
    using MakeSampler = std::function<std::unique_ptr<schedulers::Sampler>(int steps)>;

    /// @param decoder may be empty
    RandomModel(
        Model model, plan::Geometry geometry, DenoisingInput input, int steps, MakeSampler makeSampler, Decoder decoder)
        : m_geometry(std::move(geometry))
        , m_input(std::move(input))
        , m_steps(steps)
        , m_makeSampler(std::move(makeSampler))
        , m_decoder(std::move(decoder))
        , m_denoiser(std::move(model))
    {
    }
    const plan::Geometry& geometry() const override { return m_geometry; }
    std::string description() const override { return sizesOf(m_geometry) + ", random weights"; }
    const DenoisingInput& input() const override { return m_input; }
    models::Denoiser& denoiser() override { return m_denoiser; }
    Result<std::unique_ptr<schedulers::Sampler>> sampler(int steps) const override { return m_makeSampler(steps); }
    int defaultSteps() const override { return m_steps; }
    void preview(const torch::Tensor&) override { }
    Result<Clip> decode(const torch::Tensor& latent) override { return m_decoder ? m_decoder(latent) : Clip{}; }

private:
    plan::Geometry m_geometry;
    DenoisingInput m_input;
    int m_steps;
    MakeSampler m_makeSampler;
    Decoder m_decoder;
    Denoiser m_denoiser;
};

template <class Model, class Denoiser>
Result<std::unique_ptr<BenchModel>> filled(Model model, const plan::Geometry& geometry, DenoisingInput input, int steps,
    typename RandomModel<Model, Denoiser>::MakeSampler makeSampler, const BenchRequest& request,
    torch::ScalarType dtype, const std::function<Decoder()>& makeDecoder)
{
    std::int64_t values = 0;
    for (const auto& parameter : model->parameters())
        values += parameter.numel();
    // Weights as they are and as they are laid out for multiplying.
    const std::int64_t bytes = 2 * values * static_cast<std::int64_t>(torch::elementSize(dtype));
    if (const std::int64_t available = availableMemory(); available > 0 && bytes > available)
        return unexpected(ErrorCode::TooLarge,
            "The model " + request.model + " needs " + std::to_string(bytes >> 20) + " MiB for its weights, but only "
                + std::to_string(available >> 20) + " MiB are free. Measure fewer layers (--layers).");
    fillWithNoise(*model, request.seed, dtype);
    models::packLinears(*model);
    return std::unique_ptr<BenchModel>(std::make_unique<RandomModel<Model, Denoiser>>(std::move(model), geometry,
        std::move(input), steps, std::move(makeSampler), request.withVae ? makeDecoder() : Decoder()));
}

torch::Tensor perPrompt(double value)
{
    return torch::full({1}, value, torch::kFloat32);
}

torch::Tensor noiseOf(const BenchRequest& request, at::IntArrayRef shape, std::uint64_t stream)
{
    return startNoise(request.seed + stream, shape);
}

Result<void> checkNoSize(const BenchRequest& request)
{
    if (request.frames || request.width || request.height)
        return invalid("The model " + request.model + " has one size; --frames and --size are for stdit3-xl-2.");
    return {};
}

/// The published depth, or what the request leaves of it.
Result<std::int64_t> depthOf(const BenchRequest& request, std::int64_t published)
{
    if (!request.layers)
        return published;
    if (*request.layers < 1 || *request.layers > published)
        return invalid("--layers must be from 1 to " + std::to_string(published) + " for " + request.model + ".");
    return *request.layers;
}

Result<std::unique_ptr<BenchModel>> makeDit(const BenchRequest& request, torch::ScalarType dtype)
{
    auto config = *models::publishedDit("DiT-XL/2", 256);
    const auto depth = depthOf(request, config.depth);
    if (!depth)
        return unexpected(depth.error());
    if (auto valid = checkNoSize(request); !valid)
        return unexpected(valid.error());
    config.depth = *depth;
    DenoisingInput input;
    input.noise = noiseOf(request, {1, config.inChannels, 1, config.inputSize, config.inputSize}, 0);
    input.conditions.labels = torch::tensor({std::int64_t{207}, config.classes}, torch::kInt64);
    input.guidance = {1.5, models::kDitGuidedChannels}; // as in ToCa's published run
    const auto makeSampler = [](int steps) -> std::unique_ptr<schedulers::Sampler> {
        const auto kept = schedulers::keptTimesteps(kTrainingTimesteps, std::to_string(steps));
        TORCH_CHECK(kept, "there are only ", kTrainingTimesteps, " timesteps");
        return std::make_unique<schedulers::DdimSampler>(std::make_shared<const schedulers::GaussianDiffusion>(
            schedulers::respacedDiffusion(schedulers::linearBetas(kTrainingTimesteps), *kept)));
    };
    return filled<models::Dit, models::DitDenoiser>(models::Dit(config),
        config.geometry(/*prompts=*/1, /*guidanceRows=*/2), input, /*steps=*/50, makeSampler, request, dtype,
        [&] { return randomPictureDecoder(request.seed); });
}

Result<std::unique_ptr<BenchModel>> makePixart(const BenchRequest& request, torch::ScalarType dtype)
{
    models::PixartConfig config;
    const auto depth = depthOf(request, config.depth);
    if (!depth)
        return unexpected(depth.error());
    if (auto valid = checkNoSize(request); !valid)
        return unexpected(valid.error());
    config.depth = *depth;
    DenoisingInput input;
    input.noise = noiseOf(request, {1, config.inChannels, 1, config.inputSize, config.inputSize}, 0);
    input.conditions.text = noiseOf(request, {2, 1, config.maxTextTokens, config.captionChannels}, 1);
    input.conditions.mask = torch::ones({1, config.maxTextTokens}, torch::kInt64);
    input.conditions.height = input.conditions.width = perPrompt(256);
    input.guidance = {4.5, config.inChannels};
    const auto makeSampler = [](int steps) -> std::unique_ptr<schedulers::Sampler> {
        schedulers::DpmSolverOptions options;
        options.steps = steps;
        return std::make_unique<schedulers::DpmSolver>(options);
    };
    const auto geometry = config.geometry(config.inputSize, config.inputSize, config.maxTextTokens, 1, 2);
    return filled<models::Pixart, models::PixartDenoiser>(models::Pixart(config), geometry, input, /*steps=*/20,
        makeSampler, request, dtype, [&] { return randomPictureDecoder(request.seed); });
}

Result<std::unique_ptr<BenchModel>> makeStdit3(const BenchRequest& request, torch::ScalarType dtype)
{
    models::Stdit3Config config;
    const auto depth = depthOf(request, config.depth);
    if (!depth)
        return unexpected(depth.error());
    config.depth = *depth;
    const int frames = request.frames.value_or(17), width = request.width.value_or(256),
              height = request.height.value_or(144);
    const auto checked = plan::geometryFor(config.shape(), frames, width, height, kStdit3KeptTokens);
    if (!checked)
        return unexpected(checked.error());
    const std::int64_t latentFrames = plan::latentFrames(config.shape(), frames);
    DenoisingInput input;
    input.noise = noiseOf(request, {1, config.inChannels, latentFrames, height / 8, width / 8}, 0);
    input.conditions.text = noiseOf(request, {2, 1, kStdit3TextTokens, config.captionChannels}, 1);
    input.conditions.mask = torch::arange(kStdit3TextTokens).lt(kStdit3KeptTokens).to(torch::kInt64).unsqueeze(0);
    input.conditions.fps = perPrompt(kFps);
    input.conditions.height = perPrompt(height);
    input.conditions.width = perPrompt(width);
    input.guidance = {7.0, config.inChannels};
    const auto makeSampler = [=](int steps) -> std::unique_ptr<schedulers::Sampler> {
        schedulers::RectifiedFlowOptions options;
        options.steps = steps;
        return std::make_unique<schedulers::RectifiedFlowSampler>(
            schedulers::rectifiedFlowTimesteps(options, height, width, frames), options.timesteps);
    };
    const auto geometry = config.geometry(latentFrames, height / 8, width / 8, kStdit3KeptTokens, 1, 2);
    return filled<models::Stdit3, models::Stdit3Denoiser>(models::Stdit3(config), geometry, input, /*steps=*/30,
        makeSampler, request, dtype, [&] { return randomVideoDecoder(request.seed, frames, kFps); });
}

/// The model in the program's resources, with text encoder and VAE.
class EmbeddedModel final : public BenchModel {
public:
    static Result<std::unique_ptr<BenchModel>> make(const BenchRequest& request, torch::ScalarType dtype)
    {
        if (request.layers)
            return invalid("--layers is for published geometries with random weights, not for the embedded model.");
        const std::string path = embeddedModelPath();
        if (path.empty())
            return unexpected(ErrorCode::NotFound,
                "The embedded model was not found beside the program. Set TOCA_MODEL to its folder.");
        auto model = std::unique_ptr<EmbeddedModel>(new EmbeddedModel);
        auto opened = openPipeline(path);
        if (!opened)
            return unexpected(opened.error());
        model->m_pipeline = std::move(*opened);
        model->m_pipeline->setWeightType(dtype);
        GenerationRequest& run = model->m_request;
        run.prompt = "a red ball bounces over a grassy field";
        run.seed = request.seed;
        run.frames = request.frames.value_or(run.frames);
        run.width = request.width.value_or(run.width);
        run.height = request.height.value_or(run.height);
        auto geometry = model->m_pipeline->geometry(run);
        if (!geometry)
            return unexpected(geometry.error());
        model->m_geometry = std::move(*geometry);
        const auto goOn = [] { return true; };
        if (auto loaded = model->m_pipeline->load(goOn); !loaded)
            return unexpected(loaded.error());
        if (auto ready = model->m_pipeline->preparePreview(goOn); !ready)
            return unexpected(ready.error());
        auto conditions = model->m_pipeline->conditions(run, model->m_geometry);
        if (!conditions)
            return unexpected(conditions.error());
        model->m_input.conditions = std::move(*conditions);
        model->m_input.noise = startNoise(run.seed, model->m_pipeline->latentShape(run));
        model->m_input.guidance = {run.guidanceScale, model->m_pipeline->guidedChannels()};
        return std::unique_ptr<BenchModel>(std::move(model));
    }
    const plan::Geometry& geometry() const override { return m_geometry; }
    std::string description() const override
    {
        return sizesOf(m_geometry) + ", " + std::to_string(m_request.frames) + " frames of "
            + std::to_string(m_request.width) + " x " + std::to_string(m_request.height);
    }
    const DenoisingInput& input() const override { return m_input; }
    models::Denoiser& denoiser() override { return m_pipeline->denoiser(); }
    Result<std::unique_ptr<schedulers::Sampler>> sampler(int steps) const override
    {
        GenerationRequest run = m_request;
        run.steps = steps;
        return m_pipeline->sampler(run, torch::kCPU);
    }
    int defaultSteps() const override { return m_request.steps; }
    void preview(const torch::Tensor& cleanLatent) override { m_pipeline->preview(cleanLatent, m_request); }
    Result<Clip> decode(const torch::Tensor& latent) override
    {
        return m_pipeline->decode(latent, m_request, [](int, int) { return true; }, {});
    }

private:
    EmbeddedModel() = default;

    std::unique_ptr<Pipeline> m_pipeline;
    GenerationRequest m_request;
    plan::Geometry m_geometry;
    DenoisingInput m_input;
};

struct Maker {
    const char* name;
    Result<std::unique_ptr<BenchModel>> (*make)(const BenchRequest&, torch::ScalarType);
};
constexpr Maker kMakers[]{{"dit-xl-2-256", makeDit}, {"pixart-alpha-256", makePixart}, {"stdit3-xl-2", makeStdit3}};

} // namespace

std::vector<std::string> benchModels()
{
    std::vector<std::string> names;
    for (const Maker& maker : kMakers)
        names.emplace_back(maker.name);
    return names;
}

Result<std::unique_ptr<BenchModel>> makeBenchModel(const BenchRequest& request, torch::ScalarType dtype)
{
    if (request.model == "embedded")
        return EmbeddedModel::make(request, dtype);
    std::string known = "embedded";
    for (const Maker& maker : kMakers) {
        if (request.model == maker.name)
            return maker.make(request, dtype);
        known += std::string(", ") + maker.name;
    }
    return invalid("There is no model '" + request.model + "' to measure; there are: " + known + ".");
}

} // namespace toca::engine
