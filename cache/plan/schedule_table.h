// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"

#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// What a hand-made schedule says about one module of one layer at one step.
struct ScheduleCell {
    static constexpr int kWhole = 10000; ///< `amount` of a share of 100 %
    static constexpr int kMaxOrder = 4;

    Action action = Action::Full; ///< Full, Subset, Reuse or Forecast
    std::uint16_t amount = 0; ///< Subset: share of tokens computed, in hundredths of a percent; Forecast: order, 1 to 4

    static ScheduleCell compute() { return {}; }
    static ScheduleCell reuse() { return {Action::Reuse, 0}; }
    /// @param share clamped to [0, 1]
    static ScheduleCell ratio(double share);
    /// @param order clamped to [1, kMaxOrder]
    static ScheduleCell forecast(int order);
    double share() const { return static_cast<double>(amount) / kWhole; } ///< of a Subset
    bool operator==(const ScheduleCell&) const = default;
};

/// How a table meets a run of another number of steps.
enum class ScheduleFit : std::uint8_t { Stretch, Repeat, Refuse };
/// "stretch", "repeat", "refuse" in the order of the values.
const std::vector<std::string>& scheduleFitNames();

/// Steps x layers for each kind of module: what the schedule editor paints and the policy `schedule` follows.
///
/// In writing (a policy's parameter): the size, then the modules sa, ca and mlp, each with its layers from the first
/// to the last, parted by '/'. A layer is its steps in order: c = compute, u = reuse, r10 = compute 10 % of the
/// tokens, f or f2 = forecast of order 1 or 2; a number in front repeats. `8*` in front of a layer stands for eight
/// alike. Modules that are not named are computed. `6x8; sa = 8*c 2u c 2u; mlp = 4*c 2r10 c 2r10 / 4*c 5f` holds six
/// steps of eight layers.
class ScheduleTable {
public:
    static constexpr int kMostSteps = 1000;
    static constexpr int kMostLayers = 1024;
    static constexpr int kMostCells = 250000; ///< steps x layers

    ScheduleTable() = default;
    /// Everything computed. @pre inside the limits above
    ScheduleTable(int steps, int layers);
    /// @return InvalidArgument quoting the place that cannot be read
    static Result<ScheduleTable> parse(std::string_view text);
    /// The shortest writing of its kind; "" for an empty table. `parse` reads it back to an equal table.
    std::string text() const;

    bool isEmpty() const { return m_steps == 0; }
    int steps() const { return m_steps; }
    int layers() const { return m_layers; }
    ScheduleCell& at(int step, int layer, ModuleKind module) { return m_cells[index(step, layer, module)]; }
    const ScheduleCell& at(int step, int layer, ModuleKind module) const { return m_cells[index(step, layer, module)]; }

    /// One column for each evaluation of a run, one row for each of its layers, everything computed where a stream
    /// begins. Layers are stretched within their kind (spatial, temporal).
    /// @return InvalidArgument when the sizes differ and `fit` refuses that
    Result<ScheduleTable> fitted(const Geometry& geometry, const SamplerSchedule& schedule, ScheduleFit fit) const;

    bool operator==(const ScheduleTable&) const = default;

private:
    std::size_t index(int step, int layer, ModuleKind module) const
    {
        return (static_cast<std::size_t>(step) * static_cast<std::size_t>(m_layers) + static_cast<std::size_t>(layer))
            * kModuleKinds
            + static_cast<std::size_t>(module);
    }

    int m_steps = 0;
    int m_layers = 0;
    std::vector<ScheduleCell> m_cells;
};

/// A plan as a table to go on from.
struct DerivedSchedule {
    ScheduleTable table;
    /// What the table cannot say and was replaced by something near; "" when it says all that the plan does.
    std::string approximation;
};
/// @param order of the plan's forecasts, which a plan does not tell
DerivedSchedule scheduleOf(const Plan& plan, int order = 1);

} // namespace toca::plan
