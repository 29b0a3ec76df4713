// SPDX-License-Identifier: Apache-2.0
#include "ui/player/clip_canvas.h"

#include "ui/player/canvas_decoration.h"
#include "ui/player/token_overlay_painter.h"
#include "ui/theme/theme.h"

#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace toca::ui {

void ClipCanvas::paintEvent(QPaintEvent* event)
{
    QPainter painter(this);
    painter.fillRect(event->rect(), theme().canvas);
    if (m_player.isEmpty()) {
        if (isBusy())
            paintBusy(painter);
        else
            paintEmpty(painter);
        return;
    }
    const Pane run = paneAt(0);
    const ClipView view = m_player.view();
    const QFont small = smallFont();
    painter.setFont(small);
    const QPointF corner(kSpace, kSpace);
    const bool isFinal = m_player.viewedStep() == PlayerModel::kFinal;
    const QColor dot = isFinal ? themeFor(true).good : themeFor(true).computed;
    const auto label = [&](const Pane& pane, const QString& text, const QColor& colour, bool atRight = false) {
        const QRectF visible = pane.area;
        paintPlate(painter, atRight ? visible.topRight() + QPointF(-kSpace, kSpace) : visible.topLeft() + corner,
            atRight ? Qt::AlignRight | Qt::AlignTop : Qt::AlignLeft | Qt::AlignTop, text, colour,
            visible.width() / (view == ClipView::Slider ? 2 : 1) - 2 * kSpace);
    };
    QString state = badge();
    if (!state.isEmpty())
        state[0] = state[0].toUpper();
    const QString runText = m_runLabel + QStringLiteral(" \u00b7 ") + badge();

    switch (view) {
    case ClipView::Single:
        paintPicture(painter, run, m_player.shown(), true);
        paintOverlay(painter, run);
        paintMask(painter, run);
        label(run, state, dot);
        break;
    case ClipView::SideBySide: {
        const Pane other = paneAt(1);
        paintPicture(painter, run, m_player.shown(), true);
        paintPicture(painter, other, m_player.baseline(), false);
        paintOverlay(painter, run);
        paintMask(painter, run);
        label(run, runText, dot);
        label(other, m_baselineLabel, themeFor(true).baseline);
        break;
    }
    case ClipView::Slider: {
        paintPicture(painter, run, m_player.baseline(), false);
        Pane left = run;
        left.area.setRight(
            std::clamp(run.picture.left() + m_wipe * run.picture.width(), run.area.left(), run.area.right()));
        if (!left.area.isEmpty()) {
            paintPicture(painter, left, m_player.shown(), true);
            painter.save();
            painter.setClipRect(left.area);
            paintOverlay(painter, run);
            painter.restore();
        }
        paintWipe(painter, run);
        label(run, runText, dot);
        label(run, m_baselineLabel, themeFor(true).baseline, true);
        break;
    }
    case ClipView::Difference:
        paintDifference(painter, run);
        paintOverlay(painter, run);
        label(run, tr("|%1 \u2212 %2| \u00d7 %3").arg(m_runLabel, m_baselineLabel).arg(m_player.gain()), dot);
        paintGainLegend(painter);
        break;
    }
    paintLegend(painter);
    paintReading(painter);
    if (isBusy())
        paintBusy(painter);
    if (m_player.isPlaying()) {
        m_prefetchBaseline = false;
        m_prefetch.start();
    }
}

QSize ClipCanvas::deviceSize(const QRectF& picture) const
{
    const double ratio = devicePixelRatioF();
    return {std::max(1, static_cast<int>(std::lround(picture.width() * ratio))),
        std::max(1, static_cast<int>(std::lround(picture.height() * ratio)))};
}

/// Whether a picture of that size is worth keeping: not when most of it lies outside of the window.
bool ClipCanvas::fitsCache(const QRectF& picture) const
{
    return picture.width() * picture.height() <= 1.5 * width() * height();
}

void ClipCanvas::paintImage(QPainter& painter, const Pane& pane, const QImage& scaled, const QImage& exact)
{
    painter.save();
    painter.setClipRect(pane.area, Qt::IntersectClip);
    if (!scaled.isNull()) {
        QImage image = scaled;
        image.setDevicePixelRatio(devicePixelRatioF());
        painter.drawImage(pane.picture.topLeft(), image);
    } else if (!exact.isNull()) {
        painter.setRenderHint(QPainter::SmoothPixmapTransform, m_smooth);
        painter.drawImage(pane.picture, exact);
    } else {
        painter.fillRect(pane.picture, theme().raised);
        painter.setPen(theme().mutedText);
        painter.drawText(pane.picture, Qt::AlignCenter | Qt::TextWordWrap, tr("This frame can't be shown."));
    }
    painter.restore();
}

void ClipCanvas::paintPicture(QPainter& painter, const Pane& pane, const ClipSourcePtr& source, bool underOverlay)
{
    if (pane.picture.isEmpty())
        return;
    const int frame = m_player.frameIn(source);
    if (fitsCache(pane.picture))
        paintImage(painter, pane, m_store.scaled(source, frame, deviceSize(pane.picture), look(underOverlay)), {});
    else
        paintImage(painter, pane, {}, m_store.exact(source, frame, look(underOverlay).grey));
}

void ClipCanvas::paintDifference(QPainter& painter, const Pane& pane)
{
    if (pane.picture.isEmpty())
        return;
    const ClipSourcePtr run = m_player.shown();
    const ClipSourcePtr base = m_player.baseline();
    const int runFrame = m_player.frameIn(run);
    const int baseFrame = m_player.frameIn(base);
    if (fitsCache(pane.picture))
        paintImage(painter, pane,
            m_store.scaledDifference(
                run, runFrame, base, baseFrame, m_player.gain(), deviceSize(pane.picture), m_smooth),
            {});
    else
        paintImage(painter, pane, {}, m_store.difference(run, runFrame, base, baseFrame, m_player.gain()));
}

