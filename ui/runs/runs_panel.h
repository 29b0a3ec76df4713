// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/runs/run_list_model.h"

#include <QUndoStack>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QListView;
class QMenu;
class QToolButton;

namespace toca::ui {

class RunDetails;

/// What of a run's request goes back into the panels.
enum class Recall : int { All, Prompt, Seed, Caching, AllButSeed };

/// The library as a gallery: search, star, sort, delete with undo, open.
class RunsPanel : public QWidget {
    Q_OBJECT
public:
    /// @param undo takes deletions; store and undo must outlive the panel
    RunsPanel(RunStore& store, QUndoStack& undo, QWidget* parent = nullptr);

    QListView& list() { return *m_list; }
    RunFilter& filter() { return *m_filter; }
    QStringList selectedIds() const;
    const library::RunRecord* current() const;
    /// Shows a run's tile, as for a point of a chart.
    void select(const QString& id);
    void removeSelected();
    void starSelected();
    /// Filled anew each time, so that it says what applies.
    void fillMenu(QMenu& menu);

Q_SIGNALS:
    void openRequested(const QString& id);
    void recallRequested(const QString& id, toca::ui::Recall part);
    void bundleRequested(const QString& id);
    void queueRequested(const QString& id);
    void settingsRequested(); ///< of the library: folder and limit

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void showSelection();
    void showCount();
    void openCurrent();

    RunStore& m_store;
    QUndoStack& m_undo;
    RunListModel* m_model;
    RunFilter* m_filter;
    QLineEdit* m_search;
    QToolButton* m_starred;
    QToolButton* m_details;
    QComboBox* m_order;
    QLabel* m_count;
    QListView* m_list;
    RunDetails* m_metadata;
};

} // namespace toca::ui
