// SPDX-License-Identifier: Apache-2.0
#include "app/stall_meter.h"

#include <QEvent>
#include <QJsonDocument>
#include <QJsonObject>
#include <QThread>

namespace toca::app {

void MeasuredApplication::measure(bool on)
{
    if (on) {
        m_report = {};
        m_start = Clock::now();
    } else if (m_isMeasuring) {
        m_report.seconds = std::chrono::duration<double>(Clock::now() - m_start).count();
    }
    m_isMeasuring = on;
}

bool MeasuredApplication::notify(QObject* receiver, QEvent* event)
{
    if (!m_isMeasuring || m_depth > 0 || QThread::currentThread() != thread()) {
        return QApplication::notify(receiver, event);
    }
    // Taken before: the handler may delete both.
    const QString name = QString::fromLatin1(receiver->metaObject()->className());
    const int type = event->type();
    ++m_depth;
    const auto begin = Clock::now();
    const bool handled = QApplication::notify(receiver, event);
    const double milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    --m_depth;
    ++m_report.events;
    m_report.busySeconds += milliseconds / 1000;
    m_report.longerThan16 += milliseconds > 16;
    m_report.longerThan50 += milliseconds > 50;
    if (milliseconds > m_report.longestMilliseconds) {
        m_report.longestMilliseconds = milliseconds;
        m_report.longestEvent = QStringLiteral("%1, event %2").arg(name).arg(type);
    }
    return handled;
}

QByteArray toJson(const StallReport& report)
{
    return QJsonDocument(QJsonObject{{"longest_ms", report.longestMilliseconds}, {"longest_event", report.longestEvent},
                             {"busy_seconds", report.busySeconds}, {"seconds", report.seconds},
                             {"events", static_cast<double>(report.events)},
                             {"longer_than_16_ms", static_cast<double>(report.longerThan16)},
                             {"longer_than_50_ms", static_cast<double>(report.longerThan50)}})
        .toJson();
}

} // namespace toca::app
