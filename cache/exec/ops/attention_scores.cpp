// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/attention_scores.h"

#include "cache/exec/ops/kernel_calls.h"
#include "cache/exec/profile.h"
#include "kernels/attention_scores.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

namespace toca::cache {
namespace {

/// Exponentials that are worth a thread of their own.
constexpr std::int64_t kValuesPerThread = 1 << 14;
/// Scores that stay in a core's second cache (512 KiB), and keys that are worth a product of their own.
constexpr std::int64_t kValuesAtOnce = 1 << 17, kLongSequence = 64;

bool hasKernel(const torch::Tensor& scores)
{
    // A CPU's bfloat16 scores are widened first, or left to LibTorch.
    const bool isKnown = scores.is_cpu() ? scores.scalar_type() == torch::kFloat32 : hasKernelElement(scores);
    return runsKernels(scores) && isKnown && scores.is_contiguous()
        && !(torch::GradMode::is_enabled() && scores.requires_grad());
}

/// From each row's log-sum-exp: no softmax is kept.
void addReceivedOnDevice(const torch::Tensor& scores, double scale, torch::Tensor& sums)
{
    const auto options = scores.options().dtype(torch::kFloat32);
    auto received = torch::zeros({scores.size(0), scores.size(1), scores.size(3)}, options);
    auto logSumExp = torch::empty({scores.size(0), scores.size(1), scores.size(2)}, options);
    kernels::ReceivedAttention operation;
    operation.element = elementOf(scores);
    operation.scores = scores.const_data_ptr();
    operation.logSumExp = logSumExp.mutable_data_ptr<float>();
    operation.sums = received.mutable_data_ptr<float>();
    operation.maps = scores.size(0) * scores.size(1);
    operation.rows = scores.size(2);
    operation.length = scores.size(3);
    operation.scale = static_cast<float>(scale);
    onDevice(scores, [&](auto* stream) {
        const int error = kernels::logSumExpCuda(operation, stream);
        return error != 0 ? error : kernels::receivedAttentionCuda(operation, stream);
    });
    sums.add_(received.mean(1));
}

} // namespace

void addReceivedAttention(torch::Tensor scores, double scale, torch::Tensor sums)
{
    TORCH_CHECK(
        scores.dim() == 4 && sums.dim() == 2 && sums.size(0) == scores.size(0) && sums.size(1) == scores.size(3),
        "addReceivedAttention: scores ", scores.sizes(), ", sums ", sums.sizes());
    const std::int64_t sequences = scores.size(0), heads = scores.size(1), queries = scores.size(2),
                       length = scores.size(3);
    if (scores.is_cpu() && scores.scalar_type() == torch::kBFloat16)
        scores = scores.to(torch::kFloat32);
    if (!hasKernel(scores)) {
        sums.add_((scores * scale).softmax(-1, torch::kFloat32).mean(1).sum(1));
        return;
    }
    if (scores.is_cuda()) {
        addReceivedOnDevice(scores, scale, sums);
        return;
    }
    // Each head sums for itself, so that threads never add to the same numbers and their number changes nothing.
    auto received = torch::zeros({sequences, heads, length}, torch::kFloat32);
    float* const in = scores.mutable_data_ptr<float>();
    float* const out = received.mutable_data_ptr<float>();
    const std::int64_t grain =
        std::max<std::int64_t>(1, kValuesPerThread / std::max<std::int64_t>(1, queries * length));
    at::parallel_for(0, sequences * heads, grain, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t map = first; map < last; ++map)
            kernels::addReceivedAttention(
                in + map * queries * length, queries, length, static_cast<float>(scale), out + map * length);
    });
    sums.add_(received.mean(1));
}

bool prefersMaps(const torch::Tensor& q)
{
    return q.is_cpu() && q.scalar_type() == torch::kFloat32 && q.size(2) >= kLongSequence && runsKernels(q)
        && !(torch::GradMode::is_enabled() && q.requires_grad());
}

torch::Tensor receivedByMap(const torch::Tensor& q, const torch::Tensor& k, double scale)
{
    TORCH_CHECK(q.dim() == 4 && k.sizes() == q.sizes(), "receivedByMap: q ", q.sizes(), ", k ", k.sizes());
    const std::int64_t heads = q.size(1), length = q.size(2);
    const std::int64_t queriesAtOnce = std::clamp<std::int64_t>(kValuesAtOnce / length, 1, length);
    auto received = torch::zeros({q.size(0), heads, length}, torch::kFloat32);
    float* const out = received.mutable_data_ptr<float>();
    at::parallel_for(0, q.size(0) * heads, 1, [&](std::int64_t first, std::int64_t last) {
        const torch::NoGradGuard noGradients; // holds for one thread
        const auto buffer = torch::empty({queriesAtOnce, length}, torch::kFloat32);
        for (std::int64_t map = first; map < last; ++map) {
            const auto queries = q[map / heads][map % heads], keys = k[map / heads][map % heads].t();
            for (std::int64_t begin = 0; begin < length; begin += queriesAtOnce) {
                const std::int64_t count = std::min(queriesAtOnce, length - begin);
                auto scores = buffer.narrow(0, 0, count);
                at::mm_out(scores, queries.narrow(0, begin, count), keys);
                kernels::addReceivedAttention(
                    scores.mutable_data_ptr<float>(), count, length, static_cast<float>(scale), out + map * length);
            }
        }
    });
    return received.mean(1);
}

MapWithEntropy softmaxWithEntropy(torch::Tensor scores, double weight)
{
    TORCH_CHECK(scores.dim() == 4, "softmaxWithEntropy: scores ", scores.sizes());
    if (!hasKernel(scores) || (scores.is_cuda() && scores.size(1) > kernels::kMostDeviceHeads)) {
        const auto map = scores.softmax(-1);
        const PartScope scope(Part::Scoring);
        const auto mean = map.mean(1, false, torch::kFloat32) * weight; // (B, K, L)
        return {map, (mean * (mean + 1e-7).log()).sum(-1).neg()};
    }
    kernels::AttentionEntropy operation;
    operation.batches = scores.size(0);
    operation.heads = scores.size(1);
    operation.queries = scores.size(2);
    operation.length = scores.size(3);
    operation.weight = static_cast<float>(weight);
    auto entropy = torch::empty({operation.batches, operation.queries}, scores.options().dtype(torch::kFloat32));
    operation.element = elementOf(scores);
    operation.scores = scores.mutable_data_ptr();
    operation.entropy = entropy.mutable_data_ptr<float>();
    if (onDevice(scores, [&](auto* stream) { return kernels::attentionEntropyCuda(operation, stream); }))
        return {std::move(scores), std::move(entropy)};
    const std::int64_t grain =
        std::max<std::int64_t>(1, kValuesPerThread / std::max<std::int64_t>(1, operation.heads * operation.length));
    at::parallel_for(0, operation.rows(), grain, [&](std::int64_t first, std::int64_t last) {
        std::vector<float> mean(static_cast<std::size_t>(operation.length));
        kernels::attentionEntropy(operation, first, last, mean.data());
    });
    return {std::move(scores), std::move(entropy)};
}

} // namespace toca::cache
