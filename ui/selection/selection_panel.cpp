// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/selection_panel.h"

#include "ui/elided_label.h"
#include "ui/selection/cell_text.h"
#include "ui/selection/map_legend.h"
#include "ui/selection/selection_map_view.h"
#include "ui/statistics/figure_file.h"
#include "ui/still_frame.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QButtonGroup>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMenu>
#include <QMessageBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace toca::ui {

namespace {

QToolButton* orderButton(const QString& text, const QString& help, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setToolTip(help);
    button->setAccessibleName(text);
    button->setAccessibleDescription(help);
    button->setCheckable(true);
    return button;
}

} // namespace

SelectionPanel::SelectionPanel(QWidget* parent)
    : QWidget(parent)
    , m_model(new SelectionMapModel(this))
    , m_view(new SelectionMapView(*m_model, this))
    , m_byModule(
          orderButton(tr("By module"), tr("Three bands: self-attention, cross-attention, MLP; layers inside"), this))
    , m_byLayer(
          orderButton(tr("By layer"), tr("Layer after layer in order of execution; its three modules inside"), this))
    , m_fit(new QToolButton(this))
    , m_readout(new ElidedLabel(this))
{
    auto* orders = new QButtonGroup(this);
    orders->addButton(m_byModule);
    orders->addButton(m_byLayer);
    m_byModule->setChecked(true);
    m_fit->setIcon(icon(QStringLiteral("zoom-fit")));
    m_fit->setToolTip(
        tr("Show the whole map (F). The wheel, W and S zoom; Shift+drag, A and D move; a drag adds an area up."));
    m_fit->setAccessibleName(tr("Show the whole map"));
    m_fit->setEnabled(false);
    m_follow = new QToolButton(this);
    m_follow->setIcon(icon(QStringLiteral("follow")));
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    m_follow->hide();
    m_follow->setObjectName("followRun");
    m_follow->setToolTip(tr("A zoomed map follows the newest step of a run until it is moved (L follows again)"));
    m_follow->setAccessibleName(tr("Follow the run"));
    auto* exporting = new QToolButton(this);
    exporting->setIcon(icon(QStringLiteral("export")));
    exporting->setToolTip(tr("Export the map as a picture (PNG) or its cells as a table (CSV)"));
    exporting->setAccessibleName(tr("Export the selection map"));

    m_readout->setFont(numberFont());
    m_readout->setAccessibleName(tr("Values of the cell under the pointer"));
    m_readout->setMinimumHeight(m_readout->fontMetrics().height() + kHalfSpace);

    auto* controls = new QHBoxLayout;
    controls->setSpacing(kHalfSpace);
    controls->addWidget(m_byModule);
    controls->addWidget(m_byLayer);
    controls->addSpacing(kHalfSpace);
    controls->addWidget(new MapLegend(this), 1);
    controls->addStretch();
    controls->addWidget(m_follow);
    controls->addWidget(m_fit);
    controls->addWidget(exporting);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kHalfSpace);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(controls);
    layout->addWidget(m_view, 1);
    layout->addWidget(new StillFrame(m_readout));

    connect(m_byModule, &QToolButton::toggled, this, [this](bool byModule) {
        m_model->setRowOrder(byModule ? SelectionMapModel::RowOrder::ByModule : SelectionMapModel::RowOrder::ByLayer);
    });
    connect(m_fit, &QToolButton::clicked, m_view, &SelectionMapView::fit);
    connect(exporting, &QToolButton::clicked, this, &SelectionPanel::askAndExport);
    connect(m_view, &SelectionMapView::zoomChanged, this, [this] {
        m_fit->setEnabled(!m_view->mapLayout().isFitted());
        m_follow->setVisible(!m_view->mapLayout().isFitted()); // a whole map has nothing to follow
    });
    connect(m_view, &SelectionMapView::hovered, this, [this](const MapCell& cell) {
        showReadout();
        Q_EMIT cellHovered(cell.evaluation, cell.layer, cell.module);
    });
    connect(m_view, &SelectionMapView::hoverLeft, this, [this] {
        showReadout();
        Q_EMIT hoverLeft();
    });
    connect(m_view, &SelectionMapView::currentChanged, this, &SelectionPanel::showReadout);
    connect(m_view, &SelectionMapView::areaChanged, this, &SelectionPanel::showReadout);
    connect(m_follow, &QToolButton::clicked, m_view, &SelectionMapView::setFollowing);
    connect(m_view, &SelectionMapView::followingChanged, m_follow, &QToolButton::setChecked);
    connect(m_view, &SelectionMapView::activated, this,
        [this](const MapCell& cell) { Q_EMIT cellActivated(cell.evaluation, cell.layer, cell.module); });
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_view, &QWidget::customContextMenuRequested, this, &SelectionPanel::showMenu);
    connect(m_model, &SelectionMapModel::layoutChanged, this, &SelectionPanel::showReadout);
    connect(m_model, &SelectionMapModel::cellsChanged, this, &SelectionPanel::showReadout);
    showReadout();
}

