// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

#include <cstdint>

namespace toca::kernels {

/// The rows of one sequence: its queries, and the keys and values that they attend to.
struct AttentionSequence {
    std::int64_t firstQuery = 0;
    std::int64_t queries = 0;
    std::int64_t firstKey = 0;
    std::int64_t keys = 0;
};

/// Attention within many short sequences as training needs it, with the gradients of all it reads. In one pass a
/// sequence's queries and keys are normalised (RMS), turned (rotary embedding) and attended; of the forward pass only
/// its inputs need to be kept. Sums are float32.
struct TrainedAttention {
    Element element = Element::Float32; ///< of q, k, v, out and their gradients
    std::int64_t heads = 0;
    std::int64_t headSize = 0; ///< D: 16, 32 or 64
    const void* q = nullptr; ///< row r, head h: D values from r * queryStride + h * D on
    const void* k = nullptr; ///< row r, head h: D values from r * keyStride + h * D on
    const void* v = nullptr; ///< as k
    std::int64_t queryStride = 0; ///< values between two rows, also of `qGradient`
    std::int64_t keyStride = 0; ///< also of `kGradient`, `vGradient`
    const AttentionSequence* sequences = nullptr;
    std::int64_t queryStep = 1; ///< rows from one query of a sequence to its next
    std::int64_t keyStep = 1;
    const float* queryWeight = nullptr; ///< (D) of the RMS norm; null = neither queries nor keys are normalised
    const float* keyWeight = nullptr; ///< (D)
    float epsilon = 1e-6F; ///< of the norms
    /// (length, D) cosines, each twice, and (length, D) of -sine, +sine; null = nothing is turned
    const float* cosines = nullptr;
    const float* sines = nullptr;
    float scale = 1; ///< of the products of queries and keys
    void* out = nullptr; ///< (rows of q, heads * D), contiguous; only for `trainedAttention`
    const void* outGradient = nullptr; ///< laid out as `out`; from here on only for `trainedAttentionGradient`
    void* qGradient = nullptr; ///< laid out as q, k, v
    void* kGradient = nullptr;
    void* vGradient = nullptr;
};

/// Whether there is a version for this width of a head.
bool hasTrainedAttention(std::int64_t headSize);
/// Floats of memory that a call works in. @param longest most keys of a sequence
std::int64_t trainedAttentionMemory(std::int64_t headSize, std::int64_t longest);

/// The sequences [first, last). @param memory of one thread
void trainedAttention(const TrainedAttention& operation, std::int64_t first, std::int64_t last, float* memory);
/// The gradients of what the sequences [first, last) read.
/// @param weightSums (2, D): the gradients of the norms' weights are added to them
void trainedAttentionGradient(
    const TrainedAttention& operation, std::int64_t first, std::int64_t last, float* memory, float* weightSums);

} // namespace toca::kernels
