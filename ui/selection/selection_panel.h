// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/selection_map_model.h"

#include <QWidget>

class QToolButton;

namespace toca::ui {

class ElidedLabel;
class SelectionMapView;

/// The selection map with its controls, legend and read-out line.
class SelectionPanel : public QWidget {
    Q_OBJECT
public:
    explicit SelectionPanel(QWidget* parent = nullptr);
    ~SelectionPanel() override;

    void setTrace(std::shared_ptr<const plan::Trace> trace);
    /// Planned cells are drawn dimmed and hatched until the run fills them.
    void setPlan(const plan::Plan& plan);
    void clear();
    /// Draws what was published since the last call; costs one atomic load when nothing was.
    void refresh();
    void setRowOrder(SelectionMapModel::RowOrder order);

    SelectionMapModel& model() { return *m_model; }
    SelectionMapView& view() { return *m_view; }
    QString readout() const; ///< the line below the map

    /// Writes the map as PNG or its cells as CSV, told apart by the file's name. Atomic.
    /// @return what went wrong, empty on success
    QString exportTo(const QString& path);

public Q_SLOTS:
    void setCursorStep(int step);
    /// Marks a cell, as when the token grid stepped to it.
    void setCurrentCell(int evaluation, int layer, toca::plan::ModuleKind module);

Q_SIGNALS:
    void cellHovered(int evaluation, int layer, toca::plan::ModuleKind module);
    void hoverLeft();
    void cellActivated(int evaluation, int layer, toca::plan::ModuleKind module);

private:
    void showReadout();
    void showMenu(const QPoint& position);
    void askAndExport();

    SelectionMapModel* m_model;
    SelectionMapView* m_view;
    QToolButton* m_byModule;
    QToolButton* m_byLayer;
    QToolButton* m_fit;
    QToolButton* m_follow;
    ElidedLabel* m_readout;
};

} // namespace toca::ui
