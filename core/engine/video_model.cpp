// SPDX-License-Identifier: Apache-2.0
#include "core/engine/video_model.h"

#include <torch/torch.h>

namespace toca::engine {

namespace {

Result<models::VideoVae> openVae(const ModelFolder& folder)
{
    if (!folder.videoVaePath.empty()) {
        const auto whole = checkpoint::Checkpoint::open(folder.videoVaePath);
        if (!whole)
            return unexpected(whole.error());
        return models::loadVideoVae(folder.vae, *whole);
    }
    const auto spatial = checkpoint::Checkpoint::open(folder.spatialVaePath);
    if (!spatial)
        return unexpected(spatial.error());
    const auto temporal = checkpoint::Checkpoint::open(folder.temporalVaePath);
    if (!temporal)
        return unexpected(temporal.error());
    return models::loadVideoVae(folder.vae, *spatial, *temporal);
}

} // namespace

VideoModel::VideoModel(ModelFolder folder, torch::Device device)
    : m_folder(std::move(folder))
    , m_device(device)
    , m_text(m_folder.textEncoder, m_folder.textEncoderPath, m_folder.tokenizerFile, m_folder.tokenizer)
{
}

void VideoModel::setDevice(torch::Device device)
{
    m_text.release();
    m_transformer = nullptr;
    m_vae = nullptr;
    m_preview.reset();
    m_device = device;
}

Result<void> VideoModel::loadTransformer()
{
    if (m_transformer)
        return {};
    const auto file = checkpoint::Checkpoint::open(m_folder.transformerPath);
    if (!file)
        return unexpected(file.error());
    auto transformer = models::loadStdit3(m_folder.transformer, *file, m_weightType);
    if (!transformer)
        return unexpected(transformer.error());
    m_transformer = *transformer;
    m_transformer->to(m_device);
    models::packLinears(*m_transformer);
    return {};
}

Result<void> VideoModel::loadVae()
{
    if (m_vae)
        return {};
    auto vae = openVae(m_folder);
    if (!vae)
        return unexpected(vae.error());
    m_vae = *vae;
    m_vae->to(m_device);
    return {};
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

} // namespace toca::engine