SelectionPanel::~SelectionPanel() = default;

void SelectionPanel::setTrace(std::shared_ptr<const plan::Trace> trace)
{
    m_model->setTrace(std::move(trace));
}

void SelectionPanel::setPlan(const plan::Plan& plan)
{
    m_model->setPlan(plan);
}

void SelectionPanel::clear()
{
    m_model->clear();
}

void SelectionPanel::refresh()
{
    m_model->refresh();
}

void SelectionPanel::setRowOrder(SelectionMapModel::RowOrder order)
{
    (order == SelectionMapModel::RowOrder::ByModule ? m_byModule : m_byLayer)->setChecked(true);
}

QString SelectionPanel::readout() const
{
    return m_readout->text();
}

void SelectionPanel::setCursorStep(int step)
{
    m_view->setCursorStep(step);
}

void SelectionPanel::setCurrentCell(int evaluation, int layer, plan::ModuleKind module)
{
    m_view->setCurrentCell({evaluation, layer, module});
}

void SelectionPanel::showReadout()
{
    const auto& cell = m_view->hoveredCell() ? m_view->hoveredCell() : m_view->currentCell();
    QString text;
    if (m_view->area()) { // until it is forgotten: the pointer only passes over cells
        text = areaText(*m_model, *m_view->area());
    } else if (cell) {
        text = cellReadout(*m_model, *cell);
    } else if (!m_model->isEmpty()) {
        text = tr("Point at a cell to read it, click to see its tokens.");
    }
    if (text != m_readout->text()) {
        m_readout->setText(text);
    }
}

void SelectionPanel::showMenu(const QPoint& position)
{
    QMenu menu(this);
    QAction* copy = menu.addAction(m_view->area() ? tr("Copy sums of the area") : tr("Copy value"), QKeySequence::Copy,
        m_view, &SelectionMapView::copyCurrent);
    copy->setEnabled(m_view->area() || m_view->currentCell() || m_view->hoveredCell());
    QAction* forget = menu.addAction(tr("Forget the area"), this, [this] { m_view->setArea({}); });
    forget->setEnabled(m_view->area().has_value());
    menu.addAction(tr("Show the whole map"), m_view, &SelectionMapView::fit);
    menu.addSeparator();
    QAction* exporting = menu.addAction(tr("Export…"), this, &SelectionPanel::askAndExport);
    exporting->setEnabled(!m_model->isEmpty());
    menu.exec(m_view->mapToGlobal(position));
}

void SelectionPanel::askAndExport()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Export the selection map"),
        QStringLiteral("selection-map.png"), tr("Picture (*.png);;Table (*.csv)"));
    if (path.isEmpty()) {
        return;
    }
    if (const QString problem = exportTo(path); !problem.isEmpty()) {
        QMessageBox::warning(this, tr("Export the selection map"), problem);
    }
}

QString SelectionPanel::exportTo(const QString& path)
{
    if (path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)) {
        return writeBytes(path, selectionCsv(*m_model));
    }
    if (path.endsWith(QLatin1String(".png"), Qt::CaseInsensitive)) {
        return writePicture(path, m_view->picture());
    }
    return tr("%1: a selection map is written as .png or .csv; choose one of these endings.").arg(path);
}

} // namespace toca::ui
