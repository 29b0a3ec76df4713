// SPDX-License-Identifier: Apache-2.0
#include "core/engine/preview.h"

#include "core/models/vae/frames.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

namespace toca::engine {
namespace {

constexpr std::int64_t kFitSide = 8; ///< latent pixels along a side: enough equations for any channel count in use
constexpr int kFitClips = 3;
constexpr double kRidge = 1e-3;

} // namespace

PreviewProjection PreviewProjection::fit(models::VideoVae& vae)
{
    PreviewProjection projection;
    projection.m_subFrames = vae->temporalDownsample();
    projection.m_microFrames = vae->config().microFrameSize;
    const std::int64_t channels = vae->latentChannels(), frames = projection.m_microFrames;
    const std::int64_t latentFrames = vae->latentFrames(frames), down = vae->spatialDownsample();
    auto generator =
        at::detail::createCPUGenerator(20410); // any fixed seed: the map must not differ from start to start
    std::vector<torch::Tensor> inputs, targets;
    for (int clip = 0; clip < kFitClips; ++clip) {
        // Pictures are smooth, so the latents must be: coarse noise, enlarged. A wider spread teaches strong colours.
        const std::int64_t coarse = 1 << (clip + 1);
        auto latent =
            torch::randn({channels, 1, coarse, coarse}, generator).expand({channels, latentFrames, coarse, coarse});
        latent = torch::upsample_bilinear2d(latent, {kFitSide, kFitSide}, /*align_corners=*/false).unsqueeze(0) * 1.2;
        const auto decoded = vae->decode(latent.contiguous(), frames);
        TORCH_CHECK(decoded.has_value(), "PreviewProjection: the decoder did not finish");
        const auto pixels =
            torch::avg_pool2d(decoded->squeeze(0).transpose(0, 1).clamp(-1, 1), {down, down}); // (F, 3, h, w)
        // Latent frame 0 of a piece stands for fewer frames; the others for all their sub-frames.
        for (std::int64_t t = 1; t < latentFrames; ++t) {
            inputs.push_back(latent[0].select(1, t).flatten(1).t()); // (h w, C)
            const std::int64_t last = frames - (latentFrames - 1 - t) * projection.m_subFrames;
            targets.push_back(pixels.slice(0, last - projection.m_subFrames, last)
                                  .permute({2, 3, 0, 1})
                                  .reshape({kFitSide * kFitSide, -1}));
        }
    }
    auto x = torch::cat(inputs).to(torch::kFloat64);
    x = torch::cat({x, torch::ones({x.size(0), 1}, x.options())}, 1);
    const auto y = torch::cat(targets).to(torch::kFloat64);
    const auto normal =
        torch::matmul(x.t(), x) + kRidge * static_cast<double>(x.size(0)) * torch::eye(x.size(1), x.options());
    projection.m_weights = torch::linalg_solve(normal, torch::matmul(x.t(), y)).to(torch::kFloat32);
    return projection;
}

std::pair<std::int64_t, std::int64_t> PreviewProjection::source(std::int64_t frame, std::int64_t frames) const
{
    const std::int64_t piece = frame / m_microFrames;
    const std::int64_t pieceFrames = std::min(m_microFrames, frames - piece * m_microFrames);
    const std::int64_t padding = (m_subFrames - pieceFrames % m_subFrames) % m_subFrames;
    const std::int64_t position = frame - piece * m_microFrames + padding;
    const std::int64_t latentPerPiece = (m_microFrames + m_subFrames - 1) / m_subFrames;
    return {piece * latentPerPiece + position / m_subFrames, position % m_subFrames};
}

Clip PreviewProjection::show(const torch::Tensor& latent, std::int64_t frames, double fps) const
{
    const std::int64_t channels = latent.size(1), latentFrames = latent.size(2), h = latent.size(3), w = latent.size(4);
    const auto flat = latent[0].to(torch::kCPU, torch::kFloat32).permute({1, 2, 3, 0}).reshape({-1, channels});
    const auto colours = torch::addmm(m_weights[channels], flat, m_weights.narrow(0, 0, channels))
                             .view({latentFrames, h, w, m_subFrames, 3})
                             .permute({0, 3, 4, 1, 2}); // (T, sub, 3, h, w)
    std::vector<torch::Tensor> pictures;
    for (std::int64_t frame = 0; frame < frames; ++frame) {
        const auto [latentFrame, sub] = source(frame, frames);
        pictures.push_back(colours[std::min(latentFrame, latentFrames - 1)][sub]);
    }
    Clip clip;
    clip.fps = fps;
    clip.frames = models::framesToRgb8(torch::stack(pictures, 1).unsqueeze(0)); // (1, 3, F, h, w)
    return clip;
}

} // namespace toca::engine
