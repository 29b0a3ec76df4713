// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/feature_store.h"

#include "cache/exec/ops/taylor.h"

#include <torch/cuda.h>

#include <set>

namespace toca::cache {

using plan::ModuleKind;

namespace {

/// Bytes of tensors; those that share memory count once.
class StorageSum {
public:
    void add(const torch::Tensor& tensor)
    {
        if (tensor.defined() && m_seen.insert(tensor.storage().data()).second)
            m_bytes += static_cast<std::int64_t>(tensor.storage().nbytes());
    }
    void add(const RowTable& rows)
    {
        add(rows.codes());
        add(rows.scales());
    }
    std::int64_t bytes() const { return m_bytes; }

private:
    std::set<const void*> m_seen;
    std::int64_t m_bytes = 0;
};

} // namespace

FeatureStore::FeatureStore(const plan::Geometry& geometry, const plan::CacheStorage& storage)
    : m_rows(geometry.rows())
    , m_storage(storage)
    , m_slots(geometry.layers.size() * plan::kModuleKinds)
{
}

torch::Tensor FeatureStore::output(int layer, ModuleKind module, RowRange rows) const
{
    const RowTable& all = slot(layer, module).output;
    return all.isDefined() ? all.of(rows).features() : torch::Tensor();
}

ModuleOutput FeatureStore::stored(int layer, ModuleKind module, RowRange rows) const
{
    return ModuleOutput(std::vector<WeightedRows>{{slot(layer, module).output.of(rows), 1.0}});
}

RowTable& FeatureStore::codedOutput(int layer, ModuleKind module, const torch::Tensor& value)
{
    RowTable& all = slot(layer, module).output;
    const std::vector<std::int64_t> sizes{m_rows, value.size(1), value.size(2)};
    if (!all.isDefined() || all.sizes() != torch::IntArrayRef(sizes))
        all = RowTable::coded(m_storage[module], sizes, value.options(), m_storage.isOffloaded(module));
    return all;
}

void FeatureStore::setOutput(int layer, ModuleKind module, RowRange rows, torch::Tensor value)
{
    if (isWrittenInPlace(module)) {
        codedOutput(layer, module, value).of(rows).write(std::move(value));
        return;
    }
    RowTable& all = slot(layer, module).output;
    if (rows.count == m_rows) {
        all = std::move(value);
        return;
    }
    if (!all.isDefined()) {
        auto shape = value.sizes().vec();
        shape[0] = m_rows;
        all = torch::zeros(shape, value.options());
    }
    rows.of(all.codes()).copy_(value);
}

void FeatureStore::setTokens(
    int layer, ModuleKind module, RowRange rows, const TokenSubset& subset, const torch::Tensor& fresh)
{
    slot(layer, module).output.of(rows).write(subset, fresh);
}

FeatureStore::Factors& FeatureStore::factors(int layer, ModuleKind module, RowRange rows)
{
    return slot(layer, module).factors[rows.begin];
}

void FeatureStore::dropFactors(int layer, ModuleKind module)
{
    slot(layer, module).factors.clear();
}

void FeatureStore::keep(int layer, ModuleKind module, RowRange rows, const torch::Tensor& value, int step, int order)
{
    if (order <= 0) {
        setOutput(layer, module, rows, value);
        return;
    }
    Factors& own = factors(layer, module, rows);
    if (!isWrittenInPlace(module)) {
        renew(own, {}, value, step, order);
        setOutput(layer, module, rows, value);
        return;
    }
    RowTable output = codedOutput(layer, module, value).of(rows);
    renew(own, output, value, step, order);
    if (!own.derivatives.front().isSharedWith(output))
        output.write(value);
}

void FeatureStore::renew(Factors& factors, const RowTable& output, const torch::Tensor& value, int step, int order)
{
    auto& derivatives = factors.derivatives;
    const double distance = step - factors.step;
    const std::size_t held = derivatives.size();
    const std::size_t made = std::min(held + 1, static_cast<std::size_t>(order) + 1);
    factors.step = step;
    if (!output.isDefined()) { // as the features are
        std::vector<torch::Tensor> old;
        for (const RowTable& derivative : derivatives)
            old.push_back(derivative.codes());
        const auto next = renewedDerivatives(std::move(old), value, distance, order);
        derivatives.assign(next.begin(), next.end());
        return;
    }
    while (derivatives.size() < made)
        derivatives.push_back(derivatives.empty()
                ? output
                : RowTable::coded(output.dtype(), value.sizes(), value.options(), output.isOffloaded()));
    renewFactors(derivatives, held, made, value, distance);
    derivatives.resize(made);
}

void FeatureStore::replace(int layer, ModuleKind module, RowRange rows, const torch::Tensor& value)
{
    Factors& own = factors(layer, module, rows);
    setOutput(layer, module, rows, value);
    if (own.derivatives.empty())
        return;
    RowTable& first = own.derivatives.front();
    if (!first.isWrittenInPlace() || !first.isSharedWith(slot(layer, module).output.of(rows)))
        first.write(value);
}

void FeatureStore::separate(int layer, ModuleKind module, RowRange rows)
{
    auto& derivatives = factors(layer, module, rows).derivatives;
    if (!derivatives.empty() && derivatives.front().isSharedWith(slot(layer, module).output.of(rows)))
        derivatives.front() = derivatives.front().ownCopy();
}

ModuleOutput FeatureStore::forecast(int layer, ModuleKind module, RowRange rows, int step, int order, std::size_t first)
{
    const Factors& own = factors(layer, module, rows);
    const auto count = std::min(own.derivatives.size(), static_cast<std::size_t>(order) + 1);
    TORCH_CHECK(first < count, "FeatureStore: a forecast before any full step (layer ", layer, ")");
    const double distance = step - own.step;
    if (first == 0 && !own.derivatives.front().isCoded()) {
        std::vector<torch::Tensor> derivatives;
        for (std::size_t i = 0; i < count; ++i)
            derivatives.push_back(own.derivatives[i].features());
        return taylorSum(derivatives, distance, order);
    }
    double coefficient = 1;
    std::vector<WeightedRows> terms;
    torch::Tensor sum;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0)
            coefficient *= distance / static_cast<double>(i);
        if (i < first)
            continue;
        if (own.derivatives[i].isCoded())
            terms.push_back({own.derivatives[i], coefficient});
        else if (sum.defined())
            sum.add_(own.derivatives[i].features(), coefficient);
        else
            sum = own.derivatives[i].features() * coefficient;
    }
    return sum.defined() ? ModuleOutput(sum) : ModuleOutput(std::move(terms));
}

