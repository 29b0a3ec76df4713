// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/run_tile.h"

#include "ui/runs/run_list_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QAbstractItemView>
#include <QMouseEvent>
#include <QPainter>

namespace toca::ui {

namespace {

constexpr int kPicture = 96; // logical pixels of its side
constexpr int kMargin = 5;
constexpr int kStar = 18;

} // namespace

QRect RunTile::starRect(const QRect& tile)
{
    return {tile.right() - kMargin - kStar - 2, tile.top() + kMargin + 3, kStar, kStar};
}

QSize RunTile::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const
{
    const int line = QFontMetrics(smallFont()).height();
    Q_UNUSED(option)
    return {kPicture + 2 * kMargin + 2, kPicture + 2 * kMargin + 2 * line + 6};
}

void RunTile::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& colours = theme();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setRenderHint(QPainter::SmoothPixmapTransform);
    const QRect tile = option.rect.adjusted(1, 1, -1, -1);
    const bool isSelected = option.state & QStyle::State_Selected;
    const bool isHovered = option.state & QStyle::State_MouseOver;
    const bool hasFocus = option.state & QStyle::State_HasFocus;
    if (isSelected || isHovered) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(isSelected ? colours.accentSoft : colours.hover);
        painter->drawRoundedRect(tile, 5, 5);
    }
    if (hasFocus) {
        painter->setPen(QPen(colours.accent, 1.5));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(QRectF(tile).adjusted(0.75, 0.75, -0.75, -0.75), 5, 5);
    }
    const QRect place(tile.left() + kMargin, tile.top() + kMargin, tile.width() - 2 * kMargin, kPicture);
    painter->fillRect(place, colours.canvas);
    const auto picture = index.data(Qt::DecorationRole).value<QImage>();
    const bool isDamaged = index.data(RunListModel::DamagedRole).toBool();
    if (!picture.isNull()) {
        const QSize size = picture.size().scaled(place.size(), Qt::KeepAspectRatio);
        painter->drawImage(QRect(place.center() - QPoint(size.width() / 2 - 1, size.height() / 2 - 1), size), picture);
    } else {
        icon(isDamaged ? "warning" : "image").paint(painter, QRect(place.center() - QPoint(12, 12), QSize(24, 24)));
    }
    const bool isStarred = index.data(RunListModel::StarredRole).toBool();
    if (isStarred || isHovered || hasFocus) {
        const QRect star = starRect(option.rect);
        painter->setPen(Qt::NoPen);
        painter->setBrush(QColor(0, 0, 0, 120)); // legible on any picture
        painter->drawEllipse(star);
        QPolygonF shape;
        for (int corner = 0; corner < 10; ++corner) {
            const double radius = corner % 2 == 0 ? 6.2 : 2.7;
            const double angle = (corner * 36 - 90) * 3.14159265358979 / 180;
            shape << star.center() + QPointF(0.5 + radius * std::cos(angle), 0.9 + radius * std::sin(angle));
        }
        painter->setPen(QPen(QColor(255, 214, 92), 1.1));
        painter->setBrush(isStarred ? QBrush(QColor(255, 214, 92)) : QBrush(Qt::NoBrush));
        painter->drawPolygon(shape);
    }
    const QFontMetrics metrics(smallFont());
    painter->setFont(smallFont());
    const QRect first(place.left(), place.bottom() + 4, place.width(), metrics.height());
    painter->setPen(isDamaged ? colours.warning : colours.text);
    painter->drawText(first, Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(index.data(RunListModel::CaptionRole).toString(), Qt::ElideRight, first.width()));
    painter->setPen(colours.mutedText);
    painter->drawText(first.translated(0, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(index.data(RunListModel::NumbersRole).toString(), Qt::ElideRight, first.width()));
    painter->restore();
}

bool RunTile::editorEvent(
    QEvent* event, QAbstractItemModel*, const QStyleOptionViewItem& option, const QModelIndex& index)
{
    if (event->type() == QEvent::MouseButtonRelease || event->type() == QEvent::MouseButtonPress) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        if (mouse->button() == Qt::LeftButton && starRect(option.rect).contains(mouse->position().toPoint())) {
            if (event->type() == QEvent::MouseButtonRelease) {
                Q_EMIT starClicked(index);
            }
            return true;
        }
    }
    return false;
}

} // namespace toca::ui
