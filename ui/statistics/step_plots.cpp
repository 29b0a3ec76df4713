// SPDX-License-Identifier: Apache-2.0
#include "ui/statistics/step_plots.h"

#include "ui/selection/cell_text.h"
#include "ui/statistics/plot_parts.h"

#include <QCoreApplication>

namespace toca::ui {

using namespace plots;

namespace {

class CacheRatioPlot final : public StepPlot {
    Q_DECLARE_TR_FUNCTIONS(toca::ui::CacheRatioPlot)

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
            for (const plan::ModuleKind module : plan::kAllModules) {
                m_bars[static_cast<std::size_t>(module)]->setBrush(moduleColour(colours, module));
            }
            m_planned->setPen(linePen(colours.mutedText, 1.2, Qt::DashLine));
            showKey(colours);
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
            QStringList values;
            for (const plan::ModuleKind module : m_model.modules()) {
                values += numberText(s.cacheRatio[static_cast<std::size_t>(module)] / 0.01);
            }
            return values + QStringList(numberText(s.plannedCacheRatio / 0.01));
        });
    }
    void update() override
    {
        const auto modules = static_cast<double>(m_model.modules().size());
        for (std::size_t i = 0; i < m_bars.size(); ++i) {
            fill(
                *m_bars[i], m_model, 0.01, [i, modules](const StepStatistics& s) { return s.cacheRatio[i] / modules; });
        }
        fill(*m_planned, m_model, 0.01, [](const StepStatistics& s) { return s.plannedCacheRatio; });
        showKey(theme());
    }

private:
    void showKey(const Theme& colours)
    {
        std::vector<PlotCard::Key> key;
        for (const plan::ModuleKind module : m_model.modules()) {
            key.push_back({moduleColour(colours, module), moduleTitle(module), PlotCard::Key::Sign::Block,
                moduleShortTitle(module)});
        }
        key.push_back({colours.mutedText, tr("planned"), PlotCard::Key::Sign::Dashes});
        m_card->setKey(key);
    }

    std::array<QCPBars*, plan::kModuleKinds> m_bars{};
    QCPGraph* m_planned = nullptr;
};

class FlopsPlot final : public StepPlot {
    Q_DECLARE_TR_FUNCTIONS(toca::ui::FlopsPlot)

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
    Q_DECLARE_TR_FUNCTIONS(toca::ui::FlopsSavedPlot)

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

class CacheMemoryPlot final : public StepPlot {
    Q_DECLARE_TR_FUNCTIONS(toca::ui::CacheMemoryPlot)

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
    plots.push_back(makeTimeSavedPlot(model, parent));
    plots.push_back(makeTimeByModulePlot(model, parent));
    plots.push_back(std::make_unique<CacheMemoryPlot>(model, parent));
    plots.push_back(makeDecisionPlot(model, parent));
    return plots;
}

} // namespace toca::ui
