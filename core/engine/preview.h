// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/models/vae/video_vae.h"

#include <torch/types.h>

#include <functional>

namespace toca::engine {

/// A linear map from latent channels to the colours of the frames that a latent frame stands for: a picture of the
/// predicted clip in microseconds, one pixel per latent pixel, without the decoder.
class PreviewProjection {
public:
    /// Fits the map by least squares on a few painted clips that the model's own encoder has seen.
    /// @return Cancelled when `progress` says so  @throws c10::Error
    static Result<PreviewProjection> fit(models::VideoVae& vae, const models::VaeProgress& progress = {});

    /// The same for an image VAE, whose latent is (VAE latent - shift) * scaling factor.
    static Result<PreviewProjection> fit(models::AutoencoderKl& vae, const models::VaeProgress& progress = {});

    /// @param latent (1, C, T, h, w), predicted clean and normalised  @param frames of the clip
    Clip show(const torch::Tensor& latent, std::int64_t frames, double fps) const;

    /// Which latent frame and which of its sub-frames show frame `frame` of a clip of `frames`: the temporal VAE pads
    /// each piece in front (reference README section 14).
    std::pair<std::int64_t, std::int64_t> source(std::int64_t frame, std::int64_t frames) const;

private:
    /// @param encode pixels (1, 3, F, H, W) -> latents (1, C, T, h, w) on the CPU
    Result<void> fitTo(std::int64_t latentFrames, std::int64_t downsample,
        const std::function<Result<torch::Tensor>(const torch::Tensor&)>& encode);

    torch::Tensor m_weights; ///< (C + 1, subFrames * 3); the last row is the constant
    std::int64_t m_subFrames = 1;
    std::int64_t m_microFrames = 17;
};

} // namespace toca::engine
