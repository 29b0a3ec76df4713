// SPDX-License-Identifier: Apache-2.0
#include "ui/statistics/plot_parts.h"
#include "ui/statistics/step_plots.h"

#include <QCoreApplication>

namespace toca::ui {

using namespace plots;

namespace {

/// What a step-wise policy held against its threshold.
class DecisionPlot final : public StepPlot {
    Q_DECLARE_TR_FUNCTIONS(toca::ui::DecisionPlot)

public:
    DecisionPlot(const RunStatisticsModel& model, QWidget* parent)
        : StepPlot(model,
            new PlotCard(tr("Decisions by threshold"),
                tr("What this policy decided from. Signal: the change it measured or expected at this step. "
                   "Accumulated: the sum since the last computed step, which is held against the threshold (dashed): "
                   "below it the step is skipped, else everything is computed. Steps without a bar are computed "
                   "whatever the signal says."),
                parent))
    {
        QCustomPlot& plot = m_card->plot();
        m_skipped = addBars(plot);
        m_computed = addBars(plot);
        m_signal = addLine(plot, QCPGraph::lsNone);
        m_threshold = addLine(plot, QCPGraph::lsStepCenter);
        m_card->setRecolour([this](const Theme& colours) {
            m_skipped->setBrush(colours.reused);
            m_computed->setBrush(colours.computed);
            m_signal->setScatterStyle(
                QCPScatterStyle(QCPScatterStyle::ssDisc, colours.text, colours.text, kSignalSize));
            m_threshold->setPen(linePen(colours.warning, 1.4, Qt::DashLine));
            m_card->setKey({{colours.reused, tr("accumulated, skipped")}, {colours.computed, tr("computed")},
                {colours.text, tr("signal")}, {colours.warning, tr("threshold"), PlotCard::Key::Sign::Dashes}});
        });
        m_card->setValueText([this](int step) {
            const StepStatistics& s = m_model.step(step);
            if (!s.happened) {
                return QString();
            }
            if (!std::isfinite(s.accumulated)) {
                return tr("step %1: computed, nothing to decide").arg(step);
            }
            return (s.skipped ? tr("step %1: %2 < %3, skipped") : tr("step %1: %2, threshold %3, computed"))
                .arg(step)
                .arg(smallNumber(s.accumulated), smallNumber(s.threshold));
        });
    }
    void update() override
    {
        const double threshold = largestOf(m_model, [](const StepStatistics& s) { return s.threshold; });
        const double accumulated = largestOf(m_model, [](const StepStatistics& s) { return s.accumulated; });
        const double signal = largestOf(m_model, [](const StepStatistics& s) { return s.signal; });
        const auto of = [](bool skipped) {
            return [skipped](const StepStatistics& s) {
                return s.skipped == skipped ? s.accumulated : StepStatistics::kUnknown;
            };
        };
        fill(*m_skipped, m_model, 1, of(true));
        fill(*m_computed, m_model, 1, of(false));
        fill(*m_signal, m_model, 1, [](const StepStatistics& s) { return s.signal; });
        fill(*m_threshold, m_model, 1, [](const StepStatistics& s) { return s.threshold; });
        // A change far above the threshold says no more than that: it must not flatten all others.
        const double largest = std::max(accumulated, signal);
        fitValues(m_card->plot(), 0, threshold > 0 ? std::min(std::max(largest, threshold), 5 * threshold) : largest);
    }
    bool isWanted() const override { return m_model.hasDecisions(); }

private:
    static constexpr double kSignalSize = 4; ///< of a dot, logical pixels
    static QString smallNumber(double value) { return QLocale().toString(value, 'g', 3); }

    QCPBars* m_skipped = nullptr;
    QCPBars* m_computed = nullptr;
    QCPGraph* m_signal = nullptr;
    QCPGraph* m_threshold = nullptr;
};

} // namespace

std::unique_ptr<StepPlot> makeDecisionPlot(const RunStatisticsModel& model, QWidget* parent)
{
    return std::make_unique<DecisionPlot>(model, parent);
}

} // namespace toca::ui
