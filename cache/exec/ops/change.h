// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace toca::cache {

// The scalars that threshold methods decide from. Means are summed in 32 bits whatever the tensors' dtype; each call
// waits for the device.

/// mean |a|
double meanAbsolute(const torch::Tensor& a);
/// mean |a - b|
double meanDistance(const torch::Tensor& a, const torch::Tensor& b);
/// mean |a - b| / mean |b|: 0 for equal tensors, infinity when only b is zero.
double relativeChange(const torch::Tensor& a, const torch::Tensor& b);
/// Mean over rows and tokens of |a| / |b|, norms over the channels; tokens whose b is zero are left out.
/// @param a, b (rows, N, C)  @return 1 when none is left
double meanNormRatio(const torch::Tensor& a, const torch::Tensor& b);

/// The part of a prediction that moves the latent: the latent's channels of the first rows, as many as the latent has
/// prompts, which are the conditional ones where both are there.
/// @param prediction (rows, C or more, T, H, W)  @param latent (P, C, T, H, W)  @return (P, C, T, H, W), contiguous
/// @throws c10::Error when the shapes do not fit
torch::Tensor latentPart(const torch::Tensor& prediction, const torch::Tensor& latent);

} // namespace toca::cache
