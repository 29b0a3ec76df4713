// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/any.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The leaf layers of all models. They differ from torch::nn's in three ways: every output is shown to the
/// ActivationRecorder, parameters take no memory and no time until a checkpoint is loaded into them, and no gradients
/// are kept for them.
namespace toca::models {

/// A tensor of this shape that shares one zero among all its elements: a parameter before loading.
torch::Tensor unloaded(at::IntArrayRef shape);

/// y = x W^T + b.
class LinearImpl : public torch::nn::Module {
public:
    LinearImpl(std::int64_t inFeatures, std::int64_t outFeatures, bool hasBias = true);
    /// @param x (..., inFeatures)  @return (..., outFeatures)
    torch::Tensor forward(const torch::Tensor& x);
    /// GELU_tanh(x W^T + b), in one operation where the weight is packed. Not shown to a recorder.
    torch::Tensor forwardGelu(const torch::Tensor& x);
    /// Lays a copy of the weight out as this machine's matrix multiplication reads it, which otherwise happens at every
    /// call. Where that is not possible (on a GPU, without oneDNN) nothing changes. The weight must not be written to
    /// afterwards; one that is replaced or moved is used as it is.
    void pack();

    torch::Tensor weight; ///< (out, in), or (out, in, 1, ..) where a checkpoint stores it as a convolution
    torch::Tensor bias;

private:
    bool usesPacked(const torch::Tensor& x) const;

    torch::Tensor m_packed; ///< in oneDNN's own layout; undefined: not packed
    const void* m_packedFrom = nullptr; ///< the data of the weight that it is a copy of
};
TORCH_MODULE(Linear);

/// Packs every linear layer of a model that is loaded and will only be evaluated.
void packLinears(torch::nn::Module& model);

struct ConvolutionOptions {
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    bool bias = true;
};

class Conv2dImpl : public torch::nn::Module {
public:
    Conv2dImpl(std::int64_t inChannels, std::int64_t outChannels, std::int64_t kernel, ConvolutionOptions options = {});
    /// @param x (B, in, H, W)
    torch::Tensor forward(const torch::Tensor& x);

    torch::Tensor weight; ///< (out, in, k, k)
    torch::Tensor bias;

private:
    ConvolutionOptions m_options;
};
TORCH_MODULE(Conv2d);

class Conv3dImpl : public torch::nn::Module {
public:
    /// @param kernel, stride, padding per axis (T, H, W)
    Conv3dImpl(std::int64_t inChannels, std::int64_t outChannels, std::array<std::int64_t, 3> kernel,
        std::array<std::int64_t, 3> stride = {1, 1, 1}, std::array<std::int64_t, 3> padding = {0, 0, 0},
        bool hasBias = true);
    /// @param x (B, in, T, H, W)
    torch::Tensor forward(const torch::Tensor& x);

    torch::Tensor weight; ///< (out, in, kT, kH, kW)
    torch::Tensor bias;

private:
    std::array<std::int64_t, 3> m_stride;
    std::array<std::int64_t, 3> m_padding;
};
TORCH_MODULE(Conv3d);

class GroupNormImpl : public torch::nn::Module {
public:
    GroupNormImpl(std::int64_t groups, std::int64_t channels, double epsilon);
    /// @param x (B, channels, ...)
    torch::Tensor forward(const torch::Tensor& x);

    torch::Tensor weight;
    torch::Tensor bias;

private:
    std::int64_t m_groups;
    double m_epsilon;
};
TORCH_MODULE(GroupNorm);

class LayerNormImpl : public torch::nn::Module {
public:
    LayerNormImpl(std::int64_t features, double epsilon, bool hasAffine = true);
    /// @param x (..., features)
    torch::Tensor forward(const torch::Tensor& x);
    double epsilon() const { return m_epsilon; }

    torch::Tensor weight; ///< undefined without affine parameters
    torch::Tensor bias;

private:
    std::int64_t m_features;
    double m_epsilon;
};
TORCH_MODULE(LayerNorm);

/// x / sqrt(mean(x^2) + epsilon) * weight, in float32 (no mean is subtracted; Zhang and Sennrich, arXiv 1910.07467).
class RmsNormImpl : public torch::nn::Module {
public:
    RmsNormImpl(std::int64_t features, double epsilon);
    /// @param x (..., features)
    torch::Tensor forward(const torch::Tensor& x);

    torch::Tensor weight;

private:
    double m_epsilon;
};
TORCH_MODULE(RmsNorm);

class EmbeddingImpl : public torch::nn::Module {
public:
    EmbeddingImpl(std::int64_t rows, std::int64_t features);
    /// @param ids int64, each in [0, rows)  @return (..., features)
    torch::Tensor forward(const torch::Tensor& ids);

    torch::Tensor weight; ///< (rows, features)
};
TORCH_MODULE(Embedding);

/// x sigmoid(x).
class SiluImpl : public torch::nn::Module {
public:
    /// Writes its result over `x`, which the caller hands over, unless gradients are wanted.
    torch::Tensor forward(torch::Tensor x);
};
TORCH_MODULE(Silu);

/// x times the normal distribution function of x, in its tanh approximation (Hendrycks and Gimpel, arXiv 1606.08415).
class GeluImpl : public torch::nn::Module {
public:
    /// Writes its result over `x`, which the caller hands over, unless gradients are wanted.
    torch::Tensor forward(torch::Tensor x);
};
TORCH_MODULE(Gelu);

/// Returns its input: a place where the published code has a dropout or no normalisation, for recordings to name it.
class IdentityImpl : public torch::nn::Module {
public:
    torch::Tensor forward(const torch::Tensor& x);
};
TORCH_MODULE(Identity);

/// Modules of one type registered as "0", "1", ...: a typed ModuleList.
template <class Holder>
class Stack : public torch::nn::Module {
public:
    Holder append(Holder module)
    {
        m_items.emplace_back(register_module(std::to_string(m_items.size()), std::move(module)));
        return m_items.back();
    }
    /// Takes up an index without a module, where the published code has an identity.
    void skip() { m_items.emplace_back(nullptr); }

    std::size_t size() const { return m_items.size(); }
    /// Holds nothing where `skip` was called.
    Holder& operator[](std::size_t index) { return m_items[index]; }
    auto begin() { return m_items.begin(); }
    auto end() { return m_items.end(); }

private:
    std::vector<Holder> m_items;
};

} // namespace toca::models
