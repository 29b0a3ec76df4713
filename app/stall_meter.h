// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QApplication>
#include <QString>

#include <chrono>
#include <cstdint>

namespace toca::app {

/// What the window's thread spent on events while measuring was on.
struct StallReport {
    double longestMilliseconds = 0; ///< of one event handler, painting included
    QString longestEvent; ///< receiver's class and event number
    double busySeconds = 0; ///< in event handlers
    double seconds = 0; ///< measured span
    std::int64_t events = 0;
    std::int64_t longerThan16 = 0; ///< handlers that took longer than 16 ms (a frame at 60 Hz)
    std::int64_t longerThan50 = 0;
};

/// The application, timing every event handler of its thread while `measure` is on: a handler that takes long is
/// exactly the time during which the window can't react. Handlers called from within others are part of the outer one.
class MeasuredApplication : public QApplication {
    Q_OBJECT
public:
    using QApplication::QApplication;
    bool notify(QObject* receiver, QEvent* event) override;

    void measure(bool on);
    StallReport report() const { return m_report; }

private:
    using Clock = std::chrono::steady_clock;
    bool m_isMeasuring = false;
    int m_depth = 0;
    Clock::time_point m_start;
    StallReport m_report;
};

/// One JSON object with the fields above.
QByteArray toJson(const StallReport& report);

} // namespace toca::app
