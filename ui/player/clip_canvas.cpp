// SPDX-License-Identifier: Apache-2.0
#include "ui/player/clip_canvas.h"

#include "ui/player/picture_operations.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr double kInset = kSpace; // between picture and border when fitting
constexpr double kPaneGap = 2;
constexpr double kSmallestZoom = 0.05;
constexpr double kLargestZoom = 64;
constexpr double kHandleReach = 10; // of the pointer around the wipe, logical pixels
constexpr double kStrokeGrain = 2; // between the points of a painted line, logical pixels
constexpr int kBusyInterval = 40; // ms

} // namespace

ClipCanvas::ClipCanvas(PlayerModel& player, TokenOverlayModel& overlay, QWidget* parent)
    : QWidget(parent)
    , m_player(player)
    , m_overlay(overlay)
    , m_runLabel(tr("Run"))
    , m_baselineLabel(tr("Baseline"))
    , m_emptyTitle(tr("Your clip will play here"))
    , m_hint(tr("Type a prompt and press Generate. The clip plays here while it forms."))
    , m_example(tr("a red ball moves to the right on a gray background"))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Picture of the clip"));
    const auto repaint = [this] { update(); };
    connect(&player, &PlayerModel::frameChanged, this, [this] {
        if (m_hovered) {
            updateHover(m_pointer);
            update();
            return;
        }
        // Only what moves: a clip that plays while the next one is made must not cost that one its time.
        update(pictureRect().toAlignedRect());
        update(baselineRect().toAlignedRect());
        update(m_legend.toAlignedRect());
    });
    const auto changed = [this] {
        clampPan();
        updateDescription();
        update();
    };
    connect(&player, &PlayerModel::shownChanged, this, changed);
    connect(&player, &PlayerModel::viewChanged, this, changed);
    connect(&player, &PlayerModel::contentChanged, this, changed);
    connect(&overlay, &TokenOverlayModel::changed, this, changed);
    connect(this, &ClipCanvas::zoomChanged, this, repaint);
    m_busyTimer.setInterval(kBusyInterval);
    connect(&m_busyTimer, &QTimer::timeout, this, [this] {
        m_busyAngle = (m_busyAngle + 12) % 360;
        update(busyRect().toAlignedRect());
    });
    m_prefetch.setSingleShot(true);
    m_prefetch.setInterval(0);
    connect(&m_prefetch, &QTimer::timeout, this, &ClipCanvas::prefetch);
    updateDescription();
}

double ClipCanvas::effectiveZoom() const
{
    const QSize picture = m_player.pictureSize();
    if (picture.isEmpty())
        return 0;
    return m_zoom > 0 ? m_zoom : paneAt(0).picture.width() * devicePixelRatioF() / picture.width();
}

void ClipCanvas::setZoom(double zoom)
{
    zoom = std::isfinite(zoom) && zoom > 0 ? std::clamp(zoom, kSmallestZoom, kLargestZoom) : 0;
    if (zoom == 0)
        m_pan = {};
    m_zoom = zoom;
    clampPan();
    Q_EMIT zoomChanged();
}

void ClipCanvas::setSmooth(bool smooth)
{
    m_smooth = smooth;
    update();
}

void ClipCanvas::setWipe(double wipe)
{
    wipe = std::isfinite(wipe) ? std::clamp(wipe, 0.0, 1.0) : 0.5;
    if (wipe == m_wipe)
        return;
    m_wipe = wipe;
    updateDescription();
    update();
    Q_EMIT wipeChanged(wipe);
}

void ClipCanvas::setLabels(const QString& run, const QString& baseline)
{
    m_runLabel = run.isEmpty() ? tr("Run") : run;
    m_baselineLabel = baseline.isEmpty() ? tr("Baseline") : baseline;
    updateDescription();
    update();
}

void ClipCanvas::setHint(const QString& hint, const QString& example)
{
    m_hint = hint;
    m_example = example;
    updateDescription();
    update();
}

void ClipCanvas::setEmptyTitle(const QString& title)
{
    m_emptyTitle = title;
    update();
}

void ClipCanvas::setBusy(const QString& what, double progress)
{
    m_busy = what.isEmpty() ? tr("Working") : what;
    m_busyProgress = progress;
    m_busyTimer.start();
    updateDescription();
    update();
}

void ClipCanvas::clearBusy()
{
    if (!isBusy())
        return;
    m_busy.clear();
    m_busyTimer.stop();
    updateDescription();
    update();
}

