// SPDX-License-Identifier: Apache-2.0
#include "core/models/layers/tapped_layers.h"

#include "cache/exec/ops/plain_operations.h"
#include "cache/exec/ops/trained_linear.h"
#include "cache/exec/ops/trained_rows.h"
#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

namespace toca::models {
namespace {

torch::Tensor parameter(torch::nn::Module& module, const std::string& name, at::IntArrayRef shape)
{
    return module.register_parameter(name, unloaded(shape), /*requires_grad=*/false);
}

/// LibTorch's operators for linear layers whose weight lies in oneDNN's layout; they have names, but no C++ functions.
struct Packing {
    using Reorder = torch::Tensor(const torch::Tensor&, std::optional<std::int64_t>);
    using Multiply = torch::Tensor(const torch::Tensor&, const torch::Tensor&, const std::optional<torch::Tensor>&,
        std::string_view, c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);

    std::optional<c10::TypedOperatorHandle<Reorder>> reorder;
    std::optional<c10::TypedOperatorHandle<Multiply>> multiply;

    Packing()
    {
        auto& dispatcher = c10::Dispatcher::singleton();
        const auto found = dispatcher.findSchema({"mkldnn::_reorder_linear_weight", ""});
        const auto used = dispatcher.findSchema({"mkldnn::_linear_pointwise", ""});
        if (!found || !used || !found->hasKernelForDispatchKey(c10::DispatchKey::CPU))
            return;
        reorder = found->typed<Reorder>();
        multiply = used->typed<Multiply>();
    }
    bool isThere() const { return reorder && multiply; }
};

const Packing& packing()
{
    static const Packing packing;
    return packing;
}

/// As it is, without a packed weight.
torch::Tensor plainLinear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias)
{
    const auto matrix = weight.dim() == 2 ? weight : weight.flatten(1);
    return cache::runsTrainedLinear(x, matrix, bias) ? cache::trainedLinear(x, matrix, bias)
                                                     : torch::linear(x, matrix, bias);
}

torch::Tensor packedLinear(
    const torch::Tensor& x, const torch::Tensor& packed, const torch::Tensor& bias, std::string_view activation)
{
    const bool isGelu = activation == "gelu";
    return packing().multiply->call(x.contiguous(), packed,
        bias.defined() ? std::optional<torch::Tensor>(bias) : std::nullopt, activation,
        c10::List<std::optional<at::Scalar>>(), isGelu ? std::optional<std::string_view>("tanh") : std::nullopt);
}

/// Whether oneDNN's convolution is to be called by name. Left to itself LibTorch takes it for large inputs only, and
/// multiplies small ones by a matrix of all windows, which is several times slower.
bool isForOneDnn(const torch::Tensor& x, const torch::Tensor& weight)
{
    return at::hasMKLDNN() && at::globalContext().userEnabledMkldnn() && x.is_cpu() && x.numel() > 0
        && x.dim() == weight.dim() && x.scalar_type() == torch::kFloat32 && weight.scalar_type() == torch::kFloat32
        && !torch::GradMode::is_enabled() && !cache::PlainOperations::areWanted();
}

torch::Tensor oneDnnConvolution(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
    at::IntArrayRef stride, at::IntArrayRef padding)
{
    const auto layout = x.suggest_memory_format();
    const std::vector<std::int64_t> dilation(stride.size(), 1);
    return at::mkldnn_convolution(x.contiguous(layout), weight.contiguous(layout),
        bias.defined() ? std::optional<torch::Tensor>(bias) : std::nullopt, padding, stride, dilation, /*groups=*/1);
}

} // namespace

torch::Tensor unloaded(at::IntArrayRef shape)
{
    return torch::zeros({}).expand(shape);
}

LinearImpl::LinearImpl(std::int64_t inFeatures, std::int64_t outFeatures, bool hasBias)
    : weight(parameter(*this, "weight", {outFeatures, inFeatures}))
{
    if (hasBias)
        bias = parameter(*this, "bias", {outFeatures});
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x)
{
    if (usesPacked(x))
        return tapped(*this, packedLinear(x, m_packed, bias, "none"));
    return tapped(*this, plainLinear(x, weight, bias));
}

torch::Tensor LinearImpl::forwardGelu(const torch::Tensor& x)
{
    if (usesPacked(x))
        return packedLinear(x, m_packed, bias, "gelu");
    auto hidden = plainLinear(x, weight, bias);
    return torch::GradMode::is_enabled() ? cache::gelu(hidden) : torch::gelu_(hidden, "tanh");
}

bool LinearImpl::usesPacked(const torch::Tensor& x) const
{
    return m_packed.defined() && x.is_cpu() && x.scalar_type() == weight.scalar_type()
        && weight.const_data_ptr() == m_packedFrom && !torch::GradMode::is_enabled() && x.numel() > 0
        && !cache::PlainOperations::areWanted();
}

