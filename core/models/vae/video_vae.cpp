// SPDX-License-Identifier: Apache-2.0
#include "core/models/vae/video_vae.h"

#include <torch/torch.h>

#include <algorithm>

namespace toca::models {
namespace {

std::int64_t dividedUp(std::int64_t value, std::int64_t divisor)
{
    return (value + divisor - 1) / divisor;
}

/// (B, C, F, H, W) -> (B F, C, H, W)
torch::Tensor asPictures(const torch::Tensor& video)
{
    return video.transpose(1, 2).flatten(0, 1);
}

/// (B F, C, H, W) -> (B, C, F, H, W)
torch::Tensor asVideo(const torch::Tensor& pictures, std::int64_t batch)
{
    return pictures.unflatten(0, {batch, -1}).transpose(1, 2);
}

torch::Tensor perChannel(const std::vector<double>& values)
{
    return torch::tensor(values, torch::kFloat32).view({1, -1, 1, 1, 1});
}

/// Counts pieces of work and remembers that the caller wants to stop.
class ProgressCounter {
public:
    ProgressCounter(const VaeProgress& progress, std::int64_t total)
        : m_progress(progress)
        , m_total(static_cast<int>(total))
    {
    }
    bool mayGoOn() { return !m_progress || m_progress(m_done, m_total); }
    bool countOne()
    {
        ++m_done;
        return mayGoOn();
    }

private:
    const VaeProgress& m_progress;
    int m_done = 0;
    int m_total;
};

Unexpected cancelled(const char* what)
{
    return unexpected(ErrorCode::Cancelled, std::string(what) + " was cancelled.");
}

} // namespace

/// What the temporal VAE treats on its own.
struct VideoVaeImpl::Piece {
    std::int64_t firstFrame = 0;
    std::int64_t frames = 0;
    std::int64_t firstLatentFrame = 0;
    std::int64_t latentFrames = 0;
};

VideoVaeImpl::VideoVaeImpl(const VideoVaeConfig& config)
    : m_config(config)
{
    const auto spatial = register_module("spatial_vae", std::make_shared<torch::nn::Module>());
    m_spatial = spatial->register_module("module", AutoencoderKl(config.spatial));
    temporal_vae = register_module("temporal_vae", TemporalVae(config.temporal));
    shift = register_buffer("shift", perChannel(config.shift));
    scale = register_buffer("scale", perChannel(config.scale));
}

std::vector<VideoVaeImpl::Piece> VideoVaeImpl::pieces(std::int64_t frames) const
{
    std::vector<Piece> result;
    Piece piece;
    for (; piece.firstFrame < frames; piece.firstFrame += piece.frames, piece.firstLatentFrame += piece.latentFrames) {
        piece.frames = std::min(m_config.microFrameSize, frames - piece.firstFrame);
        piece.latentFrames = dividedUp(piece.frames, temporalDownsample());
        result.push_back(piece);
    }
    return result;
}

std::int64_t VideoVaeImpl::latentFrames(std::int64_t frames) const
{
    const std::int64_t whole = frames / m_config.microFrameSize;
    return whole * dividedUp(m_config.microFrameSize, temporalDownsample())
        + dividedUp(frames % m_config.microFrameSize, temporalDownsample());
}

std::array<std::int64_t, 3> VideoVaeImpl::latentSize(std::int64_t frames, std::int64_t height, std::int64_t width) const
{
    return {latentFrames(frames), height / spatialDownsample(), width / spatialDownsample()};
}

std::int64_t VideoVaeImpl::framesAtOnce(std::int64_t batch) const
{
    return std::max<std::int64_t>(1, m_config.microBatchSize / batch);
}

std::int64_t VideoVaeImpl::decodeBytes(std::int64_t frames, std::int64_t height, std::int64_t width) const
{
    const auto [latents, rows, columns] = latentSize(frames, height, width);
    const std::int64_t longestPiece = std::min(latents, dividedUp(m_config.microFrameSize, temporalDownsample()));
    const std::int64_t working =
        std::max(m_spatial->decodeBytes(std::min(frames, m_config.microBatchSize), height, width),
            temporal_vae->decodeBytes(longestPiece, rows, columns));
    const std::int64_t pieceLatents = m_config.temporal.channels * m_config.microFrameSize * rows * columns * 4;
    return working + pieceLatents + m_config.spatial.outChannels * frames * height * width * 4;
}

void VideoVaeImpl::checkLatent(const torch::Tensor& latent, std::int64_t numFrames) const
{
    TORCH_CHECK(numFrames >= 1 && latent.dim() == 5 && latent.size(1) == latentChannels()
            && latent.size(2) == latentFrames(numFrames) && latent.numel() > 0,
        "VideoVae::decode: the latent of ", numFrames, " frames must be (B, ", latentChannels(), ", ",
        latentFrames(std::max<std::int64_t>(numFrames, 1)), ", h, w), but is ", latent.sizes());
}

torch::Tensor VideoVaeImpl::denormalized(const torch::Tensor& latent) const
{
    return latent.to(scale.scalar_type()) * scale + shift;
}

torch::Tensor VideoVaeImpl::decodedPiece(const torch::Tensor& denormalizedLatent, const Piece& piece)
{
    return temporal_vae->decode(denormalizedLatent.narrow(2, piece.firstLatentFrame, piece.latentFrames), piece.frames);
}

torch::Tensor VideoVaeImpl::decodeTemporal(const torch::Tensor& latent, std::int64_t numFrames)
{
    checkLatent(latent, numFrames);
    const torch::Tensor z = denormalized(latent);
    std::vector<torch::Tensor> decoded;
    for (const Piece& piece : pieces(numFrames))
        decoded.push_back(decodedPiece(z, piece));
    return torch::cat(decoded, /*dim=*/2);
}

Result<void> VideoVaeImpl::decodeFrames(
    const torch::Tensor& latent, std::int64_t numFrames, const FrameSink& sink, const VaeProgress& progress)
{
    checkLatent(latent, numFrames);
    const std::int64_t batch = latent.size(0);
    const std::int64_t atOnce = framesAtOnce(batch);
    const std::vector<Piece> all = pieces(numFrames);
    std::int64_t total = 0;
    for (const Piece& piece : all)
        total += 1 + dividedUp(piece.frames, atOnce);
    ProgressCounter counter(progress, total);
    if (!counter.mayGoOn())
        return cancelled("Decoding");

    const torch::Tensor z = denormalized(latent);
    for (const Piece& piece : all) {
        const torch::Tensor spatialLatents = decodedPiece(z, piece) / m_config.spatial.scalingFactor;
        if (!counter.countOne())
            return cancelled("Decoding");
        for (std::int64_t first = 0; first < piece.frames; first += atOnce) {
            const torch::Tensor some = spatialLatents.narrow(2, first, std::min(atOnce, piece.frames - first));
            const torch::Tensor pictures = m_spatial->decode(asPictures(some));
            sink(piece.firstFrame + first, asVideo(pictures, batch).to(torch::kFloat32));
            if (!counter.countOne())
                return cancelled("Decoding");
        }
    }
    return {};
}

Result<torch::Tensor> VideoVaeImpl::decode(
    const torch::Tensor& latent, std::int64_t numFrames, const VaeProgress& progress)
{
    checkLatent(latent, numFrames);
    torch::Tensor video = torch::empty({latent.size(0), m_config.spatial.outChannels, numFrames,
                                           latent.size(3) * spatialDownsample(), latent.size(4) * spatialDownsample()},
        latent.options().dtype(torch::kFloat32));
    const Result<void> decoded = decodeFrames(
        latent, numFrames,
        [&](std::int64_t first, const torch::Tensor& frames) { video.narrow(2, first, frames.size(2)).copy_(frames); },
        progress);
    if (!decoded)
        return unexpected(decoded.error());
    return video;
}

torch::Tensor VideoVaeImpl::spatialMean(const torch::Tensor& pixels)
{
    TORCH_CHECK(pixels.dim() == 5, "VideoVae: pixels must be (B, 3, F, H, W), but are ", pixels.sizes());
    std::vector<torch::Tensor> means;
    for (const torch::Tensor& some : asPictures(pixels).split(m_config.microBatchSize))
        means.push_back(m_spatial->encode(some).mean * m_config.spatial.scalingFactor);
    return asVideo(torch::cat(means), pixels.size(0));
}

Posterior VideoVaeImpl::temporalPosterior(const torch::Tensor& spatialLatents)
{
    std::vector<torch::Tensor> means, logvars;
    for (const Piece& piece : pieces(spatialLatents.size(2))) {
        const Posterior posterior = temporal_vae->encode(spatialLatents.narrow(2, piece.firstFrame, piece.frames));
        means.push_back(posterior.mean);
        logvars.push_back(posterior.logvar);
    }
    return {torch::cat(means, /*dim=*/2), torch::cat(logvars, /*dim=*/2)};
}

Result<torch::Tensor> VideoVaeImpl::encode(const torch::Tensor& pixels, const torch::Tensor& noiseSpatial,
    const torch::Tensor& noiseTemporal, const VaeProgress& progress)
{
    TORCH_CHECK(pixels.dim() == 5 && pixels.numel() > 0, "VideoVae::encode: pixels must be (B, 3, F, H, W), but are ",
        pixels.sizes());
    const torch::Tensor pictures = asPictures(pixels);
    TORCH_CHECK(!noiseSpatial.defined() || noiseSpatial.size(0) == pictures.size(0),
        "VideoVae::encode: ", pictures.size(0), " frames need as many rows of noise, but there are ",
        noiseSpatial.defined() ? noiseSpatial.size(0) : 0);
    ProgressCounter counter(progress, dividedUp(pictures.size(0), m_config.microBatchSize) + 1);
    if (!counter.mayGoOn())
        return cancelled("Encoding");

    std::vector<torch::Tensor> encoded;
    for (std::int64_t first = 0; first < pictures.size(0); first += m_config.microBatchSize) {
        const std::int64_t count = std::min(m_config.microBatchSize, pictures.size(0) - first);
        const Posterior posterior = m_spatial->encode(pictures.narrow(0, first, count));
        encoded.push_back(
            (noiseSpatial.defined() ? posterior.sample(noiseSpatial.narrow(0, first, count)) : posterior.mean)
            * m_config.spatial.scalingFactor);
        if (!counter.countOne())
            return cancelled("Encoding");
    }
    const Posterior posterior = temporalPosterior(asVideo(torch::cat(encoded), pixels.size(0)));
    const torch::Tensor z = noiseTemporal.defined() ? posterior.sample(noiseTemporal) : posterior.mean;
    if (!counter.countOne())
        return cancelled("Encoding");
    return ((z.to(scale.scalar_type()) - shift) / scale).to(torch::kFloat32);
}

Result<VideoVae> loadVideoVae(const VideoVaeConfig& config, const checkpoint::Checkpoint& checkpoint,
    std::optional<torch::ScalarType> dtype, const std::string& prefix)
{
    VideoVae vae(config);
    vae->spatial()->adoptStoredKernelShapes(checkpoint, prefix + "spatial_vae.module.");
    checkpoint::LoadOptions options;
    options.prefix = prefix;
    options.rename = presentAutoencoderKlName;
    options.optional = {"shift", "scale"};
    options.dtype = dtype;
    if (const Result<void> loaded = checkpoint::loadInto(*vae, checkpoint, options); !loaded)
        return unexpected(loaded.error());
    vae->spatial()->optimizeLayout();
    vae->eval();
    return vae;
}

Result<VideoVae> loadVideoVae(const VideoVaeConfig& config, const checkpoint::Checkpoint& spatial,
    const checkpoint::Checkpoint& temporal, std::optional<torch::ScalarType> dtype)
{
    VideoVae vae(config);
    vae->spatial()->adoptStoredKernelShapes(spatial, {});
    checkpoint::LoadOptions options;
    options.rename = presentAutoencoderKlName;
    options.dtype = dtype;
    if (const Result<void> loaded = checkpoint::loadInto(*vae->spatial(), spatial, options); !loaded)
        return unexpected(loaded.error());
    options.rename = {};
    if (const Result<void> loaded = checkpoint::loadInto(*vae->temporal(), temporal, options); !loaded)
        return unexpected(loaded.error());
    vae->spatial()->optimizeLayout();
    vae->eval();
    return vae;
}

} // namespace toca::models
