// SPDX-License-Identifier: Apache-2.0
#include "ui/sensitivity/sensitivity_texts.h"

#include "ui/sensitivity/sensitivity_panel.h"

#include <QLocale>
#include <QRegularExpression>

#include <algorithm>
#include <cmath>

namespace toca::ui {

QString titleOf(SensitivityScore score)
{
    return SensitivityPanel::tr(sensitivityScoreTitle(score));
}

std::optional<std::vector<int>> numbersOf(const QString& text, int count)
{
    static const QRegularExpression range(QStringLiteral("^\\s*(\\d{1,5})\\s*(?:-\\s*(\\d{1,5})\\s*)?$"));
    std::vector<int> numbers;
    if (text.trimmed().isEmpty()) {
        return numbers;
    }
    for (const QString& part : text.split(QLatin1Char(','))) {
        const auto match = range.match(part);
        if (!match.hasMatch()) {
            return std::nullopt;
        }
        const int first = match.captured(1).toInt();
        const int last = match.captured(2).isEmpty() ? first : match.captured(2).toInt();
        if (last < first || last >= count) {
            return std::nullopt;
        }
        for (int number = first; number <= last; ++number) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

QString signedText(double value)
{
    return std::isnan(value) ? QStringLiteral("–")
                             : (value >= 0 ? QStringLiteral("+") : QString()) + QLocale().toString(value, 'f', 2);
}

QString roughly(double seconds)
{
    const auto number = [](double value) { return QLocale().toString(std::ceil(value), 'f', 0); };
    return seconds < 100 ? SensitivityPanel::tr("%1 s").arg(number(seconds))
        : seconds < 6000 ? SensitivityPanel::tr("%1 min").arg(number(seconds / 60))
                         : SensitivityPanel::tr("%1 h").arg(number(seconds / 3600));
}

QString clockText(double seconds)
{
    const int whole = static_cast<int>(std::ceil(std::clamp(seconds, 0.0, 1e6)));
    return QStringLiteral("%1:%2").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
}

} // namespace toca::ui
