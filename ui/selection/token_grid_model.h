// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/score_parts.h"
#include "ui/selection/selection_map_model.h"

#include <QObject>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace toca::ui {

/// The tokens of one cell of a run: computed or reused, age and score of each.
class TokenGridModel : public QObject {
    Q_OBJECT
public:
    /// What the grid's colours show.
    enum class Quantity {
        State, ///< computed at this cell or reused
        Age, ///< evaluations since the token was last computed here
        Score, ///< ranking value of the selection; larger = computed sooner
    };

    /// What of a score is shown: all of it, or one of the parts that it was added up from.
    enum class ScorePart { Whole, Evidence, Age, Bonus };

    using QObject::QObject;

    /// The options that the run scored with, by its request; nothing where scores have no known parts.
    void setScoring(std::optional<plan::TocaOptions> options);
    bool hasScoreParts() const { return m_shares.has_value(); }
    void setScorePart(toca::ui::TokenGridModel::ScorePart part);
    ScorePart scorePart() const { return m_part; }
    QString evidenceName() const; ///< "s2, text entropy"; empty without parts
    void setTrace(std::shared_ptr<const plan::Trace> trace);
    void showCell(const MapCell& cell);
    void clear();
    /// Reads the cell once it has been published; nothing to do before and after.
    void refresh();
    /// Guidance row whose own selection is shown; clamped to what the trace has.
    void setSelectionRow(int row);

    int selectionRow() const { return m_selectionRow; }
    int selectionRows() const { return m_trace ? m_trace->selectionRows() : 0; }
    const std::optional<MapCell>& cell() const { return m_cell; }
    const plan::Trace* trace() const { return m_trace.get(); }
    bool isInside() const; ///< the cell is one of the trace's
    bool isAvailable() const { return m_available; } ///< the cell has been run
    const plan::TraceCell& happened() const { return m_happened; } ///< @pre isAvailable()
    plan::TokenGrid grid() const;
    std::int64_t tokens() const { return grid().tokens(); }
    std::int64_t tokenAt(std::int64_t frame, std::int64_t row, std::int64_t column) const;

    bool hasScores() const { return !m_scores.empty(); }
    // Per token; 0 <= token < tokens() and isAvailable()
    bool isFresh(std::int64_t token) const { return m_fresh[static_cast<std::size_t>(token)] != 0; }
    int age(std::int64_t token) const { return m_ages[static_cast<std::size_t>(token)]; }
    float score(std::int64_t token) const { return m_scores[static_cast<std::size_t>(token)]; }
    int largestAge() const { return m_largestAge; }
    /// Age at the colour map's upper end: at least 4, so that tokens reused once do not look old.
    int ageScale() const { return m_largestAge > 4 ? m_largestAge : 4; }
    float smallestScore() const { return m_smallestScore; }
    float largestScore() const { return m_largestScore; }
    /// Place of the token on the quantity's colour map, in [0, 1].
    double level(std::int64_t token, Quantity quantity) const;

    /// The neighbouring cell in execution order of one axis, inside of the run; nothing at its ends.
    std::optional<MapCell> neighbour(int evaluations, int layers, int modules) const;
    /// "frame 2, row 3, column 5: reused, age 4, score 1.02"
    QString tokenText(std::int64_t token) const;
    /// frame, row, column, state, age, score, and its parts (empty where there is none)
    QByteArray csv() const;

Q_SIGNALS:
    void changed();

private:
    void read();

    std::shared_ptr<const plan::Trace> m_trace;
    std::optional<MapCell> m_cell;
    int m_selectionRow = 0;
    bool m_available = false;
    plan::TraceCell m_happened;
    std::vector<std::uint8_t> m_fresh;
    std::vector<std::int32_t> m_ages;
    std::vector<float> m_scores; ///< the shown part
    std::vector<float> m_wholeScores;
    std::optional<plan::TocaOptions> m_scoring;
    std::optional<plan::ScoreShares> m_shares;
    ScorePart m_part = ScorePart::Whole;
    int m_largestAge = 0;
    float m_smallestScore = 0;
    float m_largestScore = 0;
};

} // namespace toca::ui
