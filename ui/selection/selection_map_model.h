// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace toca::ui {

/// One place of the map.
struct MapCell {
    int evaluation = 0;
    int layer = 0;
    plan::ModuleKind module = plan::ModuleKind::SelfAttention;
    bool operator==(const MapCell&) const = default;
};

/// What the map knows of a place.
struct MapCellState {
    enum class Source : std::uint8_t {
        Unknown, ///< neither planned nor run
        Planned,
        Happened,
    };
    Source source = Source::Unknown;
    plan::Action action = plan::Action::Full;
    bool decidedAtRunTime = false; ///< planned cells only: the numbers are the policy's expectation
    std::int64_t computedTokens = 0; ///< per row
    std::int64_t tokens = 0; ///< per row
    double seconds = 0; ///< of the module, selection included; 0 when planned
    double selectionSeconds = 0;
    double flops = 0; ///< all rows; 0 when planned
    /// Computed tokens, share in [0, 1].
    double freshRatio() const;
};

/// The selection map's state: which cells exist, in which order they stand, what is known of each.
/// Columns are evaluations of the model (one per step unless guidance runs separately), rows are layers x modules.
/// Holds no copy of the trace and reads only what was published at the last `refresh`.
class SelectionMapModel : public QObject {
    Q_OBJECT
public:
    enum class RowOrder {
        ByModule, ///< for each kind of module a band of all layers
        ByLayer, ///< per layer its modules
    };

    using QObject::QObject;

    void setTrace(std::shared_ptr<const plan::Trace> trace);
    void setPlan(const plan::Plan& plan);
    void clear();
    /// Looks for newly published cells; emits `cellsChanged` with the evaluations they belong to.
    void refresh();
    void setRowOrder(RowOrder order);
    RowOrder rowOrder() const { return m_rowOrder; }

    bool isEmpty() const { return columns() == 0 || rows() == 0; }
    int columns() const; ///< evaluations
    int layers() const;
    int rows() const { return layers() * static_cast<int>(modules().size()); }
    /// What a layer consists of, in order of execution.
    const std::vector<plan::ModuleKind>& modules() const;
    int rowsPerGroup() const; ///< rows that stand together: a band or a layer
    int rowOf(int layer, plan::ModuleKind module) const;
    /// @pre 0 <= row < rows()
    MapCell cellAt(int column, int row) const;
    bool contains(const MapCell& cell) const;

    MapCellState state(const MapCell& cell) const;
    std::size_t seenCells() const { return m_seenCells; }
    bool isRunning() const; ///< a trace that has not got all its cells yet

    const plan::Geometry& geometry() const;
    const plan::SamplerSchedule& schedule() const;
    int step(int evaluation) const;
    /// First evaluation of a step; nothing when no evaluation belongs to it.
    std::optional<int> evaluationOfStep(int step) const;
    /// The last evaluation up to this cell's at which its module was computed for every token.
    std::optional<int> lastFullEvaluation(const MapCell& cell) const;

Q_SIGNALS:
    void layoutChanged(); ///< other rows, columns or contents: draw everything again
    void cellsChanged(int firstEvaluation, int lastEvaluation);

private:
    bool planFits() const;

    std::shared_ptr<const plan::Trace> m_trace;
    plan::Plan m_plan;
    std::size_t m_seenCells = 0;
    RowOrder m_rowOrder = RowOrder::ByModule;
};

} // namespace toca::ui
