// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/qcustomplot.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace toca::ui {

/// Ticks at round values of an axis whose coordinates are buckets.
class BucketTicker : public QCPAxisTickerFixed {
public:
    explicit BucketTicker(const QCPAxis& axis)
        : m_axis(axis)
    {
    }
    /// Values at bucket coordinate 0 and per bucket; `least` = smallest distance of two ticks.
    void setScale(double from, double perBucket, double least)
    {
        m_from = from;
        m_perBucket = perBucket;
        m_least = least;
    }

protected:
    void generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks, QVector<double>* subTicks,
        QVector<QString>* labels) override
    {
        const QLocale locale;
        ticks.clear();
        if (subTicks) {
            subTicks->clear();
        }
        if (labels) {
            labels->clear();
        }
        const double from = m_from + range.lower * m_perBucket;
        const double to = m_from + range.upper * m_perBucket;
        if (!(to > from) || !std::isfinite(to - from)) {
            return;
        }
        const QFontMetricsF metrics(m_axis.tickLabelFont());
        const double width = std::max(m_axis.axisRect()->width(), 40);
        double step = std::max(m_least, std::pow(10.0, std::floor(std::log10((to - from) / 20))));
        constexpr double kFactors[]{2, 2.5, 2};
        for (int round = 0; round < 60; ++round) {
            const double label = metrics.horizontalAdvance(textOf(to, step, locale)) + kGap;
            if (label * (to - from) / step <= width) {
                break;
            }
            step *= kFactors[round % 3];
            if (m_least >= 1) {
                step = std::ceil(step); // there is no half a step
            }
        }
        for (double value = std::ceil(from / step) * step; value <= to && ticks.size() < kMost; value += step) {
            ticks << (value - m_from) / m_perBucket;
            if (labels) {
                *labels << textOf(value, step, locale);
            }
        }
    }

private:
    static constexpr double kGap = 18; ///< logical pixels between two labels
    static constexpr int kMost = 60;
    static QString textOf(double value, double step, const QLocale& locale)
    {
        const int decimals = step >= 1 ? 0 : std::min(6, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
        return locale.toString(std::abs(value) < step * 1e-6 ? 0.0 : value, 'f', decimals);
    }

    const QCPAxis& m_axis;
    double m_from = 0;
    double m_perBucket = 1;
    double m_least = 1;
};

/// Round values on a logarithmic axis, few of them over many decades and enough within one.
class LogTicker : public QCPAxisTicker {
protected:
    void generate(const QCPRange& range, const QLocale& locale, QChar, int, QVector<double>& ticks,
        QVector<double>* subTicks, QVector<QString>* labels) override
    {
        ticks.clear();
        if (subTicks) {
            subTicks->clear();
        }
        if (labels) {
            labels->clear();
        }
        if (!(range.lower > 0) || !(range.upper > range.lower) || !std::isfinite(range.upper)) {
            return;
        }
        const double decades = std::log10(range.upper / range.lower);
        const QVector<double> factors = decades < 0.5
            ? QVector<double>{1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9}
            : decades < 1.2 ? QVector<double>{1, 1.5, 2, 3, 4, 6, 8}
            : decades < 3   ? QVector<double>{1, 2, 5}
                            : QVector<double>{1};
        const int every = std::max(1, static_cast<int>(std::ceil(decades / 6)));
        const int first = static_cast<int>(std::floor(std::log10(range.lower)));
        const int last = static_cast<int>(std::ceil(std::log10(range.upper)));
        for (int exponent = first; exponent <= last; ++exponent) {
            if (decades >= 3 && exponent % every != 0) {
                continue;
            }
            for (const double factor : factors) {
                const double value = factor * std::pow(10.0, exponent);
                if (value >= range.lower && value <= range.upper) {
                    ticks << value;
                    if (labels) {
                        *labels << locale.toString(value, 'g', 3);
                    }
                }
            }
        }
    }
};

} // namespace toca::ui
