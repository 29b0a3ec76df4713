// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/window/main_window.h"

#include <QObject>
#include <QString>

#include <functional>

namespace toca::app {

/// Drives the real window through a real run and saves pictures of it in both themes: before, early and late in a run,
/// after it, with a cell's tokens, compared with the uncached run, the list of policies, a threshold response, and a
/// race. For the README and for looking at one's work.
class ScreenshotDriver : public QObject {
    Q_OBJECT
public:
    /// @param model opened before, as a user would; "" = the embedded one
    ScreenshotDriver(ui::MainWindow& window, QString folder, QString model = {});
    /// Starts when the model is known; emits `done` at the end.
    void start();

Q_SIGNALS:
    void done(bool ok);

private:
    void openModel();
    void runInTheme(ui::ThemeChoice choice);
    void onProgress();
    void afterRun();
    void showLab();
    void showProbe();
    void afterComparison();
    void showTuning();
    void showTruth();
    void showFigures();
    void showPolicies();
    void showThresholds();
    void afterDecisions();
    void race();
    void afterRace();
    void showRuns();
    void afterQueue();
    void finishTheme();
    bool save(const QString& name);
    void later(int milliseconds, std::function<void()> next);

    ui::MainWindow& m_window;
    QString m_folder;
    QString m_model;
    ui::ThemeChoice m_theme = ui::ThemeChoice::Dark;
    int m_picturesDuringRun = 0;
    bool m_isComparing = false;
    bool m_isDeciding = false; ///< the run going on is that of a threshold policy
    bool m_hasQueuePicture = false; ///< of the queue going on
    bool m_hasRacePicture = false; ///< of the race going on
    bool m_ok = true;
};

} // namespace toca::app
