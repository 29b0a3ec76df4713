// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/threshold_card.h"

#include "ui/qcustomplot.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QMouseEvent>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr int kPlotHeight = 170;
constexpr double kTargets[]{1.5, 2.0, 3.0}; ///< FLOPs gains

/// Three significant digits: what a person would type.
double rounded(double value)
{
    if (!(value > 0)) {
        return 0;
    }
    const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2);
    return std::round(value / unit) * unit;
}

QColor faded(QColor colour, int alpha)
{
    colour.setAlpha(alpha);
    return colour;
}

QCPItemText* label(QCustomPlot& plot)
{
    auto* text = new QCPItemText(&plot);
    text->setFont(smallFont());
    text->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    text->position->setTypeX(QCPItemPosition::ptPlotCoords);
    text->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    text->setPadding({3, 1, 3, 1});
    return text;
}

QCPItemRect* zone(QCustomPlot& plot)
{
    auto* rect = new QCPItemRect(&plot);
    for (QCPItemPosition* corner : {rect->topLeft, rect->bottomRight}) {
        corner->setTypeX(QCPItemPosition::ptPlotCoords);
        corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
    }
    rect->setPen(Qt::NoPen);
    rect->setLayer("background");
    return rect;
}

void placeLine(QCPItemStraightLine& line, double x)
{
    line.point1->setCoords(x, 0);
    line.point2->setCoords(x, 1);
}

} // namespace

ThresholdCard::ThresholdCard(ThresholdModel& model, QWidget* parent)
    : QFrame(parent)
    , m_model(model)
    , m_intro(new QLabel(tr("Which threshold? One uncached run is recorded; then all thresholds are replayed from it "
                            "without running the model again.")))
    , m_record(new QPushButton)
    , m_progress(new QProgressBar)
    , m_note(new QLabel(tr("Recorded with another prompt, seed or setting.")))
    , m_text(new QLabel)
    , m_plot(new QCustomPlot)
    , m_targets(new QWidget)
    , m_skipped(m_plot->addGraph())
    , m_inert(zone(*m_plot))
    , m_inertText(label(*m_plot))
    , m_long(zone(*m_plot))
    , m_longText(label(*m_plot))
    , m_cliff(new QCPItemStraightLine(m_plot))
    , m_cliffText(label(*m_plot))
    , m_now(new QCPItemStraightLine(m_plot))
{
    setProperty("card", true);
    setObjectName("thresholdCard");
    auto* title = new QLabel(tr("Threshold response"));
    title->setProperty("heading", true);
    title->setToolTip(
        tr("Steps skipped against the threshold. Replays use the signals of the uncached run: the first skip is exact, "
           "later ones leave out that a cached run drifts away from it."));
    m_record->setObjectName("recordSignals");
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress of the recording"));
    for (QLabel* text : {m_intro, m_text}) {
        text->setWordWrap(true);
        text->setProperty("muted", true);
        text->setFont(smallFont());
    }
    m_note->setWordWrap(true);
    m_note->setProperty("warningText", true);
    m_note->setFont(smallFont());
    m_text->setObjectName("thresholdText");

    m_plot->setObjectName("thresholdPlot");
    m_plot->setFixedHeight(kPlotHeight);
    m_plot->setFocusPolicy(Qt::StrongFocus);
    m_plot->setAccessibleName(tr("Skipped steps against threshold"));
    m_plot->setToolTip(tr("Click or drag to choose a threshold; Left and Right move it."));
    m_plot->installEventFilter(this);
    m_plot->xAxis->setScaleType(QCPAxis::stLogarithmic);
    m_plot->xAxis->setTicker(QSharedPointer<QCPAxisTickerLog>(new QCPAxisTickerLog));
    m_plot->xAxis->setNumberFormat("gb");
    m_plot->xAxis->setNumberPrecision(3);
    m_plot->xAxis->setLabel(tr("threshold"));
    m_plot->yAxis->setLabel(tr("steps skipped"));
    m_plot->yAxis->setTicker(QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
    m_plot->yAxis->ticker()->setTickCount(4);
    m_plot->yAxis->setSubTicks(false);
    m_plot->axisRect()->setAutoMargins(QCP::msLeft | QCP::msBottom);
    m_plot->axisRect()->setMargins({0, 6, 8, 0});
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setTickLabelFont(smallFont());
        axis->setLabelFont(smallFont());
        axis->setTickLength(0, 3);
        axis->setSubTickLength(0, 2);
    }
    m_skipped->setLineStyle(QCPGraph::lsStepLeft);
    m_inertText->setText(tr("does nothing"));
    m_cliffText->setText(tr("cliff"));

    auto* targets = new QHBoxLayout(m_targets);
    targets->setContentsMargins(0, 0, 0, 0);
    targets->setSpacing(kHalfSpace);
    auto* targetLabel = new QLabel(tr("Gain"));
    targetLabel->setProperty("muted", true);
    targets->addWidget(targetLabel);
    for (const double gain : kTargets) {
        auto* button = new QPushButton(tr("%1 ×").arg(QLocale().toString(gain, 'f', 1)));
        button->setProperty("chip", true);
        button->setAccessibleName(tr("Threshold for a FLOPs gain of %1").arg(gain));
        connect(button, &QPushButton::clicked, this, [this, gain] {
            if (const auto* response = m_model.response()) {
                if (const auto point = plan::pointOfGain(*response, gain)) {
                    m_model.setThreshold(point->threshold);
                }
            }
        });
        targets->addWidget(button);
        m_targetButtons.append(button);
    }
    targets->addStretch(1);
    auto* head = new QHBoxLayout;
    head->addWidget(title, 1);
    head->addWidget(m_record);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace + 2, kSpace, kSpace + 2, kSpace + 2);
    layout->setSpacing(kSpace);
    layout->addLayout(head);
    layout->addWidget(m_intro);
    layout->addWidget(m_progress);
    layout->addWidget(m_plot);
    layout->addWidget(m_targets);
    layout->addWidget(m_text);
    layout->addWidget(m_note);

    connect(m_record, &QPushButton::clicked, this, [this] {
        if (m_model.isRecording()) {
            m_model.cancel();
        } else {
            Q_EMIT recordRequested();
        }
    });
    connect(&m_model, &ThresholdModel::changed, this, &ThresholdCard::sync);
    connect(&m_model, &ThresholdModel::recordingChanged, this, &ThresholdCard::sync);
    recolour();
    sync();
}

