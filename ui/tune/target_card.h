// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/targets.h"
#include "ui/caching/caching_model.h"

#include <QFrame>

#include <functional>
#include <optional>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;

namespace toca::ui {

/// "2.5 times faster", "at least 30 dB", "at most 400 MB": solved for the present policy before the run, with what was
/// chosen and why.
class TargetCard : public QFrame {
    Q_OBJECT
public:
    explicit TargetCard(CachingModel& caching, QWidget* parent = nullptr);

    /// Where runs that were compared with their uncached ones come from; asked when a target needs them.
    void setRecords(std::function<std::vector<plan::RecordedRun>()> records) { m_records = std::move(records); }
    /// Solves and takes the settings over as one step of undo. What cannot be met changes nothing.
    void solve(plan::TargetKind kind, double value);
    const std::optional<plan::TargetAnswer>& answer() const { return m_answer; }
    QString text() const;

private:
    void showKind();
    void solveShown();
    void say(const QString& text, bool isMet);

    CachingModel& m_caching;
    std::function<std::vector<plan::RecordedRun>()> m_records;
    QDoubleSpinBox* m_value;
    QComboBox* m_kind;
    QPushButton* m_solve;
    QLabel* m_text;
    std::optional<plan::TargetAnswer> m_answer;
    CachingState m_solved; ///< the setting that the text speaks of
};

} // namespace toca::ui
