// SPDX-License-Identifier: Apache-2.0
#include "ui/player/scrubber.h"

#include "ui/player/frame_token_mapping.h"
#include "ui/player/player_model.h"
#include "ui/player/token_overlay_model.h"
#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr double kEnd = 6; // half of the handle and its focus ring
constexpr double kFinalWidth = 44; // of the final clip's place
constexpr double kCellGap = 1.5; // between steps, where they are wide enough

} // namespace

Scrubber::Scrubber(QWidget* parent)
    : QSlider(Qt::Horizontal, parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFixedHeight(28);
    setTracking(true);
}

void Scrubber::setReading(const QString& reading)
{
    if (reading == m_reading)
        return;
    m_reading = reading;
    setAccessibleDescription(reading);
}

bool Scrubber::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        // While the scrubber has the focus its keys are its own, not the player's shortcuts.
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right:
        case Qt::Key_Home:
        case Qt::Key_End:
            event->accept();
            return true;
        default:
            break;
        }
    } else if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), readingOf(valueAt(help->pos().x())), this);
        return true;
    }
    return QSlider::event(event);
}

void Scrubber::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    setSliderDown(true);
    Q_EMIT dragged(valueAt(event->position().x()));
}

void Scrubber::mouseMoveEvent(QMouseEvent* event)
{
    if (isSliderDown())
        Q_EMIT dragged(valueAt(event->position().x()));
}

void Scrubber::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        setSliderDown(false);
}

void Scrubber::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Down:
        Q_EMIT walked(-1);
        break;
    case Qt::Key_Right:
    case Qt::Key_Up:
        Q_EMIT walked(1);
        break;
    case Qt::Key_PageDown:
        Q_EMIT walked(-pageStep());
        break;
    case Qt::Key_PageUp:
        Q_EMIT walked(pageStep());
        break;
    case Qt::Key_Home:
        Q_EMIT jumped(false);
        break;
    case Qt::Key_End:
        Q_EMIT jumped(true);
        break;
    default:
        QSlider::keyPressEvent(event);
    }
}

void Scrubber::wheelEvent(QWheelEvent* event)
{
    const int delta = event->angleDelta().y() != 0 ? event->angleDelta().y() : event->angleDelta().x();
    if (delta != 0)
        Q_EMIT walked(delta > 0 ? 1 : -1);
    event->accept();
}

void Scrubber::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::EnabledChange)
        update();
    QSlider::changeEvent(event);
}

QRectF Scrubber::track() const
{
    return QRectF(rect()).adjusted(kEnd, 5, -kEnd, -5);
}

