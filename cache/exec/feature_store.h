// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/row_range.h"
#include "cache/exec/row_table.h"

#include <map>
#include <string>
#include <vector>

namespace toca::cache {

/// Everything a run keeps between evaluations: module outputs (before the gate), their forecasting factors, token ages,
/// evidence, and tensors under a policy's own names. One store beside the policy's state; copied whole for a rewind.
///
/// Outputs and factors are held as the storage says. Coded and offloaded ones have their memory from the first write
/// on; later ones write over it, so that a steady run allocates nothing here.
class FeatureStore {
public:
    explicit FeatureStore(const plan::Geometry& geometry, const plan::CacheStorage& storage = {});

    const plan::CacheStorage& storage() const { return m_storage; }

    /// @return undefined when nothing has been stored. (rows, N, C): a view of the range, or a new tensor where it is
    ///         coded
    torch::Tensor output(int layer, plan::ModuleKind module, RowRange rows) const;
    bool hasOutput(int layer, plan::ModuleKind module) const { return slot(layer, module).output.isDefined(); }
    /// The same as it is held. @pre hasOutput
    ModuleOutput stored(int layer, plan::ModuleKind module, RowRange rows) const;
    /// Keeps `value` (rows, N, C): without a copy when the range is all rows and it is not coded.
    void setOutput(int layer, plan::ModuleKind module, RowRange rows, torch::Tensor value);
    /// Writes the rows of some tokens over the stored output. @param fresh (rows, K, C)
    void setTokens(
        int layer, plan::ModuleKind module, RowRange rows, const TokenSubset& subset, const torch::Tensor& fresh);

    /// Factors of a Taylor forecast d_0..d_k and the step they were made at (TaylorSeer; reference README section 11).
    struct Factors {
        std::vector<RowTable> derivatives;
        int step = -1;
    };
    Factors& factors(int layer, plan::ModuleKind module, RowRange rows);
    void dropFactors(int layer, plan::ModuleKind module);
    /// Keeps the output of a full computation and renews the factors up to `order` with it; the stored output and d_0
    /// are one. @param order 0: no factors
    void keep(int layer, plan::ModuleKind module, RowRange rows, const torch::Tensor& value, int step, int order);
    /// Replaces the stored output and d_0 by `value`.
    void replace(int layer, plan::ModuleKind module, RowRange rows, const torch::Tensor& value);
    /// Gives d_0 memory of its own, so that tokens written over the stored output do not reach it.
    void separate(int layer, plan::ModuleKind module, RowRange rows);
    /// sum d_i x^i / i! from `first` to `order`, x = step - the step of the factors. @pre there are such factors
    ModuleOutput forecast(
        int layer, plan::ModuleKind module, RowRange rows, int step, int order, std::size_t first = 0);

    /// Selections since a token was last chosen or its module last full: (selection rows, N) float32. Zeros at first.
    torch::Tensor& ages(
        int layer, plan::ModuleKind module, RowRange rows, std::int64_t selectionRows, const torch::Tensor& like);

    /// A tensor under a name of its own, for policies (residuals, predictions) and models (keys and values).
    torch::Tensor& named(const std::string& name) { return m_named[name]; }
    bool hasNamed(const std::string& name) const { return m_named.contains(name); }
    void dropNamed(const std::string& name) { m_named.erase(name); }

    /// Outputs of a module under a name of a policy's own, held as those of that module are.
    RowTable& namedRows(const std::string& name) { return m_namedRows[name]; }
    void setNamedRows(const std::string& name, plan::ModuleKind module, torch::Tensor value);

    /// Bytes of module outputs, factors and named tensors held now on the device. Storages that are shared count once.
    std::int64_t bytes() const;
    /// Bytes of them that are offloaded to the computer's memory.
    std::int64_t offloadedBytes() const;
    /// An independent copy: nothing written to one is seen by the other.
    FeatureStore clone() const;
    void clear();

private:
    struct Slot {
        RowTable output; ///< all rows
        std::map<std::int64_t, Factors> factors; ///< by first row
        std::map<std::int64_t, torch::Tensor> ages; ///< by first row
    };
    Slot& slot(int layer, plan::ModuleKind module) { return m_slots[index(layer, module)]; }
    const Slot& slot(int layer, plan::ModuleKind module) const { return m_slots[index(layer, module)]; }
    static std::size_t index(int layer, plan::ModuleKind module)
    {
        return static_cast<std::size_t>(layer) * plan::kModuleKinds + static_cast<std::size_t>(module);
    }
    /// Whether outputs of this module are written over in memory of their own.
    bool isWrittenInPlace(plan::ModuleKind module) const
    {
        return m_storage[module] != plan::CacheDtype::Float32 || m_storage.isOffloaded(module);
    }
    template <class OnRows>
    void forEachTable(const OnRows& onRows) const;
    /// The output's table with memory for all rows of such features.
    RowTable& codedOutput(int layer, plan::ModuleKind module, const torch::Tensor& value);
    void renew(Factors& factors, const RowTable& output, const torch::Tensor& value, int step, int order);

    std::int64_t m_rows = 0;
    plan::CacheStorage m_storage;
    std::vector<Slot> m_slots;
    std::map<std::string, torch::Tensor> m_named;
    std::map<std::string, RowTable> m_namedRows;
};

} // namespace toca::cache
