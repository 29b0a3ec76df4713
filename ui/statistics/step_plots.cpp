// SPDX-License-Identifier: Apache-2.0
#include "ui/statistics/step_plots.h"

#include "ui/colour/oklab.h"
#include "ui/qcustomplot.h"
#include "ui/selection/cell_text.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

namespace toca::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("toca::ui::StepPlots", text);
}

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

constexpr std::array kFlops{
    Unit{1, "FLOP"}, Unit{1e3, "kFLOP"}, Unit{1e6, "MFLOP"}, Unit{1e9, "GFLOP"}, Unit{1e12, "TFLOP"}};
constexpr std::array kSeconds{Unit{1e-3, "ms"}, Unit{1.0, "s"}};
constexpr std::array kBytes{
    Unit{1, "B"}, Unit{1024.0, "KiB"}, Unit{1024.0 * 1024, "MiB"}, Unit{1024.0 * 1024 * 1024, "GiB"}};

QColor moduleColour(const Theme& colours, plan::ModuleKind module)
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

/// Time spent on choosing tokens: pink, far from the three modules' hues.
QColor selectionColour(const Theme& colours)
{
    return QColor(rgbFromOklab(colours.dark ? oklch(0.70, 0.19, 355) : oklch(0.55, 0.20, 355)));
}

QColor faded(QColor colour, int alpha)
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

QCPBars* addBars(QCustomPlot& plot, QCPBars* below = nullptr)
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

QCPGraph* addLine(QCustomPlot& plot, QCPGraph::LineStyle style)
{
    QCPGraph* line = plot.addGraph();
    line->setLineStyle(style);
    return line;
}

QPen linePen(const QColor& colour, double width, Qt::PenStyle style = Qt::SolidLine)
{
    QPen pen(colour, width, style);
    if (style == Qt::CustomDashLine || style == Qt::DashLine) {
        pen.setDashPattern({4, 3});
    }
    return pen;
}

/// Three significant digits for the key, "" where unknown.
QString numberText(double value)
{
    if (!std::isfinite(value)) {
        return {};
    }
    const double size = std::abs(value);
    return QLocale().toString(value, 'f', size >= 100 || value == 0 ? 0 : size >= 10 ? 1 : 2);
}

/// From zero (or the smallest value below it) with a little air above.
void fitValues(QCustomPlot& plot, double lowest, double highest)
{
    const double room = std::max(highest - std::min(lowest, 0.0), 1e-9);
    plot.yAxis->setRange(std::min(lowest, 0.0) - (lowest < 0 ? 0.08 * room : 0.0), highest + 0.10 * room);
}

class CacheRatioPlot final : public StepPlot {
public:
    CacheRatioPlot(const RunStatisticsModel& model, QWidget* parent)
        : StepPlot(model,
            new PlotCard(tr("Cache ratio"),
                tr("Tokens taken from the cache, share of all tokens of the step (1 - fresh ratio, the paper's R). The "
                   "bar is "
                   "the mean over the modules; its parts say what each contributes."),
                parent))
    {
        QCustomPlot& plot = m_card->plot();
        for (std::size_t i = 0; i < m_bars.size(); ++i) {
            m_bars[i] = addBars(plot, i > 0 ? m_bars[i - 1] : nullptr);
        }
        m_planned = addLine(plot, QCPGraph::lsStepCenter);
        plot.yAxis->setRange(0, 108); // the tick at 100 and the bars' ends stay in sight
        m_card->setUnit(QStringLiteral("%"));
        m_card->setRecolour([this](const Theme& colours) {
            std::vector<PlotCard::Key> key;
            for (const plan::ModuleKind module : plan::kAllModules) {
                m_bars[static_cast<std::size_t>(module)]->setBrush(moduleColour(colours, module));
                key.push_back({moduleColour(colours, module), moduleTitle(module), PlotCard::Key::Sign::Block,
                    moduleShortTitle(module)});
            }
            m_planned->setPen(linePen(colours.mutedText, 1.2, Qt::DashLine));
            key.push_back({colours.mutedText, tr("planned"), PlotCard::Key::Sign::Dashes});
            m_card->setKey(key);
        });
        m_card->setValueText([this](int step) {
            const StepStatistics& s = m_model.step(step);
            if (!s.happened) {
                return std::isnan(s.plannedCacheRatio)
                    ? QString()
                    : tr("step %1: planned %2").arg(step).arg(percentText(s.plannedCacheRatio));
            }
            return tr("step %1: %2").arg(step).arg(percentText(s.meanCacheRatio));
        });
        m_card->setKeyValues([this](int step) {
            const StepStatistics& s = m_model.step(step);
            return QStringList{numberText(s.cacheRatio[0] / 0.01), numberText(s.cacheRatio[1] / 0.01),
                numberText(s.cacheRatio[2] / 0.01), numberText(s.plannedCacheRatio / 0.01)};
        });
    }
    void update() override
    {
        for (std::size_t i = 0; i < m_bars.size(); ++i) {
            fill(*m_bars[i], m_model, 0.01,
                [i](const StepStatistics& s) { return s.cacheRatio[i] / plan::kModuleKinds; });
        }
        fill(*m_planned, m_model, 0.01, [](const StepStatistics& s) { return s.plannedCacheRatio; });
    }

private:
    std::array<QCPBars*, plan::kModuleKinds> m_bars{};
    QCPGraph* m_planned = nullptr;
};

