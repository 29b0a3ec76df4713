// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"
#include "ui/player/clip_source.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace toca::ui {

/// How run and baseline are put on the screen.
enum class ClipView : std::uint8_t { Single, SideBySide, Slider, Difference };

/// State of the player without widgets: which clip is shown (the final one or the prediction of a step), which frame,
/// and the passing of time. One time line for all clips of a run: predictions and baseline with another number of
/// frames are shown at the same place in time, so switching never interrupts playback.
class PlayerModel : public QObject {
    Q_OBJECT
public:
    /// Nanoseconds of a clock that never goes back.
    using Clock = std::function<std::int64_t()>;
    static constexpr int kFinal = -1; ///< `viewedStep` of the final clip
    static constexpr int kNothing = -2; ///< `viewedStep` when there is nothing to show

    explicit PlayerModel(QObject* parent = nullptr);
    /// Replaces the clock; the model then never starts its own timer and moves in `advance()` only.
    void setManualClock(Clock clock);

    // Content
    void clear(); ///< forgets run and baseline; keeps speed, loop and view
    void setClip(Clip clip); ///< the final clip; ends denoising
    /// While paced, a clip plays on only when `keepPlaying()` is called: a run that goes on is shown at the pace that
    /// it can spare, all at once.
    void setPaced(bool paced);
    void keepPlaying();
    void addPreviews(std::vector<Preview> previews); ///< several at once, announced once
    void addPreview(Preview preview); ///< ignored without frames or with a negative step; replaces one of the same step
    /// What the run will deliver, when known before it does: length and rate of the time line, size for 1:1.
    void setExpected(QSize picture, int frames, double fps);
    void setDenoising(int step, int steps); ///< a run is at `step` (0-based) of `steps`
    void endRun(); ///< no run any more (cancelled or failed); the predictions stay
    void setBaseline(Clip clip);
    /// What the baseline predicted at its steps: shown beside the run's prediction of the same step.
    void setBaselinePredictions(const std::map<int, Clip>& clips);
    void clearBaseline();
    /// Step from which on the run is no longer close to its baseline; -1: none or not known.
    void setDivergence(int step);
    int divergence() const { return m_divergence; }

    // What is shown
    bool isEmpty() const { return m_viewed == kNothing; }
    bool hasFinal() const { return m_final != nullptr; }
    bool hasBaseline() const { return m_baseline != nullptr; }
    bool isDenoising() const { return m_runningStep >= 0; }
    int runningStep() const { return m_runningStep; } ///< -1 when no run is going on
    int steps() const; ///< denoising steps of the run: announced, or as many as the predictions need
    int viewedStep() const { return m_viewed; }
    bool isFollowing() const { return m_following; } ///< the newest clip is shown as soon as it arrives
    ClipSourcePtr shown() const;
    /// Of the viewed step where it was kept, else the final one.
    ClipSourcePtr baseline() const;
    /// The frame of `source` at the time line's place: itself for equal counts. -1 when it has none.
    int frameIn(const ClipSourcePtr& source) const { return frameIn(source, m_frame); }
    int frameIn(const ClipSourcePtr& source, int frame) const;
    /// Pixels of the finished clip, best known; empty when unknown.
    QSize pictureSize() const;
    bool hasPreview(int step) const { return m_previews.contains(step); }
    std::size_t previewCount() const { return m_previews.size(); }
    std::vector<int> previewSteps() const; ///< ascending

    // Time line
    int frameCount() const; ///< 0 when empty
    int frame() const { return m_frame; }
    double fps() const; ///< of the clip; 8 when it says nonsense
    double seconds(int frame) const { return frame / fps(); }
    bool isPlaying() const { return m_playing; }
    bool isLooping() const { return m_looping; }
    double speed() const { return m_speed; }

    // View
    ClipView view() const { return hasBaseline() ? m_view : ClipView::Single; }
    int gain() const { return m_gain; }

public Q_SLOTS:
    void setPlaying(bool playing); ///< at the last frame without loop, playing starts again from the first
    void togglePlaying() { setPlaying(!m_playing); }
    void setLooping(bool looping);
    void setSpeed(double speed); ///< clamped to [0.25, 2]
    void setFrame(int frame); ///< clamped; keeps playing from there
    void stepFrame(int by); ///< pauses; wraps around when looping
    /// Shows the prediction of `step`, or of the nearest earlier (else later) step that has one; kFinal: the newest
    /// clip, which is followed from then on.
    void viewStep(int step);
    void stepPreview(int by); ///< `by` predictions on, the newest clip being the last position
    void setView(toca::ui::ClipView view); ///< remembered, effective while there is a baseline
    void setGain(int gain); ///< of the difference, clamped to [1, 64]
    void advance(); ///< moves to the frame that is due by the clock

Q_SIGNALS:
    void contentChanged(); ///< clips, steps, run state or time line
    void shownChanged(); ///< another clip is shown
    void frameChanged(int frame);
    void stepChanged(int step); ///< `viewedStep()`
    void playingChanged(bool playing);
    void playbackOptionsChanged(); ///< speed or loop
    void viewChanged();

private:
    double position() const;
    void anchor(double position);
    void anchor() { anchor(m_frame); }
    void schedule();
    void moveTo(int frame);
    void show(int step);
    void rememberTimeline(const std::function<void()>& change);
    int newestStep() const;
    std::int64_t now() const { return m_clock(); }

    Clock m_clock;
    QTimer m_timer;
    bool m_manual = false;

    ClipSourcePtr m_final;
    ClipSourcePtr m_baseline;
    std::map<int, ClipSourcePtr> m_baselinePredictions;
    int m_divergence = -1;
    std::map<int, ClipSourcePtr> m_previews;
    QSize m_expectedPicture;
    int m_expectedFrames = 0;
    double m_expectedFps = 0;
    int m_runningStep = -1;
    int m_announcedSteps = 0;
    int m_viewed = kNothing;
    bool m_following = true;

    int m_frame = 0;
    bool m_playing = true;
    bool m_paced = false;
    bool m_looping = true;
    double m_speed = 1;
    std::int64_t m_anchorTime = 0; ///< when `m_anchorPosition` was due
    double m_anchorPosition = 0; ///< frames, with a fraction

    ClipView m_view = ClipView::Single;
    int m_gain = 4;
};

} // namespace toca::ui