void LinearImpl::pack()
{
    const bool isKnown = weight.is_cpu()
        && (weight.scalar_type() == torch::kFloat32
            || (weight.scalar_type() == torch::kBFloat16 && cache::hasHalfProducts()));
    if (!isKnown || !packing().isThere() || !at::globalContext().userEnabledMkldnn())
        return;
    const torch::NoGradGuard noGradients;
    const auto matrix = (weight.dim() == 2 ? weight : weight.flatten(1)).contiguous();
    // A typical number of rows: the layout made for it was as fast for 2 and for 640 of them.
    constexpr std::int64_t kTypicalRows = 512;
    m_packed = packing().reorder->call(matrix.detach(), kTypicalRows);
    m_packedFrom = weight.const_data_ptr();
}

void packLinears(torch::nn::Module& model)
{
    for (const auto& module : model.modules())
        if (auto* linear = module->as<LinearImpl>())
            linear->pack();
}

Conv2dImpl::Conv2dImpl(
    std::int64_t inChannels, std::int64_t outChannels, std::int64_t kernel, ConvolutionOptions options)
    : weight(parameter(*this, "weight", {outChannels, inChannels, kernel, kernel}))
    , m_options(options)
{
    if (options.bias)
        bias = parameter(*this, "bias", {outChannels});
}

torch::Tensor Conv2dImpl::forward(const torch::Tensor& x)
{
    if (isForOneDnn(x, weight))
        return tapped(*this,
            oneDnnConvolution(x, weight, bias, std::array{m_options.stride, m_options.stride},
                std::array{m_options.padding, m_options.padding}));
    return tapped(*this, torch::conv2d(x, weight, bias, m_options.stride, m_options.padding));
}

Conv3dImpl::Conv3dImpl(std::int64_t inChannels, std::int64_t outChannels, std::array<std::int64_t, 3> kernel,
    std::array<std::int64_t, 3> stride, std::array<std::int64_t, 3> padding, bool hasBias)
    : weight(parameter(*this, "weight", {outChannels, inChannels, kernel[0], kernel[1], kernel[2]}))
    , m_stride(stride)
    , m_padding(padding)
{
    if (hasBias)
        bias = parameter(*this, "bias", {outChannels});
}

torch::Tensor Conv3dImpl::forward(const torch::Tensor& x)
{
    if (isForOneDnn(x, weight))
        return tapped(*this, oneDnnConvolution(x, weight, bias, m_stride, m_padding));
    return tapped(*this, torch::conv3d(x, weight, bias, m_stride, m_padding));
}

GroupNormImpl::GroupNormImpl(std::int64_t groups, std::int64_t channels, double epsilon)
    : weight(parameter(*this, "weight", {channels}))
    , bias(parameter(*this, "bias", {channels}))
    , m_groups(groups)
    , m_epsilon(epsilon)
{
}

torch::Tensor GroupNormImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, torch::group_norm(x, m_groups, weight, bias, m_epsilon));
}

LayerNormImpl::LayerNormImpl(std::int64_t features, double epsilon, bool hasAffine)
    : m_features(features)
    , m_epsilon(epsilon)
{
    if (hasAffine) {
        weight = parameter(*this, "weight", {features});
        bias = parameter(*this, "bias", {features});
    }
}

torch::Tensor LayerNormImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, torch::layer_norm(x, {m_features}, weight, bias, m_epsilon));
}

RmsNormImpl::RmsNormImpl(std::int64_t features, double epsilon)
    : weight(parameter(*this, "weight", {features}))
    , m_epsilon(epsilon)
{
}

torch::Tensor RmsNormImpl::forward(const torch::Tensor& x)
{
    const torch::Tensor x32 = widened(x);
    const torch::Tensor inverseRms = torch::rsqrt(x32.square().mean(-1, /*keepdim=*/true).add_(m_epsilon));
    return tapped(*this, (x32 * inverseRms).to(weight.scalar_type()) * weight);
}

EmbeddingImpl::EmbeddingImpl(std::int64_t rows, std::int64_t features)
    : weight(parameter(*this, "weight", {rows, features}))
{
}

torch::Tensor EmbeddingImpl::forward(const torch::Tensor& ids)
{
    return tapped(*this, torch::embedding(weight, ids));
}

torch::Tensor SiluImpl::forward(torch::Tensor x)
{
    return tapped(*this, torch::GradMode::is_enabled() ? torch::silu(x) : torch::silu_(x));
}

torch::Tensor GeluImpl::forward(torch::Tensor x)
{
    return tapped(*this, torch::GradMode::is_enabled() ? cache::gelu(x) : torch::gelu_(x, "tanh"));
}

torch::Tensor IdentityImpl::forward(const torch::Tensor& x)
{
    return tapped(*this, x);
}

} // namespace toca::models