torch::Tensor& FeatureStore::ages(
    int layer, ModuleKind module, RowRange rows, std::int64_t selectionRows, const torch::Tensor& like)
{
    torch::Tensor& ages = slot(layer, module).ages[rows.begin];
    if (!ages.defined() || ages.size(0) != selectionRows)
        ages = torch::zeros({selectionRows, like.size(1)}, like.options().dtype(torch::kFloat32));
    return ages;
}

void FeatureStore::setNamedRows(const std::string& name, ModuleKind module, torch::Tensor value)
{
    RowTable& rows = m_namedRows[name];
    if (isWrittenInPlace(module) && (!rows.isDefined() || rows.sizes() != value.sizes()))
        rows = RowTable::coded(m_storage[module], value.sizes(), value.options(), m_storage.isOffloaded(module));
    rows.write(std::move(value));
}

template <class OnRows>
void FeatureStore::forEachTable(const OnRows& onRows) const
{
    for (const Slot& slot : m_slots) {
        onRows(slot.output);
        for (const auto& [row, factors] : slot.factors)
            for (const RowTable& derivative : factors.derivatives)
                onRows(derivative);
    }
    for (const auto& [name, rows] : m_namedRows)
        onRows(rows);
}

std::int64_t FeatureStore::bytes() const
{
    StorageSum sum;
    forEachTable([&](const RowTable& rows) {
        if (!rows.isOffloaded())
            sum.add(rows);
    });
    for (const auto& [name, tensor] : m_named)
        sum.add(tensor);
    return sum.bytes();
}

std::int64_t FeatureStore::offloadedBytes() const
{
    StorageSum sum;
    forEachTable([&](const RowTable& rows) {
        if (rows.isOffloaded())
            sum.add(rows);
    });
    return sum.bytes();
}

FeatureStore FeatureStore::clone() const
{
    // What was last offloaded may still be on its way; a copy is no part of a step, so that it may wait.
    if (m_storage.isAnyOffloaded() && torch::cuda::is_available())
        torch::cuda::synchronize();
    // A tensor held twice (an output that is also its forecast's first factor, or rows of one) stays one.
    std::map<const void*, torch::Tensor> copies;
    const auto copied = [&copies](const torch::Tensor& tensor) {
        if (!tensor.defined() || tensor.numel() == 0)
            return tensor;
        torch::Tensor& storage = copies[tensor.storage().data()];
        if (!storage.defined())
            storage = torch::empty({0}, tensor.options()).set_(tensor.storage()).clone();
        if (tensor.is_pinned() && !storage.is_pinned())
            storage = storage.pin_memory();
        return storage.as_strided(tensor.sizes(), tensor.strides(), tensor.storage_offset());
    };
    FeatureStore copy = *this;
    for (Slot& slot : copy.m_slots) {
        slot.output = slot.output.copiedBy(copied);
        for (auto& [row, factors] : slot.factors)
            for (auto& derivative : factors.derivatives)
                derivative = derivative.copiedBy(copied);
        for (auto& [row, ages] : slot.ages)
            ages = copied(ages);
    }
    for (auto& [name, tensor] : copy.m_named)
        tensor = copied(tensor);
    for (auto& [name, rows] : copy.m_namedRows)
        rows = rows.copiedBy(copied);
    return copy;
}

void FeatureStore::clear()
{
    for (Slot& slot : m_slots)
        slot = {};
    m_named.clear();
    m_namedRows.clear();
}

} // namespace toca::cache
