// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/row_range.h"
#include "cache/exec/token_subset.h"
#include "cache/plan/cache_storage.h"

#include <torch/types.h>

#include <optional>
#include <vector>

namespace toca::cache {

/// Features (B, N, C) as a cache holds them: the tensor itself, or codes of fewer bits (kernels/cache_codec.h), on the
/// features' device or offloaded. A copy shares what it holds. Codes are not written where gradients flow: they carry
/// none.
///
/// What is offloaded lies in page-locked memory of the computer and is copied both ways on LibTorch's current stream,
/// in whose order writes and reads stay; nothing waits for the device.
class RowTable {
public:
    RowTable() = default;
    /// As the features are.
    RowTable(torch::Tensor features)
        : m_codes(std::move(features))
    {
    }
    /// Memory for codes of features of this shape, type and device; not written yet. @pre fewer bits, or offloaded
    static RowTable coded(plan::CacheDtype dtype, torch::IntArrayRef sizes, const torch::TensorOptions& options,
        bool isOffloaded = false);

    bool isDefined() const { return m_codes.defined(); }
    bool isCoded() const { return m_dtype != plan::CacheDtype::Float32; }
    bool isOffloaded() const { return m_home.has_value(); }
    /// True where memory of its own is written over, false where whole tensors are taken over.
    bool isWrittenInPlace() const { return isCoded() || isOffloaded(); }
    plan::CacheDtype dtype() const { return m_dtype; }
    torch::IntArrayRef sizes() const { return m_codes.sizes(); }
    /// True when what is written to one is read from the other.
    bool isSharedWith(const RowTable& other) const;
    /// These rows of it, shared.
    RowTable of(RowRange rows) const;

    /// Takes over all rows: without a copy where they are held as they are. @param features (B, N, C)
    void write(torch::Tensor features);
    /// Writes only the rows of these tokens. @param fresh (B, K, C)
    void write(const TokenSubset& subset, const torch::Tensor& fresh);
    /// The features: a new tensor, or the held one where it is neither coded nor offloaded.
    torch::Tensor features() const;
    /// This table on the features' device: a copy where it is offloaded, else shared.
    RowTable fetched() const;
    /// Takes over what a fetched copy holds now. @pre isOffloaded
    void putBack(const RowTable& fetched);
    /// A copy of its own, in the order of the stream.
    RowTable ownCopy() const;

    const torch::Tensor& codes() const { return m_codes; } ///< (B, N, C): features, bfloat16 or int8
    const torch::Tensor& scales() const { return m_scales; } ///< (B, N) float32; int8 only
    torch::ScalarType featureType() const { return m_type; }

    /// A copy of its own. @param copied copies each tensor: the caller knows which were copied before
    template <class Copied>
    RowTable copiedBy(const Copied& copied) const
    {
        RowTable copy = *this;
        copy.m_codes = copied(m_codes);
        copy.m_scales = copied(m_scales);
        return copy;
    }

private:
    plan::CacheDtype m_dtype = plan::CacheDtype::Float32;
    torch::ScalarType m_type = torch::kFloat32; ///< of the features, where they are coded
    std::optional<torch::Device> m_home; ///< the features' device, where they are offloaded
    torch::Tensor m_codes;
    torch::Tensor m_scales;
};

/// A table and its share of a sum.
struct WeightedRows {
    RowTable rows;
    double weight = 1;
};

/// What a module adds to the tokens: features, or a sum of cached rows that is decoded where it is added. To be used
/// before the cache is written again.
class ModuleOutput {
public:
    ModuleOutput(torch::Tensor features)
        : m_features(std::move(features))
    {
    }
    /// @param terms at least one, all coded alike or none
    explicit ModuleOutput(std::vector<WeightedRows> terms);

    bool isCoded() const { return !m_features.defined(); }
    /// (B, N, C); decoded when it is coded
    torch::Tensor features() const;
    const std::vector<WeightedRows>& terms() const { return m_terms; }

private:
    torch::Tensor m_features;
    std::vector<WeightedRows> m_terms;
};

/// x + gate * y, as `gatedAdd` of features (cache/exec/ops/gated_add.h); cached rows are decoded in the same pass.
/// @param gate (B, 1, C), (B, N, C) or undefined: 1
torch::Tensor gatedAdd(torch::Tensor x, const torch::Tensor& gate, const ModuleOutput& y, bool overX);

/// The factors of a Taylor forecast after a full step, in tables written in place: as `renewedDerivatives`.
/// @param held of them hold old values; the first `made` are written
void renewFactors(
    std::vector<RowTable>& factors, std::size_t held, std::size_t made, const torch::Tensor& output, double distance);

} // namespace toca::cache
