// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include <functional>

class QLabel;

namespace toca::ui {

class ClipCanvas;
class PlayerModel;
class SelectionMapModel;
class SelectionMapView;
class StepScrubber;
class TokenOverlayModel;

/// What an audience sees: the picture, the selection map and one plain sentence per step, large. A second view of the
/// window's own models, so that a run can be shown while it goes on.
///
/// Keys: Right, Page Down and Space go a step on, Left and Page Up back, Home to the first step, End to the final clip;
/// P plays or pauses; 1 to 4 choose run only, side by side, slider, difference; T switches the tokens over the picture,
/// which are off at the beginning; + and - the size of the sentence; Escape or F11 leaves.
class Presentation : public QWidget {
    Q_OBJECT
public:
    struct Parts {
        PlayerModel& player;
        TokenOverlayModel& overlay;
        SelectionMapModel& map;
        std::function<QString(int step)> sentence; ///< of a step
        std::function<QString()> ending; ///< of the final clip
    };
    /// All of `parts` must outlive it.
    explicit Presentation(Parts parts, QWidget* parent = nullptr);

    int step() const { return m_step; } ///< -1: the final clip, or the newest step while a run goes on
    int steps() const;
    QString sentence() const;
    void setLabels(const QString& run, const QString& baseline);

public Q_SLOTS:
    void showStep(int step); ///< clamped; `steps()` and more: the final clip
    void refresh(); ///< what the run has done since

Q_SIGNALS:
    void left();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

private:
    int newestStep() const; ///< -1 before the first
    void go(int by);
    void fitFonts();

    Parts m_parts;
    bool m_hadOverlay; ///< before; leaving brings it back
    ClipCanvas* m_canvas;
    SelectionMapView* m_map;
    StepScrubber* m_scrubber;
    QLabel* m_sentence;
    QLabel* m_place;
    QLabel* m_keys;
    int m_step = -1;
    double m_scale = 1;
};

} // namespace toca::ui
