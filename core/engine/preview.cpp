// SPDX-License-Identifier: Apache-2.0
#include "core/engine/preview.h"

#include "core/models/vae/frames.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

namespace toca::engine {
namespace {

constexpr std::int64_t kFitSide = 8; ///< latent pixels along a side: enough equations for any channel count in use
constexpr int kFitClips = 4;
constexpr double kRidge = 1e-3;

/// A clip of a still background that runs from one colour to others, with a disc of another colour that is elsewhere
/// in every frame: all colours, edges, and frames that differ. (1, 3, F, side, side) in [-1, 1]
/// @param brightness  added to every colour: night needs clips of its own
torch::Tensor paintedClip(std::int64_t frames, std::int64_t side, double brightness, at::Generator& generator)
{
    const auto random = [&](at::IntArrayRef shape) { return torch::rand(shape, generator); };
    // Half of the colours are pushed towards black, white and the pure ones, which plain random numbers rarely reach.
    const auto colours = [&](at::IntArrayRef shape) {
        return ((random(shape) * 2 - 1) * 1.6 + brightness).clamp(-1, 1);
    };
    const auto background = torch::upsample_bilinear2d(
        (colours({1, 3, 1, 1}) + 0.5 * colours({1, 3, 2, 2})).clamp(-1, 1), {side, side}, /*align_corners=*/true);
    const auto place = torch::arange(side).to(torch::kFloat32) / static_cast<double>(side);
    std::vector<torch::Tensor> pictures;
    for (std::int64_t frame = 0; frame < frames; ++frame) {
        const auto centre = random({3});
        const auto distance = torch::hypot(place.view({-1, 1}) - centre[0], place.view({1, -1}) - centre[1]);
        const auto isDisc = distance < 0.15 + 0.2 * centre[2]; // (side, side)
        pictures.push_back(torch::where(isDisc, colours({3, 1, 1}), background[0]));
    }
    return torch::stack(pictures, 1).unsqueeze(0);
}

} // namespace

Result<PreviewProjection> PreviewProjection::fit(models::VideoVae& vae, const models::VaeProgress& progress)
{
    PreviewProjection projection;
    projection.m_subFrames = vae->temporalDownsample();
    projection.m_microFrames = vae->config().microFrameSize;
    const auto device = vae->parameters().front().device();
    const auto fitted = projection.fitTo(vae->latentFrames(projection.m_microFrames), vae->spatialDownsample(),
        [&](const torch::Tensor& pixels) -> Result<torch::Tensor> {
            auto encoded = vae->encode(pixels.to(device), {}, {}, progress);
            if (!encoded)
                return unexpected(encoded.error());
            return encoded->to(torch::kCPU);
        });
    if (!fitted)
        return unexpected(fitted.error());
    return projection;
}

Result<PreviewProjection> PreviewProjection::fit(models::AutoencoderKl& vae, const models::VaeProgress& progress)
{
    PreviewProjection projection;
    projection.m_microFrames = 1;
    const auto device = vae->parameters().front().device();
    const auto& config = vae->config();
    int done = 0;
    const auto fitted = projection.fitTo(
        /*latentFrames=*/1, config.downsample(), [&](const torch::Tensor& pixels) -> Result<torch::Tensor> {
            if (progress && !progress(done++, kFitClips))
                return unexpected(ErrorCode::Cancelled, "The run was cancelled.");
            const auto mean = vae->encode(pixels.squeeze(2).to(device)).mean.to(torch::kCPU, torch::kFloat32);
            return ((mean - config.shiftFactor) * config.scalingFactor).unsqueeze(2);
        });
    if (!fitted)
        return unexpected(fitted.error());
    return projection;
}

Result<void> PreviewProjection::fitTo(std::int64_t latentFrames, std::int64_t downsample,
    const std::function<Result<torch::Tensor>(const torch::Tensor&)>& encode)
{
    const std::int64_t frames = m_microFrames;
    // Any fixed seed: the map must not differ from start to start.
    auto generator = at::detail::createCPUGenerator(20410);
    std::vector<torch::Tensor> inputs, targets;
    std::int64_t channels = 0;
    for (int clip = 0; clip < kFitClips; ++clip) {
        const auto painted =
            paintedClip(frames, kFitSide * downsample, /*brightness=*/clip % 2 == 0 ? 0.0 : -0.9, generator);
        const auto latent = encode(painted);
        if (!latent)
            return unexpected(latent.error());
        channels = latent->size(1);
        const auto pixels = torch::avg_pool2d(painted[0].transpose(0, 1), {downsample, downsample}); // (F, 3, h, w)
        // The first latent frame of a piece stands for fewer frames where the piece was padded; the others for all
        // their sub-frames.
        const std::int64_t first = frames % m_subFrames == 0 ? 0 : 1;
        for (std::int64_t t = first; t < latentFrames; ++t) {
            inputs.push_back((*latent)[0].select(1, t).flatten(1).t()); // (h w, C)
            const std::int64_t last = frames - (latentFrames - 1 - t) * m_subFrames;
            targets.push_back(
                pixels.slice(0, last - m_subFrames, last).permute({2, 3, 0, 1}).reshape({kFitSide * kFitSide, -1}));
        }
    }
    if (inputs.empty()) {
        // Pieces of one latent frame that stands for fewer frames than it could: there is nothing to learn from.
        m_weights = torch::zeros({channels + 1, m_subFrames * 3});
        return {};
    }
    auto x = torch::cat(inputs).to(torch::kFloat64);
    x = torch::cat({x, torch::ones({x.size(0), 1}, x.options())}, 1);
    const auto y = torch::cat(targets).to(torch::kFloat64);
    const auto normal =
        torch::matmul(x.t(), x) + kRidge * static_cast<double>(x.size(0)) * torch::eye(x.size(1), x.options());
    m_weights = torch::linalg_solve(normal, torch::matmul(x.t(), y)).to(torch::kFloat32);
    return {};
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
