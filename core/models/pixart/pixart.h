// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/models/denoiser.h"
#include "core/models/layers/embedders.h"
#include "core/models/layers/patches.h"
#include "core/models/pixart/pixart_block.h"
#include "core/models/pixart/pixart_config.h"

#include <optional>

namespace toca::models {

/// What one evaluation of PixArt-alpha reads. P prompts; B rows, each guidance row's prompts together.
struct PixartInput {
    torch::Tensor x; ///< (B, C, H, W) latents of any size: zero-padded at the ends to whole patches, and cut again
    torch::Tensor timestep; ///< (B), 0..1000, may be fractional
    torch::Tensor y; ///< (B, 1, L, captionChannels) text features; unconditional rows hold the null embedding
    torch::Tensor mask; ///< (P, L) 1 = real token, or (B, L) when rows differ; undefined = all. Cuts all rows
    torch::Tensor height; ///< (P) pixels; only read with size conditions
    torch::Tensor width; ///< (P) pixels
};

/// Embeds each of a picture's numbers (height and width, or the aspect ratio) and puts the results side by side.
class SizeEmbedderImpl : public torch::nn::Module {
public:
    /// @param outSize channels of one number
    explicit SizeEmbedderImpl(std::int64_t outSize);
    /// @param numbers (B, D)  @return (B, D * outSize)
    torch::Tensor forward(const torch::Tensor& numbers);

private:
    EmbedderMlp mlp;
};
TORCH_MODULE(SizeEmbedder);

/// PixArt-alpha (arXiv 2310.00426): a DiT whose blocks share one modulation and read a caption; with size conditions
/// it is the published PixArtMS.
class PixartImpl : public torch::nn::Module {
public:
    explicit PixartImpl(const PixartConfig& config);

    /// @return (B, outChannels, H, W) float32: noise, then a variance that solvers of the ODE do not read
    /// @throws c10::Error for shapes that do not fit, cache::RunCancelled
    torch::Tensor forward(const PixartInput& input, cache::CachingSession& session);

    const PixartConfig& config() const { return m_config; }
    /// (maxTextTokens, captionChannels): the text features of the unconditional rows; undefined where the checkpoint
    /// has none (diffusers), whose unconditional rows read the encoded empty text
    torch::Tensor nullEmbedding() const { return m_hasNullEmbedding ? y_embedder->y_embedding : torch::Tensor(); }
    void setHasNullEmbedding(bool has) { m_hasNullEmbedding = has; }

private:
    /// @param timesteps (B * K), K of each row  @return (B * K, C)
    torch::Tensor timeEmbedding(const PixartInput& input, const torch::Tensor& timesteps);
    /// Made for every grid: coordinate = index / (size / baseSize) / leweiScale. (1, rows * columns, C) float32
    torch::Tensor positionEmbedding(std::int64_t rows, std::int64_t columns) const;

    PixartConfig m_config;
    bool m_hasNullEmbedding = true;
    PatchEmbed x_embedder;
    NumberEmbedder t_embedder;
    SizeEmbedder csize_embedder{nullptr}, ar_embedder{nullptr}; ///< with size conditions
    std::shared_ptr<Stack<Linear>> t_block; ///< index 0 is m_timeActivation
    Silu m_timeActivation{nullptr};
    CaptionEmbedder y_embedder;
    std::shared_ptr<Stack<PixartBlock>> blocks;

    /// LayerNorm, modulation, projection to patches.
    class FinalLayerImpl;
    std::shared_ptr<FinalLayerImpl> final_layer;
};
TORCH_MODULE(Pixart);

/// Builds the model and loads its weights, given under their official names; a stored `pos_embed` is not read, as
/// published.
/// @param options prefix, names and dtype of the checkpoint; its `optional` may hold "y_embedder.y_embedding"
/// @return BadCheckpoint
Result<Pixart> loadPixart(
    const PixartConfig& config, const checkpoint::Checkpoint& checkpoint, checkpoint::LoadOptions options);
Result<Pixart> loadPixart(const PixartConfig& config, const checkpoint::Checkpoint& checkpoint,
    std::optional<torch::ScalarType> dtype = torch::kFloat32);

/// PixArt-alpha in the sampling loop: latents with one frame.
class PixartDenoiser final : public Denoiser {
public:
    explicit PixartDenoiser(Pixart model)
        : m_model(std::move(model))
    {
    }
    torch::Tensor predict(const torch::Tensor& latent, const torch::Tensor& timestep, const Conditions& conditions,
        cache::RowRange rows, cache::CachingSession& session) override;

private:
    Pixart m_model;
};

} // namespace toca::models
