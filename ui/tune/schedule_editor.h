// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/schedule_table.h"
#include "ui/caching/caching_model.h"
#include "ui/selection/selection_map_model.h"

#include <QObject>
#include <QString>

#include <optional>
#include <vector>

namespace toca::ui {

/// What the schedule editor paints with.
struct ScheduleBrush {
    enum class Kind { Compute, Ratio, Reuse, Forecast };
    static constexpr int kKinds = 4;
    Kind kind = Kind::Reuse;
    double share = 0.1; ///< of Ratio
    int order = 1; ///< of Forecast
    plan::ScheduleCell cell() const;
    bool operator==(const ScheduleBrush&) const = default;
};

/// The table that is painted: the present policy's plan until the first stroke, which turns it into a custom schedule.
/// Every stroke is one step of the caching model's undo. No widgets.
class ScheduleEditor : public QObject {
    Q_OBJECT
public:
    /// @param caching must outlive the editor
    explicit ScheduleEditor(CachingModel& caching, QObject* parent = nullptr);

    CachingModel& caching() { return m_caching; }
    const CachingModel& caching() const { return m_caching; }
    /// Steps x layers of the run; empty without a plan.
    const plan::ScheduleTable& table() const { return m_table; }
    const plan::Geometry& geometry() const;
    /// The policy in force is the custom schedule.
    bool isPainted() const { return m_caching.state().policy == "schedule"; }
    /// What a first stroke would lose of the present policy's plan; empty when nothing.
    QString approximation() const { return m_approximation; }
    /// The first step is always computed, because nothing is stored before it.
    static bool isLocked(int step) { return step == 0; }

    const ScheduleBrush& brush() const { return m_brush; }
    void setBrush(const ScheduleBrush& brush);

    /// @param text of the step of undo
    void beginStroke(const QString& text);
    /// Paints cells, or with no value restores what stood there before the first stroke.
    /// @param fromStart the table as it was when the stroke began is painted, as for a growing rectangle
    void paint(const std::vector<MapCell>& cells, const std::optional<plan::ScheduleCell>& value, bool fromStart);
    void endStroke() { m_isInStroke = false; }

Q_SIGNALS:
    void tableChanged();
    void brushChanged();

private:
    void follow();

    CachingModel& m_caching;
    plan::ScheduleTable m_table;
    plan::ScheduleTable m_base; ///< before the first stroke
    plan::ScheduleTable m_strokeStart;
    QString m_approximation;
    QString m_strokeText;
    ScheduleBrush m_brush;
    int m_strokes = 0;
    bool m_isInStroke = false;
    bool m_isOwnEdit = false;
};

/// "compute", "10 % of the tokens", "reuse", "forecast of order 1".
QString scheduleCellText(const plan::ScheduleCell& cell);

} // namespace toca::ui
