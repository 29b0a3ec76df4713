// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/selection_map_model.h"

#include <QRect>
#include <QString>
#include <QWidget>

#include <vector>

namespace toca::ui {

/// One sample cell per kind of decision with its name: the key to the map's marks. In one row where there is room, else
/// in two, else samples alone, whose names are in their tool tips.
class MapLegend : public QWidget {
    Q_OBJECT
public:
    explicit MapLegend(QWidget* parent = nullptr);

    struct Item {
        MapCellState state;
        QString name;
        QString help;
    };
    /// Where an item is drawn at the present width.
    struct Place {
        const Item* item = nullptr;
        QRect area; ///< sample and, if shown, name
    };
    std::vector<Place> places() const;
    bool showsNames() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    int itemWidth(const Item& item) const;
    /// Widths of the columns when the items fill `rows` rows, gaps included.
    std::vector<int> columns(int rows) const;
    int rowsThatFit() const; ///< 1, 2, or 0: names have no room
    int lineHeight() const;

    std::vector<Item> m_items;
};

} // namespace toca::ui
