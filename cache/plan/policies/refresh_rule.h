// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/module_intervals.h"

#include <cstdint>
#include <vector>

namespace toca::plan {

/// The force scheduler of ToCa for DiT and PixArt: one cycle for all modules of a layer, computed anew inside each full
/// step (reference README section 6.2). A layer is full where cycle divides the step counter, each with the cycle of
/// that moment: where the new one does not divide the step, layer 0 is full and the layers after it are not.
struct RefreshCycle {
    std::int64_t interval = 3; ///< N: mean number of steps from one full step to the next, at least 1
    double stepWeight = 0; ///< w: the cycle is N / (1 + w - 2 w s / S), s the published counter; 0 = N throughout
    double sensitiveFrom = 0; ///< the cycle is 2 for counters in [int(from S), int(to S)); equal values: nowhere
    double sensitiveTo = 0;

    /// The cycle that a full step at this position leaves: rounded half to even from a float32 quotient.
    std::int64_t after(const StepPosition& at) const;
    bool operator==(const RefreshCycle&) const = default;
};

/// When modules are full: by an interval of their own (Open-Sora) or all of a layer by the cycle.
struct RefreshRule {
    bool isCycle = false;
    ModuleIntervals intervals;
    RefreshCycle cycle;
};

/// The rule spelled out for one run.
class RefreshTable {
public:
    RefreshTable(const RefreshRule& rule, const Geometry& geometry, const SamplerSchedule& schedule);

    /// Steps since the module's cycle or interval began: 0 = full.
    std::int64_t phase(int evaluation, int layer, ModuleKind module) const;
    bool isFull(int evaluation, int layer, ModuleKind module) const { return phase(evaluation, layer, module) == 0; }
    /// The cycle in force when the layer's phase was decided; -1 where there was none yet (first step of a stream) or
    /// the rule has none.
    std::int64_t cycle(int evaluation, int layer) const;

private:
    struct Entry {
        std::int64_t phase = 0;
        std::int64_t cycle = -1;
    };
    std::size_t index(int evaluation, int layer) const
    {
        return static_cast<std::size_t>(evaluation) * m_kinds.size() + static_cast<std::size_t>(layer);
    }

    RefreshRule m_rule;
    std::vector<LayerKind> m_kinds; ///< by layer
    std::vector<StepPosition> m_positions; ///< by evaluation
    std::vector<bool> m_first; ///< by evaluation
    std::vector<Entry> m_entries; ///< (evaluation, layer), with a cycle
};

} // namespace toca::plan
