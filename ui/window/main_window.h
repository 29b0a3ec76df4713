// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/caching/threshold_model.h"
#include "ui/race/race.h"
#include "ui/theme/theme.h"
#include "ui/window/background_tasks.h"
#include "ui/window/file_services.h"
#include "ui/window/live_pace.h"
#include "ui/window/run_controller.h"
#include "ui/window/workspaces.h"

#include <QElapsedTimer>
#include <QMainWindow>
#include <QPointer>
#include <QTimer>

#include <memory>

class QLockFile;
class QMenu;
class QPushButton;
class QSettings;
class QStackedWidget;

namespace toca::ui {

class Banner;
class CachingPanel;
class ComparisonPanel;
class PlayerWidget;
class PromptPanel;
class ProbePanel;
class RacePanel;
class RunDesk;
class SelectionPanel;
class SensitivityPanel;
class StatisticsPanel;
class ShortcutKeys;
class StatusLine;
class SummaryStrip;
class ThresholdCard;
class TrainingPanel;
class TokenGridPanel;
class Tour;
class TuningDesk;
enum class Recall : int;

struct WindowOptions {
    QString settingsFile; ///< INI file; empty: the user's own
    FileServices files;
    QString library; ///< folder of the run library; "" = the one of the settings
    QString defaultLibrary; ///< where the settings name none; "" = runs are not kept
    bool welcomes = false; ///< newcomers are shown around
};

/// The user's settings, or those of a file.
std::unique_ptr<QSettings> openSettings(const QString& file);

/// The whole window: docks around the player, one run at a time, files in and out.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(EnginePort& engine, WindowOptions options, QWidget* parent = nullptr);
    ~MainWindow() override;

