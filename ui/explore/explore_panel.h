// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/explore/pareto.h"
#include "ui/runs/run_store.h"

#include <QWidget>

class QBoxLayout;
class QComboBox;
class QCPGraph;
class QFrame;
class QGridLayout;
class QHBoxLayout;
class QLabel;
class QPushButton;

namespace toca::ui {

class PlotCard;

/// The library's runs and sweeps as cost against fidelity, with the front of those that nothing beats. Hover shows the
/// picture and the values, a click or Return opens the run.
class ExplorePanel : public QWidget {
    Q_OBJECT
public:
    explicit ExplorePanel(RunStore& store, QWidget* parent = nullptr);

    /// The request that "this request" and "this model" mean.
    void setRequest(const GenerationRequest& request);
    const std::vector<ParetoPoint>& points() const { return m_points; }
    int selected() const { return m_selected; } ///< index of `points`, -1 = none
    void select(int index);
    PlotCard& card() { return *m_card; }
    QByteArray csv() const;
    /// The card of the tuner, beside the chart.
    void setSideWidget(QWidget* widget);
    QSize minimumSizeHint() const override;
    QPointF pixelOf(int index) const; ///< in the plot's coordinates

Q_SIGNALS:
    void openRequested(const QString& id);
    void settingsRequested(const QString& id); ///< the caching of this run
    void sweepRequested();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void arrange(); ///< for the present width
    void fill();
    void fillScopes();
    int pointAt(const QPointF& place) const;
    void hover(int index);
    void showText();
    bool isWanted(const library::RunRecord& record) const;

    RunStore& m_store;
    GenerationRequest m_request;
    std::vector<library::RunRecord> m_records; ///< what the points are of
    std::vector<ParetoPoint> m_points;
    int m_selected = -1;
    int m_hovered = -1;
    bool m_isStale = true;
    QComboBox* m_cost;
    QComboBox* m_fidelity;
    QComboBox* m_scope;
    PlotCard* m_card;
    QCPGraph* m_all;
    QCPGraph* m_front;
    QCPGraph* m_mark;
    QLabel* m_text;
    QPushButton* m_use;
    QFrame* m_popup;
    QLabel* m_picture;
    QLabel* m_caption;
    QWidget* m_side = nullptr;
    QGridLayout* m_bar;
    QBoxLayout* m_below;
    QHBoxLayout* m_row;
};

} // namespace toca::ui
