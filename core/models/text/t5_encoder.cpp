// SPDX-License-Identifier: Apache-2.0
#include "core/models/text/t5_encoder.h"

#include "cache/exec/ops/trained_rows.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"

#include <torch/torch.h>

#include <cmath>
#include <limits>

namespace toca::models {
namespace {

/// Bucket of each key position relative to each query position (bidirectional; paper section 2.1): half of the buckets
/// are for later keys; of each half, the nearer half are exact distances, the others grow logarithmically up to the
/// maximum.
///
/// @return (L, L) int64, rows are queries
torch::Tensor relativeBuckets(std::int64_t length, std::int64_t buckets, std::int64_t maxDistance)
{
    const torch::Tensor position = torch::arange(length, torch::kLong);
    const torch::Tensor offset = position.unsqueeze(0) - position.unsqueeze(1); // key - query
    const torch::Tensor distance = offset.abs();
    const std::int64_t half = buckets / 2;
    const std::int64_t exact = half / 2;
    // In float32 and in this order, because a rounding difference here moves a pair of positions into another bucket.
    const double range = std::log(static_cast<double>(maxDistance) / static_cast<double>(exact));
    const torch::Tensor logarithm = torch::log(distance.to(torch::kFloat32) / exact) / range * (half - exact);
    // The logarithm of distance 0 is not used, but must not be converted to an integer either.
    const torch::Tensor far = (logarithm.clamp_min(0).to(torch::kLong) + exact).clamp_max(half - 1);
    return (offset > 0).to(torch::kLong) * half + torch::where(distance < exact, distance, far);
}

/// (B, L, heads * width) -> (B, heads, L, width)
torch::Tensor splitHeads(const torch::Tensor& x, std::int64_t heads)
{
    return x.unflatten(-1, {heads, -1}).transpose(1, 2);
}

double lowest(torch::ScalarType dtype)
{
    if (dtype == torch::kHalf)
        return std::numeric_limits<c10::Half>::lowest();
    if (dtype == torch::kBFloat16)
        return std::numeric_limits<c10::BFloat16>::lowest();
    return std::numeric_limits<float>::lowest();
}

} // namespace

T5AttentionImpl::T5AttentionImpl(const T5Config& config, bool hasRelativeBias)
    : m_config(config)
{
    const std::int64_t inner = config.heads * config.keySize;
    q = register_module("q", Linear(config.modelSize, inner, false));
    k = register_module("k", Linear(config.modelSize, inner, false));
    v = register_module("v", Linear(config.modelSize, inner, false));
    o = register_module("o", Linear(inner, config.modelSize, false));
    if (hasRelativeBias)
        relative_attention_bias =
            register_module("relative_attention_bias", Embedding(config.relativeBuckets, config.heads));
}

torch::Tensor T5AttentionImpl::relativeBias(std::int64_t length)
{
    const torch::Tensor buckets = relativeBuckets(length, m_config.relativeBuckets, m_config.relativeMaxDistance)
                                      .to(relative_attention_bias->weight.device());
    return relative_attention_bias(buckets).permute({2, 0, 1}).unsqueeze(0);
}

torch::Tensor T5AttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& bias)
{
    const auto heads = [&](const torch::Tensor& values) { return splitHeads(values, m_config.heads); };
    const auto mixed = attended(heads(q(x)), heads(k(x)), heads(v(x)), bias, /*scale=*/1.0);
    return tapped(*this, o(mixed.transpose(1, 2).flatten(2)));
}

T5LayerSelfAttentionImpl::T5LayerSelfAttentionImpl(const T5Config& config, bool hasRelativeBias)
{
    SelfAttention = register_module("SelfAttention", T5Attention(config, hasRelativeBias));
    layer_norm = register_module("layer_norm", RmsNorm(config.modelSize, config.epsilon));
}

torch::Tensor T5LayerSelfAttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& bias)
{
    return tapped(*this, x + SelfAttention(layer_norm(x), bias));
}

T5GatedFeedForwardImpl::T5GatedFeedForwardImpl(const T5Config& config)
{
    wi_0 = register_module("wi_0", Linear(config.modelSize, config.feedForwardSize, false));
    wi_1 = register_module("wi_1", Linear(config.modelSize, config.feedForwardSize, false));
    wo = register_module("wo", Linear(config.feedForwardSize, config.modelSize, false));
}

torch::Tensor T5GatedFeedForwardImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, wo(cache::gelu(wi_0(x)) * wi_1(x)));
}

T5LayerFeedForwardImpl::T5LayerFeedForwardImpl(const T5Config& config)
{
    DenseReluDense = register_module("DenseReluDense", T5GatedFeedForward(config));
    layer_norm = register_module("layer_norm", RmsNorm(config.modelSize, config.epsilon));
}

