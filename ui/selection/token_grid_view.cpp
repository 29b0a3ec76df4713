// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/token_grid_view.h"

#include "ui/colour/colour_map.h"
#include "ui/theme/theme.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
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

constexpr double kFrameGap = 12;
constexpr double kLargestToken = 40;

const ColourMap& mapOf(TokenGridModel::Quantity quantity)
{
    switch (quantity) {
    case TokenGridModel::Quantity::State:
        break;
    case TokenGridModel::Quantity::Age:
        return ColourMap::age(theme().dark);
    case TokenGridModel::Quantity::Score:
        return ColourMap::score(theme().dark);
    }
    return ColourMap::share(theme().dark);
}

} // namespace

TokenGridView::TokenGridView(TokenGridModel& model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Tokens of the chosen cell"));
    connect(&m_model, &TokenGridModel::changed, this, &TokenGridView::onChanged);
    arrange();
}

void TokenGridView::setQuantity(Quantity quantity)
{
    if (quantity != m_quantity) {
        m_quantity = quantity;
        m_imageValid = false;
        update();
    }
}

void TokenGridView::onChanged()
{
    arrange();
    if (m_hovered >= m_model.tokens() || !m_model.isAvailable()) {
        setHovered(-1);
    } else if (m_hovered >= 0) {
        Q_EMIT tokenHovered(m_hovered); // same place, other values
    }
}

void TokenGridView::arrange()
{
    m_imageValid = false;
    update();
    const plan::TokenGrid grid = m_model.grid();
    if (grid.tokens() <= 0) {
        return;
    }
    const QFontMetricsF metrics(smallFont());
    m_captionHeight = metrics.height() + 2;
    m_legendHeight = metrics.height() + 2 * kSpace;
    const double width = this->width() - 2 * kSpace;
    const double height = this->height() - m_legendHeight;
    // The number of frames side by side that leaves the largest tokens.
    m_tokenSide = 0;
    const auto frames = static_cast<int>(std::min<std::int64_t>(grid.frames, 512));
    for (int across = 1; across <= frames; ++across) {
        const int down = (frames + across - 1) / across;
        const double side = std::min((width - kFrameGap * (across - 1)) / static_cast<double>(across * grid.columns),
            (height - (m_captionHeight + kFrameGap) * down) / static_cast<double>(down * grid.rows));
        if (side > m_tokenSide) {
            m_tokenSide = side;
            m_framesAcross = across;
        }
    }
    m_tokenSide = std::clamp(m_tokenSide, 0.5, kLargestToken);
    if (m_tokenSide >= 4) { // whole device pixels: even grids
        const double ratio = devicePixelRatioF();
        m_tokenSide = std::floor(m_tokenSide * ratio) / ratio;
    }
    const int across = std::min(m_framesAcross, frames);
    const int down = (frames + across - 1) / across;
    const double usedWidth = across * grid.columns * m_tokenSide + (across - 1) * kFrameGap;
    const double usedHeight = down * (grid.rows * m_tokenSide + m_captionHeight) + (down - 1) * kFrameGap;
    m_origin = {std::max(kSpace + (width - usedWidth) / 2, 0.0), std::max((height - usedHeight) / 2, 0.0)};
    m_origin = m_origin.toPoint();
}

QPointF TokenGridView::frameOrigin(std::int64_t frame) const
{
    const plan::TokenGrid grid = m_model.grid();
    const auto column = static_cast<double>(frame % m_framesAcross);
    const auto row = static_cast<double>(frame / m_framesAcross);
    return m_origin
        + QPointF(column * (static_cast<double>(grid.columns) * m_tokenSide + kFrameGap),
            row * (static_cast<double>(grid.rows) * m_tokenSide + m_captionHeight + kFrameGap) + m_captionHeight);
}

QRectF TokenGridView::tokenRect(std::int64_t token) const
{
    const plan::TokenGrid grid = m_model.grid();
    if (token < 0 || token >= grid.tokens()) {
        return {};
    }
    const QPointF origin = frameOrigin(token / grid.tokensPerFrame());
    const std::int64_t inFrame = token % grid.tokensPerFrame();
    return {origin.x() + static_cast<double>(inFrame % grid.columns) * m_tokenSide,
        origin.y() + static_cast<double>(inFrame / grid.columns) * m_tokenSide, m_tokenSide, m_tokenSide};
}

std::int64_t TokenGridView::tokenAt(const QPointF& position) const
{
    if (!m_model.isAvailable()) {
        return -1;
    }
    const plan::TokenGrid grid = m_model.grid();
    for (std::int64_t frame = 0; frame < grid.frames; ++frame) {
        const QPointF inside = (position - frameOrigin(frame)) / m_tokenSide;
        if (inside.x() >= 0 && inside.y() >= 0 && inside.x() < static_cast<double>(grid.columns)
            && inside.y() < static_cast<double>(grid.rows)) {
            return m_model.tokenAt(frame, static_cast<std::int64_t>(inside.y()), static_cast<std::int64_t>(inside.x()));
        }
    }
    return -1;
}