void ThresholdCard::setBlocked(bool blocked)
{
    m_isBlocked = blocked;
    sync();
}

void ThresholdCard::sync()
{
    setVisible(m_model.applies());
    const auto* response = m_model.response();
    m_record->setText(m_model.isRecording() ? tr("Cancel")
            : m_model.hasRecord()           ? tr("Record again")
                                            : tr("Record a run"));
    m_record->setEnabled(m_model.isRecording() || !m_isBlocked);
    m_intro->setVisible(!m_model.hasRecord() && !m_model.isRecording());
    m_progress->setVisible(m_model.isRecording());
    m_progress->setValue(static_cast<int>(m_model.recordingProgress() * 1000));
    m_plot->setVisible(response);
    m_targets->setVisible(response);
    const QString text = m_model.description();
    m_text->setText(text);
    m_text->setVisible(!text.isEmpty());
    m_note->setVisible(m_model.isOfAnotherRequest() && !m_model.isRecording());
    if (!response) {
        return;
    }
    m_plot->setAccessibleDescription(text);
    for (qsizetype index = 0; index < m_targetButtons.size(); ++index) {
        const auto point = plan::pointOfGain(*response, kTargets[index]);
        m_targetButtons[index]->setEnabled(point.has_value());
        m_targetButtons[index]->setToolTip(point ? tr("Threshold %1: about %2 steps skipped, FLOPs gain %3 ×")
                                                       .arg(QLocale().toString(point->threshold, 'g', 3))
                                                       .arg(point->skipped())
                                                       .arg(QLocale().toString(point->flopsGain, 'f', 2))
                                                 : tr("No threshold reaches this gain here."));
    }
    drawResponse();
    placeLine(*m_now, std::max(m_model.threshold(), m_plot->xAxis->range().lower));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void ThresholdCard::drawResponse()
{
    const plan::ThresholdResponse& response = *m_model.response();
    QVector<double> thresholds;
    QVector<double> skipped;
    for (const plan::ThresholdPoint& point : response.points) {
        thresholds << point.threshold;
        skipped << point.skipped();
    }
    m_skipped->setData(thresholds, skipped, true);
    const double first = thresholds.front();
    const double last = thresholds.back();
    m_plot->xAxis->setRange(first, last);
    m_plot->yAxis->setRange(0, std::max(1.0, response.evaluations * 1.04));
    const double inert = std::min(std::isfinite(response.inertThreshold) ? response.inertThreshold : last, last);
    m_inert->setVisible(inert > first);
    m_inertText->setVisible(inert > first);
    m_inert->topLeft->setCoords(first, 0);
    m_inert->bottomRight->setCoords(inert, 1);
    m_inertText->position->setCoords(first, 0);
    const bool hasLong = response.longSkips >= 0;
    m_long->setVisible(hasLong);
    m_longText->setVisible(hasLong);
    if (hasLong) {
        const double from = response.points[static_cast<std::size_t>(response.longSkips)].threshold;
        m_long->topLeft->setCoords(from, 0);
        m_long->bottomRight->setCoords(last, 1);
        m_longText->setText(tr("more than 3 in a row"));
        m_longText->position->setCoords(from, 0.82);
    }
    const bool hasCliff = response.cliff >= 0;
    m_cliff->setVisible(hasCliff);
    m_cliffText->setVisible(hasCliff);
    if (hasCliff) {
        const double at = response.points[static_cast<std::size_t>(response.cliff)].threshold;
        placeLine(*m_cliff, at);
        m_cliffText->position->setCoords(at, 0.14);
    }
}

void ThresholdCard::recolour()
{
    const Theme& colours = theme();
    m_plot->setBackground(QBrush(colours.raised));
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setBasePen(QPen(colours.border));
        axis->setTickPen(QPen(colours.border));
        axis->setSubTickPen(QPen(colours.border));
        axis->setTickLabelColor(colours.mutedText);
        axis->setLabelColor(colours.mutedText);
        axis->grid()->setPen(QPen(colours.grid, 1));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    m_plot->xAxis->grid()->setVisible(false);
    m_skipped->setPen(QPen(colours.computed, 2));
    m_inert->setBrush(faded(colours.mutedText, 45));
    m_inertText->setColor(colours.mutedText);
    m_inertText->setBrush(faded(colours.raised, 190));
    m_long->setBrush(QBrush(faded(colours.warning, 70), Qt::BDiagPattern)); // not by colour alone
    m_longText->setColor(colours.warning);
    m_longText->setBrush(faded(colours.raised, 190));
    QPen cliff(colours.warning, 1.4, Qt::CustomDashLine);
    cliff.setDashPattern({4, 3});
    m_cliff->setPen(cliff);
    m_cliffText->setColor(colours.warning);
    m_now->setPen(QPen(colours.accent, 2));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void ThresholdCard::chooseAt(double x)
{
    const QRect area = m_plot->axisRect()->rect();
    const double inside = std::clamp(x, static_cast<double>(area.left()), static_cast<double>(area.right()));
    m_model.setThreshold(rounded(m_plot->xAxis->pixelToCoord(inside)));
}

/// To the next threshold at which something changes; by single points where nothing does.
void ThresholdCard::step(int points)
{
    const plan::ThresholdResponse* response = m_model.response();
    const plan::ThresholdPoint* present = m_model.present();
    if (!response || !present) {
        return;
    }
    const auto last = static_cast<std::ptrdiff_t>(response->points.size()) - 1;
    std::ptrdiff_t index = present - response->points.data();
    const int skipped = present->skipped();
    do {
        index = std::clamp<std::ptrdiff_t>(index + points, 0, last);
    } while (index > 0 && index < last && response->points[static_cast<std::size_t>(index)].skipped() == skipped);
    m_model.setThreshold(response->points[static_cast<std::size_t>(index)].threshold);
}

bool ThresholdCard::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_plot || !m_model.response()) {
        return QFrame::eventFilter(watched, event);
    }
    if (event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseMove) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if (mouse->buttons() & Qt::LeftButton) {
            m_plot->setFocus(Qt::MouseFocusReason);
            chooseAt(mouse->position().x());
            return true;
        }
    } else if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Left || key == Qt::Key_Right) {
            step(key == Qt::Key_Right ? 1 : -1);
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

void ThresholdCard::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        recolour();
    }
}

} // namespace toca::ui
