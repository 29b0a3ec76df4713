// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/training_folder.h"
#include "ui/training/sample_store.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include <vector>

class QComboBox;
class QGridLayout;
class QLabel;
class QScrollArea;
class QSlider;
class QToolButton;

namespace toca::ui {

class SampleTile;

/// The samples of a milestone, playing in a loop, beside those of another one. The n-th sample of each milestone was
/// made from the same caption, so that one sees what was learnt in between.
///
/// Space plays or pauses, Left and Right on the slider go through the milestones.
class SampleBoard : public QWidget {
    Q_OBJECT
public:
    explicit SampleBoard(const FileServices& services, QWidget* parent = nullptr);
    ~SampleBoard() override;

    /// Stays at the step that is shown; follows the newest where that was the newest.
    void setMilestones(const std::vector<library::TrainingMilestone>& milestones);
    /// Of another training: begins at the newest again.
    void clear();
    int current() const { return m_current; } ///< index of the milestones, -1 = none
    int other() const { return m_other; } ///< that stands beside it, -1 = none
    /// The milestone next to a step.
    void showStep(qint64 step);
    bool isPlaying() const { return m_isPlaying; }
    void setPlaying(bool isPlaying);
    const std::vector<SampleTile*>& tiles() const { return m_tiles; } ///< of the other one and the current, alternating
    SampleStore& store() { return m_store; }

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Beside { Nothing, First, Before, Step };
    void showCurrent();
    void fillBeside();
    void makeTiles(int samples, bool isPaired);
    void fillTiles();
    void arrange();
    void updateTimer();
    void tick();
    QString pathOf(int milestone, int sample) const;

    SampleStore m_store;
    std::vector<library::TrainingMilestone> m_milestones;
    int m_current = -1;
    int m_other = -1;
    bool m_isPlaying = true;
    bool m_isPaired = false;
    QTimer m_timer;
    QElapsedTimer m_clock; ///< of the loop
    double m_seconds = 0; ///< of the loop, when it was paused
    QLabel* m_step;
    QToolButton* m_play;
    QSlider* m_slider;
    QComboBox* m_beside;
    QScrollArea* m_scroll;
    QWidget* m_page;
    QGridLayout* m_grid;
    QLabel* m_empty;
    std::vector<SampleTile*> m_tiles;
    std::vector<QLabel*> m_captions;
    std::vector<QWidget*> m_groups;
};

} // namespace toca::ui
