// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/feature_store.h"

#include <set>

namespace toca::cache {

using plan::ModuleKind;

FeatureStore::FeatureStore(const plan::Geometry& geometry)
    : m_rows(geometry.rows())
    , m_slots(geometry.layers.size() * plan::kModuleKinds)
{
}

torch::Tensor FeatureStore::output(int layer, ModuleKind module, RowRange rows) const
{
    const torch::Tensor& all = slot(layer, module).output;
    return all.defined() ? rows.of(all) : all;
}

void FeatureStore::setOutput(int layer, ModuleKind module, RowRange rows, torch::Tensor value)
{
    torch::Tensor& all = slot(layer, module).output;
    if (rows.count == m_rows) {
        all = std::move(value);
        return;
    }
    if (!all.defined()) {
        auto shape = value.sizes().vec();
        shape[0] = m_rows;
        all = torch::zeros(shape, value.options());
    }
    rows.of(all).copy_(value);
}

FeatureStore::Factors& FeatureStore::factors(int layer, ModuleKind module, RowRange rows)
{
    return slot(layer, module).factors[rows.begin];
}

void FeatureStore::dropFactors(int layer, ModuleKind module)
{
    slot(layer, module).factors.clear();
}

torch::Tensor& FeatureStore::ages(
    int layer, ModuleKind module, RowRange rows, std::int64_t selectionRows, const torch::Tensor& like)
{
    torch::Tensor& ages = slot(layer, module).ages[rows.begin];
    if (!ages.defined() || ages.size(0) != selectionRows)
        ages = torch::zeros({selectionRows, like.size(1)}, like.options().dtype(torch::kFloat32));
    return ages;
}

std::int64_t FeatureStore::bytes() const
{
    std::set<const void*> seen;
    std::int64_t sum = 0;
    const auto add = [&](const torch::Tensor& tensor) {
        if (tensor.defined() && seen.insert(tensor.storage().data()).second)
            sum += static_cast<std::int64_t>(tensor.storage().nbytes());
    };
    for (const Slot& slot : m_slots) {
        add(slot.output);
        for (const auto& [row, factors] : slot.factors)
            for (const auto& derivative : factors.derivatives)
                add(derivative);
    }
    for (const auto& [name, tensor] : m_named)
        add(tensor);
    return sum;
}

FeatureStore FeatureStore::clone() const
{
    // A tensor held twice (an output that is also its forecast's first factor) stays one.
    std::map<const void*, torch::Tensor> copies;
    const auto copied = [&copies](const torch::Tensor& tensor) {
        if (!tensor.defined())
            return tensor;
        torch::Tensor& known = copies[tensor.unsafeGetTensorImpl()];
        if (!known.defined())
            known = tensor.clone();
        return known;
    };
    FeatureStore copy = *this;
    for (Slot& slot : copy.m_slots) {
        slot.output = copied(slot.output);
        for (auto& [row, factors] : slot.factors)
            for (auto& derivative : factors.derivatives)
                derivative = copied(derivative);
        for (auto& [row, ages] : slot.ages)
            ages = copied(ages);
    }
    for (auto& [name, tensor] : copy.m_named)
        tensor = copied(tensor);
    return copy;
}

void FeatureStore::clear()
{
    for (Slot& slot : m_slots)
        slot = {};
    m_named.clear();
}

} // namespace toca::cache
