// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QTimer>

namespace toca::ui {

/// When the live parts of the window are drawn while a run goes on. On a processor the engine uses every core, so what
/// the window draws is taken from the run: each tick is followed by a pause in which what it cost (processor time of
/// the window's thread, everything counted) becomes no more than `kShare`, within the limits of what the eye follows.
class LivePace : public QObject {
    Q_OBJECT
public:
    static constexpr int kShortest = 33; ///< milliseconds between two ticks
    static constexpr int kLongest = 250; ///< so that a slow machine still shows what goes on
    static constexpr double kShare = 0.02; ///< of the run's time

    explicit LivePace(QObject* parent = nullptr);

    void start();
    void stop();
    bool isActive() const { return m_timer.isActive(); }
    /// Milliseconds until the next tick when the window has worked for that long since the last one.
    static int pauseAfter(double busySeconds);

Q_SIGNALS:
    void tick();

private:
    void onTimeout();

    QTimer m_timer;
    double m_before = 0; ///< processor time of the thread at the last tick
};

} // namespace toca::ui
