// SPDX-License-Identifier: Apache-2.0
#include "app/screenshot_driver.h"

#include "ui/player/player_widget.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/selection/selection_panel.h"

#include <QAction>
#include <QDir>
#include <QPixmap>
#include <QTimer>

namespace toca::app {

namespace {

/// Time for queued layouts and paints before a picture is taken.
constexpr int kSettleMilliseconds = 400;

} // namespace

ScreenshotDriver::ScreenshotDriver(ui::MainWindow& window, QString folder)
    : QObject(&window)
    , m_window(window)
    , m_folder(std::move(folder))
{
    connect(&m_window.run(), &ui::RunController::progressChanged, this, &ScreenshotDriver::onProgress);
    connect(&m_window.run(), &ui::RunController::finished, this,
        [this] { later(kSettleMilliseconds, [this] { afterRun(); }); });
    connect(&m_window.run(), &ui::RunController::baselineChanged, this, [this] {
        if (m_isComparing && m_window.run().fidelity()) {
            m_isComparing = false;
            later(kSettleMilliseconds, [this] { afterComparison(); });
        }
    });
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
    runInTheme(ui::ThemeChoice::Dark);
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
    if (m_window.prompt().model().request().prompt.empty()) {
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
    if (m_window.run().isBaselineRun() || progress.stage != Stage::Denoising || progress.steps == 0) {
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
        finishTheme();
    });
}

void ScreenshotDriver::finishTheme()
{
    if (m_theme == ui::ThemeChoice::Dark) {
        runInTheme(ui::ThemeChoice::Light);
    } else {
        Q_EMIT done(m_ok);
    }
}

} // namespace toca::app
