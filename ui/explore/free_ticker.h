// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/qcustomplot.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace toca::ui {

/// A plot card's axis is one of steps; this one takes any numbers, and no more of them than stand apart on the axis.
class FreeTicker : public QCPAxisTickerFixed {
public:
    explicit FreeTicker(const QCPAxis& axis)
        : m_axis(axis)
    {
    }

protected:
    double getTickStep(const QCPRange& range) override
    {
        constexpr int kMostTicks = 5;
        const QFontMetricsF metrics(m_axis.tickLabelFont());
        const auto width = [&](double value) {
            return metrics.horizontalAdvance(m_axis.parentPlot()->locale().toString(
                value, m_axis.numberFormat().at(0).toLatin1(), m_axis.numberPrecision()));
        };
        double step = 0;
        for (int ticks = kMostTicks; ticks > 0; --ticks) {
            setTickCount(ticks);
            step = QCPAxisTicker::getTickStep(range);
            const double label =
                std::max(width(std::ceil(range.lower / step) * step), width(std::floor(range.upper / step) * step));
            if ((label + kTickGap) / m_axis.axisRect()->width() <= step / range.size()) {
                break;
            }
        }
        return step;
    }

private:
    static constexpr double kTickGap = 10; ///< logical pixels between two labels
    const QCPAxis& m_axis;
};

} // namespace toca::ui
