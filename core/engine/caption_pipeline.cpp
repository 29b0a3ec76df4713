// SPDX-License-Identifier: Apache-2.0
#include "core/engine/caption_pipeline.h"

#include "core/engine/checkpoint_sizes.h"
#include "core/engine/request_checks.h"
#include "core/models/pixart/pixart_layouts.h"
#include "core/schedulers/dpm_solver.h"

#include <torch/torch.h>

namespace toca::engine {
namespace {

namespace fs = std::filesystem;

// PixArt-alpha's published setting (also ToCa's: arXiv 2410.05317).
constexpr int kDefaultSteps = 20;
constexpr double kDefaultGuidance = 4.5;

} // namespace

CaptionPipeline::CaptionPipeline(
    fs::path path, PictureVae vae, FoundPart transformer, models::PixartConfig config, TextEncoderPart text)
    : PicturePipeline(std::move(path), std::move(vae))
    , m_transformer(std::move(transformer))
    , m_config(config)
    , m_text(std::move(text))
{
}

Result<std::unique_ptr<Pipeline>> CaptionPipeline::open(const fs::path& path, const FoundParts& parts)
{
    const FoundPart& transformer = *parts.first(PartKind::Pixart);
    const auto config = pixartConfigOf(transformer);
    if (!config)
        return unexpected(config.error());
    auto vae = pictureVaeOf(parts, path, config->inChannels);
    if (!vae)
        return unexpected(vae.error());
    models::TokenizerOptions tokenizer; // captions are lower-cased and stripped, as published
    tokenizer.maxLength = config->maxTextTokens;
    tokenizer.lowercase = true;
    tokenizer.strip = true;
    auto text = TextEncoderPart::find(parts, path, tokenizer);
    if (!text)
        return unexpected(text.error());
    if (text->config().modelSize != config->captionChannels)
        return unexpected(ErrorCode::BadCheckpoint,
            quoted(path) + ": the transformer reads text features of width " + std::to_string(config->captionChannels)
                + ", the text encoder makes " + std::to_string(text->config().modelSize)
                + ". The parts come from different models.");
    auto pipeline = std::unique_ptr<CaptionPipeline>(
        new CaptionPipeline(path, std::move(*vae), transformer, *config, std::move(*text)));
    auto notes = readModelNotes(path);
    if (!notes)
        return unexpected(notes.error());
    pipeline->m_notes = *std::move(notes);
    pipeline->m_textBytes = 4 * describePart(*parts.first(PartKind::TextEncoder)).parameters;
    return std::unique_ptr<Pipeline>(std::move(pipeline));
}

Result<ModelInfo> CaptionPipeline::describe() const
{
    ModelInfo info;
    info.path = m_path.string();
    info.name = m_path.filename().empty() ? m_path.parent_path().filename().string() : m_path.filename().string();
    info.family = "pixart-alpha";
    info.shape = m_config.shape();
    info.shape.spatialDownsample = m_vae.downsample();
    const auto text = checkpoint::Checkpoint::open(m_text.weights());
    if (!text)
        return unexpected(text.error());
    info.parts = {describePart(m_transformer),
        describePart({PartKind::TextEncoder, WeightNames::Published, m_text.weights(), *text, {}, {}}),
        describePart(m_vae.part())};
    info.steps = kDefaultSteps;
    info.guidanceScale = kDefaultGuidance;
    info.frames = 1;
    info.width = info.height = static_cast<int>(m_config.inputSize * m_vae.downsample());
    info.sizeMultiple = static_cast<int>(m_vae.downsample() * m_config.patchSize);
    info.takesCondition = false;
    info.samplers = {"dpm-solver++"};
    m_notes.applyTo(info);
    return info;
}

Result<plan::Geometry> CaptionPipeline::geometry(const GenerationRequest& request) const
{
    if (auto valid = checkNoClass(request); !valid)
        return unexpected(valid.error());
    if (auto valid = checkMultiple(request, m_vae.downsample() * m_config.patchSize); !valid)
        return unexpected(valid.error());
    // The tokens kept of the longer text decide the cost of cross-attention.
    const bool isGuided = request.guidanceScale != 1.0;
    auto textTokens = static_cast<std::int64_t>(m_text.tokenizer().encode(request.prompt).size());
    if (isGuided && !request.negativePrompt.empty())
        textTokens =
            std::max(textTokens, static_cast<std::int64_t>(m_text.tokenizer().encode(request.negativePrompt).size()));
    plan::ModelShape shape = m_config.shape();
    shape.spatialDownsample = m_vae.downsample();
    return plan::geometryFor(shape, request.frames, request.width, request.height, textTokens, /*prompts=*/1, isGuided);
}

Result<std::unique_ptr<schedulers::Sampler>> CaptionPipeline::sampler(
    const GenerationRequest& request, torch::Device) const
{
    if (auto known = checkSampler(request, {"dpm-solver++"}); !known)
        return unexpected(known.error());
    schedulers::DpmSolverOptions options;
    options.steps = request.steps;
    return std::unique_ptr<schedulers::Sampler>(std::make_unique<schedulers::DpmSolver>(options));
}

std::int64_t CaptionPipeline::weightBytes(torch::ScalarType type) const
{
    const std::int64_t transformer = transformerWeightBytes(describePart(m_transformer), type);
    const std::int64_t vae = 4 * describePart(m_vae.part()).parameters;
    // A large text encoder stays in its file and is gone before the transformer comes.
    return transformer + vae + (m_text.isLarge() ? 0 : m_textBytes);
}

void CaptionPipeline::setDevice(torch::Device device)
{
    m_device = device;
    m_denoiser.reset();
    m_model = nullptr;
    m_text.release();
    m_vae.unload();
}

void CaptionPipeline::setWeightType(torch::ScalarType type)
{
    m_denoiser.reset();
    m_model = nullptr;
    m_weightType = type;
}

Result<void> CaptionPipeline::loadTransformer()
{
    if (m_denoiser)
        return {};
    const auto weights = models::withPublishedPixartNames(m_transformer.checkpoint);
    if (!weights)
        return unexpected(weights.error());
    checkpoint::LoadOptions options;
    options.dtype = m_weightType;
    options.optional = {"y_embedder.y_embedding"}; // diffusers encodes the empty text instead
    auto model = models::loadPixart(m_config, *weights, options);
    if (!model)
        return unexpected(model.error());
    m_model = *model;
    m_model->to(m_device);
    models::packLinears(*m_model);
    m_denoiser = std::make_unique<models::PixartDenoiser>(m_model);
    return {};
}

Result<void> CaptionPipeline::load(const std::function<bool()>& keepGoing)
{
    // A large text encoder and the transformer never lie in memory together: see `conditions`.
    if (!m_text.isLarge()) {
        if (auto loaded = m_text.load(m_device); !loaded)
            return loaded;
        if (!keepGoing())
            return unexpected(ErrorCode::Cancelled, "The run was cancelled.");
        if (auto loaded = loadTransformer(); !loaded)
            return loaded;
    }
    if (!keepGoing())
        return unexpected(ErrorCode::Cancelled, "The run was cancelled.");
    return m_vae.load(m_device);
}

Result<models::Conditions> CaptionPipeline::conditions(const GenerationRequest& request, const plan::Geometry& geometry)
{
    if (m_text.isLarge()) {
        m_denoiser.reset();
        m_model = nullptr;
        if (auto loaded = m_text.load(m_device); !loaded)
            return unexpected(loaded.error());
    }
    const bool isGuided = geometry.guidanceRows == 2;
    const TextFeatures text = m_text.encode({request.prompt});
    TextFeatures negative;
    // Also for an empty negative prompt: a diffusers checkpoint has no embedding of "no caption" of its own.
    if (isGuided)
        negative = m_text.encode({request.negativePrompt});
    if (m_text.isLarge())
        m_text.release();
    if (auto loaded = loadTransformer(); !loaded)
        return unexpected(loaded.error());

    models::Conditions conditions;
    conditions.text = text.features;
    conditions.mask = text.mask;
    if (isGuided && request.negativePrompt.empty() && m_model->nullEmbedding().defined()) {
        const auto null = m_model->nullEmbedding().to(torch::kFloat32);
        conditions.text = torch::cat({text.features, null.view({1, 1, text.features.size(2), -1})});
    } else if (isGuided) {
        conditions.text = torch::cat({text.features, negative.features});
        conditions.mask = torch::cat({text.mask, negative.mask});
    }
    const auto perPrompt = [&](double value) {
        return torch::full({1}, value, torch::TensorOptions(torch::kFloat32).device(m_device));
    };
    conditions.height = perPrompt(request.height);
    conditions.width = perPrompt(request.width);
    return conditions;
}

} // namespace toca::engine
