// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/row_range.h"

#include <map>
#include <string>
#include <vector>

namespace toca::cache {

/// Everything a run keeps between evaluations: module outputs (before the gate), their forecasting factors, token ages,
/// evidence, and tensors under a policy's own names. One store beside the policy's state; copied whole for a rewind.
class FeatureStore {
public:
    explicit FeatureStore(const plan::Geometry& geometry);

    /// @return undefined when nothing has been stored. (rows, N, C), a view of the range
    torch::Tensor output(int layer, plan::ModuleKind module, RowRange rows) const;
    /// Keeps `value` (rows, N, C): without a copy when the range is all rows.
    void setOutput(int layer, plan::ModuleKind module, RowRange rows, torch::Tensor value);

    /// Factors of a Taylor forecast d_0..d_k and the step they were made at (TaylorSeer; reference README section 11).
    struct Factors {
        std::vector<torch::Tensor> derivatives;
        int step = -1;
    };
    Factors& factors(int layer, plan::ModuleKind module, RowRange rows);
    void dropFactors(int layer, plan::ModuleKind module);

    /// Selections since a token was last chosen or its module last full: (selection rows, N) float32. Zeros at first.
    torch::Tensor& ages(
        int layer, plan::ModuleKind module, RowRange rows, std::int64_t selectionRows, const torch::Tensor& like);

    /// A tensor under a name of its own, for policies (residuals, predictions) and models (keys and values).
    torch::Tensor& named(const std::string& name) { return m_named[name]; }
    bool hasNamed(const std::string& name) const { return m_named.contains(name); }
    void dropNamed(const std::string& name) { m_named.erase(name); }

    /// Bytes of module outputs, factors and named tensors held now. Storages that are shared count once.
    std::int64_t bytes() const;
    /// An independent copy: nothing written to one is seen by the other.
    FeatureStore clone() const;
    void clear();

private:
    struct Slot {
        torch::Tensor output; ///< all rows
        std::map<std::int64_t, Factors> factors; ///< by first row
        std::map<std::int64_t, torch::Tensor> ages; ///< by first row
    };
    Slot& slot(int layer, plan::ModuleKind module) { return m_slots[index(layer, module)]; }
    const Slot& slot(int layer, plan::ModuleKind module) const { return m_slots[index(layer, module)]; }
    static std::size_t index(int layer, plan::ModuleKind module)
    {
        return static_cast<std::size_t>(layer) * plan::kModuleKinds + static_cast<std::size_t>(module);
    }

    std::int64_t m_rows = 0;
    std::vector<Slot> m_slots;
    std::map<std::string, torch::Tensor> m_named;
};

} // namespace toca::cache
