// SPDX-License-Identifier: Apache-2.0
#include "core/engine/video_model.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

namespace toca::engine {

VideoModel::VideoModel(ModelFolder folder, torch::Device device)
    : m_folder(std::move(folder))
    , m_device(device)
{
}

Result<void> VideoModel::loadTokenizer()
{
    if (m_tokenizer)
        return {};
    auto tokenizer = models::Tokenizer::open(m_folder.tokenizerFile, m_folder.tokenizer);
    if (!tokenizer)
        return unexpected(tokenizer.error());
    if (tokenizer->vocabularySize() > m_folder.textEncoder.vocabularySize)
        return unexpected(ErrorCode::BadCheckpoint,
            "'" + m_folder.tokenizerFile.string() + "' has " + std::to_string(tokenizer->vocabularySize())
                + " pieces, but the text encoder knows " + std::to_string(m_folder.textEncoder.vocabularySize)
                + ". Tokenizer and text encoder come from different models.");
    m_tokenizer = std::move(*tokenizer);
    return {};
}

Result<void> VideoModel::loadTextEncoder()
{
    if (m_textEncoder)
        return {};
    const auto file = checkpoint::Checkpoint::open(m_folder.textEncoderPath());
    if (!file)
        return unexpected(file.error());
    auto encoder = models::loadT5Encoder(m_folder.textEncoder, *file);
    if (!encoder)
        return unexpected(encoder.error());
    m_textEncoder = *encoder;
    m_textEncoder->to(m_device);
    return {};
}

Result<void> VideoModel::loadTransformer()
{
    if (m_transformer)
        return {};
    const auto file = checkpoint::Checkpoint::open(m_folder.transformerPath());
    if (!file)
        return unexpected(file.error());
    auto transformer = models::loadStdit3(m_folder.transformer, *file);
    if (!transformer)
        return unexpected(transformer.error());
    m_transformer = *transformer;
    m_transformer->to(m_device);
    return {};
}

Result<void> VideoModel::loadVae()
{
    if (m_vae)
        return {};
    const auto spatial = checkpoint::Checkpoint::open(m_folder.spatialVaePath());
    if (!spatial)
        return unexpected(spatial.error());
    const auto temporal = checkpoint::Checkpoint::open(m_folder.temporalVaePath());
    if (!temporal)
        return unexpected(temporal.error());
    auto vae = models::loadVideoVae(m_folder.vae, *spatial, *temporal);
    if (!vae)
        return unexpected(vae.error());
    m_vae = *vae;
    m_vae->to(m_device);
    return {};
}

TextFeatures VideoModel::encode(const std::vector<std::string>& prompts)
{
    std::vector<torch::Tensor> ids, masks;
    for (const std::string& prompt : prompts) {
        const auto tokens = m_tokenizer->encodePadded(prompt);
        ids.push_back(torch::tensor(tokens.ids, torch::kInt64));
        masks.push_back(torch::tensor(tokens.mask, torch::kInt64));
    }
    TextFeatures text;
    text.ids = torch::stack(ids).to(m_device);
    text.mask = torch::stack(masks).to(m_device);
    text.features = m_textEncoder->forward(text.ids, text.mask).to(torch::kFloat32).unsqueeze(1);
    return text;
}

Result<void> VideoModel::fitPreview(const models::VaeProgress& progress)
{
    if (m_preview)
        return {};
    auto fitted = PreviewProjection::fit(m_vae, progress);
    if (!fitted)
        return unexpected(fitted.error());
    m_preview = std::move(*fitted);
    return {};
}

torch::Tensor startNoise(std::uint64_t seed, at::IntArrayRef latentShape)
{
    return torch::randn(latentShape, at::detail::createCPUGenerator(seed), torch::kFloat32);
}

} // namespace toca::engine
