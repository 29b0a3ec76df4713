// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <optional>

namespace toca::models {

/// softmax(q k^T scale + bias) v, by the fused kernel. Where gradients are wanted and the sequences are short, as two
/// matrix products around a softmax instead: on a CPU the fused kernel's backward pass is several times slower there.
///
/// @param q (..., K, D)  @param k, v (..., L, D)  @param bias added to the logits, broadcast; undefined: none
/// @param scale nothing: 1 / sqrt(D)
/// @return (..., K, D)
torch::Tensor attended(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
    const torch::Tensor& bias = {}, std::optional<double> scale = {});

/// `x` in at least float32: the type in which norms and rotations are computed. Float64 stays.
torch::Tensor widened(const torch::Tensor& x);

} // namespace toca::models