class FlopsPlot final : public StepPlot {
public:
    FlopsPlot(const RunStatisticsModel& model, QWidget* parent)
        : StepPlot(model,
            new PlotCard(tr("FLOPs per step"),
                tr("Matrix products, convolutions and attention, 2 FLOPs per multiply-add, all guidance rows: counted "
                   "while "
                   "running, and as planned before. The line on top is a full step; the percentage is the share of "
                   "it."),
                parent))
    {
        QCustomPlot& plot = m_card->plot();
        m_counted = addBars(plot);
        m_planned = addLine(plot, QCPGraph::lsStepCenter);
        m_full = addLine(plot, QCPGraph::lsStepCenter);
        m_card->setRecolour([this](const Theme& colours) {
            m_counted->setBrush(colours.accent);
            m_planned->setPen(linePen(colours.mutedText, 1.2, Qt::DashLine));
            m_full->setPen(linePen(colours.baseline, 1.2));
            m_card->setKey(
                {{colours.accent, tr("counted")}, {colours.mutedText, tr("planned"), PlotCard::Key::Sign::Dashes},
                    {colours.baseline, tr("full step"), PlotCard::Key::Sign::Line}});
        });
        m_card->setValueText([this](int step) {
            const StepStatistics& s = m_model.step(step);
            if (s.happened) {
                return tr("step %1: %2 (%3)").arg(step).arg(flopsText(s.flops), percentText(s.flops / s.fullFlops));
            }
            return std::isnan(s.plannedFlops) ? QString()
                                              : tr("step %1: planned %2").arg(step).arg(flopsText(s.plannedFlops));
        });
    }
    void update() override
    {
        const double largest = largestOf(m_model, [](const StepStatistics& s) { return s.fullFlops; });
        const Unit unit = unitFor(largest, kFlops);
        m_card->setUnit(QString::fromLatin1(unit.name));
        fill(*m_counted, m_model, unit.size, [](const StepStatistics& s) { return s.flops; });
        fill(*m_planned, m_model, unit.size, [](const StepStatistics& s) { return s.plannedFlops; });
        fill(*m_full, m_model, unit.size, [](const StepStatistics& s) { return s.fullFlops; });
        fitValues(m_card->plot(), 0, largest / unit.size);
    }

private:
    QCPBars* m_counted = nullptr;
    QCPGraph* m_planned = nullptr;
    QCPGraph* m_full = nullptr;
};

class FlopsSavedPlot final : public StepPlot {
public:
    FlopsSavedPlot(const RunStatisticsModel& model, QWidget* parent)
        : StepPlot(model,
            new PlotCard(tr("FLOPs saved"),
                tr("Sum from the first step on: what full steps would have cost, minus what was counted"), parent))
    {
        m_counted = addLine(m_card->plot(), QCPGraph::lsLine);
        m_planned = addLine(m_card->plot(), QCPGraph::lsLine);
        m_card->setRecolour([this](const Theme& colours) {
            m_counted->setPen(linePen(colours.good, 2));
            m_counted->setBrush(faded(colours.good, 50));
            m_planned->setPen(linePen(colours.mutedText, 1.2, Qt::DashLine));
            m_card->setKey({{colours.good, tr("counted"), PlotCard::Key::Sign::Line},
                {colours.mutedText, tr("planned"), PlotCard::Key::Sign::Dashes}});
        });
        m_card->setValueText([this](int step) {
            const StepStatistics& s = m_model.step(step);
            if (s.happened) {
                return tr("up to step %1: %2").arg(step).arg(flopsText(s.flopsSaved));
            }
            return std::isnan(s.plannedFlopsSaved)
                ? QString()
                : tr("up to step %1: planned %2").arg(step).arg(flopsText(s.plannedFlopsSaved));
        });
    }
    void update() override
    {
        const auto counted = [](const StepStatistics& s) { return s.flopsSaved; };
        const auto planned = [](const StepStatistics& s) { return s.plannedFlopsSaved; };
        const double largest = std::max(largestOf(m_model, counted), largestOf(m_model, planned));
        const Unit unit = unitFor(largest, kFlops);
        m_card->setUnit(QString::fromLatin1(unit.name));
        fill(*m_counted, m_model, unit.size, counted);
        fill(*m_planned, m_model, unit.size, planned);
        fitValues(m_card->plot(), 0, largest > 0 ? largest / unit.size : 1.0);
    }

private:
    QCPGraph* m_counted = nullptr;
    QCPGraph* m_planned = nullptr;
};

