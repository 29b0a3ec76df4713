// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/ops/trained_attention.h"

#include "cache/exec/ops/kernel_calls.h"
#include "cache/exec/ops/trained_rows.h"
#include "kernels/trained_attention.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace toca::cache {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::tensor_list;

constexpr std::int64_t kLongest = 1024; ///< keys of a sequence
/// Queries that are worth a thread. Weights' gradients are summed by pieces of that size: in the same order whatever
/// the number of threads.
constexpr std::int64_t kQueriesPerPiece = 256;

static_assert(sizeof(kernels::AttentionSequence) == 4 * sizeof(std::int64_t), "kept as a tensor of four columns");

/// What an evaluation and its gradient share, kept as tensors for the backward pass.
struct Call {
    torch::Tensor sequences; ///< (S, 4) int64: kernels::AttentionSequence
    std::int64_t step = 1; ///< rows from one token of a sequence to its next
    std::int64_t heads = 1, headSize = 1;
    double epsilon = 0;
};

kernels::TrainedAttention operationOf(const Call& call, const torch::Tensor& q, const torch::Tensor& kv,
    const torch::Tensor& queryWeight, const torch::Tensor& keyWeight, const torch::Tensor& tables)
{
    const std::int64_t width = call.heads * call.headSize, size = q.element_size();
    kernels::TrainedAttention operation;
    operation.element = elementOf(q);
    operation.heads = call.heads;
    operation.headSize = call.headSize;
    operation.q = q.const_data_ptr();
    const auto* keys = static_cast<const std::byte*>(kv.defined() ? kv.const_data_ptr() : q.const_data_ptr());
    operation.k = keys + (kv.defined() ? 0 : width) * size;
    operation.v = keys + (kv.defined() ? 1 : 2) * width * size;
    operation.queryStride = q.size(-1);
    operation.keyStride = kv.defined() ? kv.size(-1) : q.size(-1);
    operation.sequences = static_cast<const kernels::AttentionSequence*>(call.sequences.const_data_ptr());
    operation.queryStep = call.step;
    operation.keyStep = kv.defined() ? 1 : call.step;
    if (queryWeight.defined()) {
        operation.queryWeight = queryWeight.const_data_ptr<float>();
        operation.keyWeight = keyWeight.const_data_ptr<float>();
    }
    operation.epsilon = static_cast<float>(call.epsilon);
    if (tables.defined()) {
        operation.cosines = tables.const_data_ptr<float>();
        operation.sines = operation.cosines + tables[0].numel();
    }
    operation.scale = 1.0F / std::sqrt(static_cast<float>(call.headSize));
    return operation;
}

std::int64_t sequencesPerPiece(const kernels::TrainedAttention& operation)
{
    return std::max<std::int64_t>(1, kQueriesPerPiece / std::max<std::int64_t>(1, operation.sequences[0].queries));
}

/// Calls `work(first, last, memory, piece)` for pieces of the sequences, in parallel.
template <class Work>
void forPieces(const kernels::TrainedAttention& operation, std::int64_t count, const Work& work)
{
    std::int64_t longest = 1;
    for (std::int64_t i = 0; i < count; ++i)
        longest = std::max(longest, operation.sequences[i].keys);
    const std::int64_t floats = kernels::trainedAttentionMemory(operation.headSize, longest);
    const std::int64_t size = sequencesPerPiece(operation);
    at::parallel_for(0, (count + size - 1) / size, 1, [&](std::int64_t begin, std::int64_t end) {
        constexpr std::size_t kAlignment = 64;
        std::vector<float> memory(static_cast<std::size_t>(floats) + kAlignment / sizeof(float));
        const auto address = reinterpret_cast<std::uintptr_t>(memory.data()) % kAlignment;
        float* const aligned = memory.data() + (address == 0 ? 0 : (kAlignment - address) / sizeof(float));
        for (std::int64_t piece = begin; piece < end; ++piece)
            work(piece * size, std::min(count, (piece + 1) * size), aligned, piece);
    });
}

class AttentionFunction : public Function<AttentionFunction> {
public:
    /// @param tables (2, length, D): cosines and signed sines
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& q,
        const std::optional<torch::Tensor>& kv, const std::optional<torch::Tensor>& queryWeight,
        const std::optional<torch::Tensor>& keyWeight, const std::optional<torch::Tensor>& tables,
        const torch::Tensor& sequences, std::int64_t step, std::int64_t heads, std::int64_t headSize, double epsilon)
    {
        const Call call{sequences, step, heads, headSize, epsilon};
        const auto given = [](const std::optional<torch::Tensor>& tensor) { return tensor.value_or(torch::Tensor()); };
        auto out = torch::empty({q.size(0), q.size(1), heads * headSize}, q.options());
        auto operation = operationOf(call, q, given(kv), given(queryWeight), given(keyWeight), given(tables));
        operation.out = out.mutable_data_ptr();
        forPieces(operation, sequences.size(0), [&](auto first, auto last, float* memory, std::int64_t) {
            kernels::trainedAttention(operation, first, last, memory);
        });
        context->save_for_backward({q, given(kv), given(queryWeight), given(keyWeight), given(tables), sequences});
        context->saved_data["step"] = step;
        context->saved_data["heads"] = heads;
        context->saved_data["head_size"] = headSize;
        context->saved_data["epsilon"] = epsilon;
        return out;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        auto& numbers = context->saved_data;
        const Call call{saved[5], numbers["step"].toInt(), numbers["heads"].toInt(), numbers["head_size"].toInt(),
            numbers["epsilon"].toDouble()};
        const torch::Tensor &q = saved[0], &kv = saved[1];
        const std::int64_t width = call.heads * call.headSize, size = q.element_size();
        const auto given = gradients[0].contiguous();
        auto ofQ = torch::empty_like(q);
        auto ofKv = kv.defined() ? torch::empty_like(kv) : torch::Tensor();
        auto operation = operationOf(call, q, kv, saved[2], saved[3], saved[4]);
        auto* const keys = static_cast<std::byte*>(kv.defined() ? ofKv.mutable_data_ptr() : ofQ.mutable_data_ptr());
        operation.outGradient = given.const_data_ptr();
        operation.qGradient = ofQ.mutable_data_ptr();
        operation.kGradient = keys + (kv.defined() ? 0 : width) * size;
        operation.vGradient = keys + (kv.defined() ? 1 : 2) * width * size;
        const std::int64_t count = call.sequences.size(0), perPiece = sequencesPerPiece(operation);
        const auto sums = torch::zeros({(count + perPiece - 1) / perPiece, 2, call.headSize}, torch::kFloat32);
        auto* const pieces = sums.mutable_data_ptr<float>();
        forPieces(operation, count, [&](auto first, auto last, float* memory, std::int64_t piece) {
            kernels::trainedAttentionGradient(operation, first, last, memory, pieces + piece * 2 * call.headSize);
        });
        tensor_list result(10);
        result[0] = ofQ;
        result[1] = ofKv;
        if (saved[2].defined()) {
            const auto sum = sums.sum(0);
            result[2] = sum[0];
            result[3] = sum[1];
        }
        return result;
    }
};

