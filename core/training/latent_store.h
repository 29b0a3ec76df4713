// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/clip_source.h"

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

namespace torch::nn {
class Module;
}

namespace toca::training {

/// From clips to what a diffusion model reads.
struct LatentEncoder {
    std::string identity; ///< tells encoders apart; see `weightsIdentity`
    std::vector<std::int64_t> shape; ///< of one clip's latents (C, T, h, w)
    /// @param pixels (B, 3, F, H, W) in [-1, 1]  @return (B, C, T, h, w); Cancelled
    std::function<Result<torch::Tensor>(const torch::Tensor& pixels, const std::stop_token& stop)> encode;
};

/// A number that other weights do not have: from all bits of all parameters as float32. The same on every machine.
std::string weightsIdentity(const torch::nn::Module& module);

/// The latents of clips, and of their mirror images where wanted, encoded once and kept on disk in pieces of
/// `kClipsPerPiece`, as float16. Pieces are mapped, not read: memory stays free.
///
/// A piece is only used for the clips, the size and the encoder that it was made from.
class LatentStore {
public:
    static constexpr std::int64_t kClipsPerPiece = 64;

    /// @param folder for the pieces, made when needed; may be shared by trainings
    /// @param name of the files: "<name>-00003.safetensors"
    /// @param mirrors encode the mirrored clips as well: their latents are not the mirrored latents
    LatentStore(std::filesystem::path folder, std::string name, std::shared_ptr<const ClipSource> source, ClipSize size,
        bool mirrors, LatentEncoder encoder);

    const ClipSource& source() const { return *m_source; }
    const ClipSize& size() const { return m_size; }
    bool mirrors() const { return m_mirrors; }
    std::int64_t count() const { return m_source->count(); }
    /// Clips whose latents are there, from the first on.
    std::int64_t ready() const { return m_ready; }

    /// Encodes what is missing of the first `count` clips. @param told is called after each piece that was encoded
    /// @return Cancelled, Io, or why a clip cannot be read
    Result<void> make(std::int64_t count, std::stop_token stop, const std::function<void(std::int64_t ready)>& told);
    /// @param indices of clips that are ready  @param isMirrored one for each
    /// @return (B, C, T, h, w) float32
    torch::Tensor gather(const std::vector<std::int64_t>& indices, const std::vector<bool>& isMirrored) const;
    /// Weights of a loss: `weight` where the world's objects are, 1 on the backdrop.
    /// @return (B, 1, T, h, w) float32; undefined where the weight is 1 or the source knows no objects
    torch::Tensor objectWeights(const std::vector<std::int64_t>& indices, double weight) const;

private:
    std::string key(std::int64_t piece) const;
    std::filesystem::path path(std::int64_t piece) const;
    std::int64_t clipsOf(std::int64_t piece) const;
    /// @return the latents of a stored piece; undefined where there is none that fits
    torch::Tensor stored(std::int64_t piece) const;
    Result<torch::Tensor> encoded(std::int64_t piece, const std::stop_token& stop);

    std::filesystem::path m_folder;
    std::string m_name;
    std::shared_ptr<const ClipSource> m_source;
    ClipSize m_size;
    bool m_mirrors;
    LatentEncoder m_encoder;
    std::vector<torch::Tensor> m_pieces; ///< (n, 1 or 2, C, T, h, w): as it is, mirrored
    std::int64_t m_ready = 0;
};

} // namespace toca::training
