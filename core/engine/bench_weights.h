// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/base/expected.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <functional>

namespace toca::engine {

/// Fills parameters and buffers with normal numbers as large as an initialised layer's, the same in every dtype.
void fillWithNoise(torch::nn::Module& model, std::uint64_t seed, torch::ScalarType dtype);

/// Latents to pictures; InvalidArgument for a latent of another size, Cancelled never.
using Decoder = std::function<Result<Clip>(const torch::Tensor& latent)>;

/// A VAE with the sizes of Stable Diffusion's, which DiT and PixArt-alpha decode with, and random float32 weights.
Decoder randomPictureDecoder(std::uint64_t seed);
/// A VAE with the sizes of Open-Sora v1.2's and random float32 weights. @param frames of the decoded clip
Decoder randomVideoDecoder(std::uint64_t seed, int frames, double fps);

} // namespace toca::engine