void ClipCanvas::setMarkedToken(std::int64_t token)
{
    if (token == m_marked)
        return;
    m_marked = token;
    update();
}

void ClipCanvas::setHintsShown(bool shown)
{
    m_showsHints = shown;
    update();
}

void ClipCanvas::setPainting(bool painting)
{
    m_isPainting = painting;
    setCursor(painting ? Qt::CrossCursor : isFitted() ? Qt::ArrowCursor : Qt::OpenHandCursor);
    update();
}

void ClipCanvas::setMask(std::vector<bool> mask)
{
    m_mask = std::move(mask);
    if (m_isPainting)
        update();
}

std::int64_t ClipCanvas::tokenAt(const QPointF& position) const
{
    const plan::TokenGrid grid = m_overlay.grid();
    const QRectF picture = pictureRect();
    const std::int64_t frame = latentFrame();
    if (frame < 0 || picture.isEmpty() || grid.tokens() <= 0 || !picture.contains(position))
        return -1;
    const auto place = [](double share, std::int64_t cells) {
        return std::clamp<std::int64_t>(static_cast<std::int64_t>(share * static_cast<double>(cells)), 0, cells - 1);
    };
    const std::int64_t row = place((position.y() - picture.top()) / picture.height(), grid.rows);
    const std::int64_t column = place((position.x() - picture.left()) / picture.width(), grid.columns);
    return (frame * grid.rows + row) * grid.columns + column;
}

QRectF ClipCanvas::tokenRect(std::int64_t row, std::int64_t column) const
{
    const plan::TokenGrid grid = m_overlay.grid();
    const QRectF picture = pictureRect();
    const double w = picture.width() / static_cast<double>(std::max<std::int64_t>(1, grid.columns));
    const double h = picture.height() / static_cast<double>(std::max<std::int64_t>(1, grid.rows));
    return {picture.left() + static_cast<double>(column) * w, picture.top() + static_cast<double>(row) * h, w, h};
}

void ClipCanvas::paintAt(const QPointF& position)
{
    // A quick hand skips tokens between two events: the line between them is painted.
    const QPointF from = m_strokeAt.value_or(position), way = position - from;
    m_strokeAt = position;
    const int points = 1 + static_cast<int>(std::max(std::abs(way.x()), std::abs(way.y())) / kStrokeGrain);
    for (int point = 1; point <= points; ++point) {
        const std::int64_t token = tokenAt(from + way * (static_cast<double>(point) / points));
        if (token >= 0 && token != m_lastPainted)
            Q_EMIT tokenPainted(token, m_stroke == Qt::RightButton);
        m_lastPainted = token;
    }
}

QRectF ClipCanvas::pictureRect() const
{
    return m_player.isEmpty() ? QRectF() : paneAt(0).picture;
}

QRectF ClipCanvas::baselineRect() const
{
    return m_player.view() == ClipView::SideBySide ? paneAt(1).picture : QRectF();
}

std::int64_t ClipCanvas::latentFrame() const
{
    const std::int64_t frames = m_overlay.grid().frames;
    if (frames <= 0)
        return -1;
    return latentFrameOf(m_player.frame(), m_player.frameCount(), static_cast<int>(frames));
}

QString ClipCanvas::badge() const
{
    if (m_player.isEmpty())
        return {};
    if (m_player.viewedStep() == PlayerModel::kFinal)
        return tr("final");
    return tr("predicted at step %1").arg(m_player.viewedStep());
}

QString ClipCanvas::description() const
{
    QStringList parts;
    if (isBusy())
        parts << m_busy;
    if (m_player.isEmpty()) {
        if (!isBusy())
            parts << m_hint << tr("For example: %1").arg(m_example);
        return parts.join(QStringLiteral(". "));
    }
    parts << tr("%1, %2").arg(m_runLabel, badge());
    switch (m_player.view()) {
    case ClipView::Single:
        break;
    case ClipView::SideBySide:
        parts << tr("beside %1").arg(m_baselineLabel);
        break;
    case ClipView::Slider:
        parts << tr("left %1 % run, the rest %2").arg(std::lround(100 * m_wipe)).arg(m_baselineLabel);
        break;
    case ClipView::Difference:
        parts << tr("absolute difference to %1, times %2").arg(m_baselineLabel).arg(m_player.gain());
        break;
    }
    if (m_overlay.isOn() && m_overlay.hasTrace())
        parts << tr("token overlay on");
    return parts.join(QStringLiteral(", "));
}

void ClipCanvas::updateDescription()
{
    const QString text = description();
    if (text != accessibleDescription())
        setAccessibleDescription(text);
}

