// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint.h"

#include "core/base/printable.h"

#include <torch/nn/module.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <unordered_map>

namespace toca::checkpoint {

namespace {

constexpr std::size_t kShown = 5;

/// One stored tensor and the parameter or buffer it replaces.
struct Assignment {
    const TensorInfo* stored;
    torch::Tensor target; ///< shares its implementation with the module's member
    torch::ScalarType dtype; ///< after loading
};

std::string shapeText(torch::IntArrayRef shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

/// "3 missing (a, b, c)"; nothing when the list is empty.
void describe(std::vector<std::string>& parts, const char* what, const std::vector<std::string>& names)
{
    if (names.empty())
        return;
    std::string text = std::to_string(names.size()) + " " + what + " (";
    for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
        text += (i ? ", " : "") + names[i];
    if (names.size() > kShown)
        text += " and " + std::to_string(names.size() - kShown) + " more";
    parts.push_back(text + ")");
}

double largestValue(torch::ScalarType dtype)
{
    switch (dtype) {
    case torch::kFloat16:
        return 65504;
    case torch::kBFloat16:
        return 3.3895313892515355e38;
    case torch::kFloat32:
        return std::numeric_limits<float>::max();
    default:
        return std::numeric_limits<double>::max();
    }
}

/// Whether no value of a contiguous float32 tensor is NaN or infinite. Without its sign the largest bit pattern tells;
/// an operation of LibTorch for each of hundreds of small tensors would take longer than reading them.
bool isFinite(const torch::Tensor& tensor)
{
    constexpr std::int32_t kInfinity = 0x7f800000;
    const auto* values = static_cast<const std::byte*>(tensor.const_data_ptr());
    const auto count = static_cast<std::size_t>(tensor.numel());
    std::int32_t largest = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::int32_t bits = 0;
        std::memcpy(&bits, values + i * sizeof bits, sizeof bits);
        largest = std::max(largest, bits & 0x7fffffff);
    }
    return largest < kInfinity;
}

/// @return what makes the values of `tensor` unusable as `dtype`, or ""
std::string badValues(const torch::Tensor& tensor, torch::ScalarType dtype)
{
    if (tensor.numel() == 0)
        return {};
    if (tensor.is_cpu() && tensor.scalar_type() == torch::kFloat32 && tensor.is_contiguous()
        && largestValue(dtype) >= std::numeric_limits<float>::max() && isFinite(tensor))
        return {};
    // One pass that carries NaN through and allocates two scalars. There is none for types of one byte.
    const auto [low, high] = torch::aminmax(tensor.element_size() == 1 ? tensor.to(torch::kFloat) : tensor);
    const double smallest = low.item<double>(), largest = high.item<double>();
    if (std::isnan(smallest) || std::isnan(largest))
        return "holds NaN";
    if (std::isinf(smallest) || std::isinf(largest))
        return "holds infinity";
    const double magnitude = std::max(std::abs(smallest), std::abs(largest));
    if (magnitude > largestValue(dtype))
        return "holds a value of magnitude " + std::to_string(magnitude) + ", more than " + torch::toString(dtype)
            + " can hold";
    return {};
}

class Loader {
public:
    Loader(torch::nn::Module& module, const Checkpoint& checkpoint, const LoadOptions& options)
        : m_checkpoint(checkpoint)
        , m_options(options)
    {
        for (const auto& item : module.named_parameters())
            m_targets.emplace(item.key(), item.value());
        for (const auto& item : module.named_buffers())
            m_targets.emplace(item.key(), item.value());
    }

    Result<void> load()
    {
        match();
        if (auto fits = checkNames(); !fits)
            return fits;
        if (auto readable = checkValues(); !readable)
            return readable;
        return assign();
    }

private:
    /// The parameter that a stored name is for; "" when it takes no part.
    std::string targetName(const std::string& stored) const
    {
        if (!stored.starts_with(m_options.prefix))
            return {};
        std::string name = stored.substr(m_options.prefix.size());
        return m_options.rename ? m_options.rename(name) : name;
    }

