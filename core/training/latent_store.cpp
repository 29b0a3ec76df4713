// SPDX-License-Identifier: Apache-2.0
#include "core/training/latent_store.h"

#include "core/base/printable.h"
#include "core/checkpoint/checkpoint.h"
#include "core/models/vae/frames.h"
#include "core/training/random.h"

#include <torch/torch.h>

#include <algorithm>
#include <cstdio>

namespace toca::training {

std::string weightsIdentity(const torch::nn::Module& module)
{
    // Of the bits, in whole numbers: a sum of floating-point values would depend on the number of threads.
    std::uint64_t hash = 0;
    for (const auto& item : module.named_parameters()) {
        const auto bits = item.value()
                              .detach()
                              .to(torch::kCPU, torch::kFloat32)
                              .contiguous()
                              .view(torch::kInt32)
                              .to(torch::kInt64)
                              .flatten();
        const auto places = torch::arange(1, bits.numel() + 1, torch::kInt64);
        hash = mixed({hash, static_cast<std::uint64_t>(bits.sum().item<std::int64_t>()),
            static_cast<std::uint64_t>((bits * places).sum().item<std::int64_t>())});
    }
    return std::to_string(hash);
}

LatentStore::LatentStore(std::filesystem::path folder, std::string name, std::shared_ptr<const ClipSource> source,
    ClipSize size, bool mirrors, LatentEncoder encoder)
    : m_folder(std::move(folder))
    , m_name(std::move(name))
    , m_source(std::move(source))
    , m_size(size)
    , m_mirrors(mirrors)
    , m_encoder(std::move(encoder))
{
}

std::filesystem::path LatentStore::path(std::int64_t piece) const
{
    char number[32];
    std::snprintf(number, sizeof number, "-%05lld.safetensors", static_cast<long long>(piece));
    return m_folder / (m_name + number);
}

std::int64_t LatentStore::clipsOf(std::int64_t piece) const
{
    return std::min(kClipsPerPiece, count() - piece * kClipsPerPiece);
}

std::string LatentStore::key(std::int64_t piece) const
{
    return m_source->identity() + ", clips " + std::to_string(piece * kClipsPerPiece) + "+"
        + std::to_string(clipsOf(piece)) + ", " + std::to_string(m_size.frames) + "x" + std::to_string(m_size.height)
        + "x" + std::to_string(m_size.width) + ", vae " + m_encoder.identity;
}

torch::Tensor LatentStore::stored(std::int64_t piece) const
{
    const auto file = checkpoint::Checkpoint::open(path(piece));
    if (!file)
        return {};
    const auto& metadata = file->metadata();
    const bool fits = std::any_of(metadata.begin(), metadata.end(),
        [&](const auto& entry) { return entry.first == "key" && entry.second == key(piece); });
    const auto* info = file->find("latents");
    std::vector<std::int64_t> shape{clipsOf(piece), m_mirrors ? 2 : 1};
    shape.insert(shape.end(), m_encoder.shape.begin(), m_encoder.shape.end());
    if (!fits || !info || info->shape != shape || info->dtype != torch::kFloat16)
        return {};
    return file->tensor("latents");
}

Result<torch::Tensor> LatentStore::encoded(std::int64_t piece, const std::stop_token& stop)
{
    const torch::NoGradGuard noGradients;
    std::vector<torch::Tensor> clips;
    for (std::int64_t i = 0; i < clipsOf(piece); ++i) {
        const auto frames = m_source->clip(piece * kClipsPerPiece + i, m_size);
        if (!frames)
            return unexpected(frames.error());
        const auto pixels = models::framesFromRgb8(*frames);
        auto latents = m_encoder.encode(m_mirrors ? torch::cat({pixels, pixels.flip(-1)}) : pixels, stop);
        if (!latents)
            return unexpected(latents.error());
        clips.push_back(latents->to(torch::kFloat16));
    }
    return torch::stack(clips);
}

Result<void> LatentStore::make(std::int64_t count, std::stop_token stop, const std::function<void(std::int64_t)>& told)
{
    count = std::min(count, this->count());
    while (m_ready < count) {
        const auto piece = static_cast<std::int64_t>(m_pieces.size());
        auto latents = stored(piece);
        if (!latents.defined()) {
            std::error_code failed;
            std::filesystem::create_directories(m_folder, failed);
            if (failed)
                return unexpected(ErrorCode::Io,
                    "Cannot make the folder " + quotedPath(m_folder.string()) + ": " + failed.message() + ".");
            auto made = encoded(piece, stop);
            if (!made)
                return unexpected(made.error());
            if (auto written = checkpoint::writeSafetensors(path(piece), {{"latents", *made}}, {{"key", key(piece)}});
                !written)
                return written;
            latents = stored(piece);
            if (!latents.defined())
                return unexpected(ErrorCode::Io, "Cannot read back " + quotedPath(path(piece).string()) + ".");
            if (told)
                told(m_ready + clipsOf(piece));
        }
        m_ready += clipsOf(piece);
        m_pieces.push_back(latents);
    }
    return {};
}

torch::Tensor LatentStore::gather(const std::vector<std::int64_t>& indices, const std::vector<bool>& isMirrored) const
{
    std::vector<torch::Tensor> rows;
    for (std::size_t i = 0; i < indices.size(); ++i) {
        TORCH_CHECK(indices[i] >= 0 && indices[i] < m_ready, "LatentStore: clip ", indices[i], " is not ready");
        rows.push_back(m_pieces[static_cast<std::size_t>(indices[i] / kClipsPerPiece)][indices[i] % kClipsPerPiece]
                               [isMirrored[i] ? 1 : 0]
                                   .to(torch::kFloat32));
    }
    return torch::stack(rows);
}

torch::Tensor LatentStore::objectWeights(const std::vector<std::int64_t>& indices, double weight) const
{
    if (weight == 1)
        return {};
    const std::int64_t frames = m_encoder.shape[1], rows = m_encoder.shape[2], columns = m_encoder.shape[3];
    const auto weights = torch::empty({static_cast<std::int64_t>(indices.size()), 1, frames, rows, columns});
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const auto cells = m_source->objectCells(indices[i], m_size, frames, rows, columns);
        if (cells.empty())
            return {};
        weights[static_cast<std::int64_t>(i)].copy_(torch::tensor(cells).view({1, frames, rows, columns}));
    }
    return weights.mul_(weight - 1).add_(1);
}

} // namespace toca::training
