// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/models/denoiser.h"
#include "core/models/dit/dit_block.h"
#include "core/models/dit/dit_config.h"
#include "core/models/layers/embedders.h"
#include "core/models/layers/patches.h"

#include <optional>

namespace toca::models {

/// Channels that classifier-free guidance acts on: the published code leaves the fourth one alone (reference README
/// section 4.1).
inline constexpr std::int64_t kDitGuidedChannels = 3;

/// What one evaluation of DiT reads. B rows ordered [conditional | unconditional].
struct DitInput {
    torch::Tensor x; ///< (B, C, H, W) latents
    torch::Tensor timestep; ///< (B), 0..999, may be fractional
    torch::Tensor labels; ///< (B) int64; the number of classes = no class
};

/// DiT: a transformer over the patches of a picture's latent, conditioned on a class (Peebles and Xie, arXiv
/// 2212.09748).
class DitImpl : public torch::nn::Module {
public:
    explicit DitImpl(const DitConfig& config);

    /// @return (B, outChannels, H, W) float32: the noise, then how far its variance lies between its bounds
    /// @throws c10::Error for shapes and labels that do not fit, cache::RunCancelled
    torch::Tensor forward(const DitInput& input, cache::CachingSession& session);

    const DitConfig& config() const { return m_config; }
    /// Fills `pos_embed` in, for checkpoints that leave it out.
    void computePositionEmbedding(torch::ScalarType dtype);

private:
    /// The modulation vectors of all blocks and the final layer side by side.
    /// @param timesteps (B * K), K of each row  @param label (B, C)  @return (B * K, (6 * depth + 2) * C)
    torch::Tensor modulation(const torch::Tensor& timesteps, const torch::Tensor& label);

    /// LayerNorm, modulation, projection to patches.
    class FinalLayerImpl;
    class LabelEmbedderImpl;

    DitConfig m_config;
    PatchEmbed x_embedder;
    NumberEmbedder t_embedder;
    std::shared_ptr<LabelEmbedderImpl> y_embedder;
    torch::Tensor pos_embed; ///< (1, N, C)
    std::shared_ptr<Stack<DitBlock>> blocks;
    std::shared_ptr<FinalLayerImpl> final_layer;
};
TORCH_MODULE(Dit);

/// Builds the model and loads its weights from the published names; `pos_embed` is computed when it is not there.
/// @param dtype undefined = the stored one  @return BadCheckpoint
Result<Dit> loadDit(const DitConfig& config, const checkpoint::Checkpoint& checkpoint,
    std::optional<torch::ScalarType> dtype = torch::kFloat32);

/// DiT in the sampling loop: reads Conditions::labels; latents have one frame.
class DitDenoiser final : public Denoiser {
public:
    explicit DitDenoiser(Dit model)
        : m_model(std::move(model))
    {
    }
    torch::Tensor predict(const torch::Tensor& latent, const torch::Tensor& timestep, const Conditions& conditions,
        cache::RowRange rows, cache::CachingSession& session) override;

private:
    Dit m_model;
};

} // namespace toca::models
