// SPDX-License-Identifier: Apache-2.0
// What the window shows to others: presentation, figures, clips side by side.
#include "cache/plan/step_sentence.h"
#include "ui/compare/comparison_panel.h"
#include "ui/compare/speed_meter.h"
#include "ui/explore/explore_panel.h"
#include "ui/player/player_widget.h"
#include "ui/present/figure_desk.h"
#include "ui/present/presentation.h"
#include "ui/runs/run_desk.h"
#include "ui/selection/selection_panel.h"
#include "ui/selection/token_grid_panel.h"
#include "ui/selection/token_histogram.h"
#include "ui/sensitivity/probe_panel.h"
#include "ui/sensitivity/sensitivity_panel.h"
#include "ui/statistics/plot_card.h"
#include "ui/statistics/statistics_panel.h"
#include "ui/statistics/step_plots.h"
#include "ui/theme/icons.h"
#include "ui/window/banner.h"
#include "ui/window/main_window.h"
#include "ui/window/status_line.h"

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QLocale>

#include <limits>

namespace toca::ui {

namespace {

constexpr int kDifferenceGain = 4;

} // namespace

void MainWindow::makePresentActions()
{
    const auto add = [this](const char* name, const QString& text, const QKeySequence& keys, const QString& tip,
                         auto run) {
        auto* action = new QAction(text, this);
        action->setObjectName(name);
        action->setShortcut(keys);
        const QString shown = QString(text).remove('&').remove(QChar(0x2026));
        action->setIconText(shown);
        action->setToolTip(keys.isEmpty() ? tip : tr("%1 (%2)").arg(tip, keys.toString(QKeySequence::NativeText)));
        connect(action, &QAction::triggered, this, run);
        QMainWindow::addAction(action);
    };
    add("present", tr("&Present full screen"), QKeySequence(Qt::Key_F11),
        tr("Picture, selection map and one plain sentence per step, for an audience"), [this] { present(); });
    add("figureDesk", tr("&Figure desk…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F),
        tr("Any plot, map or token grid as PDF, SVG or PNG with size, font and theme, and its numbers as CSV"),
        [this] { openFigureDesk(); });
    add("exportComparison", tr("Export &comparison…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E),
        tr("One clip of this run, the uncached one and their difference, side by side with labels"),
        [this] { askExportComparison(); });
}

QString MainWindow::sentenceOf(int step) const
{
    const auto trace = m_openedTrace ? m_openedTrace : m_run.current() ? m_run.current()->trace : nullptr;
    if (!trace || step < 0) {
        return {};
    }
    const auto& errors = m_run.stepErrors().errors();
    const auto place = static_cast<std::size_t>(step);
    const double error =
        !m_openedTrace && place < errors.size() ? errors[place] : std::numeric_limits<double>::quiet_NaN();
    return QString::fromStdString(
        plan::stepSentence(plan::accountOf(*trace, step, m_openedTrace ? 0 : m_run.baselineSecondsPerStep()), error));
}

void MainWindow::present()
{
    if (m_presentation) {
        m_presentation->activateWindow();
        return;
    }
    const auto ending = [this] {
        const auto result = m_run.result();
        if (!result) {
            return m_openedTrace ? tr("All steps of the trace %1 are shown.").arg(m_openedName)
                                 : tr("Nothing has been generated yet.");
        }
        const QLocale locale;
        const auto times = [&locale](double gain) { return QStringLiteral("%1 ×").arg(locale.toString(gain, 'f', 2)); };
        const auto gain = m_run.gains();
        if (!gain) {
            return tr("The finished clip: %1 steps in %2 s.")
                .arg(result->request.steps)
                .arg(locale.toString(result->times.denoising, 'f', 1));
        }
        QString text = tr("The finished clip: %1 fewer FLOPs, %2 faster on the clock than the uncached run")
                           .arg(times(gain->flops), times(gain->wallClock));
        if (const auto& fidelity = m_run.fidelity()) {
            text += fidelity->identical ? tr("; the clips are identical")
                                        : tr("; PSNR %1 dB").arg(locale.toString(fidelity->psnrDb, 'f', 1));
        }
        return text + QLatin1Char('.');
    };
    auto* presentation = new Presentation({m_player->model(), m_player->overlay(), m_selection->model(),
        [this](int step) { return sentenceOf(step); }, ending});
    m_presentation = presentation;
    presentation->setAttribute(Qt::WA_DeleteOnClose);
    if (const auto result = m_run.result()) {
        presentation->setLabels(QString::fromStdString(result->request.policy), tr("uncached"));
    }
    connect(&m_tick, &LivePace::tick, presentation, &Presentation::refresh);
    connect(&m_run, &RunController::finished, presentation, &Presentation::refresh);
    connect(&m_run, &RunController::baselineChanged, presentation, &Presentation::refresh);
    connect(&m_run, &RunController::stepErrorsChanged, presentation, [this, presentation] {
        if (!m_tick.isActive()) {
            presentation->refresh();
        }
    });
    presentation->showFullScreen();
    presentation->activateWindow();
    presentation->setFocus();
}

void MainWindow::openFigureDesk()
{
    std::vector<Figure> figures;
    figures.push_back(mapFigure(m_selection->model()));
    figures.push_back(tokenFigure(m_tokens->model(), TokenGridModel::Quantity::State));
    figures.push_back(tokenFigure(m_tokens->model(), TokenGridModel::Quantity::Age));
    if (m_tokens->model().hasScores()) {
        figures.push_back(tokenFigure(m_tokens->model(), TokenGridModel::Quantity::Score));
    }
    figures.push_back(speedFigure(m_comparison->speed()));
    for (PlotCard* card : {&m_comparison->errorCard(), &m_comparison->psnrCard(), &m_comparison->ssimCard()}) {
        figures.push_back(plotFigure(*card));
    }
    for (const auto& plot : m_statistics->plots()) {
        if (plot->isWanted()) {
            figures.push_back(plotFigure(plot->card()));
        }
    }
    if (!m_tokens->histogram().bars().empty()) {
        figures.push_back(distributionFigure(m_tokens->histogram()));
    }
    if (ExplorePanel& explore = m_runDesk->explore(); !explore.points().empty()) {
        Figure& chart = figures.emplace_back(plotFigure(explore.card())); // whose card is named by its upright axis
        chart.name = QStringLiteral("cost-and-fidelity");
        chart.title = tr("Cost and fidelity");
    }
    if (const SensitivityModel& lab = m_sensitivity->model(); lab.record() && lab.shown()) {
        figures.push_back(
            tokenMapsFigure(QStringLiteral("sensitivity"), tr("Sensitivity: %1").arg(lab.siteTitle(lab.site())),
                {&m_sensitivity->measuredMap(), &m_sensitivity->scoreMap()},
                [this] { return QByteArray::fromStdString(sensitivityCsv(*m_sensitivity->model().record())); }));
    }
    if (m_probe->model().result()) {
        figures.push_back(tokenMapsFigure(QStringLiteral("probe-damage"), tr("Probe: damage"),
            {&m_probe->canvas(), &m_probe->damage()}, [this] { return m_probe->csv(); }));
    }
    auto* desk = new FigureDesk(std::move(figures), this);
    desk->setAttribute(Qt::WA_DeleteOnClose);
    connect(desk, &FigureDesk::exported, this, [this](const QString& path) {
        m_status->showIdle(tr("Saved %1").arg(path));
        Q_EMIT fileSaved(path);
    });
    desk->open();
}

void MainWindow::askExportComparison()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Export the comparison"),
        QDir(m_lastFolder).filePath(QStringLiteral("comparison.mp4")), tr("Clip (*.mp4 *.webm *.gif)"));
    if (!path.isEmpty()) {
        exportComparisonTo(path);
    }
}

void MainWindow::exportComparisonTo(const QString& path)
{
    const auto result = m_run.result();
    const auto baseline = m_run.baseline();
    if (!result || !baseline || !m_files.saveComparison) {
        return;
    }
    m_status->showIdle(tr("Saving %1…").arg(path));
    const QLocale locale;
    const auto gain = m_run.gains();
    std::vector<LabelledClip> clips{
        {result->clip,
            tr("%1: %2 × FLOPs, %3 × time")
                .arg(QString::fromStdString(result->request.policy), locale.toString(gain->flops, 'f', 2),
                    locale.toString(gain->wallClock, 'f', 2))
                .toStdString()},
        {baseline->clip, tr("uncached").toStdString()}};
    m_tasks.run(
        [this, path, clips = std::move(clips), save = m_files.saveComparison]() -> BackgroundTasks::Continuation {
            const auto saved = save(std::filesystem::path(path.toStdU16String()), clips, kDifferenceGain);
            return [this, path, saved] {
                if (!saved) {
                    m_banner->showError(saved.error());
                    m_status->showIdle(tr("The comparison was not saved"));
                    return;
                }
                m_status->showIdle(tr("Saved %1").arg(path));
                Q_EMIT fileSaved(path);
            };
        });
}

} // namespace toca::ui