std::optional<torch::Tensor> optionally(const torch::Tensor& tensor)
{
    return tensor.defined() ? std::optional<torch::Tensor>(tensor) : std::nullopt;
}

/// (2, length, D): each cosine twice, then -sine and +sine
torch::Tensor tablesOf(const torch::Tensor& rotation)
{
    const auto factors = torch::view_as_real(rotation); // (length, D / 2, 2)
    const auto cosine = factors.select(-1, 0), sine = factors.select(-1, 1);
    return torch::stack({torch::stack({cosine, cosine}, -1), torch::stack({-sine, sine}, -1)}).flatten(2).contiguous();
}

} // namespace

bool runsTrainedAttention(const torch::Tensor& q, const TrainedHeads& heads, std::int64_t longest)
{
    const auto isFloat = [](const torch::Tensor& tensor) {
        return !tensor.defined() || (tensor.is_cpu() && tensor.scalar_type() == torch::kFloat32);
    };
    const bool isKnownRotation =
        !heads.rotation.defined() || (heads.rotation.is_cpu() && heads.rotation.scalar_type() == torch::kComplexFloat);
    return runsTrained(q) && q.dim() == 3 && longest > 0 && longest <= kLongest && isKnownRotation
        && isFloat(heads.queryWeight) && isFloat(heads.keyWeight)
        && heads.queryWeight.defined() == heads.keyWeight.defined() && kernels::hasTrainedAttention(heads.headSize);
}

torch::Tensor trainedSelfAttention(
    const torch::Tensor& qkv, const TrainedHeads& heads, const TrainedSequences& sequences)
{
    const std::int64_t rows = qkv.size(0), frames = sequences.frames, positions = sequences.positions;
    const std::int64_t tokens = frames * positions;
    const std::int64_t each = sequences.alongFrames ? positions : frames; // sequences of a row
    const std::int64_t length = sequences.alongFrames ? frames : positions;
    auto table = torch::empty({rows * each, 4}, torch::kInt64);
    auto* entry = static_cast<kernels::AttentionSequence*>(table.mutable_data_ptr());
    for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t i = 0; i < each; ++i, ++entry) {
            const std::int64_t first = row * tokens + (sequences.alongFrames ? i : i * positions);
            *entry = {first, length, first, length};
        }
    TORCH_CHECK(qkv.size(1) == tokens && qkv.size(2) == 3 * heads.heads * heads.headSize
            && (!heads.rotation.defined() || heads.rotation.size(0) >= length),
        "trainedSelfAttention: ", qkv.sizes());
    return AttentionFunction::apply(qkv.contiguous(), std::optional<torch::Tensor>(), optionally(heads.queryWeight),
        optionally(heads.keyWeight),
        heads.rotation.defined() ? optionally(tablesOf(heads.rotation)) : std::optional<torch::Tensor>(), table,
        sequences.alongFrames ? positions : 1, heads.heads, heads.headSize, heads.epsilon);
}

torch::Tensor trainedCrossAttention(const torch::Tensor& q, const torch::Tensor& kv,
    const std::vector<std::int64_t>& lengths, const TrainedHeads& heads)
{
    const auto rows = static_cast<std::int64_t>(lengths.size());
    auto table = torch::empty({rows, 4}, torch::kInt64);
    auto* entry = static_cast<kernels::AttentionSequence*>(table.mutable_data_ptr());
    std::int64_t firstKey = 0;
    for (std::int64_t row = 0; row < rows; ++row, ++entry) {
        const std::int64_t keys = lengths[static_cast<std::size_t>(row)];
        *entry = {row * q.size(1), q.size(1), firstKey, keys};
        firstKey += keys;
    }
    TORCH_CHECK(q.size(0) == rows && kv.dim() == 2 && kv.size(0) == firstKey
            && kv.size(1) == 2 * heads.heads * heads.headSize && kv.scalar_type() == q.scalar_type(),
        "trainedCrossAttention: ", q.sizes(), " and ", kv.sizes());
    return AttentionFunction::apply(q.contiguous(), optionally(kv.contiguous()), std::optional<torch::Tensor>(),
        std::optional<torch::Tensor>(), std::optional<torch::Tensor>(), table, std::int64_t{1}, heads.heads,
        heads.headSize, heads.epsilon);
}

} // namespace toca::cache
