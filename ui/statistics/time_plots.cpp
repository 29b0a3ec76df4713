// SPDX-License-Identifier: Apache-2.0
// Plots of time: what was saved and where it went.
#include "ui/colour/oklab.h"
#include "ui/selection/cell_text.h"
#include "ui/statistics/plot_parts.h"
#include "ui/statistics/step_plots.h"

#include <QCoreApplication>

namespace toca::ui {

using namespace plots;

namespace {

/// Time spent on choosing tokens: pink, far from the three modules' hues.
QColor selectionColour(const Theme& colours)
{
    return QColor(rgbFromOklab(colours.dark ? oklch(0.70, 0.19, 355) : oklch(0.55, 0.20, 355)));
}

class TimeSavedPlot final : public StepPlot {
    Q_DECLARE_TR_FUNCTIONS(toca::ui::TimeSavedPlot)

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
    Q_DECLARE_TR_FUNCTIONS(toca::ui::TimeByModulePlot)

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
        m_card->setRecolour([this](const Theme& colours) { showParts(colours); });
        m_card->setValueText([this](int step) {
            const StepStatistics& s = m_model.step(step);
            return s.happened ? tr("step %1: %2").arg(step).arg(secondsText(s.seconds)) : QString();
        });
        m_card->setKeyValues([this](int step) {
            QStringList values;
            for (std::size_t i = 0; i < kParts; ++i) {
                if (isPart(i)) {
                    values << numberText(part(m_model.step(step), i) / m_unit.size);
                }
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
        showParts(theme());
    }

private:
    /// Bars in the theme's colours, and the key of those that this model has.
    void showParts(const Theme& colours)
    {
        const std::array<std::pair<QColor, QString>, kParts> parts{
            {{colours.selfAttention, moduleTitle(plan::ModuleKind::SelfAttention)},
                {colours.crossAttention, moduleTitle(plan::ModuleKind::CrossAttention)},
                {colours.mlp, moduleTitle(plan::ModuleKind::Mlp)}, {selectionColour(colours), tr("selection")},
                {colours.planned, tr("other")}}};
        std::vector<PlotCard::Key> key;
        for (std::size_t i = 0; i < kParts; ++i) {
            m_bars[i]->setBrush(parts[i].first);
            if (!isPart(i)) {
                continue;
            }
            const QString shortText =
                i < plan::kModuleKinds ? moduleShortTitle(static_cast<plan::ModuleKind>(i)) : QString();
            key.push_back({parts[i].first, parts[i].second, PlotCard::Key::Sign::Block, shortText});
        }
        m_card->setKey(key);
    }
    bool isPart(std::size_t index) const
    {
        const std::vector<plan::ModuleKind>& modules = m_model.modules();
        return index >= plan::kModuleKinds
            || std::find(modules.begin(), modules.end(), static_cast<plan::ModuleKind>(index)) != modules.end();
    }
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

} // namespace

std::unique_ptr<StepPlot> makeTimeSavedPlot(const RunStatisticsModel& model, QWidget* parent)
{
    return std::make_unique<TimeSavedPlot>(model, parent);
}

std::unique_ptr<StepPlot> makeTimeByModulePlot(const RunStatisticsModel& model, QWidget* parent)
{
    return std::make_unique<TimeByModulePlot>(model, parent);
}

} // namespace toca::ui
