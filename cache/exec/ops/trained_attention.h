// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace toca::cache {

/// How the queries and keys of a self-attention are prepared.
struct TrainedHeads {
    std::int64_t heads = 1;
    std::int64_t headSize = 1;
    torch::Tensor queryWeight; ///< (D) float32 of the RMS norm of queries; undefined: no norms
    torch::Tensor keyWeight;
    double epsilon = 1e-6; ///< of the norms
    torch::Tensor rotation; ///< (length, D / 2) complex64; undefined: nothing is turned
};

/// How the tokens of a row, frames x positions, form sequences.
struct TrainedSequences {
    std::int64_t frames = 1;
    std::int64_t positions = 1;
    bool alongFrames = false; ///< a sequence for each position instead of for each frame
};

/// Whether there is a kernel for training this attention. @param longest most keys of a sequence
bool runsTrainedAttention(const torch::Tensor& q, const TrainedHeads& heads, std::int64_t longest);

/// Attention within the sequences, in one pass over all that follows the projection: norms, rotation, softmax.
/// Its backward pass keeps only `qkv` and computes the rest again.
/// @param qkv (B, frames * positions, 3 heads D), tokens frame-major
/// @return (B, N, heads D), tokens as in `qkv`
torch::Tensor trainedSelfAttention(
    const torch::Tensor& qkv, const TrainedHeads& heads, const TrainedSequences& sequences);

/// Attention of each row's tokens over its own text.
/// @param q (B, N, heads D)  @param kv (sum of lengths, 2 heads D), the rows' texts one after the other
/// @return (B, N, heads D)
torch::Tensor trainedCrossAttention(const torch::Tensor& q, const torch::Tensor& kv,
    const std::vector<std::int64_t>& lengths, const TrainedHeads& heads);

} // namespace toca::cache
