// SPDX-License-Identifier: Apache-2.0
#include "ui/sensitivity/token_map_view.h"

#include "ui/colour/colour_map.h"
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

constexpr double kFrameGap = 10;
constexpr double kLargestSide = 34;
constexpr int kBarWidth = 110;

QString numberText(double value)
{
    return QLocale().toString(value, 'g', 3);
}

} // namespace

TokenMapView::TokenMapView(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Tokens of the clip"));
}

void TokenMapView::setTitle(const QString& title)
{
    m_title = title;
    setAccessibleName(title.isEmpty() ? tr("Tokens of the clip") : title);
    update();
}

void TokenMapView::setUnit(const QString& unit)
{
    m_unit = unit;
    update();
}

void TokenMapView::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

void TokenMapView::setColours(Colours colours)
{
    m_colours = colours;
    update();
}

void TokenMapView::setGrid(const plan::TokenGrid& grid)
{
    if (!(grid == m_grid)) {
        m_grid = grid;
        m_values.clear();
        m_mask.clear();
        m_pictures.clear();
        m_hovered = m_marked = m_selected = -1;
        arrange();
    }
}

void TokenMapView::setValues(std::vector<float> values, bool startsAtZero)
{
    m_values = std::move(values);
    m_smallest = startsAtZero ? 0.0F : INFINITY;
    m_largest = -INFINITY;
    for (const float value : m_values) {
        if (std::isfinite(value)) {
            m_smallest = std::min(m_smallest, value);
            m_largest = std::max(m_largest, value);
        }
    }
    if (!std::isfinite(m_largest) || !std::isfinite(m_smallest)) {
        m_smallest = m_largest = 0;
    }
    update();
}

void TokenMapView::setPictures(std::vector<QImage> pictures)
{
    m_pictures = std::move(pictures);
    update();
}

void TokenMapView::setMask(std::vector<bool> mask)
{
    m_mask = std::move(mask);
    update();
}

void TokenMapView::setMarkedToken(std::int64_t token)
{
    if (m_marked != token) {
        m_marked = token;
        update();
    }
}

void TokenMapView::setSelectedToken(std::int64_t token)
{
    m_selected = token;
    update();
}

void TokenMapView::setPaintable(bool paintable)
{
    m_isPaintable = paintable;
    setCursor(paintable ? Qt::CrossCursor : Qt::ArrowCursor);
}

void TokenMapView::arrange()
{
    update();
    const QFontMetricsF metrics(labelFont());
    m_caption = metrics.height() + 1;
    m_head = metrics.height() + kHalfSpace;
    m_foot = metrics.height() + kSpace;
    if (m_grid.tokens() <= 0) {
        return;
    }
    const double width = this->width() - 2 * kHalfSpace, height = this->height() - m_head - m_foot;
    const auto frames = static_cast<int>(std::min<std::int64_t>(m_grid.frames, 256));
    m_side = 0;
    for (int across = 1; across <= frames; ++across) {
        const int down = (frames + across - 1) / across;
        const double side = std::min((width - kFrameGap * (across - 1)) / static_cast<double>(across * m_grid.columns),
            (height - m_caption * down - kHalfSpace * (down - 1)) / static_cast<double>(down * m_grid.rows));
        if (side > m_side) {
            m_side = side;
            m_across = across;
        }
    }
    m_side = std::clamp(m_side, 0.5, kLargestSide);
    if (m_side >= 4) {
        m_side = std::floor(m_side);
    }
    const int down = (frames + m_across - 1) / m_across;
    const double used = m_across * static_cast<double>(m_grid.columns) * m_side + (m_across - 1) * kFrameGap;
    const double usedHeight = down * (static_cast<double>(m_grid.rows) * m_side + m_caption) + (down - 1) * kHalfSpace;
    m_origin = {std::floor(kHalfSpace + std::max(0.0, (width - used) / 2)),
        std::floor(m_head + std::max(0.0, (height - usedHeight) / 2))};
}

QPointF TokenMapView::frameOrigin(std::int64_t frame) const
{
    const auto column = static_cast<double>(frame % m_across), row = static_cast<double>(frame / m_across);
    return m_origin
        + QPointF(column * (static_cast<double>(m_grid.columns) * m_side + kFrameGap),
            row * (static_cast<double>(m_grid.rows) * m_side + m_caption + kHalfSpace) + m_caption);
}

QRectF TokenMapView::tokenRect(std::int64_t token) const
{
    if (token < 0 || token >= m_grid.tokens()) {
        return {};
    }
    const QPointF origin = frameOrigin(token / m_grid.tokensPerFrame());
    return {origin.x() + static_cast<double>(inFrame(token) % m_grid.columns) * m_side,
        origin.y() + static_cast<double>(inFrame(token) / m_grid.columns) * m_side, m_side, m_side};
}

