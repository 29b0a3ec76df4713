// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/row_table.h"

#include "cache/exec/ops/gated_add.h"
#include "cache/exec/ops/taylor.h"
#include "cache/exec/ops/trained_rows.h"
#include "cache/exec/profile.h"
#include "kernels/cache_codec.h"

#include <ATen/Parallel.h>

#include <limits>

namespace toca::cache {

using plan::CacheDtype;

namespace {

/// Fewer values than this are not worth a second thread.
constexpr std::int64_t kValuesPerThread = 1 << 15;

kernels::CacheCode codeOf(CacheDtype dtype)
{
    return dtype == CacheDtype::Int8 ? kernels::CacheCode::Int8 : kernels::CacheCode::BFloat16;
}

bool hasElement(const torch::Tensor& tensor)
{
    return tensor.is_cpu() && (tensor.scalar_type() == torch::kFloat32 || tensor.scalar_type() == torch::kBFloat16);
}

kernels::Element elementOf(const torch::Tensor& tensor)
{
    return tensor.scalar_type() == torch::kFloat32 ? kernels::Element::Float32 : kernels::Element::BFloat16;
}

kernels::CodedRows rowsOf(const RowTable& table)
{
    return {table.codes().data_ptr(), table.scales().defined() ? table.scales().data_ptr<float>() : nullptr};
}

template <class OnRows>
void forRows(std::int64_t rows, std::int64_t width, OnRows&& onRows)
{
    at::parallel_for(0, rows, std::max<std::int64_t>(1, kValuesPerThread / std::max<std::int64_t>(1, width)), onRows);
}

/// The kernel's definition as LibTorch's operations, for devices without one.
std::pair<torch::Tensor, torch::Tensor> eightBits(const torch::Tensor& features)
{
    const auto values = features.to(torch::kFloat32);
    const auto largest = values.abs().amax(-1, /*keepdim=*/true);
    const auto isZero = largest < kernels::kSmallestCoded;
    const auto isBad = largest.ge(0x1p127).logical_or(largest.isnan());
    const auto codes = (values * (127.0 / largest)).round().masked_fill(isZero.logical_or(isBad), 0).to(torch::kInt8);
    const auto scales = (largest / 127.0)
                            .masked_fill(isZero, 0)
                            .masked_fill(isBad, std::numeric_limits<double>::quiet_NaN())
                            .squeeze(-1);
    return {codes, scales};
}

torch::ScalarType codeType(CacheDtype dtype, torch::ScalarType features)
{
    switch (dtype) {
    case CacheDtype::BFloat16:
        return torch::kBFloat16;
    case CacheDtype::Int8:
        return torch::kInt8;
    case CacheDtype::Float32:
        break;
    }
    return features;
}

torch::Tensor decoded(const RowTable& table)
{
    const auto values = table.codes().to(torch::kFloat32);
    return table.scales().defined() ? values * table.scales().unsqueeze(-1) : values;
}

} // namespace

RowTable RowTable::coded(
    CacheDtype dtype, torch::IntArrayRef sizes, const torch::TensorOptions& options, bool isOffloaded)
{
    TORCH_CHECK((dtype != CacheDtype::Float32 || isOffloaded) && sizes.size() == 3, "RowTable: codes of ", sizes);
    RowTable table;
    table.m_dtype = dtype;
    table.m_type = torch::typeMetaToScalarType(options.dtype());
    torch::TensorOptions place = options;
    if (isOffloaded) {
        table.m_home = options.device();
        // Only page-locked memory is copied without waiting; on a processor there is nothing to wait for.
        place = options.device(torch::kCPU).pinned_memory(options.device().is_cuda());
    }
    table.m_codes = torch::empty(sizes, place.dtype(codeType(dtype, table.m_type)));
    if (dtype == CacheDtype::Int8)
        table.m_scales = torch::empty({sizes[0], sizes[1]}, place.dtype(torch::kFloat32));
    return table;
}

RowTable RowTable::fetched() const
{
    if (!isOffloaded())
        return *this;
    RowTable copy = copiedBy([this](const torch::Tensor& tensor) {
        return tensor.defined() ? tensor.to(*m_home, tensor.scalar_type(), /*non_blocking=*/true, /*copy=*/true)
                                : tensor;
    });
    copy.m_home.reset();
    return copy;
}

void RowTable::putBack(const RowTable& fetched)
{
    m_codes.copy_(fetched.m_codes, /*non_blocking=*/true);
    if (m_scales.defined())
        m_scales.copy_(fetched.m_scales, /*non_blocking=*/true);
}

RowTable RowTable::ownCopy() const
{
    if (!isOffloaded())
        return copiedBy([](const torch::Tensor& tensor) { return tensor.defined() ? tensor.clone() : tensor; });
    RowTable copy = coded(m_dtype, sizes(), torch::TensorOptions(*m_home).dtype(m_type), /*isOffloaded=*/true);
    copy.putBack(fetched());
    return copy;
}

bool RowTable::isSharedWith(const RowTable& other) const
{
    return isDefined() && other.isDefined() && m_codes.const_data_ptr() == other.m_codes.const_data_ptr();
}

RowTable RowTable::of(RowRange rows) const
{
    return copiedBy([&](const torch::Tensor& tensor) { return tensor.defined() ? rows.of(tensor) : tensor; });
}

void RowTable::write(torch::Tensor features)
{
    if (isWrittenInPlace())
        write(TokenSubset::all(features.size(1)), features);
    else
        m_codes = std::move(features);
}

void RowTable::write(const TokenSubset& subset, const torch::Tensor& fresh)
{
    if (isOffloaded()) {
        const torch::NoGradGuard noGradients;
        TORCH_CHECK(fresh.dim() == 3 && fresh.size(0) == m_codes.size(0) && fresh.size(1) == subset.count()
                && fresh.size(2) == m_codes.size(2),
            "RowTable: rows ", fresh.sizes(), " for a table of ", m_codes.sizes());
        RowTable onDevice;
        if (!subset.isAll())
            onDevice = fetched();
        else if (isCoded())
            onDevice = coded(m_dtype, sizes(), torch::TensorOptions(*m_home).dtype(m_type));
        else
            onDevice.m_codes = fresh;
        if (isCoded() || !subset.isAll())
            onDevice.write(subset, fresh);
        putBack(onDevice);
        return;
    }
    if (!isCoded()) {
        subset.scatter(m_codes, fresh);
        return;
    }
    const torch::NoGradGuard noGradients;
    const torch::Tensor features = fresh.contiguous();
    TORCH_CHECK(features.dim() == 3 && features.size(0) == m_codes.size(0) && features.size(1) == subset.count()
            && features.size(2) == m_codes.size(2),
        "RowTable: rows ", features.sizes(), " for a table of ", m_codes.sizes());
    if (hasElement(features)) {
        kernels::EncodeRows operation;
        operation.element = elementOf(features);
        operation.code = codeOf(m_dtype);
        operation.features = features.const_data_ptr();
        operation.ids = subset.isAll() ? nullptr : subset.ids().const_data_ptr<std::int64_t>();
        operation.to = rowsOf(*this);
        operation.batches = m_codes.size(0);
        operation.chosen = subset.count();
        operation.tokens = m_codes.size(1);
        operation.width = m_codes.size(2);
        forRows(operation.rows(), operation.width,
            [&](std::int64_t first, std::int64_t last) { kernels::encodeRows(operation, first, last); });
        return;
    }
    const auto [codes, scales] =
        m_dtype == CacheDtype::Int8 ? eightBits(features) : std::pair(features.to(torch::kBFloat16), torch::Tensor());
    if (subset.isAll()) {
        m_codes.copy_(codes);
        if (scales.defined())
            m_scales.copy_(scales);
        return;
    }
    m_codes.scatter_(1, subset.ids().unsqueeze(-1).expand_as(codes), codes);
    if (scales.defined())
        m_scales.scatter_(1, subset.ids(), scales);
}

torch::Tensor RowTable::features() const
{
    return isCoded() ? ModuleOutput(std::vector<WeightedRows>{{*this, 1.0}}).features() : fetched().m_codes;
}

ModuleOutput::ModuleOutput(std::vector<WeightedRows> terms)
    : m_terms(std::move(terms))
{
    TORCH_CHECK(
        !m_terms.empty() && m_terms.size() <= kernels::kMostCodedTerms, "ModuleOutput: ", m_terms.size(), " terms");
    for (WeightedRows& term : m_terms)
        term.rows = term.rows.fetched();
    if (!m_terms.front().rows.isCoded()) {
        TORCH_CHECK(m_terms.size() == 1 && m_terms.front().weight == 1.0, "ModuleOutput: a sum of features");
        m_features = m_terms.front().rows.codes();
    }
}

namespace {

/// out = x + gate * sum of terms; without x only the sum. @return false when there is no kernel for it
bool decodeInto(
    torch::Tensor& out, const torch::Tensor& x, const torch::Tensor& gate, const std::vector<WeightedRows>& terms)
{
    const RowTable& first = terms.front().rows;
    const bool isGateFit = !gate.defined()
        || (hasElement(gate) && gate.scalar_type() == out.scalar_type() && gate.dim() == 3
            && gate.size(0) == out.size(0) && gate.size(1) == 1 && gate.size(2) == out.size(2) && gate.stride(2) == 1);
    const bool isResidualFit =
        !x.defined() || (x.is_contiguous() && x.sizes() == out.sizes() && x.scalar_type() == out.scalar_type());
    if (!hasElement(out) || !out.is_contiguous() || !isGateFit || !isResidualFit)
        return false;
    kernels::DecodeRows operation;
    operation.element = elementOf(out);
    operation.code = codeOf(first.dtype());
    operation.count = static_cast<int>(terms.size());
    for (std::size_t i = 0; i < terms.size(); ++i) {
        TORCH_CHECK(terms[i].rows.dtype() == first.dtype() && terms[i].rows.sizes() == out.sizes(),
            "ModuleOutput: tables of ", terms[i].rows.sizes(), " for tokens of ", out.sizes());
        operation.terms[i] = rowsOf(terms[i].rows);
        operation.weights[i] = static_cast<float>(terms[i].weight);
    }
    operation.x = x.defined() ? x.const_data_ptr() : nullptr;
    operation.gate = gate.defined() ? gate.const_data_ptr() : nullptr;
    operation.gateStride = gate.defined() ? gate.stride(0) : 0;
    operation.out = out.mutable_data_ptr();
    operation.batches = out.size(0);
    operation.tokens = out.size(1);
    operation.width = out.size(2);
    forRows(operation.rows(), operation.width,
        [&](std::int64_t begin, std::int64_t end) { kernels::decodeRows(operation, begin, end); });
    return true;
}

} // namespace

torch::Tensor ModuleOutput::features() const
{
    if (m_features.defined())
        return m_features;
    const torch::NoGradGuard noGradients;
    const RowTable& first = m_terms.front().rows;
    auto out = torch::empty(first.sizes(), first.codes().options().dtype(first.featureType()));
    if (decodeInto(out, {}, {}, m_terms))
        return out;
    torch::Tensor sum = decoded(first) * m_terms.front().weight;
    for (std::size_t i = 1; i < m_terms.size(); ++i)
        sum.add_(decoded(m_terms[i].rows), m_terms[i].weight);
    return sum.to(first.featureType());
}

torch::Tensor gatedAdd(torch::Tensor x, const torch::Tensor& gate, const ModuleOutput& y, bool overX)
{
    const bool hasGradients = torch::GradMode::is_enabled();
    if (y.isCoded() && !hasGradients) {
        const PartScope scope(Part::Modulation);
        auto out = overX ? x : torch::empty_like(x);
        if (decodeInto(out, x, gate, y.terms()))
            return out;
    }
    const torch::Tensor features = y.features();
    if (isTrainedGate(x, gate, features))
        return trainedGatedAdd(x, gate, features);
    if (gate.defined())
        return gatedAdd(std::move(x), gate, features, overX);
    return overX && !hasGradients ? x.add_(features) : x + features;
}

void renewFactors(
    std::vector<RowTable>& factors, std::size_t held, std::size_t made, const torch::Tensor& output, double distance)
{
    TORCH_CHECK(made >= 1 && made <= factors.size() && made <= held + 1 && made <= kernels::kMostCodedTerms,
        "renewFactors: ", made, " of ", factors.size(), " factors, ", held, " held");
    const torch::NoGradGuard noGradients;
    const torch::Tensor features = output.contiguous();
    if (factors.front().isOffloaded() && factors.front().isCoded()) {
        std::vector<RowTable> onDevice;
        for (std::size_t i = 0; i < made; ++i)
            onDevice.push_back(i < held ? factors[i].fetched()
                                        : RowTable::coded(factors[i].dtype(), features.sizes(), features.options()));
        renewFactors(onDevice, held, made, output, distance);
        for (std::size_t i = 0; i < made; ++i)
            factors[i].putBack(onDevice[i]);
        return;
    }
    if (!hasElement(features) || !factors.front().isCoded()) {
        std::vector<torch::Tensor> old;
        for (std::size_t i = 0; i < held; ++i)
            old.push_back(factors[i].features());
        const auto next = renewedDerivatives(old, features, distance, static_cast<int>(made) - 1);
        for (std::size_t i = 0; i < made; ++i)
            factors[i].write(next[i]);
        return;
    }
    kernels::RenewFactors operation;
    operation.element = elementOf(features);
    operation.code = codeOf(factors.front().dtype());
    operation.features = features.const_data_ptr();
    for (std::size_t i = 0; i < made; ++i)
        operation.factors[i] = rowsOf(factors[i]);
    operation.held = static_cast<int>(held);
    operation.made = static_cast<int>(made);
    operation.distance = static_cast<float>(distance);
    operation.rows = features.size(0) * features.size(1);
    operation.width = features.size(2);
    forRows(operation.rows, operation.width,
        [&](std::int64_t first, std::int64_t last) { kernels::renewFactors(operation, first, last); });
}

} // namespace toca::cache