class TimeSavedPlot final : public StepPlot {
public:
    TimeSavedPlot(const RunStatisticsModel& model, QWidget* parent)
        : StepPlot(model,
            new PlotCard(tr("Time saved"),
                tr("Wall-clock seconds from the first step on. Compared with the baseline run where there is one, else "
                   "with "
                   "the mean of this run's own full steps; the key says which."),
                parent))
    {
        m_line = addLine(m_card->plot(), QCPGraph::lsLine);
        m_card->setRecolour([this](const Theme& colours) {
            m_line->setPen(linePen(colours.good, 2));
            m_line->setBrush(faded(colours.good, 50));
            showKey(colours);
        });
        m_card->setValueText([this](int step) {
            const StepStatistics& s = m_model.step(step);
            return std::isnan(s.secondsSaved) ? QString()
                                              : tr("up to step %1: %2").arg(step).arg(secondsText(s.secondsSaved));
        });
    }
    void update() override
    {
        const auto saved = [](const StepStatistics& s) { return s.secondsSaved; };
        const double largest = largestOf(m_model, saved);
        const Unit unit = unitFor(largest, kSeconds);
        m_card->setUnit(QString::fromLatin1(unit.name));
        fill(*m_line, m_model, unit.size, saved);
        double lowest = 0;
        double highest = 0;
        for (int step = 0; step < m_model.stepCount(); ++step) {
            const double value = m_model.step(step).secondsSaved;
            if (std::isfinite(value)) {
                lowest = std::min(lowest, value / unit.size);
                highest = std::max(highest, value / unit.size);
            }
        }
        fitValues(m_card->plot(), lowest, highest > 0 || lowest < 0 ? highest : 1.0);
        showKey(theme());
    }

private:
    void showKey(const Theme& colours)
    {
        QString against;
        switch (m_model.timeReference()) {
        case RunStatisticsModel::TimeReference::None:
            against = tr("known after the first full step");
            break;
        case RunStatisticsModel::TimeReference::Baseline:
            against = tr("against the baseline, %1 per step").arg(secondsText(m_model.baselineSeconds()));
            break;
        case RunStatisticsModel::TimeReference::MeanFullStep:
            against = tr("against the mean full step, %1").arg(secondsText(m_model.baselineSeconds()));
            break;
        }
        m_card->setKey({{colours.good, against, PlotCard::Key::Sign::Line}});
    }
    QCPGraph* m_line = nullptr;
};

