// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/schedule_panel.h"

#include "ui/elided_label.h"
#include "ui/prompt/system_memory.h"
#include "ui/selection/cell_painter.h"
#include "ui/selection/cell_text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/tune/schedule_view.h"

#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace toca::ui {

namespace {

constexpr QSize kSample{18, 12};

/// A cell as the table shows it.
QIcon sampleOf(const plan::ScheduleCell& cell)
{
    QImage image(kSample * 2, QImage::Format_RGB32);
    CellPainter painter(image, 2);
    MapCellState state;
    state.source = MapCellState::Source::Happened;
    state.action = cell.action;
    state.tokens = 100;
    state.computedTokens = cell.action == plan::Action::Full ? 100 : cell.action == plan::Action::Subset ? 30 : 0;
    painter.paint(image.rect(), state);
    image.setDevicePixelRatio(2);
    return QIcon(QPixmap::fromImage(image));
}

} // namespace

QString plannedTimeText(const CachingModel& caching)
{
    const auto planned = caching.plannedTime();
    const auto uncached = caching.uncachedTime();
    if (!planned || !uncached) {
        return SchedulePanel::tr("time not measured yet");
    }
    const QString sign = planned->isMeasured && uncached->isMeasured ? QString() : QStringLiteral("≈ ");
    return SchedulePanel::tr("%1%2 of %3 uncached")
        .arg(sign, secondsText(planned->seconds), secondsText(uncached->seconds));
}

SchedulePanel::SchedulePanel(CachingModel& caching, QWidget* parent)
    : QWidget(parent)
    , m_editor(caching)
    , m_view(new ScheduleView(m_editor))
    , m_shareSlider(new QSlider(Qt::Horizontal))
    , m_share(new QDoubleSpinBox)
    , m_order(new QSpinBox)
    , m_undo(new QToolButton)
    , m_redo(new QToolButton)
    , m_fit(new QToolButton)
    , m_totals(new ElidedLabel)
    , m_readout(new ElidedLabel)
{
    auto* brushes = new QHBoxLayout;
    auto* tools = new QHBoxLayout;
    for (QHBoxLayout* row : {brushes, tools}) {
        row->setSpacing(kHalfSpace);
    }
    using Kind = ScheduleBrush::Kind;
    brushes->addWidget(
        addBrush(Kind::Compute, tr("Compute"), tr("Every token is computed and the cache renewed (key 1)")));
    brushes->addWidget(addBrush(Kind::Ratio, tr("Ratio"),
        tr("The share of tokens with the highest score is computed, the others reused (key 2)")));
    m_shareSlider->setRange(0, 100);
    m_shareSlider->setMinimumWidth(56);
    m_shareSlider->setMaximumWidth(140);
    m_shareSlider->setAccessibleName(tr("Share of tokens that the ratio brush computes"));
    m_shareSlider->setToolTip(tr("Share of tokens that the ratio brush computes, in percent"));
    m_share->setRange(0, 100);
    m_share->setDecimals(1);
    m_share->setSuffix(QStringLiteral(" %"));
    m_share->setKeyboardTracking(false);
    m_share->setObjectName("brushShare");
    m_share->setAccessibleName(m_shareSlider->accessibleName());
    m_share->setToolTip(m_shareSlider->toolTip());
    auto* shareLabel = new QLabel(tr("Ratio"));
    shareLabel->setProperty("muted", true);
    shareLabel->setBuddy(m_share);
    tools->addWidget(shareLabel);
    tools->addWidget(m_shareSlider, 1);
    tools->addWidget(m_share);
    brushes->addWidget(
        addBrush(Kind::Reuse, tr("Reuse"), tr("The stored output is used, nothing is computed (key 3)")));
    brushes->addWidget(addBrush(Kind::Forecast, tr("Forecast"),
        tr("The output is extrapolated from the last full steps, as TaylorSeer does (key 4)")));
    m_order->setRange(1, plan::ScheduleCell::kMaxOrder);
    m_order->setPrefix(tr("order "));
    m_order->setObjectName("brushOrder");
    m_order->setAccessibleName(tr("Order of the forecast brush"));
    m_order->setToolTip(
        tr("Highest derivative of the forecast: 1 = a straight line. Each order keeps one more tensor."));
    tools->addWidget(m_order);
    tools->addStretch(1);
    brushes->addStretch(1);
    const auto addTool = [this, tools](QToolButton* button, const char* name, const char* picture, const QString& tip) {
        button->setObjectName(name);
        button->setIcon(icon(picture));
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        tools->addWidget(button);
    };
    addTool(m_undo, "scheduleUndo", "reset", tr("Undo"));
    addTool(m_redo, "scheduleRedo", "redo", tr("Redo"));
    addTool(m_fit, "scheduleFit", "zoom-fit", tr("Show the whole table (0). Ctrl+wheel zooms."));

    m_totals->setObjectName("scheduleTotals");
    m_totals->setAccessibleName(tr("Totals of the schedule"));
    m_totals->setToolTip(
        tr("Planned FLOPs gain, planned seconds of the denoising loop from module times measured on this machine, and "
           "planned cache memory"));
    m_readout->setObjectName("scheduleReadout");
    m_readout->setAccessibleName(tr("Cell under the pointer"));
    for (ElidedLabel* label : {m_totals, m_readout}) {
        label->setFont(numberFont());
        label->setMinimumHeight(label->fontMetrics().height() + kHalfSpace);
    }
    m_readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_totals->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kHalfSpace);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(brushes);
    layout->addLayout(tools);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_readout);
    layout->addWidget(m_totals);

    const auto setShare = [this](double percent) {
        ScheduleBrush brush = m_editor.brush();
        brush.share = percent / 100;
        brush.kind = Kind::Ratio;
        m_editor.setBrush(brush);
    };
    connect(m_share, &QDoubleSpinBox::valueChanged, this, setShare);
    connect(m_shareSlider, &QSlider::valueChanged, this, setShare);
    connect(m_order, &QSpinBox::valueChanged, this, [this](int order) {
        ScheduleBrush brush = m_editor.brush();
        brush.order = order;
        brush.kind = Kind::Forecast;
        m_editor.setBrush(brush);
    });
    QUndoStack& undo = caching.undoStack();
    connect(m_undo, &QToolButton::clicked, &undo, &QUndoStack::undo);
    connect(m_redo, &QToolButton::clicked, &undo, &QUndoStack::redo);
    const auto showUndo = [this, &undo] {
        m_undo->setEnabled(undo.canUndo());
        m_redo->setEnabled(undo.canRedo());
        m_undo->setToolTip(undo.canUndo() ? tr("Undo: %1").arg(undo.undoText()) : tr("Undo"));
        m_redo->setToolTip(undo.canRedo() ? tr("Redo: %1").arg(undo.redoText()) : tr("Redo"));
    };
    connect(&undo, &QUndoStack::indexChanged, this, showUndo);
    showUndo();
    connect(m_fit, &QToolButton::clicked, m_view, &ScheduleView::fit);
    connect(m_view, &ScheduleView::zoomChanged, this, [this] { m_fit->setEnabled(!m_view->mapLayout().isFitted()); });
    m_fit->setEnabled(false);
    for (QAbstractSpinBox* box : {static_cast<QAbstractSpinBox*>(m_share), static_cast<QAbstractSpinBox*>(m_order)}) {
        box->setMinimumWidth(box->sizeHint().width());
    }
    connect(m_view, &ScheduleView::hovered, this, [this] {
        showReadout();
        Q_EMIT stepHovered(m_view->hoveredCell() ? m_view->hoveredCell()->evaluation : -1);
    });
    connect(&m_editor, &ScheduleEditor::brushChanged, this, &SchedulePanel::showBrush);
    connect(&m_editor, &ScheduleEditor::tableChanged, this, &SchedulePanel::showReadout);
    connect(&caching, &CachingModel::changed, this, &SchedulePanel::showTotals);
    fillIcons();
    showBrush();
    showTotals();
    showReadout();
}