void TokenGridView::renderTokens(double ratio)
{
    const QSize pixels = (QSizeF(size()) * ratio).toSize();
    if (m_image.size() != pixels) {
        m_image = QImage(pixels, QImage::Format_ARGB32_Premultiplied);
    }
    m_image.setDevicePixelRatio(1.0);
    m_image.fill(Qt::transparent);
    QPainter painter(&m_image);
    const ColourMap& map = mapOf(m_quantity);
    const double side = m_tokenSide * ratio;
    const int gap = side >= 6 ? std::max(1, static_cast<int>(std::lround(side / 14))) : 0;
    const plan::TokenGrid grid = m_model.grid();
    for (std::int64_t token = 0; token < m_model.tokens(); ++token) {
        // Both edges by the same expression: neighbours then meet on the same pixel.
        const QPointF origin = frameOrigin(token / grid.tokensPerFrame()) * ratio;
        const std::int64_t row = token % grid.tokensPerFrame() / grid.columns;
        const std::int64_t column = token % grid.columns;
        const auto edge = [side](double start, std::int64_t index) {
            return static_cast<int>(std::floor(start + side * static_cast<double>(index) + 0.5));
        };
        const int left = edge(origin.x(), column);
        const int top = edge(origin.y(), row);
        const int right = edge(origin.x(), column + 1);
        const int bottom = edge(origin.y(), row + 1);
        const QRect square(left, top, std::max(right - left - gap, 1), std::max(bottom - top - gap, 1));
        const QRgb colour = map.at(m_model.level(token, m_quantity));
        if (m_model.isFresh(token)) {
            painter.fillRect(square, QColor(colour));
            continue;
        }
        // The small square tells reused tokens apart; its tone is lifted so that the low end stays visible.
        if (m_quantity == Quantity::State) {
            painter.fillRect(square, theme().skipped);
            const int inset = std::max(1, static_cast<int>(std::lround(side * 0.32)));
            painter.fillRect(
                square.adjusted(inset, inset, -inset, -inset), QColor(mixed(map.at(0.0), theme().planned.rgb(), 0.45)));
        } else {
            painter.fillRect(square, theme().skipped);
            const int inset = side >= 6 ? std::max(1, static_cast<int>(std::lround(side * 0.14))) : 0;
            painter.fillRect(square.adjusted(inset, inset, -inset, -inset), QColor(colour));
        }
    }
    painter.end();
    m_image.setDevicePixelRatio(ratio);
    m_imageValid = true;
}

