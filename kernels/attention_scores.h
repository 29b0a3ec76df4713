// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

#include <cstdint>

namespace toca::kernels {

/// The attention that each key receives, from raw scores (score s1 of the ToCa paper), without keeping a map:
/// sums[l] += sum over rows of softmax(scale * scores[row])[l]. The scores are overwritten.
/// @param scores (rows, length), contiguous  @param sums (length)
void addReceivedAttention(float* scores, std::int64_t rows, std::int64_t length, float scale, float* sums);

/// Cross-attention and how spread out it is over the text, head by head into one mean (score s2 of the ToCa paper).
struct AttentionEntropy {
    Element element = Element::Float32; ///< of the scores; a CPU's are float32
    void* scores = nullptr; ///< (B, heads, K, L), contiguous: raw scores, replaced by their softmax over L
    float* entropy = nullptr; ///< (B, K), contiguous: -sum p ln(p + 1e-7) in nats, p = weight * mean over heads
    std::int64_t batches = 0;
    std::int64_t heads = 0;
    std::int64_t queries = 0; ///< K
    std::int64_t length = 0; ///< L
    float scale = 1; ///< of the scores
    float weight = 1; ///< of the distribution: 1 / guidance rows

    TOCA_HD std::int64_t rows() const { return batches * queries; }
};

/// Most heads that `attentionEntropyCuda` takes.
inline constexpr std::int64_t kMostDeviceHeads = 64;

/// The tokens [first, last) of `rows()`. @param mean scratch of `length` values
void attentionEntropy(const AttentionEntropy& operation, std::int64_t first, std::int64_t last, float* mean);

/// Received attention on a GPU, from a block of raw scores and each row's log-sum-exp, so that no softmax is kept:
/// sums[map, l] += sum over rows of exp(scale * scores[map, row, l] - logSumExp[map, row])
struct ReceivedAttention {
    Element element = Element::Float32; ///< of the scores
    const void* scores = nullptr; ///< (maps, rows, length), contiguous
    float* logSumExp = nullptr; ///< (maps, rows): of scale * scores; written by `logSumExpCuda`, or by flash attention
    float* sums = nullptr; ///< (maps, length), added to
    std::int64_t maps = 0;
    std::int64_t rows = 0;
    std::int64_t length = 0;
    float scale = 1;
};

/// @param stream a cudaStream_t  @return a cudaError_t, 0 = launched
int logSumExpCuda(const ReceivedAttention& operation, void* stream);
/// In a fixed order of additions: the same numbers every time. @pre `logSumExp` is there
int receivedAttentionCuda(const ReceivedAttention& operation, void* stream);
/// All tokens of `AttentionEntropy`.
int attentionEntropyCuda(const AttentionEntropy& operation, void* stream);

} // namespace toca::kernels
