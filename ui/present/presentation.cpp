// SPDX-License-Identifier: Apache-2.0
#include "ui/present/presentation.h"

#include "ui/player/clip_canvas.h"
#include "ui/player/scrubber.h"
#include "ui/selection/selection_map_view.h"
#include "ui/theme/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr double kSmallestScale = 0.5;
constexpr double kLargestScale = 2.5;

} // namespace

Presentation::Presentation(Parts parts, QWidget* parent)
    : QWidget(parent, Qt::Window)
    , m_parts(std::move(parts))
    , m_hadOverlay(m_parts.overlay.isOn())
    , m_canvas(new ClipCanvas(m_parts.player, m_parts.overlay, this))
    , m_map(new SelectionMapView(m_parts.map, this))
    , m_scrubber(new StepScrubber(m_parts.player, this))
    , m_sentence(new QLabel(this))
    , m_place(new QLabel(this))
    , m_keys(new QLabel(tr("← → steps   Home, End   P plays   1–4 views   T tokens   + − text   Esc leaves"), this))
{
    setObjectName("presentation");
    m_parts.overlay.setOn(false); // the picture first; T shows the tokens over it
    setWindowTitle(tr("ToCa Studio: presentation"));
    setFocusPolicy(Qt::StrongFocus);
    setAutoFillBackground(true);
    setAccessibleName(tr("Presentation"));
    m_canvas->setHintsShown(false); // an audience has nothing to click
    m_sentence->setObjectName("sentence");
    m_sentence->setWordWrap(true);
    m_sentence->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_place->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_keys->setProperty("muted", true);
    m_keys->setFont(smallFont());
    // Everything is done with keys of the whole view; the parts are there to be looked at and pointed at.
    for (QWidget* part :
        {static_cast<QWidget*>(m_canvas), static_cast<QWidget*>(m_map), static_cast<QWidget*>(m_scrubber)})
        part->setFocusPolicy(Qt::NoFocus);

    auto* pictures = new QHBoxLayout;
    pictures->setSpacing(kWideSpace);
    pictures->addWidget(m_canvas, 1);
    pictures->addWidget(m_map, 1);
    auto* stepRow = new QHBoxLayout;
    stepRow->setSpacing(kWideSpace);
    stepRow->addWidget(m_scrubber, 1);
    stepRow->addWidget(m_place);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(2 * kWideSpace, kWideSpace, 2 * kWideSpace, kSpace);
    layout->setSpacing(kSpace);
    layout->addLayout(pictures, 1);
    layout->addLayout(stepRow);
    layout->addWidget(m_sentence);
    layout->addWidget(m_keys, 0, Qt::AlignHCenter);

    connect(m_scrubber, &Scrubber::dragged, this, &Presentation::showStep);
    connect(&m_parts.player, &PlayerModel::contentChanged, this, &Presentation::refresh);
    connect(&m_parts.player, &PlayerModel::shownChanged, this, &Presentation::refresh);
    connect(&m_parts.player, &PlayerModel::frameChanged, m_canvas, qOverload<>(&QWidget::update));
    connect(m_map, &SelectionMapView::activated, this,
        [this](const MapCell& cell) { showStep(m_parts.map.step(cell.evaluation)); });
    showStep(m_parts.player.viewedStep() >= 0 ? m_parts.player.viewedStep() : steps());
}

int Presentation::steps() const
{
    return std::max(m_parts.player.steps(), m_parts.map.isEmpty() ? 0 : m_parts.map.schedule().steps);
}

int Presentation::newestStep() const
{
    // The map's columns are evaluations; the last one that has begun belongs to the newest step.
    const std::size_t perEvaluation = plan::Trace::cellsPerEvaluation(m_parts.map.geometry());
    if (perEvaluation == 0 || m_parts.map.seenCells() < perEvaluation)
        return -1;
    return m_parts.map.step(static_cast<int>(m_parts.map.seenCells() / perEvaluation) - 1);
}

void Presentation::setLabels(const QString& run, const QString& baseline)
{
    m_canvas->setLabels(run, baseline);
}

QString Presentation::sentence() const
{
    return m_sentence->text();
}

void Presentation::showStep(int step)
{
    m_step = step >= steps() ? -1 : std::max(step, 0);
    m_parts.player.viewStep(m_step < 0 ? PlayerModel::kFinal : m_step);
    refresh();
}

void Presentation::refresh()
{
    const bool running = m_parts.map.isRunning();
    const int shown = m_step >= 0 ? m_step : running ? newestStep() : -1;
    m_map->setCursorStep(shown);
    m_scrubber->sync();
    const QString text = shown >= 0 ? m_parts.sentence(shown) : running ? tr("The run begins.") : m_parts.ending();
    if (text != m_sentence->text()) {
        m_sentence->setText(text);
        setAccessibleDescription(text);
        QAccessibleEvent change(this, QAccessible::DescriptionChanged);
        QAccessible::updateAccessibility(&change);
    }
    m_place->setText(shown >= 0 ? tr("step %1").arg(shown) : tr("final"));
    m_canvas->update();
}

void Presentation::go(int by)
{
    const int last = m_parts.map.isRunning() ? newestStep() : steps() - 1;
    if (m_step < 0) { // from the end
        if (by < 0)
            showStep(std::max(0, last + (m_parts.map.isRunning() ? by : by + 1)));
        return;
    }
    if (m_step + by > last)
        showStep(steps()); // the final clip, or following the run
    else
        showStep(std::max(0, m_step + by));
}

void Presentation::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Right:
    case Qt::Key_PageDown:
    case Qt::Key_Space:
    case Qt::Key_Down:
        go(1);
        break;
    case Qt::Key_Left:
    case Qt::Key_PageUp:
    case Qt::Key_Up:
        go(-1);
        break;
    case Qt::Key_Home:
        showStep(0);
        break;
    case Qt::Key_End:
        showStep(steps());
        break;
    case Qt::Key_P:
        m_parts.player.togglePlaying();
        break;
    case Qt::Key_1:
    case Qt::Key_2:
    case Qt::Key_3:
    case Qt::Key_4:
        m_parts.player.setView(static_cast<ClipView>(event->key() - Qt::Key_1));
        break;
    case Qt::Key_T:
        m_parts.overlay.setOn(!m_parts.overlay.isOn());
        break;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
    case Qt::Key_Minus:
        m_scale = std::clamp(m_scale * (event->key() == Qt::Key_Minus ? 1 / 1.2 : 1.2), kSmallestScale, kLargestScale);
        fitFonts();
        break;
    case Qt::Key_Escape:
    case Qt::Key_F11:
        close();
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

/// Readable from the last row: about a thirtieth of the screen's height.
void Presentation::fitFonts()
{
    QFont large = font();
    large.setPixelSize(std::max(16, static_cast<int>(height() / 32.0 * m_scale)));
    m_sentence->setFont(large);
    m_sentence->setMinimumHeight(static_cast<int>(QFontMetricsF(large).height() * 2.3)); // it never moves the picture
    QFont place = numberFont();
    place.setPixelSize(std::max(12, static_cast<int>(height() / 55.0 * m_scale)));
    m_place->setFont(place);
}

void Presentation::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitFonts();
}

void Presentation::closeEvent(QCloseEvent* event)
{
    QWidget::closeEvent(event);
    m_parts.overlay.setOn(m_hadOverlay);
    Q_EMIT left();
}

} // namespace toca::ui