    void match()
    {
        std::set<std::string> used;
        for (const TensorInfo& info : m_checkpoint.tensors()) {
            const std::string name = targetName(info.name);
            if (name.empty())
                continue;
            const auto target = m_targets.find(name);
            if (target == m_targets.end()) {
                m_unexpected.push_back(printable(info.name));
                continue;
            }
            if (!used.insert(name).second) {
                m_twice.push_back(printable(name));
                continue;
            }
            const torch::Tensor& parameter = target->second;
            if (parameter.sizes() != torch::IntArrayRef(info.shape)) {
                m_wrongShapes.push_back(
                    name + ": expected " + shapeText(parameter.sizes()) + ", file has " + shapeText(info.shape));
                continue;
            }
            const bool floating = parameter.is_floating_point();
            if (torch::isFloatingType(info.dtype) != floating) {
                m_wrongTypes.push_back(name + ": expected " + (floating ? "floating point" : "whole numbers")
                    + ", file has " + torch::toString(info.dtype));
                continue;
            }
            m_assignments.push_back(
                {&info, parameter, floating ? m_options.dtype.value_or(info.dtype) : parameter.scalar_type()});
        }
        const auto& optional = m_options.optional;
        for (const auto& [name, parameter] : m_targets) {
            if (!used.count(name) && std::find(optional.begin(), optional.end(), name) == optional.end())
                m_missing.push_back(name);
        }
        std::sort(m_missing.begin(), m_missing.end());
    }

    Result<void> checkNames() const
    {
        std::vector<std::string> parts;
        describe(parts, "missing", m_missing);
        describe(parts, "unexpected", m_unexpected);
        describe(parts, "of wrong shape", m_wrongShapes);
        describe(parts, "of wrong dtype", m_wrongTypes);
        describe(parts, "given twice", m_twice);
        if (parts.empty())
            return {};
        std::string message = quotedPath(m_checkpoint.path().string()) + " does not fit this model, tensors: ";
        for (std::size_t i = 0; i < parts.size(); ++i)
            message += (i ? "; " : "") + parts[i];
        return unexpected(
            ErrorCode::BadCheckpoint, message + ". Choose the weights that belong to the model's configuration.");
    }

    Result<void> checkValues() const
    {
        for (const Assignment& a : m_assignments) {
            if (!m_options.refuseNonFinite || !torch::isFloatingType(a.stored->dtype))
                continue;
            if (auto whole = m_checkpoint.checkFiles(); !whole)
                return whole;
            const std::string bad = badValues(m_checkpoint.tensor(a.stored->name), a.dtype);
            if (!bad.empty())
                return unexpected(ErrorCode::BadCheckpoint,
                    quotedPath(m_checkpoint.path().string()) + ": tensor " + printable(a.stored->name) + " " + bad
                        + ". The weights are damaged; get them again.");
        }
        return {};
    }

    Result<void> assign() const
    {
        const torch::NoGradGuard noGrad;
        for (const Assignment& a : m_assignments) {
            if (auto whole = m_checkpoint.checkFiles(); !whole)
                return whole;
            torch::Tensor target = a.target;
            // One after the other, so that each constructed tensor is freed before the next is converted.
            // Tensors of PyTorch files may be transposed or expanded; layers expect rows in order.
            target.set_data(m_checkpoint.tensor(a.stored->name).to(target.device(), a.dtype).contiguous());
        }
        return {};
    }

    const Checkpoint& m_checkpoint;
    const LoadOptions& m_options;
    std::unordered_map<std::string, torch::Tensor> m_targets;
    std::vector<Assignment> m_assignments;
    std::vector<std::string> m_missing, m_unexpected, m_wrongShapes, m_wrongTypes, m_twice;
};

} // namespace

Result<void> loadInto(torch::nn::Module& module, const Checkpoint& checkpoint, const LoadOptions& options)
{
    return Loader(module, checkpoint, options).load();
}

} // namespace toca::checkpoint
