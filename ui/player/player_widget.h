// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/player/clip_canvas.h"
#include "ui/player/player_model.h"
#include "ui/player/token_overlay_model.h"

#include <QWidget>

#include <memory>

class QAction;
class QActionGroup;
class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace toca::ui {

class FrameScrubber;
class StepScrubber;

/// The player: the clip of a run, playing as it forms, with its baseline and the tokens that were computed.
///
/// A run goes: `clear()`, `setBusy(...)`, `setExpected(...)`, `setTrace(...)`, then `setDenoising` and `addPreview` per
/// step, `setBusy` while decoding, `setClip` (which ends the busy state) or `endRun()`. Call `refresh()` with the
/// window's tick. All actions, for menus: `actions()`; their shortcuts work while the player has the focus.
class PlayerWidget : public QWidget {
    Q_OBJECT
public:
    explicit PlayerWidget(QWidget* parent = nullptr);

    void setClip(Clip clip);
    void clear();
    void addPreview(Preview preview);
    void addPreviews(std::vector<Preview> previews);
    /// Painted tokens, outlined while the brush is in the hand (action "player.brush").
    void setMask(std::vector<bool> mask) { m_canvas->setMask(std::move(mask)); }
    /// What the run will deliver: predictions then play in its time and 1:1 means its pixels.
    void setExpected(QSize picture, int frames, double fps);
    void setDenoising(int step, int steps);
    void endRun(); ///< cancelled or failed: predictions stay, the busy state ends
    void setBusy(const QString& what, double progress = -1); ///< progress in [0, 1]; negative: unknown
    void clearBusy();

    void setTrace(std::shared_ptr<const plan::Trace> trace);
    /// Shows the tokens of a cell over the picture, at the predicted clip of its step where one is kept and the user
    /// looks at predictions.
    void showCell(int evaluation, int layer, plan::ModuleKind module);
    void clearCell();
    void setMarkedToken(qint64 token); ///< grid order, -1: none
    void refresh(); ///< reads what the trace published since

    void setBaseline(Clip clip);
    void clearBaseline();
    void setLabels(const QString& run, const QString& baseline);
    void setHint(const QString& hint, const QString& example);
    /// Runs will make one picture each: controls of time are left out before the first one too.
    void setExpectsPicture(bool picture);
    void setView(ClipView view);
    void setCursorStep(int step); ///< marks a step pointed at elsewhere on the step scrubber; -1: none

    PlayerModel& model() { return m_player; }
    TokenOverlayModel& overlay() { return m_overlay; }
    ClipCanvas& canvas() { return *m_canvas; }
    /// The run's frame on the screen in its own pixels, without overlay; null when there is none.
    QImage framePicture() const;
    QAction* action(const QString& name) const; ///< by objectName: "player.play", ...

Q_SIGNALS:
    void brushToggled(bool on);
    void strokeStarted(); ///< of the brush; then tokens, then the end
    void tokenPainted(qint64 token, bool erase);
    void strokeEnded();
    void frameChanged(int frame);
    void stepChanged(int step); ///< -1: the final clip, -2: nothing
    void stepHovered(int step); ///< pointed at on the step scrubber; -1: none
    void savePictureRequested();
    void tokenHovered(qint64 token);

private:
    void makeActions();
    QAction* addCommand(const char* name, const QString& icon, const QString& text, const QString& toolTip,
        const QList<QKeySequence>& keys);
    QWidget* makeTopBar();
    QWidget* makeBottomBar();
    QToolButton* button(const char* actionName);
    void syncContent();
    void syncTransport();
    void syncFrame();
    void syncView();
    void syncOverlay();
    void syncZoom();
    void syncShareStep();

    PlayerModel m_player;
    TokenOverlayModel m_overlay;
    ClipCanvas* m_canvas = nullptr;
    FrameScrubber* m_frameScrubber = nullptr;
    StepScrubber* m_stepScrubber = nullptr;
    QLabel* m_frameText = nullptr;
    QLabel* m_stepText = nullptr;
    QLabel* m_timeText = nullptr;
    QLabel* m_zoomText = nullptr;
    QComboBox* m_speed = nullptr;
    QList<QWidget*> m_clipOnly; ///< controls that a single picture has no use for
    QComboBox* m_gain = nullptr;
    QComboBox* m_mode = nullptr;
    QSlider* m_opacity = nullptr;
    QActionGroup* m_views = nullptr;
    bool m_resumeAfterDrag = false;
    bool m_expectsPicture = false;
};

} // namespace toca::ui
