// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStyledItemDelegate>

namespace toca::ui {

/// One run of the gallery: thumbnail, two lines of text, a star that a click sets.
class RunTile : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
        const QModelIndex& index) override;
    static QRect starRect(const QRect& tile);

Q_SIGNALS:
    void starClicked(const QModelIndex& index);
};

} // namespace toca::ui
