// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/feature_store.h"
#include "cache/exec/row_range.h"
#include "cache/exec/token_subset.h"

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace toca::cache {

/// What a score can be made from. A bit set: policies say what they need, models compute nothing else.
enum class EvidenceKind : std::uint8_t {
    CrossAttentionEntropy =
        1, ///< per row and token: -sum p ln(p + 1e-7), p the head mean at half weight (section 6.3 s2)
    SelfAttentionInfluence = 2, ///< per row and token: attention received, summed over queries, mean over heads (s1)
    ValueNorm = 4, ///< per row and token: sum over heads of (1 - the norm of the self-attention's value) (kv-norm)
};
using EvidenceSet = std::uint8_t;
constexpr EvidenceSet operator|(EvidenceKind a, EvidenceKind b)
{
    return static_cast<EvidenceSet>(a) | static_cast<EvidenceSet>(b);
}
constexpr bool contains(EvidenceSet set, EvidenceKind kind)
{
    return (set & static_cast<EvidenceSet>(kind)) != 0;
}

/// Numbers per row and token that models leave behind while they compute: one value each, never a map of all heads.
/// Renewed whole by a full module, for the chosen tokens by a subset.
class EvidenceStore {
public:
    explicit EvidenceStore(const plan::Geometry& geometry);

    /// @param values (rows, K) float32, K = subset.count()
    void record(EvidenceKind kind, int layer, RowRange rows, const TokenSubset& subset, const torch::Tensor& values);
    /// Counts the recordings of this kind in this layer: tells whether something derived from them is still true.
    std::int64_t version(EvidenceKind kind, int layer) const;
    /// @return (rows, N) float32; undefined when never recorded
    torch::Tensor values(EvidenceKind kind, int layer, RowRange rows) const;

    EvidenceStore clone() const;
    void clear();

private:
    std::int64_t m_rows = 0;
    std::map<std::pair<EvidenceKind, int>, torch::Tensor> m_values; ///< (all rows, N)
    std::map<std::pair<EvidenceKind, int>, std::int64_t> m_versions;
};

/// What a policy sees when it decides about one module.
class Evidence {
public:
    /// @param x the module's input (B, N, C): gives tokens and device
    /// @param scored the tokens that scores read, if not `x`; may be null
    Evidence(const EvidenceStore& store, FeatureStore& features, const plan::Geometry& geometry, const plan::Site& site,
        RowRange rows, std::int64_t selectionRows, const torch::Tensor& x,
        const std::function<torch::Tensor()>* scored = nullptr)
        : m_store(store)
        , m_features(features)
        , m_geometry(geometry)
        , m_site(site)
        , m_rows(rows)
        , m_selectionRows(selectionRows)
        , m_x(x)
        , m_scored(scored)
    {
    }

    // All (selection rows, N) float32: a row for each prompt, or for each guidance row where they choose apart.

    /// H = h_conditional + h_unconditional in nats: both rows' distributions side by side at half weight, because their
    /// text blocks are disjoint (section 6.3 s2). The same for all rows of a prompt.
    torch::Tensor crossAttentionEntropy() const;
    /// The attention that each token receives (s1); rows that choose together have their mean.
    torch::Tensor selfAttentionInfluence() const;
    /// Sum over heads of (1 - norm of the token's value) (kv-norm); rows that choose together have their mean.
    torch::Tensor valueNorms() const;
    /// Mean over the guidance rows that choose together. @param values (rows, N)
    torch::Tensor ofSelectionRows(const torch::Tensor& values) const;

    std::int64_t version(EvidenceKind kind) const { return m_store.version(kind, m_site.layer); }
    /// Selections since each token was last computed here. (selection rows, N) float32
    const torch::Tensor& ages() const;
    std::int64_t selectionRows() const { return m_selectionRows; }
    std::int64_t prompts() const { return m_geometry.prompts; }
    std::int64_t tokens() const { return m_x.size(1); }
    torch::Device device() const { return m_x.device(); }
    /// The tokens that scores read (rows, N, C): the module's input before its norm and modulation, as in the published
    /// picture codes, or after them where the model says so (Open-Sora's MLP).
    torch::Tensor input() const { return m_scored ? (*m_scored)() : m_x; }
    /// The module's stored output (rows, N, C); undefined when nothing has been stored.
    torch::Tensor storedOutput() const { return m_features.output(m_site.layer, m_site.module, m_rows); }
    /// What the run has stored so far.
    FeatureStore& features() const { return m_features; }
    /// The guidance rows that this evaluation carries.
    RowRange rows() const { return m_rows; }

private:
    torch::Tensor rowsOf(EvidenceKind kind) const; ///< (rows, N)

    const EvidenceStore& m_store;
    FeatureStore& m_features;
    const plan::Geometry& m_geometry;
    plan::Site m_site;
    RowRange m_rows;
    std::int64_t m_selectionRows;
    const torch::Tensor& m_x;
    const std::function<torch::Tensor()>* m_scored;
};

} // namespace toca::cache
