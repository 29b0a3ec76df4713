// SPDX-License-Identifier: Apache-2.0
#include "app/screenshot_driver.h"

#include "ui/caching/caching_panel.h"
#include "ui/caching/policy_chooser.h"
#include "ui/compare/comparison_panel.h"
#include "ui/explore/explore_panel.h"
#include "ui/player/player_widget.h"
#include "ui/present/figure_desk.h"
#include "ui/present/presentation.h"
#include "ui/prompt/model_dialog.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/race/contender_list.h"
#include "ui/race/race_panel.h"
#include "ui/runs/job_plan.h"
#include "ui/runs/run_desk.h"
#include "ui/runs/runs_panel.h"
#include "ui/selection/selection_panel.h"
#include "ui/selection/token_grid_panel.h"

#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QListView>
#include <QListWidget>
#include <QPainter>
#include <QPixmap>
#include <QTimer>

namespace toca::app {

namespace {

/// Time for queued layouts and paints before a picture is taken.
constexpr int kSettleMilliseconds = 400;

} // namespace

ScreenshotDriver::ScreenshotDriver(ui::MainWindow& window, QString folder, QString model)
    : QObject(&window)
    , m_window(window)
    , m_folder(std::move(folder))
    , m_model(std::move(model))
{
    connect(&m_window.run(), &ui::RunController::progressChanged, this, &ScreenshotDriver::onProgress);
    connect(&m_window.run(), &ui::RunController::finished, this,
        [this] { later(kSettleMilliseconds, [this] { m_isDeciding ? afterDecisions() : afterRun(); }); });
    connect(&m_window.run(), &ui::RunController::baselineChanged, this, [this] {
        if (m_isComparing && m_window.run().fidelity()) {
            m_isComparing = false;
            later(kSettleMilliseconds, [this] { afterComparison(); });
        }
    });
    connect(&m_window.race(), &ui::Race::progressChanged, this, [this] {
        if (!m_hasRacePicture && m_window.race().progress() > 0.5) {
            m_hasRacePicture = true;
            later(60, [this] { save("9-racing"); });
        }
    });
    connect(&m_window.race(), &ui::Race::finished, this,
        [this] { later(2 * kSettleMilliseconds, [this] { afterRace(); }); });
    connect(&m_window.run(), &ui::RunController::failed, this, [this](const Error&) {
        m_ok = false;
        save("failed");
        Q_EMIT done(false);
    });
}

void ScreenshotDriver::later(int milliseconds, std::function<void()> next)
{
    QTimer::singleShot(milliseconds, this, std::move(next));
}

void ScreenshotDriver::start()
{
    if (!QDir().mkpath(m_folder)) {
        Q_EMIT done(false);
        return;
    }
    m_window.resize(1600, 1000);
    if (m_model.isEmpty()) {
        runInTheme(ui::ThemeChoice::Dark);
    } else {
        openModel();
    }
}

void ScreenshotDriver::openModel()
{
    connect(
        &m_window, &ui::MainWindow::modelReady, this, [this] { runInTheme(ui::ThemeChoice::Dark); },
        Qt::SingleShotConnection);
    m_window.openPath(m_model);
    auto* waiting = new QTimer(this);
    connect(waiting, &QTimer::timeout, this, [this, waiting] {
        if (auto* dialog = m_window.findChild<ui::ModelDialog*>()) {
            m_ok = dialog->grab().save(m_folder + "/0-model.png") && m_ok;
            waiting->deleteLater();
            dialog->accept();
        }
    });
    waiting->start(kSettleMilliseconds);
}

bool ScreenshotDriver::save(const QString& name)
{
    const QString theme = ui::theme().dark ? "dark" : "light";
    const bool saved = m_window.grab().save(QStringLiteral("%1/%2-%3.png").arg(m_folder, name, theme));
    m_ok = m_ok && saved;
    return saved;
}

void ScreenshotDriver::runInTheme(ui::ThemeChoice choice)
{
    m_theme = choice;
    m_picturesDuringRun = 0;
    m_window.setThemeChoice(choice);
    m_window.prompt().model().setSeedMode(ui::SeedMode::Fixed);
    m_window.action("recordScores")->setChecked(true);
    if (m_window.prompt().model().request().prompt.empty() && !m_window.prompt().model().takesClass()) {
        m_window.prompt().model().setPrompt(m_window.prompt().model().randomExample());
    }
    later(kSettleMilliseconds, [this] {
        save("1-before");
        m_window.generate();
    });
}

void ScreenshotDriver::onProgress()
{
    const ui::RunProgress& progress = m_window.run().progress();
    if (m_isDeciding || m_window.run().isBaselineRun() || progress.stage != Stage::Denoising || progress.steps == 0) {
        return;
    }
    const double share = static_cast<double>(progress.step) / progress.steps;
    if ((m_picturesDuringRun == 0 && share >= 0.2) || (m_picturesDuringRun == 1 && share >= 0.65)) {
        ++m_picturesDuringRun;
        // After this step's preview has arrived and the map has been drawn.
        later(60, [this, name = m_picturesDuringRun == 1 ? "2-early" : "3-late"] { save(name); });
    }
}

void ScreenshotDriver::afterRun()
{
    save("4-after");
    const auto result = m_window.run().result();
    // The MLP of the middle layer at the first step that computes some of its tokens.
    const int layer = result->plan.layerCount() / 2;
    for (int evaluation = result->plan.evaluationCount() / 2; evaluation < result->plan.evaluationCount();
         ++evaluation) {
        if (result->plan.at(evaluation, layer, plan::ModuleKind::Mlp).action == plan::Action::Subset) {
            Q_EMIT m_window.selection().cellActivated(evaluation, layer, plan::ModuleKind::Mlp);
            break;
        }
    }
    m_window.workspaces().switchTo(ui::Workspace::Analyse);
    later(kSettleMilliseconds, [this] {
        save("5-analyse");
        m_window.tokens().setQuantity(ui::TokenGridModel::Quantity::Score);
        later(kSettleMilliseconds, [this] {
            save("16-scores");
            m_window.tokens().setQuantity(ui::TokenGridModel::Quantity::State);
            showLab();
        });
    });
}

void ScreenshotDriver::showTuning()
{
    later(kSettleMilliseconds, [this] {
        m_window.player().clearCell();
        m_window.workspaces().switchTo(ui::Workspace::Tune);
        later(kSettleMilliseconds, [this] {
            save("6-tune");
            m_window.workspaces().switchTo(ui::Workspace::Generate);
            if (m_window.run().baseline()) {
                afterComparison();
                return;
            }
            m_isComparing = true;
            m_window.compareWithUncached();
        });
    });
}

void ScreenshotDriver::afterComparison()
{
    m_window.player().setView(ui::ClipView::SideBySide);
    later(kSettleMilliseconds, [this] {
        save("7-compared");
        m_window.player().setView(ui::ClipView::Single);
        showTruth();
    });
}

/// Where the run leaves its baseline, and where its time went.
void ScreenshotDriver::showTruth()
{
    m_window.workspaces().switchTo(ui::Workspace::Analyse);
    m_window.findChild<QDockWidget*>("comparisonDock")->raise();
    m_window.player().model().setPlaying(false);
    later(kSettleMilliseconds, [this] {
        const int step = std::max(0, m_window.comparison().divergence());
        m_window.player().setView(ui::ClipView::Difference);
        m_window.player().model().viewStep(step);
        later(kSettleMilliseconds, [this] {
            save("13-comparison");
            m_window.player().setView(ui::ClipView::Single);
            m_window.player().model().viewStep(ui::PlayerModel::kFinal);
            showFigures();
        });
    });
}

/// The figure desk, and the presentation in the middle of the run.
void ScreenshotDriver::showFigures()
{
    m_window.openFigureDesk();
    later(kSettleMilliseconds, [this] {
        auto* desk = m_window.findChild<ui::FigureDesk*>();
        desk->findChild<QListWidget*>()->setCurrentRow(0);
        later(kSettleMilliseconds, [this, desk] {
            const QString theme = ui::theme().dark ? "dark" : "light";
            m_ok = desk->grab().save(QStringLiteral("%1/15-figures-%2.png").arg(m_folder, theme)) && m_ok;
            desk->close();
            m_window.present();
            ui::Presentation* shown = nullptr;
            for (QWidget* widget : QApplication::topLevelWidgets()) {
                shown = shown ? shown : qobject_cast<ui::Presentation*>(widget);
            }
            shown->showNormal();
            shown->resize(1600, 900);
            shown->showStep(14);
            later(kSettleMilliseconds, [this, shown, theme] {
                m_ok = shown->grab().save(QStringLiteral("%1/14-presentation-%2.png").arg(m_folder, theme)) && m_ok;
                shown->close();
                m_window.player().model().setPlaying(true);
                showPolicies();
            });
        });
    });
}

void ScreenshotDriver::showPolicies()
{
    m_window.workspaces().switchTo(ui::Workspace::Tune);
    auto* chooser = m_window.findChild<ui::PolicyChooser*>();
    later(kSettleMilliseconds, [this, chooser] {
        chooser->showPopup();
        later(kSettleMilliseconds, [this, chooser] {
            // The list is a window of its own: both as they are seen.
            QPixmap picture = m_window.grab();
            QWidget* list = chooser->view()->window();
            QPainter(&picture).drawPixmap(m_window.mapFromGlobal(list->mapToGlobal(QPoint())), list->grab());
            const QString theme = ui::theme().dark ? "dark" : "light";
            m_ok = picture.save(QStringLiteral("%1/8-policies-%2.png").arg(m_folder, theme)) && m_ok;
            chooser->hidePopup();
            showThresholds();
        });
    });
}

/// A policy that decides by a threshold, with its recording and a run of it.
void ScreenshotDriver::showThresholds()
{
    m_window.caching().model().setPolicy("easycache");
    m_window.recordThresholds();
    auto* waiting = new QTimer(this);
    connect(waiting, &QTimer::timeout, this, [this, waiting] {
        if (m_window.thresholds().isRecording()
            || (!m_window.thresholds().response() && m_window.thresholds().problem().isEmpty())) {
            return;
        }
        waiting->deleteLater();
        later(kSettleMilliseconds, [this] {
            save("11-threshold");
            if (const auto* response = m_window.thresholds().response()) {
                if (const auto point = plan::pointOfGain(*response, 1.8)) {
                    m_window.thresholds().setThreshold(point->threshold);
                }
            }
            m_isDeciding = true;
            m_window.generate();
        });
    });
    waiting->start(kSettleMilliseconds);
}

void ScreenshotDriver::afterDecisions()
{
    m_isDeciding = false;
    m_window.workspaces().switchTo(ui::Workspace::Analyse);
    later(kSettleMilliseconds, [this] {
        save("12-decisions");
        while (m_window.caching().model().undoStack().canUndo()) {
            m_window.caching().model().undoStack().undo();
        }
        race();
    });
}

void ScreenshotDriver::race()
{
    m_hasRacePicture = false;
    m_window.workspaces().switchTo(ui::Workspace::Race);
    later(kSettleMilliseconds, [this] { m_window.startRace(); });
}

void ScreenshotDriver::afterRace()
{
    if (m_window.race().isComparing()) {
        later(kSettleMilliseconds, [this] { afterRace(); });
        return;
    }
    save("10-race");
    m_window.workspaces().switchTo(ui::Workspace::Generate);
    showRuns();
}

/// The gallery with what was made until now, and a queue that is worked off.
void ScreenshotDriver::showRuns()
{
    m_window.findChild<QDockWidget*>("runsDock")->show();
    m_window.findChild<QDockWidget*>("runsDock")->raise();
    m_window.findChild<QDockWidget*>("queueDock")->show();
    m_window.findChild<QDockWidget*>("queueDock")->raise();
    ui::JobPlan plan;
    plan.base = m_window.request();
    plan.base.steps = 10;
    plan.prompts = QStringList{"a blue star spins in a night sky", "a green ring grows over a sandy beach"};
    plan.seeds = "1, 2, .., 3";
    m_window.runDesk().queue().clearFinished();
    const auto requests = plan.requests();
    if (!requests || !m_window.runDesk().queue().add(*requests, {"queue", "screenshots", {}, "Two prompts"})) {
        m_ok = false;
        finishTheme();
        return;
    }
    m_hasQueuePicture = false;
    auto* waiting = new QTimer(this);
    connect(waiting, &QTimer::timeout, this, [this, waiting] {
        const ui::JobQueue& queue = m_window.runDesk().queue();
        if (!m_hasQueuePicture && queue.waiting() == 2 && queue.step() > 2) {
            m_hasQueuePicture = true;
            m_window.runDesk().runs().list().setCurrentIndex(m_window.runDesk().runs().list().model()->index(1, 0));
            later(60, [this] { save("20-runs"); });
        }
        if (!queue.isRunning() && queue.waiting() == 0) {
            waiting->deleteLater();
            later(kSettleMilliseconds, [this] { afterQueue(); });
        }
    });
    waiting->start(40);
}

/// The race's runs as cost against fidelity, with the settings that nothing beats.
void ScreenshotDriver::afterQueue()
{
    m_window.workspaces().switchTo(ui::Workspace::Tune);
    m_window.findChild<QDockWidget*>("exploreDock")->show();
    m_window.findChild<QDockWidget*>("exploreDock")->raise();
    later(kSettleMilliseconds, [this] {
        ui::ExplorePanel& explore = m_window.runDesk().explore();
        explore.select(static_cast<int>(explore.points().size()) / 2);
        later(kSettleMilliseconds, [this] {
            save("21-explore");
            m_window.findChild<QDockWidget*>("mapDock")->raise();
            m_window.workspaces().switchTo(ui::Workspace::Generate);
            m_window.findChild<QDockWidget*>("mapDock")->raise();
            m_window.findChild<QDockWidget*>("statisticsDock")->raise();
            finishTheme();
        });
    });
}

void ScreenshotDriver::finishTheme()
{
    m_window.action("recordScores")->setChecked(false);
    if (m_theme == ui::ThemeChoice::Dark) {
        runInTheme(ui::ThemeChoice::Light);
    } else {
        Q_EMIT done(m_ok);
    }
}

} // namespace toca::app
