// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/race/race.h"

#include <QTreeWidget>

#include <vector>

namespace toca::ui {

/// What can take part in a race: the present settings, settings that were kept, and every preset of every policy that
/// suits the open model, with its planned gain. Checked ones run.
class ContenderList : public QTreeWidget {
    Q_OBJECT
public:
    /// @param model of the caching panel; must outlive the list
    ContenderList(const CachingModel& model, BackgroundTasks& tasks, QWidget* parent = nullptr);

    /// The checked ones, in the order of the list.
    std::vector<Contender> chosen() const;
    /// Checks or unchecks a preset ("" = the family's default). @return false when the list has no such row
    bool setChosen(const std::string& policy, const std::string& preset, bool chosen = true);
    void uncheckAll();
    /// Keeps the present settings as a row of their own, checked.
    void keepPresent();
    /// Takes in other settings, another model or another size; the checks stay.
    void refresh();

Q_SIGNALS:
    void chosenChanged();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QTreeWidgetItem* addGroup(const QString& title, const QString& help);
    QTreeWidgetItem* addRow(QTreeWidgetItem* group, const Contender& contender, const QString& tip);
    void fill();
    void showPresent();
    void planGains();
    Contender present() const;
    static Contender contenderOf(const QTreeWidgetItem& item);
    QList<QTreeWidgetItem*> rows() const;

    const CachingModel& m_model;
    BackgroundTasks& m_tasks;
    std::vector<Contender> m_kept;
    QTreeWidgetItem* m_present = nullptr;
    std::uint64_t m_fillings = 0; ///< counts up, so that gains of an earlier filling are dropped
    bool m_isStale = true; ///< filled again when it is seen
    bool m_isFirst = true; ///< the first filling chooses some
};

} // namespace toca::ui