void ClipCanvas::paintOverlay(QPainter& painter, const Pane& pane)
{
    if (!m_overlay.isVisible() || pane.picture.isEmpty())
        return;
    const std::int64_t latent = latentFrame();
    const double ratio = devicePixelRatioF();
    // Zoomed far in, the layer is made for the window's size and enlarged: its memory stays bounded.
    QSize size = deviceSize(pane.picture);
    const bool enlarged = !fitsCache(pane.picture);
    double lineWidth = std::round(1.5 * ratio);
    if (enlarged) {
        const int before = size.width();
        size = QSizeF(size).scaled(QSizeF(this->size()) * ratio, Qt::KeepAspectRatio).toSize().expandedTo({1, 1});
        lineWidth = std::max(1.0, lineWidth * size.width() / before);
    }
    if (m_layerRevision != m_overlay.revision() || m_layerFrame != latent || m_layer.size() != size) {
        m_layer = overlayLayer(m_overlay, latent, size, lineWidth);
        m_layerRevision = m_overlay.revision();
        m_layerFrame = latent;
    }
    painter.save();
    painter.setClipRect(pane.area, Qt::IntersectClip);
    if (enlarged) {
        painter.drawImage(pane.picture, m_layer);
    } else {
        QImage layer = m_layer;
        layer.setDevicePixelRatio(ratio);
        painter.drawImage(pane.picture.topLeft(), layer);
    }
    const plan::TokenGrid grid = m_overlay.grid();
    const auto mark = [&](const TokenPlace& place) {
        const double w = pane.picture.width() / static_cast<double>(grid.columns);
        const double h = pane.picture.height() / static_cast<double>(grid.rows);
        const QRectF cell(pane.picture.left() + static_cast<double>(place.column) * w,
            pane.picture.top() + static_cast<double>(place.row) * h, w, h);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(QColor(0, 0, 0, 170), 3.5));
        painter.drawRect(cell);
        painter.setPen(QPen(Qt::white, 1.5));
        painter.drawRect(cell);
    };
    if (m_hovered && m_hovered->latentFrame == latent)
        mark(*m_hovered);
    if (m_marked >= 0 && grid.tokensPerFrame() > 0 && m_marked / grid.tokensPerFrame() == latent) {
        const std::int64_t within = m_marked % grid.tokensPerFrame();
        mark({latent, within / grid.columns, within % grid.columns});
    }
    painter.restore();
}

/// The tokens of the shown frame that are painted: tinted, with an outline that both bright and dark pictures show.
void ClipCanvas::paintMask(QPainter& painter, const Pane& pane)
{
    const plan::TokenGrid grid = m_overlay.grid();
    const std::int64_t frame = latentFrame();
    if (!m_isPainting || frame < 0 || static_cast<std::int64_t>(m_mask.size()) != grid.tokens())
        return;
    painter.save();
    painter.setClipRect(pane.area, Qt::IntersectClip);
    const auto isMarked = [&](std::int64_t row, std::int64_t column) {
        return row >= 0 && row < grid.rows && column >= 0 && column < grid.columns
            && m_mask[static_cast<std::size_t>((frame * grid.rows + row) * grid.columns + column)];
    };
    QColor tint = themeFor(true).accent;
    tint.setAlpha(90);
    for (std::int64_t row = 0; row < grid.rows; ++row) {
        for (std::int64_t column = 0; column < grid.columns; ++column) {
            if (!isMarked(row, column))
                continue;
            const QRectF cell = tokenRect(row, column);
            painter.fillRect(cell, tint);
            const auto edge = [&](bool isInner, const QPointF& from, const QPointF& to) {
                if (isInner)
                    return;
                painter.setPen(QPen(QColor(0, 0, 0, 170), 3.5));
                painter.drawLine(from, to);
                painter.setPen(QPen(Qt::white, 1.5));
                painter.drawLine(from, to);
            };
            edge(isMarked(row - 1, column), cell.topLeft(), cell.topRight());
            edge(isMarked(row + 1, column), cell.bottomLeft(), cell.bottomRight());
            edge(isMarked(row, column - 1), cell.topLeft(), cell.bottomLeft());
            edge(isMarked(row, column + 1), cell.topRight(), cell.bottomRight());
        }
    }
    painter.restore();
}

void ClipCanvas::paintWipe(QPainter& painter, const Pane& pane)
{
    const double x = std::round(pane.picture.left() + m_wipe * pane.picture.width());
    const QRectF visible = pane.picture.intersected(pane.area);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(QColor(0, 0, 0, 110), 4));
    painter.drawLine(QPointF(x, visible.top()), QPointF(x, visible.bottom()));
    painter.setPen(QPen(Qt::white, 2));
    painter.drawLine(QPointF(x, visible.top()), QPointF(x, visible.bottom()));
    const QPointF grip(x, visible.center().y());
    painter.setPen(QPen(QColor(0, 0, 0, 90), 1));
    painter.setBrush(Qt::white);
    painter.drawEllipse(grip, 14, 14);
    painter.setPen(QPen(QColor(0x20, 0x24, 0x2b), 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    for (const double side : {-1.0, 1.0}) {
        const QPolygonF arrow{
            {grip.x() + side * 4, grip.y() - 4}, {grip.x() + side * 8, grip.y()}, {grip.x() + side * 4, grip.y() + 4}};
        painter.drawPolyline(arrow);
    }
    painter.restore();
}

} // namespace toca::ui