class TimeByModulePlot final : public StepPlot {
public:
    TimeByModulePlot(const RunStatisticsModel& model, QWidget* parent)
        : StepPlot(model,
            new PlotCard(tr("Time by module"),
                tr("Where each step's time went. Selection = scoring, ranking, gathering and scattering tokens; other "
                   "= "
                   "embeddings, final layer, guidance and sampler."),
                parent))
    {
        for (std::size_t i = 0; i < m_bars.size(); ++i) {
            m_bars[i] = addBars(m_card->plot(), i > 0 ? m_bars[i - 1] : nullptr);
            m_bars[i]->setStackingGap(0);
        }
        m_card->setRecolour([this](const Theme& colours) {
            const std::array<std::pair<QColor, QString>, kParts> parts{
                {{colours.selfAttention, moduleTitle(plan::ModuleKind::SelfAttention)},
                    {colours.crossAttention, moduleTitle(plan::ModuleKind::CrossAttention)},
                    {colours.mlp, moduleTitle(plan::ModuleKind::Mlp)}, {selectionColour(colours), tr("selection")},
                    {colours.planned, tr("other")}}};
            std::vector<PlotCard::Key> key;
            for (std::size_t i = 0; i < kParts; ++i) {
                m_bars[i]->setBrush(parts[i].first);
                const QString shortText =
                    i < plan::kModuleKinds ? moduleShortTitle(static_cast<plan::ModuleKind>(i)) : QString();
                key.push_back({parts[i].first, parts[i].second, PlotCard::Key::Sign::Block, shortText});
            }
            m_card->setKey(key);
        });
        m_card->setValueText([this](int step) {
            const StepStatistics& s = m_model.step(step);
            return s.happened ? tr("step %1: %2").arg(step).arg(secondsText(s.seconds)) : QString();
        });
        m_card->setKeyValues([this](int step) {
            QStringList values;
            for (std::size_t i = 0; i < kParts; ++i) {
                values << numberText(part(m_model.step(step), i) / m_unit.size);
            }
            return values;
        });
    }
    void update() override
    {
        const double largest = largestOf(m_model, [](const StepStatistics& s) { return s.seconds; });
        m_unit = unitFor(largest, kSeconds);
        m_card->setUnit(QString::fromLatin1(m_unit.name));
        for (std::size_t i = 0; i < kParts; ++i) {
            fill(*m_bars[i], m_model, m_unit.size, [i](const StepStatistics& s) { return part(s, i); });
        }
        fitValues(m_card->plot(), 0, largest > 0 ? largest / m_unit.size : 1.0);
    }

private:
    static constexpr std::size_t kParts = plan::kModuleKinds + 2;
    static double part(const StepStatistics& s, std::size_t index)
    {
        if (index < s.moduleSeconds.size()) {
            return s.moduleSeconds[index];
        }
        return index == s.moduleSeconds.size() ? s.selectionSeconds : s.otherSeconds;
    }
    Unit m_unit = kSeconds.front();
    std::array<QCPBars*, kParts> m_bars{};
};

class CacheMemoryPlot final : public StepPlot {
public:
    CacheMemoryPlot(const RunStatisticsModel& model, QWidget* parent)
        : StepPlot(model,
            new PlotCard(tr("Cache memory"), tr("Bytes of stored module outputs at the end of each step"), parent))
    {
        m_line = addLine(m_card->plot(), QCPGraph::lsStepCenter);
        m_card->setRecolour([this](const Theme& colours) {
            m_line->setPen(linePen(colours.computed, 2));
            m_line->setBrush(faded(colours.computed, 45));
            m_card->setKey({{colours.computed, tr("held at the end of the step"), PlotCard::Key::Sign::Line}});
        });
        m_card->setValueText([this](int step) {
            const StepStatistics& s = m_model.step(step);
            return std::isnan(s.cacheBytes) ? QString() : tr("step %1: %2").arg(step).arg(bytesText(s.cacheBytes));
        });
    }
    void update() override
    {
        const auto bytes = [](const StepStatistics& s) { return s.cacheBytes; };
        const double largest = largestOf(m_model, bytes);
        const Unit unit = unitFor(largest, kBytes);
        m_card->setUnit(largest > 0 ? QString::fromLatin1(unit.name) : QString());
        fill(*m_line, m_model, unit.size, bytes);
        fitValues(m_card->plot(), 0, largest > 0 ? largest / unit.size : 1.0);
    }

private:
    QCPGraph* m_line = nullptr;
};

} // namespace

StepPlot::StepPlot(const RunStatisticsModel& model, PlotCard* card)
    : m_model(model)
    , m_card(card)
{
    m_card->setTable([this] { return m_model.csv(); });
}

std::vector<std::unique_ptr<StepPlot>> makeStepPlots(const RunStatisticsModel& model, QWidget* parent)
{
    std::vector<std::unique_ptr<StepPlot>> plots;
    plots.push_back(std::make_unique<CacheRatioPlot>(model, parent));
    plots.push_back(std::make_unique<FlopsPlot>(model, parent));
    plots.push_back(std::make_unique<FlopsSavedPlot>(model, parent));
    plots.push_back(std::make_unique<TimeSavedPlot>(model, parent));
    plots.push_back(std::make_unique<TimeByModulePlot>(model, parent));
    plots.push_back(std::make_unique<CacheMemoryPlot>(model, parent));
    return plots;
}

} // namespace toca::ui
