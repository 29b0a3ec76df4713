// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSlider>

namespace toca::ui {

class PlayerModel;
class TokenOverlayModel;

/// A time line that is dragged: a slider with an own look, whose value jumps to the place clicked. Keyboard, wheel and
/// screen readers work as with any slider.
class Scrubber : public QSlider {
    Q_OBJECT
public:
    explicit Scrubber(QWidget* parent = nullptr);
    /// What the value means, in words ("frame 5 of 17, latent frame 1"): tooltip and accessible description.
    void setReading(const QString& reading);
    QString reading() const { return m_reading; }

    QSize sizeHint() const override { return {240, 28}; }
    QSize minimumSizeHint() const override { return {80, 28}; }

Q_SIGNALS:
    void dragged(int value); ///< chosen by the pointer
    void walked(int by); ///< chosen by the keyboard or the wheel, in positions
    void jumped(bool toEnd); ///< Home or End

protected:
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void changeEvent(QEvent* event) override;

    /// The strip between the ends, logical pixels.
    QRectF track() const;
    /// The value whose place is nearest to `x`.
    virtual int valueAt(double x) const = 0;
    virtual QString readingOf(int value) const = 0;
    void paintHandle(QPainter& painter, double x) const;

private:
    QString m_reading;
};

/// The clip's frames: a tick each, and shaded groups for the latent frames that carry them.
class FrameScrubber : public Scrubber {
    Q_OBJECT
public:
    FrameScrubber(PlayerModel& player, TokenOverlayModel& overlay, QWidget* parent = nullptr);
    /// Middle of a frame's place, logical pixels.
    double positionOf(int frame) const;
    QString readingOf(int frame) const override;
    void sync(); ///< takes over the model's frame and length

protected:
    void paintEvent(QPaintEvent* event) override;
    int valueAt(double x) const override;

private:
    int latentFrames() const;

    PlayerModel& m_player;
    TokenOverlayModel& m_overlay;
};

/// The denoising steps: one place each, filled where a prediction was kept, and a last one for the final clip.
class StepScrubber : public Scrubber {
    Q_OBJECT
public:
    explicit StepScrubber(PlayerModel& player, QWidget* parent = nullptr);
    /// Middle of a step's place (`steps()`: the final clip's), logical pixels.
    double positionOf(int step) const;
    QString readingOf(int step) const override;
    void sync();
    void setCursorStep(int step); ///< a thin mark at a step pointed at elsewhere; -1: none
    int cursorStep() const { return m_cursorStep; }

Q_SIGNALS:
    void stepHovered(int step); ///< -1: none

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    int valueAt(double x) const override;

private:
    QRectF cell(int step) const;
    void setHovered(int step);

    PlayerModel& m_player;
    int m_cursorStep = -1;
    int m_hovered = -1;
};

} // namespace toca::ui
