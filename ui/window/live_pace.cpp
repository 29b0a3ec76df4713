// SPDX-License-Identifier: Apache-2.0
#include "ui/window/live_pace.h"

#include <algorithm>
#include <cmath>
#include <ctime>

namespace toca::ui {

namespace {

/// Seconds of processor time that this thread has used.
double threadSeconds()
{
#ifdef CLOCK_THREAD_CPUTIME_ID
    timespec now{};
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0) {
        return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
    }
#endif
    return 0; // then the pace is the shortest one
}

} // namespace

LivePace::LivePace(QObject* parent)
    : QObject(parent)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &LivePace::onTimeout);
}

void LivePace::start()
{
    m_before = threadSeconds();
    m_timer.start(kShortest);
}

void LivePace::stop()
{
    m_timer.stop();
}

int LivePace::pauseAfter(double busySeconds)
{
    return static_cast<int>(std::lround(
        std::clamp(1000 * busySeconds / kShare, static_cast<double>(kShortest), static_cast<double>(kLongest))));
}

void LivePace::onTimeout()
{
    const double now = threadSeconds();
    const double busy = now - m_before; // the last tick, what it had drawn, and whatever else there was
    m_before = now;
    m_timer.start(pauseAfter(busy));
    Q_EMIT tick();
}

} // namespace toca::ui
