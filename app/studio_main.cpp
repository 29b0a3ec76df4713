// SPDX-License-Identifier: Apache-2.0
#include "app/engine_runner.h"
#include "app/language.h"
#include "app/media_services.h"
#include "app/recorded_runs.h"
#include "app/screenshot_driver.h"
#include "app/stall_meter.h"
#include "app/studio_options.h"
#include "core/base/atomic_file.h"
#include "core/engine/make_engine.h"
#include "core/library/run_library.h"
#include "ui/prompt/prompt_panel.h"
#include "ui/window/main_window.h"

#include <QLoggingCategory>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>

Q_LOGGING_CATEGORY(lcStudio, "toca.app")

namespace {

using namespace toca;

/// Measures the window's thread from the start of a run to its end, and writes the report after each.
void measureRuns(app::MeasuredApplication& application, ui::MainWindow& window, const std::string& file)
{
    QObject::connect(&window.run(), &ui::RunController::runningChanged, &window, [&application, &window, file] {
        application.measure(window.run().isRunning());
        if (window.run().isRunning()) {
            return;
        }
        // The handler that ends the run is itself measured: its share is written with the next run.
        const app::StallReport report = application.report();
        qCInfo(lcStudio, "longest event of the window's thread: %.1f ms (%s), %lld events in %.1f s",
            report.longestMilliseconds, qPrintable(report.longestEvent), static_cast<long long>(report.events),
            report.seconds);
        if (!file.empty()) {
            const auto written = writeFileAtomically(file, app::toJson(report).toStdString());
            if (!written) {
                qCWarning(lcStudio, "%s", written.error().message.c_str());
            }
        }
    });
}

} // namespace

int main(int argc, char** argv)
{
    int exitCode = 0;
    const auto options = app::parseStudioOptions(argc, argv, exitCode);
    if (!options) {
        return exitCode;
    }
    app::MeasuredApplication application(argc, argv);
    QApplication::setApplicationName("toca-studio");
    QApplication::setApplicationDisplayName("ToCa Studio");
    QApplication::setApplicationVersion(TOCA_VERSION);
    QApplication::setDesktopFileName("toca-studio");

    // Pictures of the window are of nobody's settings and runs.
    const QTemporaryDir forPictures;
    QString settingsFile = QString::fromStdString(options->settings);
    if (settingsFile.isEmpty() && !options->screenshots.empty()) {
        settingsFile = forPictures.filePath("settings.ini");
    }
    QString language = QString::fromStdString(options->language);
    if (language.isEmpty()) {
        language = ui::openSettings(settingsFile)->value("language", "system").toString();
    }
    app::speak(application, language == "system" ? QString() : language);

    app::EngineRunner engine(makeEngine());
    ui::FileServices services = app::mediaServices();
    services.recordedRuns = [](const std::string& modelPath) { return app::recordedRuns(modelPath); };
    services.embeddedModels = embeddedModelNames();
    if (!services.embeddedModels.empty()) {
        services.embeddedModels.front().clear(); // the default one
    }
    const std::string ownLibrary =
        options->screenshots.empty() ? library::RunLibrary::defaultFolder().string() : forPictures.path().toStdString();
    ui::MainWindow window(engine,
        {.settingsFile = settingsFile,
            .files = std::move(services),
            .library = QString::fromStdString(options->library),
            .defaultLibrary = QString::fromStdString(ownLibrary),
            // A tour would stand in the way of what was asked for; it comes at the next start.
            .welcomes = options->screenshots.empty() && !options->generate && options->path.empty()});
    if (!options->theme.empty()) {
        window.setThemeChoice(ui::themeChoiceFromName(QString::fromStdString(options->theme)));
    }
    if (!options->prompt.empty()) {
        window.prompt().model().setPrompt(QString::fromStdString(options->prompt));
    }
    measureRuns(application, window, options->stallReport);
    window.show();
    if (!options->path.empty() && options->screenshots.empty()) {
        window.openPath(QString::fromStdString(options->path));
    }
    if (!options->screenshots.empty()) {
        auto* driver = new app::ScreenshotDriver(
            window, QString::fromStdString(options->screenshots), QString::fromStdString(options->path));
        QObject::connect(
            driver, &app::ScreenshotDriver::done, &application, [](bool ok) { QApplication::exit(ok ? 0 : 1); },
            Qt::QueuedConnection);
        QObject::connect(
            &window, &ui::MainWindow::modelReady, driver, &app::ScreenshotDriver::start, Qt::SingleShotConnection);
    } else if (options->generate) {
        if (options->exitAfterRun) {
            QObject::connect(
                &window.run(), &ui::RunController::finished, &window, &QWidget::close, Qt::QueuedConnection);
            QObject::connect(
                &window.run(), &ui::RunController::failed, &application, [] { QApplication::exit(1); },
                Qt::QueuedConnection);
        }
        window.generate(); // waits for the model by itself
    }
    return QApplication::exec();
}