std::int64_t TokenMapView::tokenAt(const QPointF& position) const
{
    for (std::int64_t frame = 0; frame < m_grid.frames; ++frame) {
        const QPointF inside = (position - frameOrigin(frame)) / m_side;
        if (inside.x() >= 0 && inside.y() >= 0 && inside.x() < static_cast<double>(m_grid.columns)
            && inside.y() < static_cast<double>(m_grid.rows)) {
            return (frame * m_grid.rows + static_cast<std::int64_t>(inside.y())) * m_grid.columns
                + static_cast<std::int64_t>(inside.x());
        }
    }
    return -1;
}

QString TokenMapView::tokenText(std::int64_t token) const
{
    if (token < 0 || token >= m_grid.tokens()) {
        return {};
    }
    const QString place = tr("frame %1, row %2, column %3")
                              .arg(token / m_grid.tokensPerFrame())
                              .arg(inFrame(token) / m_grid.columns)
                              .arg(inFrame(token) % m_grid.columns);
    const auto at = static_cast<std::size_t>(token);
    if (at >= m_values.size()) {
        return place;
    }
    return std::isnan(m_values[at]) ? tr("%1: not measured").arg(place)
                                    : tr("%1: %2 %3").arg(place, QLocale().toString(m_values[at], 'g', 4), m_unit);
}

const ColourMap& TokenMapView::map(const Theme& theme) const
{
    return m_colours == Colours::Measured ? ColourMap::age(theme.dark) : ColourMap::score(theme.dark);
}

QFont TokenMapView::labelFont() const
{
    return m_figureFont.value_or(smallFont());
}

void TokenMapView::paintFigure(QPainter& painter, const QSize& size, const Theme& theme, const QFont& font) const
{
    TokenMapView copy;
    copy.m_figureFont = font;
    copy.m_title = m_title;
    copy.m_unit = m_unit;
    copy.m_emptyText = m_emptyText;
    copy.m_colours = m_colours;
    copy.m_grid = m_grid;
    copy.m_values = m_values;
    copy.m_pictures = m_pictures;
    copy.m_mask = m_mask;
    copy.m_smallest = m_smallest;
    copy.m_largest = m_largest;
    copy.m_selected = m_selected;
    copy.resize(size);
    copy.arrange(); // a widget that is not shown gets no event of its size
    copy.paintTo(painter, theme);
}

void TokenMapView::paintTo(QPainter& painter, const Theme& theme) const
{
    painter.setFont(labelFont());
    const QFontMetricsF metrics(labelFont());
    painter.setPen(theme.text);
    painter.drawText(QRectF(kHalfSpace, 0, width() - 2 * kHalfSpace, m_head), Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(m_title, Qt::ElideRight, width() - 2 * kHalfSpace));
    const bool hasValues = !m_values.empty() && static_cast<std::int64_t>(m_values.size()) == m_grid.tokens();
    if (m_grid.tokens() <= 0 || (!hasValues && m_pictures.empty())) {
        painter.setPen(theme.mutedText);
        painter.drawText(
            rect().adjusted(kWideSpace, 0, -kWideSpace, 0), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const ColourMap& colours = map(theme);
    const double range = static_cast<double>(m_largest) - static_cast<double>(m_smallest);
    const double gap = m_side >= 6 ? 1 : 0;
    painter.setPen(theme.mutedText);
    for (std::int64_t frame = 0; frame < m_grid.frames; ++frame) {
        const QPointF origin = frameOrigin(frame);
        const QSizeF size(static_cast<double>(m_grid.columns) * m_side, static_cast<double>(m_grid.rows) * m_side);
        painter.drawText(QRectF(origin.x(), origin.y() - m_caption, size.width(), m_caption),
            Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, tr("frame %1").arg(frame));
        if (static_cast<std::size_t>(frame) < m_pictures.size()) {
            painter.drawImage(QRectF(origin, size), m_pictures[static_cast<std::size_t>(frame)]);
        }
    }
    const bool overPicture = !m_pictures.empty();
    for (std::int64_t token = 0; token < m_grid.tokens(); ++token) {
        const auto at = static_cast<std::size_t>(token);
        const QRectF square = tokenRect(token).adjusted(0, 0, -gap, -gap);
        if (hasValues) {
            if (std::isnan(m_values[at])) {
                painter.fillRect(square, theme.skipped);
            } else {
                const double level =
                    range > 0 ? (static_cast<double>(m_values[at]) - static_cast<double>(m_smallest)) / range : 0;
                QColor colour = colours.colour(level);
                if (overPicture) {
                    colour.setAlphaF(static_cast<float>(0.15 + 0.7 * level));
                }
                painter.fillRect(square, colour);
            }
        }
        if (at < m_mask.size() && m_mask[at]) {
            QColor fill = theme.accent;
            fill.setAlphaF(hasValues ? 0.0F : 0.35F);
            painter.fillRect(square, fill);
            painter.setPen(QPen(theme.accent, 1.5));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(square.adjusted(1, 1, -1, -1));
        }
    }
    painter.setBrush(Qt::NoBrush);
    const auto outline = [&](std::int64_t token, const QColor& colour) {
        if (token >= 0 && token < m_grid.tokens()) {
            painter.setPen(QPen(colour, 2));
            painter.drawRect(tokenRect(token).adjusted(-1, -1, 0, 0));
        }
    };
    outline(m_selected, theme.accent);
    outline(m_marked, theme.cursor);
    outline(m_hovered, theme.cursor);
    if (hasValues) {
        paintBar(painter, theme);
    }
}

void TokenMapView::paintBar(QPainter& painter, const Theme& theme) const
{
    const QFontMetricsF metrics(labelFont());
    const double middle = height() - m_foot / 2;
    double x = kHalfSpace;
    painter.setPen(theme.mutedText);
    const auto label = [&](const QString& text) {
        const double advance = metrics.horizontalAdvance(text);
        painter.drawText(
            QRectF(x, middle - metrics.height() / 2, advance + 2, metrics.height()), Qt::AlignVCenter, text);
        x += advance + kHalfSpace;
    };
    label(numberText(static_cast<double>(m_smallest)));
    const ColourMap& colours = map(theme);
    for (int i = 0; i < kBarWidth; ++i) {
        painter.fillRect(QRectF(x + i, middle - 4, 1.5, 8), colours.colour(i / static_cast<double>(kBarWidth - 1)));
    }
    x += kBarWidth + kHalfSpace;
    painter.setPen(theme.mutedText);
    label(numberText(static_cast<double>(m_largest)));
    label(m_unit);
}

void TokenMapView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintTo(painter, theme());
    if (hasFocus()) {
        painter.setPen(QPen(theme().accent, 1));
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void TokenMapView::setHovered(std::int64_t token)
{
    if (token != m_hovered) {
        m_hovered = token;
        setAccessibleDescription(tokenText(token));
        update();
        Q_EMIT tokenHovered(token);
    }
}

bool TokenMapView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const std::int64_t token = tokenAt(help->pos());
        if (token >= 0) {
            QToolTip::showText(help->globalPos(), tokenText(token), this, tokenRect(token).toAlignedRect());
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
        update();
    }
    return QWidget::event(event);
}

void TokenMapView::resizeEvent(QResizeEvent*)
{
    arrange();
}

void TokenMapView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        arrange();
    }
    QWidget::changeEvent(event);
}

