// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/model_folder.h"
#include "core/engine/preview.h"
#include "core/engine/text_encoder_part.h"
#include "core/models/stdit3/stdit3.h"

#include <memory>
#include <optional>

namespace toca::engine {

/// The loaded parts of a model folder. Parts are loaded when first used.
class VideoModel {
public:
    explicit VideoModel(ModelFolder folder, torch::Device device);

    const ModelFolder& folder() const { return m_folder; }
    torch::Device device() const { return m_device; }
    /// Frees everything but the tokenizer; what is loaded from now on lies on this device.
    void setDevice(torch::Device device);
    /// Of the transformer's weights and features.
    torch::ScalarType weightType() const { return m_weightType; }
    /// Frees the transformer; the next `loadTransformer` makes it of this type.
    void setWeightType(torch::ScalarType type)
    {
        m_transformer = nullptr;
        m_weightType = type;
    }

    Result<void> loadTextEncoder() { return m_text.load(m_device); }
    Result<void> loadTransformer();
    Result<void> loadVae();
    /// Frees the text encoder, which runs once per prompt.
    void releaseTextEncoder() { m_text.release(); }

    const models::Tokenizer& tokenizer() const { return m_text.tokenizer(); }
    Result<void> loadTokenizer() { return m_text.loadTokenizer(); }
    /// @pre the text encoder is loaded
    TextFeatures encode(const std::vector<std::string>& prompts) { return m_text.encode(prompts); }
    models::Stdit3& transformer() { return m_transformer; }
    models::VideoVae& vae() { return m_vae; }
    /// Fits the preview's map to the VAE. @pre the VAE is loaded
    Result<void> fitPreview(const models::VaeProgress& progress = {});
    /// @pre `fitPreview` succeeded
    const PreviewProjection& preview() const { return *m_preview; }

private:
    ModelFolder m_folder;
    torch::Device m_device;
    torch::ScalarType m_weightType = torch::kFloat32;
    TextEncoderPart m_text;
    models::Stdit3 m_transformer{nullptr};
    models::VideoVae m_vae{nullptr};
    std::optional<PreviewProjection> m_preview;
};

} // namespace toca::engine
