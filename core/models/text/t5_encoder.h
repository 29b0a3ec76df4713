// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/checkpoint/checkpoint.h"
#include "core/models/layers/tapped_layers.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace toca::models {

/// Sizes of a T5 v1.1 encoder, as in Hugging Face's config.json.
struct T5Config {
    std::int64_t vocabularySize = 32128;
    std::int64_t modelSize = 4096; ///< d_model
    std::int64_t keySize = 64; ///< d_kv, width of one head
    std::int64_t feedForwardSize = 10240; ///< d_ff
    std::int64_t layers = 24;
    std::int64_t heads = 64;
    std::int64_t relativeBuckets = 32;
    std::int64_t relativeMaxDistance = 128; ///< tokens
    double epsilon = 1e-6;

    /// @return BadFormat (missing, of a wrong type, out of range), or Unsupported for anything but a gated GELU
    static Result<T5Config> fromJson(const nlohmann::json& config, const std::string& fileName);
};

/// Self-attention without scaling by 1/sqrt(d) (Raffel et al., arXiv 1910.10683, section 2.1).
class T5AttentionImpl : public torch::nn::Module {
public:
    T5AttentionImpl(const T5Config& config, bool hasRelativeBias);
    /// @param x (B, L, D)  @param bias (1 or B, heads, L, L), added to the logits  @return (B, L, D)
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& bias);
    /// @return (1, heads, length, length)
    /// @pre made with `hasRelativeBias`
    torch::Tensor relativeBias(std::int64_t length);

private:
    T5Config m_config;
    Linear q = nullptr, k = nullptr, v = nullptr, o = nullptr;
    Embedding relative_attention_bias = nullptr;
};
TORCH_MODULE(T5Attention);

/// x + SelfAttention(norm(x)).
class T5LayerSelfAttentionImpl : public torch::nn::Module {
public:
    T5LayerSelfAttentionImpl(const T5Config& config, bool hasRelativeBias);
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& bias);

    T5Attention SelfAttention = nullptr;

private:
    RmsNorm layer_norm = nullptr;
};
TORCH_MODULE(T5LayerSelfAttention);

/// wo(GELU(wi_0 x) * wi_1 x): gated GELU (Shazeer, arXiv 2002.05202) in its tanh approximation.
class T5GatedFeedForwardImpl : public torch::nn::Module {
public:
    explicit T5GatedFeedForwardImpl(const T5Config& config);
    torch::Tensor forward(const torch::Tensor& x);

private:
    Linear wi_0 = nullptr, wi_1 = nullptr, wo = nullptr;
};
TORCH_MODULE(T5GatedFeedForward);

/// x + DenseReluDense(norm(x)); the name is the checkpoints'.
class T5LayerFeedForwardImpl : public torch::nn::Module {
public:
    explicit T5LayerFeedForwardImpl(const T5Config& config);
    torch::Tensor forward(const torch::Tensor& x);

private:
    T5GatedFeedForward DenseReluDense = nullptr;
    RmsNorm layer_norm = nullptr;
};
TORCH_MODULE(T5LayerFeedForward);

/// Pre-norm transformer block: self-attention ("layer.0"), then feed-forward ("layer.1").
class T5BlockImpl : public torch::nn::Module {
public:
    T5BlockImpl(const T5Config& config, bool hasRelativeBias);
    /// @param x (B, L, D)
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& bias);

    T5LayerSelfAttention attention = nullptr;

private:
    T5LayerFeedForward m_feedForward = nullptr;
};
TORCH_MODULE(T5Block);

/// All blocks share the relative position bias of the first.
class T5StackImpl : public torch::nn::Module {
public:
    explicit T5StackImpl(const T5Config& config);
    torch::Tensor forward(torch::Tensor x, const torch::Tensor& mask, std::vector<torch::Tensor>* hiddenStates);
    torch::Tensor relativeBias(std::int64_t length);

private:
    std::shared_ptr<Stack<T5Block>> block;
    RmsNorm final_layer_norm = nullptr;
};
TORCH_MODULE(T5Stack);

/// Text encoder T5 v1.1 (Raffel et al., arXiv 1910.10683; without biases).
class T5EncoderImpl : public torch::nn::Module {
public:
    explicit T5EncoderImpl(const T5Config& config);

    /// @param ids  (B, L) int64, each in [0, vocabularySize)
    /// @param mask (B, L), 1 = token, 0 = padding that no token attends to; undefined = all are tokens
    /// @param hiddenStates when given, receives layers + 1 tensors (B, L, D): the embeddings, the outputs of all blocks
    /// but
    ///        the last, and the result
    /// @return (B, L, D), padded positions included, in the weights' dtype
    /// @throws c10::Error for other shapes or ids
    torch::Tensor forward(
        const torch::Tensor& ids, const torch::Tensor& mask = {}, std::vector<torch::Tensor>* hiddenStates = nullptr);
    /// What is added to the attention logits at each pair of positions: (1, heads, length, length).
    torch::Tensor relativeBias(std::int64_t length);

    const T5Config& config() const { return m_config; }

private:
    T5Config m_config;
    Embedding shared = nullptr;
    T5Stack encoder = nullptr;
};
TORCH_MODULE(T5Encoder);

/// Builds the encoder and loads its weights, whose embedding table may be called "shared.weight",
/// "encoder.embed_tokens.weight", or both. A full T5's decoder is ignored.
///
/// @param dtype undefined = the stored one, but float32 for float16, in which T5 v1.1 overflows
/// @return BadCheckpoint
Result<T5Encoder> loadT5Encoder(const T5Config& config, const checkpoint::Checkpoint& checkpoint,
    std::optional<torch::ScalarType> dtype = torch::kFloat32);

} // namespace toca::models
