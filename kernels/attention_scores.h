// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace toca::kernels {

/// The attention that each key receives, from raw scores (score s1 of the ToCa paper), without keeping a map:
/// sums[l] += sum over rows of softmax(scale * scores[row])[l]. The scores are overwritten.
/// @param scores (rows, length), contiguous  @param sums (length)
void addReceivedAttention(float* scores, std::int64_t rows, std::int64_t length, float scale, float* sums);

/// Cross-attention and how spread out it is over the text, head by head into one mean (score s2 of the ToCa paper).
struct AttentionEntropy {
    float* scores = nullptr; ///< (B, heads, K, L), contiguous: raw scores, replaced by their softmax over L
    float* entropy = nullptr; ///< (B, K), contiguous: -sum p ln(p + 1e-7) in nats, p = weight * mean over heads
    std::int64_t batches = 0;
    std::int64_t heads = 0;
    std::int64_t queries = 0; ///< K
    std::int64_t length = 0; ///< L
    float scale = 1; ///< of the scores
    float weight = 1; ///< of the distribution: 1 / guidance rows

    std::int64_t rows() const { return batches * queries; }
};

/// The tokens [first, last) of `rows()`. @param mean scratch of `length` values
void attentionEntropy(const AttentionEntropy& operation, std::int64_t first, std::int64_t last, float* mean);

} // namespace toca::kernels