torch::Tensor T5LayerFeedForwardImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, x + DenseReluDense(layer_norm(x)));
}

T5BlockImpl::T5BlockImpl(const T5Config& config, bool hasRelativeBias)
{
    const auto layer = register_module("layer", std::make_shared<torch::nn::Module>());
    attention = layer->register_module("0", T5LayerSelfAttention(config, hasRelativeBias));
    m_feedForward = layer->register_module("1", T5LayerFeedForward(config));
}

torch::Tensor T5BlockImpl::forward(const torch::Tensor& x, const torch::Tensor& bias)
{
    return tapped(*this, m_feedForward(attention(x, bias)));
}

T5StackImpl::T5StackImpl(const T5Config& config)
{
    block = register_module("block", std::make_shared<Stack<T5Block>>());
    for (std::int64_t index = 0; index < config.layers; ++index)
        block->append(T5Block(config, /*hasRelativeBias=*/index == 0));
    final_layer_norm = register_module("final_layer_norm", RmsNorm(config.modelSize, config.epsilon));
}

torch::Tensor T5StackImpl::relativeBias(std::int64_t length)
{
    return (*block)[0]->attention->SelfAttention->relativeBias(length);
}

torch::Tensor T5StackImpl::forward(torch::Tensor x, const torch::Tensor& mask, std::vector<torch::Tensor>* hiddenStates)
{
    torch::Tensor bias = relativeBias(x.size(1)); // (1, heads, L, L)
    if (mask.defined()) {
        // The lowest finite number instead of -inf: a row without any token then attends evenly instead of giving NaN.
        const torch::Tensor isPadding = (mask == 0).unsqueeze(1).unsqueeze(1); // (B, 1, 1, L)
        bias = bias.masked_fill(isPadding, lowest(bias.scalar_type()));
    }
    bias = bias.contiguous();
    for (T5Block& layer : *block) {
        if (hiddenStates)
            hiddenStates->push_back(x);
        x = layer(x, bias);
    }
    x = final_layer_norm(x);
    if (hiddenStates)
        hiddenStates->push_back(x);
    return tapped(*this, x);
}

T5EncoderImpl::T5EncoderImpl(const T5Config& config)
    : m_config(config)
{
    shared = register_module("shared", Embedding(config.vocabularySize, config.modelSize));
    encoder = register_module("encoder", T5Stack(config));
}

torch::Tensor T5EncoderImpl::relativeBias(std::int64_t length)
{
    return encoder->relativeBias(length);
}

torch::Tensor T5EncoderImpl::forward(
    const torch::Tensor& ids, const torch::Tensor& mask, std::vector<torch::Tensor>* hiddenStates)
{
    TORCH_CHECK(ids.dim() == 2 && ids.numel() > 0 && ids.scalar_type() == torch::kLong,
        "T5Encoder: token ids must be int64 (B, L), but are ", ids.dtype(), " ", ids.sizes());
    TORCH_CHECK(!mask.defined() || mask.sizes() == ids.sizes(), "T5Encoder: a mask of shape ", mask.sizes(),
        " does not fit token ids of shape ", ids.sizes());
    TORCH_CHECK(ids.min().item<std::int64_t>() >= 0 && ids.max().item<std::int64_t>() < m_config.vocabularySize,
        "T5Encoder: a token id is outside of the vocabulary of ", m_config.vocabularySize, " rows");
    return encoder->forward(shared(ids), mask, hiddenStates);
}

Result<T5Encoder> loadT5Encoder(
    const T5Config& config, const checkpoint::Checkpoint& checkpoint, std::optional<torch::ScalarType> dtype)
{
    constexpr const char* kShared = "shared.weight";
    const bool hasShared = checkpoint.find(kShared) != nullptr;
    checkpoint::LoadOptions options;
    options.rename = [hasShared](const std::string& name) -> std::string {
        if (name == "encoder.embed_tokens.weight")
            return hasShared ? "" : kShared;
        const bool isDecoder = name.rfind("decoder.", 0) == 0 || name.rfind("lm_head.", 0) == 0;
        return isDecoder ? "" : name;
    };
    options.dtype = dtype;
    if (!dtype && !checkpoint.tensors().empty() && checkpoint.tensors().front().dtype == torch::kHalf)
        options.dtype = torch::kFloat32;

    T5Encoder encoder(config);
    if (const Result<void> loaded = checkpoint::loadInto(*encoder, checkpoint, options); !loaded)
        return unexpected(loaded.error());
    encoder->eval();
    return encoder;
}

} // namespace toca::models
