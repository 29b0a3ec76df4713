// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/models/layers/embedders.h"
#include "core/models/stdit3/embedders.h"
#include "core/models/stdit3/stdit3_block.h"
#include "core/models/stdit3/stdit3_config.h"

#include <optional>

namespace toca::models {

/// What one evaluation of STDiT3 reads. P prompts; B rows ordered [conditional | unconditional].
struct Stdit3Input {
    torch::Tensor x; ///< (B, C, T, H, W) latents, H and W may be odd
    torch::Tensor timestep; ///< (B), 0..1000, may be fractional
    torch::Tensor y; ///< (B, 1, L, captionChannels) text features; unconditional rows hold the null embedding
    torch::Tensor
        mask; ///< (P, L) 1 = real token, or (B, L) when rows differ; undefined = all. Cuts all rows of its prompt
    torch::Tensor fps; ///< (P) frames per second
    torch::Tensor height; ///< (P) pixels
    torch::Tensor width; ///< (P) pixels
    torch::Tensor xMask; ///< (B, T) bool, false = this latent frame is a condition at timestep 0; undefined: none
};

/// STDiT3 of Open-Sora v1.2: pairs of a spatial and a temporal transformer block over the patches of a video latent.
class Stdit3Impl : public torch::nn::Module {
public:
    explicit Stdit3Impl(const Stdit3Config& config);

    /// @return (B, outChannels, T, H, W) float32; the first inChannels are the velocity
    /// @throws c10::Error for shapes that do not fit, cache::RunCancelled
    torch::Tensor forward(const Stdit3Input& input, cache::CachingSession& session);

    const Stdit3Config& config() const { return m_config; }
    /// (maxTextTokens, captionChannels): the text features of the unconditional rows
    torch::Tensor nullEmbedding() const { return y_embedder->y_embedding; }

private:
    PackedText packedText(const Stdit3Input& input, cache::CachingSession& session);
    /// @param timestep (B * K), K of each row  @param fps (B)  @return (B * K, C)
    torch::Tensor timeEmbedding(const torch::Tensor& timestep, const torch::Tensor& fps);

    Stdit3Config m_config;
    PatchEmbed3d x_embedder;
    NumberEmbedder t_embedder, fps_embedder;
    std::shared_ptr<Stack<Linear>> t_block; ///< index 0 is m_timeActivation
    Silu m_timeActivation{nullptr};
    CaptionEmbedder y_embedder;
    std::shared_ptr<Stack<Stdit3Block>> spatial_blocks, temporal_blocks;

    /// LayerNorm, modulation, projection to patches.
    class FinalLayerImpl;
    std::shared_ptr<FinalLayerImpl> final_layer;

    class RotaryImpl;
    std::shared_ptr<RotaryImpl> rope; ///< holds `freqs`, stored in the checkpoint
};
TORCH_MODULE(Stdit3);

/// Builds the model and loads its weights.
/// @param dtype undefined = the stored one  @return BadCheckpoint
Result<Stdit3> loadStdit3(const Stdit3Config& config, const checkpoint::Checkpoint& checkpoint,
    std::optional<torch::ScalarType> dtype = torch::kFloat32);

} // namespace toca::models
