// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/value_list.h"

#include <QLocale>

#include <cmath>

namespace toca::ui {

namespace {

constexpr double kLargestExact = 9007199254740992.0; // 2^53

Unexpected refused(const std::string& problem)
{
    return unexpected(ErrorCode::InvalidArgument, problem + "; write values such as 1, 2, .., 10.");
}

/// The marks ".." stand alone between commas, whatever was typed around them.
QStringList partsOf(QString text)
{
    text.replace(QChar(0x2026), "..");
    text.replace("...", "..");
    text.replace("..", ",..,");
    QStringList parts;
    for (const QString& part : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        if (const QString trimmed = part.trimmed(); !trimmed.isEmpty()) {
            parts.append(trimmed);
        }
    }
    return parts;
}

} // namespace

Result<std::vector<double>> numberList(const QString& text, int most)
{
    std::vector<double> values;
    const QStringList parts = partsOf(text);
    const auto number = [](const QString& part, double& value) {
        bool isNumber = false;
        value = QLocale::c().toDouble(part, &isNumber);
        return isNumber && std::isfinite(value) && std::abs(value) <= kLargestExact;
    };
    for (qsizetype index = 0; index < parts.size(); ++index) {
        double value = 0;
        if (parts[index] != QLatin1String("..")) {
            if (!number(parts[index], value)) {
                return refused("'" + parts[index].left(40).toStdString() + "' is no number");
            }
            values.push_back(value);
        } else {
            double last = 0;
            if (values.empty() || index + 1 >= parts.size() || !number(parts[index + 1], last)) {
                return refused("'..' stands between two values");
            }
            const double step = values.size() > 1 && index > 1 && parts[index - 2] != QLatin1String("..")
                ? values.back() - values[values.size() - 2]
                : last >= values.back() ? 1.0
                                        : -1.0;
            const double count = step != 0 ? (last - values.back()) / step : -1;
            if (!(count >= 0) || count > most) {
                return refused("'..' does not reach " + parts[index + 1].left(40).toStdString() + " in "
                    + std::to_string(most) + " steps");
            }
            // Each from the first, so that errors of rounding do not add up.
            const double first = values.back();
            constexpr double kSlack = 1e-6;
            const int whole = static_cast<int>(std::floor(count + kSlack));
            for (int k = 1; k <= whole; ++k) {
                values.push_back(k == whole && std::abs(count - whole) < kSlack ? last : first + k * step);
            }
            ++index;
        }
        if (values.size() > static_cast<std::size_t>(most)) {
            return refused("There are more than " + std::to_string(most) + " values");
        }
    }
    if (values.empty()) {
        return refused("There is no value");
    }
    return values;
}

Result<std::vector<std::uint64_t>> seedList(const QString& text, int most)
{
    const auto values = numberList(text, most);
    if (!values) {
        return unexpected(values.error());
    }
    std::vector<std::uint64_t> seeds;
    for (const double value : *values) {
        if (value < 0 || value != std::floor(value)) {
            return refused("A seed is a whole number from 0, not " + QString::number(value).toStdString());
        }
        seeds.push_back(static_cast<std::uint64_t>(value));
    }
    return seeds;
}

} // namespace toca::ui
