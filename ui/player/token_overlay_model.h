// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"
#include "ui/player/frame_token_mapping.h"

#include <QObject>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace toca::ui {

/// What the overlay tells about each token.
enum class OverlayMode : std::uint8_t {
    Computed, ///< computed or reused at the chosen cell
    Age, ///< evaluations since the token was last computed in the chosen layer and module
    Score, ///< the policy's score at the chosen cell, where the trace keeps scores
    Share, ///< share of a step's modules that computed the token
};

/// One place of the selection map.
struct TraceCellPlace {
    int evaluation = 0;
    int layer = 0;
    plan::ModuleKind module = plan::ModuleKind::SelfAttention;
    bool operator==(const TraceCellPlace&) const = default;
};

/// Values per token for the overlay, read from a trace that may still be filling. No widgets, no painting.
class TokenOverlayModel : public QObject {
    Q_OBJECT
public:
    /// Why there are no values.
    enum class Absence : std::uint8_t { None, NoTrace, NoCell, NotReached, NoScores };

    using QObject::QObject;

    void setTrace(std::shared_ptr<const plan::Trace> trace);
    bool hasTrace() const { return m_trace != nullptr; }
    const std::shared_ptr<const plan::Trace>& trace() const { return m_trace; }
    plan::TokenGrid grid() const; ///< 0 tokens without trace
    /// @return false (and nothing changes) when the trace has no such cell
    bool showCell(int evaluation, int layer, plan::ModuleKind module);
    void clearCell();
    const std::optional<TraceCellPlace>& cell() const { return m_cell; }
    /// Guidance row whose own selection is shown, where rows choose apart; others than the trace's show row 0.
    void setSelectionRow(int row);
    int selectionRow() const { return m_selectionRow; }
    /// The step that Share adds up; negative: the newest that has been published.
    void setShareStep(int step);
    int shareStep() const { return m_shownShareStep; }

    void setMode(toca::ui::OverlayMode mode);
    OverlayMode mode() const { return m_mode; }
    void setOn(bool on);
    bool isOn() const { return m_on; }
    void setOpacity(double opacity); ///< [0, 1]
    double opacity() const { return m_opacity; }

    /// Reads what has been published since; cheap when nothing concerns the overlay.
    void refresh();

    Absence absence() const { return m_absence; }
    /// True when the overlay is on and has values.
    bool isVisible() const { return m_on && m_absence == Absence::None; }
    /// Grows with every change of what is to be painted.
    std::uint64_t revision() const { return m_revision; }
    /// One value per token in grid order: Computed 0 or 1, Age >= 0, Score as recorded, Share in [0, 1].
    const std::vector<float>& values() const { return m_values; }
    float value(const TokenPlace& place) const;
    /// Ends of the colour bar over the whole clip, so that frames compare. `second` > `first`.
    std::pair<float, float> range() const { return m_range; }
    std::int64_t count(std::int64_t latentFrame) const; ///< computed tokens of a latent frame (mode Computed)
    std::int64_t count() const; ///< of the clip
    plan::Action action() const { return m_action; } ///< of the chosen cell

    /// The token under a place of the picture given in [0, 1) x [0, 1); nothing outside.
    std::optional<TokenPlace> tokenAt(double x, double y, std::int64_t latentFrame) const;
    std::int64_t tokenIndex(const TokenPlace& place) const;

Q_SIGNALS:
    void changed();

private:
    void update();
    void updateCell();
    void updateShare();
    /// Adds the cells published since to the counts. @return whether there were any for the step
    bool countShare();

    std::shared_ptr<const plan::Trace> m_trace;
    std::optional<TraceCellPlace> m_cell;
    OverlayMode m_mode = OverlayMode::Computed;
    bool m_on = true;
    double m_opacity = 0.8;
    int m_selectionRow = 0;
    int m_wantedShareStep = -1;
    int m_shownShareStep = -1;

    Absence m_absence = Absence::NoTrace;
    std::vector<float> m_values;
    std::pair<float, float> m_range{0.0F, 1.0F};
    plan::Action m_action = plan::Action::Full;
    std::uint64_t m_revision = 1;

    // Share: counts so far, so that a growing step costs only its new cells
    std::vector<std::int32_t> m_shareCounts;
    std::int32_t m_shareCells = 0;
    std::size_t m_shareNext = 0;
    int m_shareCounted = -1; ///< step that the counts belong to
};

} // namespace toca::ui
