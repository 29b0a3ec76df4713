// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/evidence.h"

namespace toca::cache {

EvidenceStore::EvidenceStore(const plan::Geometry& geometry)
    : m_rows(geometry.rows())
{
}

void EvidenceStore::record(
    EvidenceKind kind, int layer, RowRange rows, const TokenSubset& subset, const torch::Tensor& values)
{
    ++m_versions[{kind, layer}];
    torch::Tensor& all = m_values[{kind, layer}];
    if (subset.isAll() && rows.count == m_rows) {
        all = values;
        return;
    }
    if (!all.defined())
        all = torch::zeros({m_rows, subset.tokens()}, values.options());
    torch::Tensor part = rows.of(all);
    if (subset.isAll())
        part.copy_(values);
    else
        part.scatter_(1, subset.ids(), values);
}

torch::Tensor EvidenceStore::values(EvidenceKind kind, int layer, RowRange rows) const
{
    const auto found = m_values.find({kind, layer});
    return found == m_values.end() ? torch::Tensor() : rows.of(found->second);
}

std::int64_t EvidenceStore::version(EvidenceKind kind, int layer) const
{
    const auto found = m_versions.find({kind, layer});
    return found == m_versions.end() ? 0 : found->second;
}

void EvidenceStore::clear()
{
    m_values.clear();
    for (auto& [key, version] : m_versions)
        ++version;
}

EvidenceStore EvidenceStore::clone() const
{
    EvidenceStore copy = *this;
    for (auto& [key, tensor] : copy.m_values)
        tensor = tensor.clone();
    return copy;
}

torch::Tensor Evidence::rowsOf(EvidenceKind kind) const
{
    const torch::Tensor values = m_store.values(kind, m_site.layer, m_rows);
    TORCH_CHECK(
        values.defined(), "Evidence: the policy uses evidence of layer ", m_site.layer, " that it did not ask for");
    return values;
}

torch::Tensor Evidence::ofSelectionRows(const torch::Tensor& values) const
{
    if (values.size(0) == m_selectionRows)
        return values;
    return values.view({-1, m_selectionRows, values.size(1)}).mean(0);
}

torch::Tensor Evidence::crossAttentionEntropy() const
{
    const torch::Tensor values = rowsOf(EvidenceKind::CrossAttentionEntropy);
    const torch::Tensor sum = values.view({-1, m_geometry.prompts, values.size(1)}).sum(0);
    const std::int64_t repeats = m_selectionRows / m_geometry.prompts;
    return repeats > 1 ? sum.repeat({repeats, 1}) : sum;
}

torch::Tensor Evidence::selfAttentionInfluence() const
{
    return ofSelectionRows(rowsOf(EvidenceKind::SelfAttentionInfluence));
}

torch::Tensor Evidence::valueNorms() const
{
    return ofSelectionRows(rowsOf(EvidenceKind::ValueNorm));
}

const torch::Tensor& Evidence::ages() const
{
    return m_features.ages(m_site.layer, m_site.module, m_rows, m_selectionRows, m_x);
}

} // namespace toca::cache