void TokenGridView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(smallFont());
    if (!m_model.isAvailable()) {
        painter.setFont(font());
        painter.setPen(theme().mutedText);
        const QString text = !m_model.cell() ? tr("Click a cell of the selection map to see its tokens.")
                                             : tr("This cell has not been run yet.");
        painter.drawText(rect().adjusted(kWideSpace, 0, -kWideSpace, 0), Qt::AlignCenter | Qt::TextWordWrap, text);
        return;
    }
    const double ratio = painter.device()->devicePixelRatioF();
    if (!m_imageValid || m_image.devicePixelRatio() != ratio) {
        renderTokens(ratio);
    }
    painter.drawImage(0, 0, m_image);

    const plan::TokenGrid grid = m_model.grid();
    const QFontMetricsF metrics = painter.fontMetrics();
    const double frameWidth = static_cast<double>(grid.columns) * m_tokenSide;
    for (std::int64_t frame = 0; frame < grid.frames; ++frame) {
        const QPointF origin = frameOrigin(frame);
        std::int64_t fresh = 0;
        for (std::int64_t token = frame * grid.tokensPerFrame(); token < (frame + 1) * grid.tokensPerFrame(); ++token) {
            fresh += m_model.isFresh(token) ? 1 : 0;
        }
        const QRectF caption(origin.x(), origin.y() - m_captionHeight, frameWidth, metrics.height());
        const QString title = tr("frame %1").arg(frame);
        const QString count = tr("%1/%2").arg(fresh).arg(grid.tokensPerFrame());
        painter.setPen(theme().mutedText);
        painter.drawText(caption, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, title);
        if (metrics.horizontalAdvance(title + count) + kSpace < frameWidth) {
            painter.setPen(fresh > 0 ? theme().text : theme().faintText);
            painter.drawText(caption, Qt::AlignRight | Qt::AlignVCenter, count);
        }
    }
    paintLegend(painter);
    if (m_marked >= 0 && m_marked != m_hovered) {
        painter.setPen(QPen(theme().cursor, 1.5, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(tokenRect(m_marked).adjusted(-1, -1, 0, 0));
    }
    if (m_hovered >= 0) {
        painter.setPen(QPen(theme().cursor, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(tokenRect(m_hovered).adjusted(-1, -1, 0, 0));
    }
}

void TokenGridView::paintLegend(QPainter& painter) const
{
    const QFontMetricsF metrics = painter.fontMetrics();
    const double middle = height() - m_legendHeight / 2;
    const double top = middle - metrics.height() / 2;
    double x = kSpace;
    const auto label = [&](const QString& text) {
        painter.setPen(theme().mutedText);
        const double advance = metrics.horizontalAdvance(text);
        painter.drawText(QRectF(x, top, advance + 2, metrics.height()), Qt::AlignVCenter, text);
        x += advance + kSpace;
    };
    const ColourMap& map = mapOf(m_quantity);
    if (m_quantity == Quantity::State) {
        painter.fillRect(QRectF(x, middle - 6, 12, 12), map.colour(1.0));
        x += 12 + kSpace - 2;
        label(tr("computed"));
        x += kSpace;
        painter.fillRect(QRectF(x, middle - 6, 12, 12), theme().skipped);
        painter.fillRect(QRectF(x + 4, middle - 2, 4, 4), QColor(mixed(map.at(0.0), theme().planned.rgb(), 0.45)));
        x += 12 + kSpace - 2;
        label(tr("reused"));
        return;
    }
    const bool age = m_quantity == Quantity::Age;
    const auto number = [age](double value) { return QLocale().toString(value, 'g', age ? 6 : 4); };
    label(age ? tr("age") : tr("score"));
    label(number(age ? 0 : m_model.smallestScore()));
    const QRectF bar(x, middle - 5, 120, 10);
    for (int i = 0; i < 120; ++i) {
        painter.fillRect(QRectF(bar.left() + i, bar.top(), 1, bar.height()), map.colour(i / 119.0));
    }
    x = bar.right() + kSpace;
    label(number(age ? m_model.ageScale() : m_model.largestScore()));
    label(age ? tr("evaluations since computed") : tr("larger is computed sooner"));
    if (!age && !m_model.hasScores()) {
        label(tr("(no selection was made here)"));
    }
}

QImage TokenGridView::picture()
{
    QImage image(size() * 2, QImage::Format_RGB32);
    image.setDevicePixelRatio(2.0);
    image.fill(theme().panel);
    QPainter painter(&image);
    render(&painter, {}, {}, QWidget::DrawWindowBackground);
    return image;
}

void TokenGridView::setHovered(std::int64_t token)
{
    if (token != m_hovered) {
        m_hovered = token;
        setAccessibleDescription(m_model.tokenText(token));
        QAccessibleEvent change(this, QAccessible::DescriptionChanged);
        QAccessible::updateAccessibility(&change);
        update();
        Q_EMIT tokenHovered(token);
    }
}

bool TokenGridView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const std::int64_t token = tokenAt(help->pos());
        if (token >= 0) {
            QToolTip::showText(help->globalPos(), m_model.tokenText(token), this, tokenRect(token).toAlignedRect());
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void TokenGridView::resizeEvent(QResizeEvent*)
{
    arrange();
}

void TokenGridView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        arrange();
    }
    QWidget::changeEvent(event);
}

void TokenGridView::mouseMoveEvent(QMouseEvent* event)
{
    setHovered(tokenAt(event->position()));
}

void TokenGridView::leaveEvent(QEvent*)
{
    setHovered(-1);
}

void TokenGridView::setMarkedToken(std::int64_t token)
{
    if (token != m_marked) {
        m_marked = token;
        update();
    }
}

void TokenGridView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(
            m_hovered >= 0 ? m_model.tokenText(m_hovered) : QString::fromUtf8(m_model.csv()));
        return;
    }
    const int horizontal = event->key() == Qt::Key_Left ? -1 : event->key() == Qt::Key_Right ? 1 : 0;
    const int vertical = event->key() == Qt::Key_Up ? -1 : event->key() == Qt::Key_Down ? 1 : 0;
    const int page = event->key() == Qt::Key_PageUp ? -1 : event->key() == Qt::Key_PageDown ? 1 : 0;
    if (horizontal == 0 && vertical == 0 && page == 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    if (event->modifiers().testFlag(Qt::ControlModifier) && page == 0) {
        if (m_model.isAvailable()) {
            const std::int64_t moved =
                std::max<std::int64_t>(m_hovered, 0) + horizontal + vertical * m_model.grid().columns;
            setHovered(std::clamp<std::int64_t>(m_hovered < 0 ? 0 : moved, 0, m_model.tokens() - 1));
        }
        return;
    }
    Q_EMIT stepRequested(horizontal, vertical, page);
}

void TokenGridView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void TokenGridView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace toca::ui