QRectF ClipCanvas::contentArea() const
{
    return QRectF(rect());
}

ClipCanvas::Pane ClipCanvas::paneAt(int index) const
{
    QRectF area = contentArea();
    if (m_player.view() == ClipView::SideBySide) {
        // Beside or below each other, whichever shows larger pictures.
        const QSizeF picture = m_player.pictureSize();
        const QSizeF beside((area.width() - kPaneGap) / 2, area.height());
        const QSizeF below(area.width(), (area.height() - kPaneGap) / 2);
        const bool stacks = picture.scaled(below, Qt::KeepAspectRatio).width()
            > 1.15 * picture.scaled(beside, Qt::KeepAspectRatio).width();
        area.setSize(stacks ? below : beside);
        if (index == 1)
            area.translate(stacks ? 0 : beside.width() + kPaneGap, stacks ? below.height() + kPaneGap : 0);
    }
    return {area, placed(area)};
}

QRectF ClipCanvas::placed(const QRectF& area) const
{
    const QSizeF picture = m_player.pictureSize();
    if (picture.isEmpty())
        return {};
    const double ratio = devicePixelRatioF();
    QRectF target;
    if (m_zoom > 0) {
        target.setSize(picture * (m_zoom / ratio));
        target.moveCenter(area.center() + m_pan);
    } else {
        target = fittedRect(picture, area.adjusted(kInset, kInset, -kInset, -kInset));
    }
    // On whole device pixels, so that scaled pictures are copied without filtering.
    const auto snapped = [ratio](double value) { return std::round(value * ratio) / ratio; };
    // Its size apart from its place, so that panes of one size show pictures of one size. A line of pixels stays
    // visible.
    return {snapped(target.left()), snapped(target.top()), std::max(1 / ratio, snapped(target.width())),
        std::max(1 / ratio, snapped(target.height()))};
}

void ClipCanvas::clampPan()
{
    if (m_zoom == 0) {
        m_pan = {};
        return;
    }
    const Pane pane = paneAt(0);
    // The picture's edge may come to the middle of its pane but no further: it can't get lost.
    const double x = std::max(0.0, pane.picture.width() / 2);
    const double y = std::max(0.0, pane.picture.height() / 2);
    m_pan = {std::clamp(m_pan.x(), -x, x), std::clamp(m_pan.y(), -y, y)};
}

void ClipCanvas::resizeEvent(QResizeEvent*)
{
    clampPan();
    updateHover({-1e6, -1e6}); // what was under the pointer has moved
    if (isFitted())
        Q_EMIT zoomChanged();
}

void ClipCanvas::wheelEvent(QWheelEvent* event)
{
    const int delta = event->angleDelta().y();
    if (delta == 0 || m_player.pictureSize().isEmpty()) {
        event->ignore();
        return;
    }
    const double before = effectiveZoom();
    const double after = std::clamp(before * std::pow(1.2, delta / 120.0), kSmallestZoom, kLargestZoom);
    // The pixel under the pointer stays there, in the pane that the pointer is in.
    const Pane second = paneAt(1);
    const QPointF middle =
        (m_player.view() == ClipView::SideBySide && second.area.contains(event->position()) ? second.area
                                                                                            : paneAt(0).area)
            .center();
    const QPointF fromMiddle = event->position() - middle;
    m_pan = fromMiddle + (m_pan - fromMiddle) * (after / before);
    m_zoom = after;
    clampPan();
    updateHover(event->position());
    event->accept();
    Q_EMIT zoomChanged();
}

void ClipCanvas::mousePressEvent(QMouseEvent* event)
{
    setFocus(Qt::MouseFocusReason);
    const QPointF at = event->position();
    if (m_isPainting && (event->button() == Qt::LeftButton || event->button() == Qt::RightButton)) {
        m_player.setPlaying(false); // a stroke belongs to one frame
        m_stroke = event->button();
        m_lastPainted = -1;
        m_strokeAt.reset();
        Q_EMIT strokeStarted();
        paintAt(at);
        return;
    }
    if (event->button() == Qt::LeftButton && m_player.view() == ClipView::Slider) {
        const QRectF picture = paneAt(0).picture;
        const double handle = picture.left() + m_wipe * picture.width();
        if (std::abs(at.x() - handle) <= kHandleReach || isFitted()) {
            m_draggingWipe = picture.width() > 0;
            if (m_draggingWipe)
                setWipe((at.x() - picture.left()) / picture.width());
            return;
        }
    }
    if ((event->button() == Qt::LeftButton || event->button() == Qt::MiddleButton) && !isFitted()) {
        m_dragFrom = at - m_pan;
        setCursor(Qt::ClosedHandCursor);
    }
}

