// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/checkpoint/checkpoint.h"
#include "core/models/vae/autoencoder_kl.h"
#include "core/models/vae/temporal_vae.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace toca::models {

/// Everything about a video VAE but its weights.
struct VideoVaeConfig {
    AutoencoderKlConfig spatial;
    TemporalVaeConfig temporal;
    std::int64_t microFrameSize = 17; ///< frames of a piece that the temporal VAE treats on its own
    std::int64_t microBatchSize = 4; ///< pictures that the spatial VAE treats at once; bounds memory
    std::vector<double> shift; ///< latent = (temporal latent - shift) / scale, for each latent channel
    std::vector<double> scale;

    /// OpenSora-VAE-v1.2 as published.
    static VideoVaeConfig openSora12();
    /// The config.json beside a single-file checkpoint; what it doesn't say is as in `openSora12`. The parts' own
    /// settings may stand under "spatial_config" and "temporal_config".
    static Result<VideoVaeConfig> fromJson(const nlohmann::json& config, const std::string& fileName);
    /// The config.json files of two folders; the temporal one holds shift, scale and micro_frame_size.
    static Result<VideoVaeConfig> fromParts(const nlohmann::json& spatial, const std::string& spatialFileName,
        const nlohmann::json& temporal, const std::string& temporalFileName);
    /// Whether the parts fit together. @return BadFormat
    Result<void> check(const std::string& fileName) const;
};

/// Asked between pieces of work, with how many of them are done. @return false to stop
using VaeProgress = std::function<bool(int done, int total)>;

/// Receives decoded pictures in order: (B, 3, n, H, W) float32, the first of which is frame `firstFrame`.
using FrameSink = std::function<void(std::int64_t firstFrame, const torch::Tensor& frames)>;

/// Open-Sora v1.2's video VAE: every frame through the image VAE, then pieces of `microFrameSize` frames through the
/// temporal VAE. Latents are normalised, as the diffusion model sees them.
class VideoVaeImpl : public torch::nn::Module {
public:
    explicit VideoVaeImpl(const VideoVaeConfig& config);

    /// @param latent    (B, latentChannels, latentFrames(numFrames), h, w)
    /// @return (B, 3, numFrames, H, W) float32, in about [-1, 1], not clamped; Cancelled
    /// @throws c10::Error for other shapes
    Result<torch::Tensor> decode(const torch::Tensor& latent, std::int64_t numFrames, const VaeProgress& progress = {});
    /// As `decode`, but hands over the pictures a few at a time and keeps none.
    Result<void> decodeFrames(
        const torch::Tensor& latent, std::int64_t numFrames, const FrameSink& sink, const VaeProgress& progress = {});
    /// The first half of `decode`. @return (B, spatial latent channels, numFrames, h, w), times the scaling factor
    torch::Tensor decodeTemporal(const torch::Tensor& latent, std::int64_t numFrames);

    /// @param pixels        (B, 3, F, H, W), in [-1, 1]
    /// @param noiseSpatial  (B F, spatial latent channels, h, w) standard normal; undefined = the posterior's mean
    /// @param noiseTemporal (B, latentChannels, T, h, w) standard normal; undefined = the posterior's mean
    /// @return (B, latentChannels, latentFrames(F), h, w); Cancelled
    Result<torch::Tensor> encode(const torch::Tensor& pixels, const torch::Tensor& noiseSpatial = {},
        const torch::Tensor& noiseTemporal = {}, const VaeProgress& progress = {});
    /// The first half of `encode` without noise. @return (B, spatial latent channels, F, h, w), times the scaling
    /// factor
    torch::Tensor spatialMean(const torch::Tensor& pixels);
    /// The second half of `encode`, not normalised. @param spatialLatents as from `spatialMean`
    Posterior temporalPosterior(const torch::Tensor& spatialLatents);

    /// Latent frames of a video of `frames` frames.
    std::int64_t latentFrames(std::int64_t frames) const;
    /// Latent frames, rows and columns of a video.
    std::array<std::int64_t, 3> latentSize(std::int64_t frames, std::int64_t height, std::int64_t width) const;
    /// Pixels a latent pixel stands for along one axis.
    std::int64_t spatialDownsample() const { return m_config.spatial.downsample(); }
    std::int64_t temporalDownsample() const { return m_config.temporal.downsample(); }
    std::int64_t latentChannels() const { return m_config.temporal.embeddingChannels; }

    /// Upper estimate of the bytes that `decode` needs at its peak beside the weights, its result included.
    /// The largest number for more than 10^11 pixels. @param picturesAtOnce 0 = as many as now
    std::int64_t decodeBytes(
        std::int64_t frames, std::int64_t height, std::int64_t width, std::int64_t picturesAtOnce = 0) const;
    /// How many pictures the spatial VAE may treat at once within so many bytes: 1 to the config's `microBatchSize`,
    /// which also holds when the bytes are unknown (0).
    std::int64_t picturesWithin(std::int64_t bytes, std::int64_t frames, std::int64_t height, std::int64_t width) const;
    /// Fewer pictures at once need less memory; they differ by rounding at most. @param count 1 to `microBatchSize`
    void setPicturesAtOnce(std::int64_t count) { m_picturesAtOnce = count; }

    AutoencoderKl spatial() { return m_spatial; }
    TemporalVae temporal() { return temporal_vae; }
    const VideoVaeConfig& config() const { return m_config; }

private:
    struct Piece;
    std::vector<Piece> pieces(std::int64_t frames) const;
    void checkLatent(const torch::Tensor& latent, std::int64_t numFrames) const;
    torch::Tensor denormalized(const torch::Tensor& latent) const;
    torch::Tensor decodedPiece(const torch::Tensor& denormalizedLatent, const Piece& piece);
    std::int64_t framesAtOnce(std::int64_t batch) const;

    VideoVaeConfig m_config;
    std::int64_t m_picturesAtOnce; ///< by the spatial VAE's decoder
    AutoencoderKl m_spatial = nullptr; // registered as spatial_vae.module
    TemporalVae temporal_vae = nullptr;
    torch::Tensor shift, scale; // (1, latentChannels, 1, 1, 1)
};
TORCH_MODULE(VideoVae);

/// Loads the single-file layout of OpenSora-VAE-v1.2: spatial_vae.module.*, temporal_vae.*, and shift and scale, which
/// replace the config's where they are stored.
/// @param dtype undefined = the stored one  @return BadCheckpoint
Result<VideoVae> loadVideoVae(const VideoVaeConfig& config, const checkpoint::Checkpoint& checkpoint,
    std::optional<torch::ScalarType> dtype = torch::kFloat32, const std::string& prefix = {});
/// Loads a diffusers AutoencoderKL and a VAE_Temporal from a checkpoint each.
Result<VideoVae> loadVideoVae(const VideoVaeConfig& config, const checkpoint::Checkpoint& spatial,
    const checkpoint::Checkpoint& temporal, std::optional<torch::ScalarType> dtype = torch::kFloat32);

} // namespace toca::models
