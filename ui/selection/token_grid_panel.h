// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/token_grid_model.h"

#include <QWidget>

class QButtonGroup;
class QComboBox;
class QTimer;
class QToolButton;

namespace toca::ui {

class ElidedLabel;

class TokenGridView;
class TokenHistogram;

/// The tokens of one cell of the selection map, with what to colour them by.
class TokenGridPanel : public QWidget {
    Q_OBJECT
public:
    explicit TokenGridPanel(QWidget* parent = nullptr);

    void setTrace(std::shared_ptr<const plan::Trace> trace);
    void refresh();
    void clear();
    void setQuantity(TokenGridModel::Quantity quantity);

    TokenGridModel& model() { return *m_model; }
    TokenGridView& view() { return *m_view; }
    TokenHistogram& histogram() { return *m_histogram; }
    bool isPlaying() const; ///< runs through the steps by itself
    QString title() const;
    QString readout() const;
    /// PNG or CSV by the file's name. @return what went wrong, empty on success
    QString exportTo(const QString& path);

public Q_SLOTS:
    void setPlaying(bool playing);
    void showCell(int evaluation, int layer, toca::plan::ModuleKind module);

Q_SIGNALS:
    /// The arrow keys or buttons stepped to another cell: the map follows.
    void cellChanged(int evaluation, int layer, toca::plan::ModuleKind module);
    void tokenHovered(qint64 token); ///< -1 = none
    void selectionRowChanged(int row); ///< another guidance row was chosen: the picture's overlay follows

private:
    void step(int evaluations, int layers, int modules);
    void onModelChanged();
    void fillRows();
    void fillParts();
    void playOn();
    void showReadout(qint64 token);
    void askAndExport();

    TokenGridModel* m_model;
    TokenGridView* m_view;
    ElidedLabel* m_title;
    ElidedLabel* m_readout;
    QButtonGroup* m_quantities;
    QComboBox* m_rows;
    QToolButton* m_previous;
    QToolButton* m_next;
    QToolButton* m_play;
    QComboBox* m_part;
    TokenHistogram* m_histogram;
    QTimer* m_playing;
};

} // namespace toca::ui
