// SPDX-License-Identifier: Apache-2.0
#include "ui/statistics/statistics_panel.h"

#include "ui/elided_label.h"
#include "ui/qcustomplot.h"
#include "ui/statistics/step_plots.h"
#include "ui/still_frame.h"
#include "ui/theme/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr int kCardWidth = 300; ///< below that labels collide
constexpr int kCardHeight = 132;
constexpr int kMostColumns = 6;
constexpr qint64 kDrawingPause = 400; ///< milliseconds: seven plots are the dearest part of the live display

} // namespace

StatisticsPanel::StatisticsPanel(QWidget* parent)
    : QWidget(parent)
    , m_scroll(new QScrollArea(this))
    , m_page(new QWidget)
    , m_grid(new QGridLayout(m_page))
    , m_empty(new QLabel(tr("No run yet. The plan's numbers appear here as soon as a model is open."), this))
    , m_sentence(new ElidedLabel(this))
{
    m_plots = makeStepPlots(m_model, m_page);
    m_grid->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    m_grid->setHorizontalSpacing(kWideSpace);
    m_grid->setVerticalSpacing(kSpace);
    m_scroll->setWidget(m_page);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setAccessibleName(tr("Plots of the run"));
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setProperty("muted", true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_scroll);
    layout->addWidget(m_empty);
    layout->addWidget(new StillFrame(m_sentence));
    m_sentence->setObjectName("stepSentence");
    m_sentence->setContentsMargins(kSpace, 0, kSpace, 0);
    m_sentence->setMinimumHeight(m_sentence->fontMetrics().height() + kHalfSpace);
    for (const std::unique_ptr<StepPlot>& plot : m_plots) {
        plot->card().setMinimumHeight(kCardHeight);
        connect(&plot->card(), &PlotCard::stepHovered, this, &StatisticsPanel::onHovered);
        connect(&plot->card(), &PlotCard::stepActivated, this, &StatisticsPanel::stepActivated);
    }
    arrange();
    updatePlots();
}

StatisticsPanel::~StatisticsPanel()
{
    delete m_scroll; // with the cards, whose signals and callbacks need the members
}

void StatisticsPanel::setTrace(std::shared_ptr<const plan::Trace> trace)
{
    m_model.setTrace(std::move(trace));
    updatePlots();
}

void StatisticsPanel::setPlan(const plan::Plan& plan)
{
    m_model.setPlan(plan);
    updatePlots();
}

void StatisticsPanel::clear()
{
    m_model.clear();
    updatePlots();
}

void StatisticsPanel::refresh()
{
    m_waiting = m_model.refresh() || m_waiting;
    const bool complete = m_model.happenedSteps() == m_model.stepCount();
    if (m_waiting && (complete || !m_sinceDrawn.isValid() || m_sinceDrawn.elapsed() >= kDrawingPause)) {
        updatePlots();
    }
}

void StatisticsPanel::setBaselineSeconds(double perStep)
{
    m_model.setBaselineSeconds(perStep);
    updatePlots();
}

void StatisticsPanel::setCursorStep(int step)
{
    m_cursorStep = step;
    for (const std::unique_ptr<StepPlot>& plot : m_plots) {
        plot->card().setCursorStep(step);
    }
}

void StatisticsPanel::setSentence(const QString& sentence)
{
    if (sentence == m_sentence->text()) {
        return;
    }
    m_sentence->setText(sentence);
    for (const std::unique_ptr<StepPlot>& plot : m_plots) {
        plot->card().plot().setAccessibleDescription(sentence.isEmpty() ? plot->card().help() : sentence);
    }
}

QString StatisticsPanel::sentence() const
{
    return m_sentence->text();
}

void StatisticsPanel::onHovered(int step)
{
    for (const std::unique_ptr<StepPlot>& plot : m_plots) {
        plot->card().setCursorStep(step >= 0 ? step : m_cursorStep);
    }
    Q_EMIT stepHovered(step);
}

void StatisticsPanel::updatePlots()
{
    m_waiting = false;
    m_sinceDrawn.start();
    m_scroll->setVisible(!m_model.isEmpty());
    m_empty->setVisible(m_model.isEmpty());
    for (const std::unique_ptr<StepPlot>& plot : m_plots) {
        plot->card().setSteps(m_model.stepCount());
        plot->update();
        plot->card().replotLater();
    }
    arrange();
}

void StatisticsPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void StatisticsPanel::arrange()
{
    std::vector<PlotCard*> wanted;
    for (const std::unique_ptr<StepPlot>& plot : m_plots) {
        if (plot->isWanted()) {
            wanted.push_back(&plot->card());
        }
    }
    int columns = std::clamp(width() / kCardWidth, 1, 3);
    // As many rows as fit at a useful height; more columns where the panel is flat and wide.
    if (width() >= 6 * kCardWidth && height() < 2 * kCardHeight) {
        columns = kMostColumns;
    }
    if (columns == m_columns && wanted == m_shownCards) {
        return;
    }
    m_columns = columns;
    m_shownCards = wanted;
    for (int column = 0; column < kMostColumns; ++column) {
        m_grid->setColumnStretch(column, column < columns ? 1 : 0);
    }
    for (const std::unique_ptr<StepPlot>& plot : m_plots) {
        m_grid->removeWidget(&plot->card());
        plot->card().setVisible(plot->isWanted());
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        m_grid->addWidget(wanted[i], static_cast<int>(i) / columns, static_cast<int>(i) % columns);
    }
}

} // namespace toca::ui