QToolButton* SchedulePanel::addBrush(ScheduleBrush::Kind kind, const QString& text, const QString& help)
{
    auto* button = new QToolButton(this);
    button->setObjectName(QStringLiteral("brush%1").arg(static_cast<int>(kind)));
    button->setText(text);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize(kSample);
    button->setCheckable(true);
    button->setToolTip(help);
    button->setAccessibleName(text);
    button->setAccessibleDescription(help);
    connect(button, &QToolButton::clicked, this, [this, kind] {
        ScheduleBrush brush = m_editor.brush();
        brush.kind = kind;
        m_editor.setBrush(brush);
        showBrush();
    });
    button->setMinimumWidth(button->sizeHint().width());
    m_brushes.append(button);
    return button;
}

void SchedulePanel::fillIcons()
{
    for (int kind = 0; kind < m_brushes.size(); ++kind) {
        ScheduleBrush brush;
        brush.kind = static_cast<ScheduleBrush::Kind>(kind);
        m_brushes[kind]->setIcon(sampleOf(brush.cell()));
    }
}

void SchedulePanel::showBrush()
{
    const ScheduleBrush& brush = m_editor.brush();
    for (int kind = 0; kind < m_brushes.size(); ++kind) {
        m_brushes[kind]->setChecked(kind == static_cast<int>(brush.kind));
    }
    const QSignalBlocker blockers[]{QSignalBlocker(m_share), QSignalBlocker(m_shareSlider), QSignalBlocker(m_order)};
    m_share->setValue(100 * brush.share);
    m_shareSlider->setValue(static_cast<int>(std::lround(100 * brush.share)));
    m_order->setValue(brush.order);
}

QString SchedulePanel::totals() const
{
    const CachingModel& caching = m_editor.caching();
    const plan::Plan* plan = caching.plan();
    if (!plan) {
        return {};
    }
    return tr("%1 × FLOPs · %2 · %3")
        .arg(QLocale().toString(plan->flopsGain(), 'f', 2), plannedTimeText(caching), dataSize(plan->cacheBytes()));
}

void SchedulePanel::showTotals()
{
    m_totals->setText(totals());
}

QString SchedulePanel::readout() const
{
    return m_readout->text();
}

void SchedulePanel::showReadout()
{
    QString text;
    if (!m_editor.table().isEmpty()) {
        if (m_view->hoveredCell()) {
            text = m_view->textOf(*m_view->hoveredCell());
        } else if (m_view->hasFocus() && m_view->currentCell().evaluation < m_editor.table().steps()) {
            text = m_view->textOf(m_view->currentCell());
        } else if (!m_editor.isPainted()) {
            text = tr("The plan of %1. Painting makes it a custom schedule. %2")
                       .arg(QString::fromStdString(m_editor.caching().entry().title).section(':', 0, 0),
                           m_editor.approximation());
        } else {
            text = tr("Drag paints, right-drag restores, Shift paints rectangles.");
        }
    }
    m_readout->setText(text);
}

void SchedulePanel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        fillIcons();
    }
    QWidget::changeEvent(event);
}

} // namespace toca::ui
