// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/model_folder.h"
#include "core/engine/preview.h"
#include "core/models/stdit3/stdit3.h"

#include <memory>
#include <optional>

namespace toca::engine {

/// Text as the transformer reads it, for P prompts.
struct TextFeatures {
    torch::Tensor ids; ///< (P, L) int64
    torch::Tensor mask; ///< (P, L) int64, 1 = token
    torch::Tensor features; ///< (P, 1, L, captionChannels)
};

/// The loaded parts of a model folder. Parts are loaded when first used.
class VideoModel {
public:
    explicit VideoModel(ModelFolder folder, torch::Device device);

    const ModelFolder& folder() const { return m_folder; }
    torch::Device device() const { return m_device; }

    Result<void> loadTextEncoder();
    Result<void> loadTransformer();
    Result<void> loadVae();
    /// Frees the text encoder where it is large: it runs once per prompt.
    void releaseTextEncoder() { m_textEncoder = nullptr; }

    const models::Tokenizer& tokenizer() const { return *m_tokenizer; }
    Result<void> loadTokenizer();
    /// @pre the text encoder is loaded
    TextFeatures encode(const std::vector<std::string>& prompts);
    models::Stdit3& transformer() { return m_transformer; }
    models::VideoVae& vae() { return m_vae; }
    /// Fits the preview's map to the VAE. @pre the VAE is loaded
    Result<void> fitPreview(const models::VaeProgress& progress = {});
    /// @pre `fitPreview` succeeded
    const PreviewProjection& preview() const { return *m_preview; }

private:
    ModelFolder m_folder;
    torch::Device m_device;
    std::optional<models::Tokenizer> m_tokenizer;
    models::T5Encoder m_textEncoder{nullptr};
    models::Stdit3 m_transformer{nullptr};
    models::VideoVae m_vae{nullptr};
    std::optional<PreviewProjection> m_preview;
};

/// Standard normal start noise of one prompt, made on the CPU so that a seed means the same everywhere. (1, C, T, h, w)
torch::Tensor startNoise(std::uint64_t seed, at::IntArrayRef latentShape);

} // namespace toca::engine
