// SPDX-License-Identifier: Apache-2.0
#include "core/engine/bench_weights.h"

#include "core/models/layers/tapped_layers.h"
#include "core/models/vae/autoencoder_kl.h"
#include "core/models/vae/frames.h"
#include "core/models/vae/video_vae.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

#include <cmath>

namespace toca::engine {

void fillWithNoise(torch::nn::Module& model, std::uint64_t seed, torch::ScalarType dtype)
{
    const torch::NoGradGuard noGradients;
    auto generator = at::detail::createCPUGenerator(seed);
    const auto fill = [&](torch::Tensor tensor) {
        constexpr double kWidthOfVectors = 2500; // of biases and tables: a deviation of 0.02
        const double fanIn = tensor.dim() > 1 ? static_cast<double>(tensor.numel() / tensor.size(0)) : kWidthOfVectors;
        auto values = torch::empty(tensor.sizes(), torch::kFloat32); // the same numbers in every dtype
        values.normal_(0.0, 1.0 / std::sqrt(fanIn), generator);
        tensor.set_data(values.to(dtype));
    };
    for (auto& parameter : model.parameters())
        fill(parameter);
    for (auto& buffer : model.buffers())
        fill(buffer);
    model.eval();
}

Decoder randomPictureDecoder(std::uint64_t seed)
{
    models::AutoencoderKl vae{models::AutoencoderKlConfig{}};
    fillWithNoise(*vae, seed, torch::kFloat32);
    return [vae](const torch::Tensor& latent) mutable -> Result<Clip> {
        constexpr double kFps = 1; // of a single picture
        const auto picture = vae->decode(latent.squeeze(2).to(torch::kFloat32)); // (1, 3, H, W)
        return Clip{kFps, models::framesToRgb8(picture.unsqueeze(2))};
    };
}

Decoder randomVideoDecoder(std::uint64_t seed, int frames, double fps)
{
    models::VideoVae vae{models::VideoVaeConfig::openSora12()};
    fillWithNoise(*vae, seed, torch::kFloat32);
    return [vae, frames, fps](const torch::Tensor& latent) mutable -> Result<Clip> {
        Clip clip{fps, {}};
        const auto keep = [&](std::int64_t, const torch::Tensor& pictures) {
            for (auto& frame : models::framesToRgb8(pictures))
                clip.frames.push_back(std::move(frame));
        };
        if (auto decoded = vae->decodeFrames(latent.to(torch::kFloat32), frames, keep); !decoded)
            return unexpected(decoded.error());
        return clip;
    };
}

} // namespace toca::engine