    RunController& run() { return m_run; }
    PromptPanel& prompt() { return *m_prompt; }
    CachingPanel& caching() { return *m_caching; }
    Race& race() { return m_race; }
    RacePanel& racePanel() { return *m_racePanel; }
    ThresholdModel& thresholds() { return m_thresholds; }
    PlayerWidget& player() { return *m_player; }
    SelectionPanel& selection() { return *m_selection; }
    TuningDesk& tuning() { return *m_tuning; }
    SensitivityPanel& sensitivity() { return *m_sensitivity; }
    ProbePanel& probe() { return *m_probe; }
    ComparisonPanel& comparison() { return *m_comparison; }
    TokenGridPanel& tokens() { return *m_tokens; }
    StatisticsPanel& statistics() { return *m_statistics; }
    RunDesk& runDesk() { return *m_runDesk; }
    TrainingPanel& training() { return *m_training; }
    SummaryStrip& summary() { return *m_summary; }
    StatusLine& statusText() { return *m_status; }
    Banner& banner() { return *m_banner; }
    Workspaces& workspaces() { return *m_workspaces; }
    QAction* action(const QString& name) const; ///< by objectName: "generate", "compare", ...
    /// True while files are being read or written.
    bool isBusyWithFiles() const { return m_tasks.isBusy(); }
    /// The request as the panels show it.
    GenerationRequest request() const;
    /// Full screen for an audience: picture, map and one sentence per step.
    void present();
    void openFigureDesk();
    void exportComparisonTo(const QString& path);

public Q_SLOTS:
    void generate();
    void cancel();
    void compareWithUncached();
    void startRace();
    void recordThresholds();
    /// A trace, a picture or clip, a model folder, a checkpoint or a training, told apart by what it is.
    void openPath(const QString& path);
    /// The curves and samples of a folder that `toca train --out` wrote, or of its log.
    void openTraining(const QString& path);
    void saveClipTo(const QString& path);
    void saveTraceTo(const QString& path);
    void saveBundleTo(const QString& path);
    /// A run of the library, in all panels, as if it had just been made.
    void openRun(const QString& id);
    void setThemeChoice(toca::ui::ThemeChoice choice);
    /// Shows what is where, in a minute; starts by itself when the settings are new (`WindowOptions::welcomes`).
    void startTour();

Q_SIGNALS:
    void pathOpened(const QString& path);
    void fileSaved(const QString& path);
    void modelReady();

protected:
    void closeEvent(QCloseEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // main_window.cpp
    QDockWidget* addDock(const char* name, const QString& title, QWidget* content);
    void connectPanels();
    void showCentre();
    void showCell(int evaluation, int layer, plan::ModuleKind module);
    void replan();
    void updateActions();
    void onModelDescribed(const ModelInfo& model);
    void onModelChanged();
    // main_window_runs.cpp
    void connectRun();
    void connectRace();
    void connectThresholds();
    void connectTuning();
    void onStarted(const RunStart& start);
    void onFinished();
    void onFailed(const Error& error);
    void warnOfRun(const RunResult& result);
    void openRacer(int racer);
    void showSummary();
    void refreshLive();
    void showProgress();
    bool isEngineBusy() const
    {
        return m_run.isRunning() || m_race.isRunning() || m_thresholds.isRecording() || isLabBusy();
    }
    // main_window_lab.cpp
    void makeLab();
    void makeLabActions();
    void connectBrush();
    void connectLab();
    void updateLab();
    bool isLabBusy() const;
    void cancelLab();
    // main_window_compare.cpp
    void makeComparisonActions();
    void connectComparison();
    void connectLinks();
    void showComparison();
    void showBackground();
    void startBackgroundBaseline();
    void showScoring(const GenerationRequest& request, const std::string& family);
    void markStep(int step, const QObject* source);
    // main_window_present.cpp
    void makePresentActions();
    void askExportComparison();
    QString sentenceOf(int step) const; ///< what happened in a step of the run or trace that is shown; "" = nothing
    // main_window_library.cpp
    void connectLibrary();
    /// True when the engine works for the queue: the run starts after its present entry.
    bool waitForQueue();
    void askQueue();
    QString askBundleName();
    void askSaveBundle();
    void showStoredRun(const QString& id, const std::shared_ptr<const RunResult>& result,
        const std::shared_ptr<const RunResult>& baseline);
    void recall(const GenerationRequest& stored, Recall part);
    void openSettingFile(const QString& path);
    void connectExplore();
    void startTuner();
    // main_window_training.cpp
    void connectTraining();
    void askOpenTraining();
    void leaveTraining(); ///< for what is shown in the other workspaces
    // main_window_actions.cpp
    void makeActions();
    void makeMenus();
    QAction* addAction(const char* name, const QString& text, const QKeySequence& keys, const QString& tip,
        void (MainWindow::*slot)());
    QWidget* makeWorkspaceSwitch();
    void showShortcuts();
    void showAbout();
    // main_window_manners.cpp
    void connectManners();
    void showPalette();
    void editShortcuts();
    void explain();
    void fillLayouts();
    void askSaveLayout();
    void fillLanguages(QMenu& menu);
    void showModelDetails();
    void resetLayout();
    // main_window_files.cpp
    void askOpen();
    void askOpenModel();
    void askOpenCheckpoint();
    void openModel(const QString& path);
    void askSaveClip();
    void askSavePicture();
    void askSaveTrace();
    void askExportTrace();
    void openTrace(const QString& path);
    void openClip(const QString& path);
    void takeRequest(const std::string& json);
    void rememberRecent(const QString& path);
    void fillRecent();
    void saveSettings();
    void restoreSettings();

    EnginePort& m_engine;
    FileServices m_files;
    bool m_welcomes;
    std::unique_ptr<QSettings> m_settings;
    ThemeChoice m_themeChoice;
    RunController m_run;
    Race m_race;
    PromptPanel* m_prompt;
    CachingPanel* m_caching;
    ThresholdModel m_thresholds;
    ThresholdCard* m_thresholdCard;
    PlayerWidget* m_player;
    SelectionPanel* m_selection;
    TokenGridPanel* m_tokens;
    StatisticsPanel* m_statistics;
    ComparisonPanel* m_comparison;
    SensitivityPanel* m_sensitivity;
    ProbePanel* m_probe;
    Banner* m_banner;
    SummaryStrip* m_summary;
    StatusLine* m_status;
    RacePanel* m_racePanel;
    TrainingPanel* m_training;
    std::unique_ptr<TuningDesk> m_tuning;
    std::unique_ptr<RunDesk> m_runDesk;
    QStackedWidget* m_centre; ///< player, race, or training
    Docks m_docks;
    std::unique_ptr<Workspaces> m_workspaces;
    QMenu* m_recentMenu = nullptr;
    QMenu* m_layoutMenu = nullptr;
    QPointer<Tour> m_tour;
    std::unique_ptr<ShortcutKeys> m_keys;
    std::unique_ptr<QLockFile> m_sessionLock; ///< tells a window that ended from one that was killed
    QTimer m_autosave; ///< settings are written a moment after the last change
    QStringList m_recent;
    QList<QPushButton*> m_workspaceButtons;
    std::vector<QAction*> m_themeActions;
    std::shared_ptr<const plan::Trace> m_openedTrace; ///< shown from a file instead of a run
    std::string m_openedRequest;
    QString m_openedName;
    QString m_lastFolder;
    QString m_pendingModel; ///< folder whose description was asked for by the user
    bool m_modelPending = false;
    bool m_isNextAfterQueue = false; ///< Generate was pressed while the queue worked
    bool m_startIsPending = false; ///< Generate was pressed before the model was known
    bool m_comparisonAsked = false; ///< the coming baseline is shown beside the run
    QTimer m_idle; ///< after a cached run, until the uncached one is made in the background
    QPointer<QWidget> m_presentation;
    LivePace m_tick; ///< live parts are redrawn with it while a run goes on
    std::vector<Preview> m_waitingPreviews; ///< shown with the next tick
    bool m_progressWaits = false;
    bool m_errorsWait = false;
    QElapsedTimer m_sinceMarked; ///< since all parts followed the newest step of a run
    BackgroundTasks m_tasks; ///< last: joined before anything that its jobs use
};

} // namespace toca::ui
