// SPDX-License-Identifier: Apache-2.0
#include "core/engine/video_pipeline.h"

#include "core/engine/picture_vae.h"
#include "core/engine/request_checks.h"
#include "core/engine/system_memory.h"
#include "core/models/vae/frames.h"
#include "core/schedulers/rectified_flow.h"

#include <torch/torch.h>

#include <iterator>

namespace toca::engine {
namespace {

/// Parts larger than this are freed as soon as they have done their work.
constexpr std::int64_t kLargePart = std::int64_t{1} << 30;

} // namespace

VideoPipeline::VideoPipeline(ModelFolder folder)
    : m_model(std::move(folder), torch::kCPU)
{
}

Result<plan::Geometry> VideoPipeline::geometry(const GenerationRequest& request) const
{
    const ModelFolder& folder = m_model.folder();
    if (auto valid = checkMultiple(request, folder.shape.spatialDownsample); !valid)
        return unexpected(valid.error());
    if (auto valid = checkNoClass(request); !valid)
        return unexpected(valid.error());
    // The tokens kept of the longer text decide the cost of cross-attention.
    if (auto loaded = m_model.loadTokenizer(); !loaded)
        return unexpected(loaded.error());
    const models::Tokenizer& tokenizer = m_model.tokenizer();
    auto textTokens = static_cast<std::int64_t>(tokenizer.encode(request.prompt).size());
    const bool isGuided = request.guidanceScale != 1.0;
    if (isGuided && !request.negativePrompt.empty())
        textTokens = std::max(textTokens, static_cast<std::int64_t>(tokenizer.encode(request.negativePrompt).size()));
    return plan::geometryFor(
        folder.shape, request.frames, request.width, request.height, textTokens, /*prompts=*/1, isGuided);
}

Result<std::unique_ptr<schedulers::Sampler>> VideoPipeline::sampler(
    const GenerationRequest& request, torch::Device device) const
{
    if (auto known = checkSampler(request, {"rflow"}); !known)
        return unexpected(known.error());
    schedulers::RectifiedFlowOptions options = m_model.folder().sampler;
    options.steps = request.steps;
    return std::unique_ptr<schedulers::Sampler>(std::make_unique<schedulers::RectifiedFlowSampler>(
        schedulers::rectifiedFlowTimesteps(options, request.height, request.width, request.frames), options.timesteps,
        device));
}

std::int64_t VideoPipeline::weightBytes(torch::ScalarType type) const
{
    const auto info = m_model.folder().describe();
    std::int64_t bytes = 0;
    if (info)
        for (const auto& part : info->parts)
            bytes += part.name == "transformer" ? transformerWeightBytes(part, type) : 4 * part.parameters;
    return bytes;
}

std::int64_t VideoPipeline::decodeBytes(const GenerationRequest& request, std::int64_t within) const
{
    const models::VideoVae vae(m_model.folder().vae);
    const int frames = request.frames, height = request.height, width = request.width;
    return vae->decodeBytes(frames, height, width, vae->picturesWithin(within, frames, height, width));
}

void VideoPipeline::setDevice(torch::Device device)
{
    m_denoiser.reset();
    m_model.setDevice(device);
}

void VideoPipeline::setWeightType(torch::ScalarType type)
{
    m_denoiser.reset();
    m_model.setWeightType(type);
}

Result<void> VideoPipeline::load(const std::function<bool()>& keepGoing)
{
    const bool isVaeNew = m_model.vae().is_empty();
    for (const auto part : {&VideoModel::loadTokenizer, &VideoModel::loadTextEncoder, &VideoModel::loadTransformer,
             &VideoModel::loadVae}) {
        if (!keepGoing())
            return unexpected(ErrorCode::Cancelled, "The run was cancelled.");
        if (auto loaded = (m_model.*part)(); !loaded)
            return loaded;
    }
    if (isVaeNew)
        models::skipZeroBranches(*m_model.vae());
    if (!m_denoiser)
        m_denoiser = std::make_unique<models::Stdit3Denoiser>(m_model.transformer());
    return {};
}

Result<void> VideoPipeline::preparePreview(const std::function<bool()>& keepGoing)
{
    return m_model.fitPreview([&](int, int) { return keepGoing(); });
}

Result<models::Conditions> VideoPipeline::conditions(const GenerationRequest& request, const plan::Geometry& geometry)
{
    models::Conditions conditions;
    const TextFeatures text = m_model.encode({request.prompt});
    conditions.text = text.features;
    conditions.mask = text.mask;
    if (geometry.guidanceRows == 2 && request.negativePrompt.empty()) {
        const auto null = m_model.transformer()->nullEmbedding().to(torch::kFloat32);
        conditions.text = torch::cat({text.features, null.view({1, 1, text.features.size(2), -1})});
    } else if (geometry.guidanceRows == 2) {
        const TextFeatures negative = m_model.encode({request.negativePrompt});
        conditions.text = torch::cat({text.features, negative.features});
        conditions.mask = torch::cat({text.mask, negative.mask});
    }
    if (const auto& config = m_model.folder().textEncoder; config.modelSize * config.vocabularySize * 4 > kLargePart)
        m_model.releaseTextEncoder();
    const auto perPrompt = [&](double value) {
        return torch::full({1}, value, torch::TensorOptions(torch::kFloat32).device(m_model.device()));
    };
    conditions.fps = perPrompt(request.fps);
    conditions.height = perPrompt(request.height);
    conditions.width = perPrompt(request.width);
    return conditions;
}

std::vector<std::int64_t> VideoPipeline::latentShape(const GenerationRequest& request) const
{
    const auto& shape = m_model.folder().shape;
    return {1, m_model.folder().transformer.inChannels, plan::latentFrames(shape, request.frames),
        request.height / shape.spatialDownsample, request.width / shape.spatialDownsample};
}

Result<std::int64_t> VideoPipeline::encodeGiven(
    Clip clip, const GenerationRequest& request, torch::Tensor& given, const std::function<bool()>& keepGoing)
{
    // Only latent frames whose pictures are all given can be kept. The temporal VAE pads each piece in front, so the
    // first latent frame of a piece stands for fewer pictures: of 17 frames for 1, of 16 for 4. A single picture that
    // is not enough for it is shown that long.
    auto& vae = m_model.vae();
    const std::int64_t micro = vae->config().microFrameSize, sub = vae->temporalDownsample();
    const auto read = static_cast<std::int64_t>(clip.frames.size());
    std::int64_t usable = read / micro * micro;
    if (const std::int64_t rest = read - usable; rest > 0) {
        const std::int64_t first = (std::min<std::int64_t>(micro, request.frames - usable) - 1) % sub + 1;
        usable += rest < first ? first : first + (rest - first) / sub * sub;
        while (static_cast<std::int64_t>(clip.frames.size()) < usable)
            clip.frames.push_back(clip.frames.back());
    }
    clip.frames.resize(static_cast<std::size_t>(usable));
    const auto pixels = models::framesFromRgb8(clip.frames).to(m_model.device());
    auto encoded = vae->encode(pixels, {}, {}, [&](int, int) { return keepGoing(); });
    if (!encoded)
        return unexpected(encoded.error());
    const std::int64_t kept = std::min(encoded->size(2), given.size(2));
    given.narrow(2, 0, kept).copy_(encoded->narrow(2, 0, kept));
    return kept;
}

Result<torch::Tensor> VideoPipeline::encode(
    const Clip& clip, const GenerationRequest& request, const std::function<bool()>& keepGoing)
{
    torch::Tensor latent = torch::zeros(latentShape(request), m_model.device());
    const auto encoded = encodeGiven(clip, request, latent, keepGoing);
    if (!encoded)
        return unexpected(encoded.error());
    if (*encoded != latent.size(2))
        return unexpected(ErrorCode::Unsupported,
            "The VAE takes " + std::to_string(*encoded) + " latent frames of " + std::to_string(clip.frames.size())
                + " pictures; the clip has " + std::to_string(latent.size(2)) + ".");
    return latent;
}

Result<Clip> VideoPipeline::decode(const torch::Tensor& latent, const GenerationRequest& request,
    const std::function<bool(int, int)>& progress, const std::function<void()>& firstFrame)
{
    models::VideoVae vae = m_model.vae();
    const std::int64_t free = m_model.device().is_cpu() ? availableMemory() : 0;
    vae->setPicturesAtOnce(vae->picturesWithin(free, request.frames, request.height, request.width));
    Clip clip{request.fps, {}};
    clip.frames.reserve(static_cast<std::size_t>(request.frames));
    const auto keep = [&](std::int64_t, const torch::Tensor& some) {
        std::vector<Frame> frames = models::framesToRgb8(some.to(torch::kCPU));
        if (clip.frames.empty() && firstFrame)
            firstFrame();
        std::move(frames.begin(), frames.end(), std::back_inserter(clip.frames));
    };
    if (auto decoded = vae->decodeFrames(latent, request.frames, keep, progress); !decoded)
        return unexpected(decoded.error());
    return clip;
}

Clip VideoPipeline::preview(const torch::Tensor& cleanLatent, const GenerationRequest& request) const
{
    return m_model.preview().show(cleanLatent, request.frames, request.fps);
}

} // namespace toca::engine