void TokenMapView::mousePressEvent(QMouseEvent* event)
{
    const std::int64_t token = tokenAt(event->position());
    if (token < 0) {
        return;
    }
    if (m_isPaintable) {
        m_strokeAt = event->position();
        m_lastPainted = token;
        Q_EMIT strokeStarted();
        Q_EMIT tokenPainted(token, event->button() == Qt::RightButton);
    } else if (event->button() == Qt::LeftButton) {
        Q_EMIT tokenClicked(token);
    }
}

void TokenMapView::mouseMoveEvent(QMouseEvent* event)
{
    setHovered(tokenAt(event->position()));
    if (m_isPaintable && (event->buttons() & (Qt::LeftButton | Qt::RightButton)) != 0) {
        paintTo(event->position(), event->buttons().testFlag(Qt::RightButton));
    }
}

void TokenMapView::paintTo(const QPointF& position, bool erase)
{
    // A quick hand skips tokens between two events: the line between them is painted.
    const QPointF from = m_strokeAt;
    m_strokeAt = position;
    const QPointF way = position - from;
    const int points = 1 + static_cast<int>(4 * std::max(std::abs(way.x()), std::abs(way.y())) / m_side);
    for (int point = 1; point <= points; ++point) {
        const std::int64_t token = tokenAt(from + way * (static_cast<double>(point) / points));
        if (token >= 0 && token != m_lastPainted) {
            Q_EMIT tokenPainted(token, erase);
        }
        m_lastPainted = token;
    }
}

void TokenMapView::leaveEvent(QEvent*)
{
    setHovered(-1);
}

void TokenMapView::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_isPaintable && event->buttons() == Qt::NoButton) {
        Q_EMIT strokeEnded();
    }
}

void TokenMapView::keyPressEvent(QKeyEvent* event)
{
    if (m_grid.tokens() <= 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    std::int64_t step = 0;
    switch (event->key()) {
    case Qt::Key_Left:
        step = -1;
        break;
    case Qt::Key_Right:
        step = 1;
        break;
    case Qt::Key_Up:
        step = -m_grid.columns;
        break;
    case Qt::Key_Down:
        step = m_grid.columns;
        break;
    case Qt::Key_PageUp:
        step = -m_grid.tokensPerFrame();
        break;
    case Qt::Key_PageDown:
        step = m_grid.tokensPerFrame();
        break;
    case Qt::Key_Space:
    case Qt::Key_Return:
        if (m_hovered >= 0) {
            if (m_isPaintable) {
                const auto at = static_cast<std::size_t>(m_hovered);
                Q_EMIT strokeStarted();
                Q_EMIT tokenPainted(m_hovered, at < m_mask.size() && m_mask[at]);
                Q_EMIT strokeEnded();
            } else {
                Q_EMIT tokenClicked(m_hovered);
            }
        }
        return;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    const std::int64_t next = m_hovered < 0 ? 0 : m_hovered + step;
    if (next >= 0 && next < m_grid.tokens()) {
        setHovered(next);
    }
}

} // namespace toca::ui
