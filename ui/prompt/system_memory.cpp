// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/system_memory.h"

#include <QCoreApplication>
#include <QFile>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace toca::ui {

std::int64_t availableMemory()
{
    QFile file("/proc/meminfo");
    if (!file.open(QIODevice::ReadOnly)) {
        return 0;
    }
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.startsWith("MemAvailable:")) {
            const QList<QByteArray> fields = line.simplified().split(' ');
            return fields.size() > 1 ? fields[1].toLongLong() * 1024 : 0;
        }
    }
    return 0;
}

QString dataSize(std::int64_t bytes)
{
    return QLocale().formattedDataSize(bytes, bytes < (1 << 20) ? 0 : 1, QLocale::DataSizeTraditionalFormat);
}

QString shortCount(double count)
{
    constexpr std::array<const char*, 5> kUnits{"", " k", " M", " G", " T"};
    std::size_t unit = 0;
    while (std::abs(count) >= 1000.0 && unit + 1 < kUnits.size()) {
        count /= 1000.0;
        ++unit;
    }
    return QLocale().toString(count, 'f', count < 10 && unit > 0 ? 1 : 0) + kUnits[unit];
}

QString duration(double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0) {
        return QStringLiteral("–");
    }
    if (seconds < 60) {
        return QCoreApplication::translate("toca::ui", "%1 s")
            .arg(QLocale().toString(seconds, 'f', seconds < 10 ? 1 : 0));
    }
    const auto whole = static_cast<qint64>(std::min(seconds, 1e9));
    const qint64 minutes = whole / 60;
    const QString tail = QStringLiteral(":%1").arg(whole % 60, 2, 10, QChar('0'));
    return minutes < 60 ? QString::number(minutes) + tail
                        : QStringLiteral("%1:%2").arg(minutes / 60).arg(minutes % 60, 2, 10, QChar('0')) + tail;
}

} // namespace toca::ui
