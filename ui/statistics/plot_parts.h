// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/qcustomplot.h"
#include "ui/statistics/run_statistics_model.h"
#include "ui/theme/theme.h"

#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

// What the plots over the steps are put together from.
namespace toca::ui::plots {

/// What numbers of a plot are divided by, with the name of the result.
struct Unit {
    double size = 1;
    const char* name = "";
};

template <std::size_t N>
Unit unitFor(double largest, const std::array<Unit, N>& units)
{
    Unit best = units.front();
    for (const Unit& unit : units) {
        if (largest >= unit.size) {
            best = unit;
        }
    }
    return best;
}

inline constexpr std::array kFlops{
    Unit{1, "FLOP"}, Unit{1e3, "kFLOP"}, Unit{1e6, "MFLOP"}, Unit{1e9, "GFLOP"}, Unit{1e12, "TFLOP"}};
inline constexpr std::array kSeconds{Unit{1e-3, "ms"}, Unit{1.0, "s"}};
inline constexpr std::array kBytes{
    Unit{1, "B"}, Unit{1024.0, "KiB"}, Unit{1024.0 * 1024, "MiB"}, Unit{1024.0 * 1024 * 1024, "GiB"}};

inline QColor moduleColour(const Theme& colours, plan::ModuleKind module)
{
    switch (module) {
    case plan::ModuleKind::SelfAttention:
        return colours.selfAttention;
    case plan::ModuleKind::CrossAttention:
        return colours.crossAttention;
    case plan::ModuleKind::Mlp:
        break;
    }
    return colours.mlp;
}

inline QColor faded(QColor colour, int alpha)
{
    colour.setAlpha(alpha);
    return colour;
}

template <class Read>
double largestOf(const RunStatisticsModel& model, Read read)
{
    double largest = 0;
    for (int step = 0; step < model.stepCount(); ++step) {
        const double value = std::abs(read(model.step(step)));
        if (std::isfinite(value)) {
            largest = std::max(largest, value);
        }
    }
    return largest;
}

template <class Read>
void fill(QCPGraph& graph, const RunStatisticsModel& model, double unit, Read read)
{
    QVector<double> keys;
    QVector<double> values;
    for (int step = 0; step < model.stepCount(); ++step) {
        keys << step;
        values << read(model.step(step)) / unit; // NaN leaves a gap
    }
    graph.setData(keys, values, true);
}

template <class Read>
void fill(QCPBars& bars, const RunStatisticsModel& model, double unit, Read read)
{
    QVector<double> keys;
    QVector<double> values;
    for (int step = 0; step < model.stepCount(); ++step) {
        const double value = read(model.step(step));
        if (std::isfinite(value)) {
            keys << step;
            values << value / unit;
        }
    }
    bars.setData(keys, values, true);
}

inline QCPBars* addBars(QCustomPlot& plot, QCPBars* below = nullptr)
{
    auto* bars = new QCPBars(plot.xAxis, plot.yAxis);
    bars->setWidth(0.78);
    bars->setPen(Qt::NoPen);
    bars->setAntialiased(false);
    if (below != nullptr) {
        bars->moveAbove(below);
        bars->setStackingGap(1);
    }
    return bars;
}

inline QCPGraph* addLine(QCustomPlot& plot, QCPGraph::LineStyle style)
{
    QCPGraph* line = plot.addGraph();
    line->setLineStyle(style);
    return line;
}

inline QPen linePen(const QColor& colour, double width, Qt::PenStyle style = Qt::SolidLine)
{
    QPen pen(colour, width, style);
    if (style == Qt::CustomDashLine || style == Qt::DashLine) {
        pen.setDashPattern({4, 3});
    }
    return pen;
}

/// Three significant digits for the key, "" where unknown.
inline QString numberText(double value)
{
    if (!std::isfinite(value)) {
        return {};
    }
    const double size = std::abs(value);
    return QLocale().toString(value, 'f', size >= 100 || value == 0 ? 0 : size >= 10 ? 1 : 2);
}

/// From zero (or the smallest value below it) with a little air above.
inline void fitValues(QCustomPlot& plot, double lowest, double highest)
{
    const double room = std::max(highest - std::min(lowest, 0.0), 1e-9);
    plot.yAxis->setRange(std::min(lowest, 0.0) - (lowest < 0 ? 0.08 * room : 0.0), highest + 0.10 * room);
}

} // namespace toca::ui::plots