void ClipCanvas::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF at = event->position();
    if (m_stroke != Qt::NoButton) {
        paintAt(at);
        return;
    }
    if (m_isPainting) {
        updateHover(at);
        return;
    }
    if (m_draggingWipe) {
        const QRectF picture = paneAt(0).picture;
        if (picture.width() > 0)
            setWipe((at.x() - picture.left()) / picture.width());
        return;
    }
    if (m_dragFrom) {
        m_pan = at - *m_dragFrom;
        clampPan();
        update();
        return;
    }
    if (m_player.view() == ClipView::Slider) {
        const QRectF picture = paneAt(0).picture;
        const bool near = std::abs(at.x() - picture.left() - m_wipe * picture.width()) <= kHandleReach;
        setCursor(near ? Qt::SplitHCursor : isFitted() ? Qt::ArrowCursor : Qt::OpenHandCursor);
    } else {
        setCursor(isFitted() ? Qt::ArrowCursor : Qt::OpenHandCursor);
    }
    updateHover(at);
}

void ClipCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_stroke != Qt::NoButton) {
        if (event->button() == m_stroke) {
            m_stroke = Qt::NoButton;
            Q_EMIT strokeEnded();
        }
        return;
    }
    m_draggingWipe = false;
    m_dragFrom.reset();
    setCursor(isFitted() ? Qt::ArrowCursor : Qt::OpenHandCursor);
}

void ClipCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (m_isPainting)
        mousePressEvent(event); // two quick clicks paint twice
    else if (event->button() == Qt::LeftButton && m_player.view() != ClipView::Slider)
        setZoom(isFitted() ? 1 : 0);
}

void ClipCanvas::leaveEvent(QEvent*)
{
    updateHover({-1e6, -1e6});
}

void ClipCanvas::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        update();
    QWidget::changeEvent(event);
}

void ClipCanvas::updateHover(const QPointF& position)
{
    if (m_legend.contains(m_pointer) != m_legend.contains(position))
        update(); // the legend gives way to the pointer
    m_pointer = position;
    std::optional<TokenPlace> found;
    if (m_overlay.isVisible() && !m_player.isEmpty()) {
        for (int index = 0; index < (m_player.view() == ClipView::SideBySide ? 2 : 1) && !found; ++index) {
            const Pane pane = paneAt(index);
            if (!pane.area.contains(position) || pane.picture.isEmpty())
                continue;
            found = m_overlay.tokenAt((position.x() - pane.picture.left()) / pane.picture.width(),
                (position.y() - pane.picture.top()) / pane.picture.height(), latentFrame());
        }
    }
    if (found == m_hovered && !found)
        return;
    const bool other = found != m_hovered;
    m_hovered = found;
    update();
    if (other)
        Q_EMIT tokenHovered(found ? m_overlay.tokenIndex(*found) : -1);
}

/// Makes the next frame's pictures before they are due, one per turn of the event loop, so that painting only copies.
void ClipCanvas::prefetch()
{
    const int frames = m_player.frameCount();
    const Pane pane = paneAt(0);
    if (!m_player.isPlaying() || frames < 2 || !isVisible() || !fitsCache(pane.picture))
        return;
    const int next = (m_player.frame() + 1) % frames;
    const ClipSourcePtr run = m_player.shown();
    const ClipSourcePtr base = m_player.baseline();
    const QSize size = deviceSize(pane.picture);
    const ClipView view = m_player.view();
    if (view == ClipView::Difference) {
        m_store.scaledDifference(
            run, m_player.frameIn(run, next), base, m_player.frameIn(base, next), m_player.gain(), size, m_smooth);
        return;
    }
    const bool baselineNext = m_prefetchBaseline && view != ClipView::Single;
    m_prefetchBaseline = !baselineNext;
    const ClipSourcePtr& source = baselineNext ? base : run;
    m_store.scaled(source, m_player.frameIn(source, next), size, look(!baselineNext));
    if (!baselineNext && view != ClipView::Single)
        m_prefetch.start();
}

/// Heat colours are read against a grey picture: its own colours would mix with theirs.
PictureStore::Look ClipCanvas::look(bool underOverlay) const
{
    return {
        .smooth = m_smooth, .grey = underOverlay && m_overlay.isVisible() && m_overlay.mode() != OverlayMode::Computed};
}

} // namespace toca::ui
