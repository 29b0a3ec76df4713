// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/attention.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::models {
namespace {

/// Longest key sequence whose map is held for the backward pass.
constexpr std::int64_t kShortSequence = 1024;

bool wantsGradients(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v)
{
    return torch::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad());
}

} // namespace

torch::Tensor attended(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
    const torch::Tensor& bias, std::optional<double> scale)
{
    if (!wantsGradients(q, k, v) || k.size(-2) > kShortSequence)
        return torch::scaled_dot_product_attention(
            q, k, v, bias.defined() ? std::optional<torch::Tensor>(bias) : std::nullopt, 0.0, false, scale);
    auto logits =
        torch::matmul(q * scale.value_or(1.0 / std::sqrt(static_cast<double>(q.size(-1)))), k.transpose(-2, -1));
    if (bias.defined())
        logits = logits + bias.to(logits.scalar_type());
    return torch::matmul(logits.softmax(-1), v);
}

torch::Tensor widened(const torch::Tensor& x)
{
    return x.scalar_type() == torch::kFloat64 ? x : x.to(torch::kFloat32);
}

} // namespace toca::models
