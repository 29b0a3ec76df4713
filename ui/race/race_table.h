// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/race/race.h"

#include <QAbstractTableModel>
#include <QTableView>

class QSortFilterProxyModel;

namespace toca::ui {

/// What a race came to: one row per racer in the order of the race, numbers as texts and as sortable values.
class RaceTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Seconds, TimeGain, FlopsGain, TimePerFlops, Psnr, Ssim, Cache, Columns };
    static constexpr int kSortRole = Qt::UserRole;

    explicit RaceTableModel(const Race& race, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// What a column says, in a few sentences.
    static QString help(int column);

private:
    QString text(int row, Column column) const;
    double value(int row, Column column) const; ///< NaN where there is none
    bool isBest(int row, Column column) const;
    QString tip(int row, Column column) const;
    void update(int row);

    const Race& m_race;
};

/// The table, sorted by a click on a column's title; unknown values always come last.
class RaceTable : public QTableView {
    Q_OBJECT
public:
    explicit RaceTable(const Race& race, QWidget* parent = nullptr);
    int selectedRacer() const; ///< -1 = none
    void selectRacer(int racer);
    RaceTableModel& table() { return *m_model; }

Q_SIGNALS:
    void racerSelected(int racer);
    void racerActivated(int racer); ///< double click or Return

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    RaceTableModel* m_model;
    QSortFilterProxyModel* m_sorted;
};

} // namespace toca::ui
