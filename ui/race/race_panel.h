// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/player/player_model.h"
#include "ui/player/token_overlay_model.h"
#include "ui/race/race.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QStackedLayout;
class QToolButton;

namespace toca::ui {

class ContenderList;
class FrameScrubber;
class RaceGrid;
class RaceTable;

/// Chooses contenders, runs them, and shows what they came to: clips that play together, and a table.
class RacePanel : public QWidget {
    Q_OBJECT
public:
    /// @param race,caching must outlive the panel
    RacePanel(Race& race, const CachingModel& caching, BackgroundTasks& tasks, QWidget* parent = nullptr);

    ContenderList& contenders() { return *m_contenders; }
    RaceGrid& grid() { return *m_grid; }
    RaceTable& table() { return *m_table; }
    PlayerModel& time() { return m_time; }
    int rounds() const;
    /// While the engine is busy with something else, or no model is open, nothing can be started.
    void setBlocked(bool blocked, const QString& reason = {});
    /// One line about what goes on, for the window's status line.
    QString statusText() const;

Q_SIGNALS:
    void startRequested();
    void cancelRequested();
    void openRequested(int racer); ///< as the window's current run
    void settingsRequested(int racer); ///< into the caching panel

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* makeChoice();
    QWidget* makeResults();
    QWidget* makeTransport();
    QWidget* makeActions();
    void sync();
    void syncTime();
    void takeClips();
    void select(int racer);
    void askAndExport();
    void showHelp();

    Race& m_race;
    PlayerModel m_time;
    TokenOverlayModel m_noTokens; ///< the scrubber shows latent frames where there is a trace; here is none
    ContenderList* m_contenders;
    QSpinBox* m_rounds;
    QLabel* m_count;
    QPushButton* m_start;
    QPushButton* m_cancel;
    QProgressBar* m_progress;
    QLabel* m_progressText;
    QStackedLayout* m_pages = nullptr;
    RaceGrid* m_grid;
    RaceTable* m_table;
    FrameScrubber* m_scrubber;
    QToolButton* m_play;
    QLabel* m_frameText;
    QWidget* m_transport = nullptr;
    QToolButton* m_difference;
    QPushButton* m_open;
    QPushButton* m_use;
    QToolButton* m_export;
    QLabel* m_note;
    bool m_isBlocked = true;
    bool m_wantsPlaying = true; ///< when it is seen and nothing is measured
    QString m_blockReason;
};

} // namespace toca::ui