void Scrubber::paintHandle(QPainter& painter, double x) const
{
    const Theme& colours = theme();
    const QRectF strip = track();
    const QRectF handle(x - 3, strip.top() - 3, 6, strip.height() + 6);
    painter.setRenderHint(QPainter::Antialiasing);
    if (hasFocus()) {
        painter.setPen(QPen(colours.accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(handle.adjusted(-2.5, -1.5, 2.5, 1.5), 4.5, 4.5);
    }
    painter.setPen(QPen(colours.panel, 1.5));
    painter.setBrush(isEnabled() ? colours.text : colours.faintText);
    painter.drawRoundedRect(handle, 3, 3);
}

FrameScrubber::FrameScrubber(PlayerModel& player, TokenOverlayModel& overlay, QWidget* parent)
    : Scrubber(parent)
    , m_player(player)
    , m_overlay(overlay)
{
    setAccessibleName(tr("Video frame"));
    setWhatsThis(tr("Drag to a frame of the clip. Shaded groups are the frames that one latent frame carries."));
    sync();
}

int FrameScrubber::latentFrames() const
{
    return static_cast<int>(std::clamp<std::int64_t>(m_overlay.grid().frames, 0, 1'000'000));
}

void FrameScrubber::sync()
{
    const int frames = m_player.frameCount();
    const QSignalBlocker quiet(this); // the accessible value still follows: setValue itself announces it
    setRange(0, std::max(0, frames - 1));
    setPageStep(std::max(1, frames / 8));
    setEnabled(frames > 1);
    setValue(m_player.frame());
    setReading(readingOf(m_player.frame()));
    update();
}

double FrameScrubber::positionOf(int frame) const
{
    const QRectF strip = track();
    return strip.left() + (frame + 0.5) * strip.width() / (maximum() + 1.0);
}

int FrameScrubber::valueAt(double x) const
{
    const QRectF strip = track();
    return std::clamp(
        static_cast<int>(std::floor((x - strip.left()) / std::max(1.0, strip.width()) * (maximum() + 1.0))), 0,
        maximum());
}

QString FrameScrubber::readingOf(int frame) const
{
    const int frames = m_player.frameCount();
    if (frames == 0)
        return tr("no clip");
    QString reading =
        tr("frame %1 of %2, %3 s").arg(frame + 1).arg(frames).arg(QLocale().toString(m_player.seconds(frame), 'f', 2));
    if (latentFrames() > 0)
        reading += tr(", latent frame %1").arg(latentFrameOf(frame, frames, latentFrames()));
    return reading;
}

void FrameScrubber::paintEvent(QPaintEvent*)
{
    const Theme& colours = theme();
    QPainter painter(this);
    const QRectF strip = track();
    const int frames = m_player.frameCount();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colours.grid);
    painter.drawRoundedRect(strip, 4, 4);
    if (frames < 1)
        return;
    const double step = strip.width() / frames;
    const double now = positionOf(m_player.frame());
    painter.setRenderHint(QPainter::Antialiasing, false);

    if (latentFrames() > 0 && frames > 1) {
        QFont font = smallFont();
        painter.setFont(font);
        const std::vector<int> boundaries = latentBoundaries(frames, latentFrames());
        for (std::size_t group = 0; group <= boundaries.size(); ++group) {
            const int first = group == 0 ? 0 : boundaries[group - 1];
            const int last = group == boundaries.size() ? frames : boundaries[group];
            const QRectF band(strip.left() + first * step, strip.top(), (last - first) * step, strip.height());
            if (group % 2 == 1)
                painter.fillRect(band, colours.border);
            if (group > 0 && band.width() > 3)
                painter.fillRect(QRectF(std::round(band.left()), strip.top(), 1, strip.height()), colours.panel);
            if (band.width() > 26) {
                painter.setPen(colours.mutedText);
                const QString label = QString::number(latentFrameOf(first, frames, latentFrames()));
                painter.drawText(band.adjusted(5, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, label);
            }
        }
    }
    if (step >= 4)
        for (int frame = 0; frame < frames; ++frame)
            painter.fillRect(QRectF(std::round(positionOf(frame)), strip.bottom() - 4, 1, 4), colours.faintText);
    QColor played = colours.accent;
    painter.fillRect(QRectF(strip.left(), strip.bottom() - 2, now - strip.left(), 2), played);
    paintHandle(painter, now);
}

StepScrubber::StepScrubber(PlayerModel& player, QWidget* parent)
    : Scrubber(parent)
    , m_player(player)
{
    setMouseTracking(true);
    setAccessibleName(tr("Denoising step"));
    setWhatsThis(
        tr("Drag back to the clip that the model predicted at an earlier step. The last place is the final clip."));
    sync();
}

void StepScrubber::sync()
{
    const int steps = m_player.steps();
    const QSignalBlocker quiet(this);
    setRange(0, steps);
    setPageStep(std::max(1, steps / 8));
    setEnabled(m_player.previewCount() > 0);
    const int viewed = m_player.viewedStep();
    setValue(viewed >= 0 ? viewed : steps);
    setReading(readingOf(value()));
    update();
}

void StepScrubber::setCursorStep(int step)
{
    if (step != m_cursorStep) {
        m_cursorStep = step;
        update();
    }
}

void StepScrubber::setHovered(int step)
{
    if (step != m_hovered) {
        m_hovered = step;
        Q_EMIT stepHovered(step);
    }
}

bool StepScrubber::event(QEvent* event)
{
    if (event->type() == QEvent::HoverMove || event->type() == QEvent::MouseMove) {
        const int step = valueAt(static_cast<QSinglePointEvent*>(event)->position().x());
        setHovered(step < m_player.steps() ? step : -1);
    } else if (event->type() == QEvent::Leave || event->type() == QEvent::HoverLeave) {
        setHovered(-1);
    }
    return Scrubber::event(event);
}

QRectF StepScrubber::cell(int step) const
{
    const QRectF strip = track();
    const int steps = std::max(1, m_player.steps());
    const double finalWidth = std::min(kFinalWidth, strip.width() / 4);
    const double width = (strip.width() - finalWidth) / steps;
    const double gap = width >= 4 ? kCellGap : 0;
    if (step >= steps)
        return {strip.right() - finalWidth + kCellGap, strip.top(), finalWidth - kCellGap, strip.height()};
    return {strip.left() + step * width, strip.top(), width - gap, strip.height()};
}

double StepScrubber::positionOf(int step) const
{
    return cell(step).center().x();
}

int StepScrubber::valueAt(double x) const
{
    const QRectF strip = track();
    const int steps = m_player.steps();
    const double end = cell(steps).left();
    if (steps == 0 || x >= end)
        return steps;
    return std::clamp(static_cast<int>(std::floor((x - strip.left()) / (end - strip.left()) * steps)), 0, steps - 1);
}

QString StepScrubber::readingOf(int step) const
{
    const int steps = m_player.steps();
    if (m_player.isEmpty())
        return tr("no run");
    if (step < steps && step == m_player.divergence())
        return tr("step %1: here the run leaves its uncached baseline").arg(step);
    if (step >= steps)
        return m_player.hasFinal() ? tr("final clip") : tr("newest prediction, followed while the run goes on");
    if (!m_player.hasPreview(step))
        return tr("step %1, no prediction kept").arg(step);
    return tr("predicted at step %1").arg(step);
}

void StepScrubber::paintEvent(QPaintEvent*)
{
    const Theme& colours = theme();
    QPainter painter(this);
    const int steps = m_player.steps();
    const QRectF strip = track();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    if (steps == 0) {
        painter.setBrush(colours.grid);
        painter.drawRoundedRect(strip, 4, 4);
        return;
    }
    const QRectF first = cell(0);
    const bool rounded = first.width() >= 5;
    // Half as high where nothing was kept: not told apart by colour alone.
    const double low = strip.height() / 4;
    // Narrower than a pixel, neighbouring steps share one: cost stays bounded by the width.
    const int stride = std::max(1, static_cast<int>(std::floor(steps / std::max(1.0, strip.width()))));
    for (int step = 0; step < steps; step += stride) {
        const bool kept = m_player.hasPreview(step);
        const bool running = step == m_player.runningStep();
        QRectF place = cell(step);
        if (!kept)
            place.adjust(0, low, 0, -low);
        painter.setBrush(running ? colours.computed : kept ? colours.planned : colours.grid);
        if (rounded)
            painter.drawRoundedRect(place, 2, 2);
        else
            painter.fillRect(place, painter.brush());
    }
    const QRectF end = cell(steps);
    painter.setBrush(m_player.hasFinal() ? colours.accentSoft : colours.grid);
    painter.drawRoundedRect(end, 3, 3);
    painter.setFont(smallFont());
    painter.setPen(m_player.hasFinal() ? colours.text : colours.faintText);
    // A cut word says less than the place alone, which the reading beside the line names too.
    const QString name = m_player.hasFinal() || !m_player.isDenoising() ? tr("final") : tr("live");
    const QFontMetricsF metrics(painter.font());
    if (metrics.horizontalAdvance(name) + 4 <= end.width()
        && metrics.tightBoundingRect(name).height() + 4 <= end.height())
        painter.drawText(end, Qt::AlignCenter, name);
    if (m_cursorStep >= 0 && m_cursorStep < steps) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.cursor);
        painter.drawRect(QRectF(positionOf(m_cursorStep) - 0.75, strip.top() - 3, 1.5, strip.height() + 6));
    }
    if (m_player.divergence() >= 0 && m_player.divergence() < steps) {
        // A flag from above: by its shape, not by its colour alone.
        const QRectF place = cell(m_player.divergence());
        const double x = place.center().x();
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.warning);
        painter.drawPolygon(
            QPolygonF({QPointF(x - 5, strip.top() - 5), QPointF(x + 5, strip.top() - 5), QPointF(x, strip.top() + 3)}));
        painter.drawRect(QRectF(x - 0.75, strip.top(), 1.5, strip.height()));
    }
    if (m_player.isEmpty())
        return;
    const int viewed = m_player.viewedStep();
    if (viewed >= 0) {
        paintHandle(painter, positionOf(viewed));
    } else {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colours.accent, hasFocus() ? 2.5 : 1.5));
        painter.drawRoundedRect(end.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3);
    }
}

} // namespace toca::ui
