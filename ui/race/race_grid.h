// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/player/picture_store.h"
#include "ui/player/player_model.h"
#include "ui/race/race.h"

#include <QWidget>

#include <vector>

class QButtonGroup;
class QGridLayout;

namespace toca::ui {

class RaceTile;

/// The clips of a race beside each other, all at the same moment, as large as the room allows.
class RaceGrid : public QWidget {
    Q_OBJECT
public:
    RaceGrid(const Race& race, PlayerModel& time, QWidget* parent = nullptr);

    int selected() const; ///< racer; -1 = none
    void select(int racer);
    /// Differences from the uncached clip instead of the clips.
    void setDifferences(bool on);
    RaceTile* tile(int racer) const;
    int columns() const { return m_columns; }

Q_SIGNALS:
    void selectedChanged(int racer);
    void opened(int racer);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void build();
    void showRacer(int racer);
    void arrange();

    const Race& m_race;
    PlayerModel& m_time;
    PictureStore m_pictures;
    QGridLayout* m_grid;
    QButtonGroup* m_group;
    std::vector<RaceTile*> m_tiles;
    std::vector<ClipSourcePtr> m_clips;
    bool m_showsDifferences = false;
    int m_columns = 0;
};

} // namespace toca::ui
