// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/policy_chooser.h"
#include "ui/policy_texts.h"

#include "ui/theme/theme.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QStyledItemDelegate>

#include <algorithm>

namespace toca::ui {

namespace {

enum Role { NameRole = Qt::UserRole, ShownNameRole, KindRole, LineRole, ReasonRole, IsHeadingRole };

constexpr int kPopupWidth = 500; ///< logical pixels: a summary in one line
constexpr int kVisibleRows = 24;

/// Headings small and muted; policies with their name, what kind of method it is, and one line below.
class PolicyDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const int line = option.fontMetrics.height();
        const int small = QFontMetrics(smallFont()).height();
        return {0, index.data(IsHeadingRole).toBool() ? small + kSpace + kHalfSpace : line + small + kSpace};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& colours = theme();
        painter->save();
        const QRect content = option.rect.adjusted(kSpace, 0, -kSpace, 0);
        if (index.data(IsHeadingRole).toBool()) {
            QFont font = smallFont();
            font.setWeight(QFont::DemiBold);
            painter->setFont(font);
            painter->setPen(colours.mutedText);
            painter->drawText(content.adjusted(0, kHalfSpace, 0, -2), Qt::AlignLeft | Qt::AlignBottom,
                index.data(Qt::DisplayRole).toString());
            painter->restore();
            return;
        }
        const bool isPossible = index.flags() & Qt::ItemIsEnabled;
        if (option.state & QStyle::State_Selected) {
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(colours.accentSoft);
            painter->drawRoundedRect(option.rect.adjusted(2, 1, -2, -1), 4, 4);
        }
        const QRect text = content.adjusted(kSpace, kHalfSpace, 0, 0);
        QFont font = option.font;
        font.setWeight(QFont::DemiBold);
        painter->setFont(font);
        painter->setPen(isPossible ? colours.text : colours.faintText);
        const QString name = index.data(ShownNameRole).toString();
        painter->drawText(text, Qt::AlignLeft | Qt::AlignTop, name);
        const int nameWidth = QFontMetrics(font).horizontalAdvance(name) + kSpace;
        painter->setFont(option.font);
        painter->setPen(isPossible ? colours.mutedText : colours.faintText);
        painter->drawText(text.adjusted(nameWidth, 0, 0, 0), Qt::AlignLeft | Qt::AlignTop,
            option.fontMetrics.elidedText(index.data(KindRole).toString(), Qt::ElideRight, text.width() - nameWidth));
        painter->setFont(smallFont());
        const bool hasReason = !index.data(ReasonRole).toString().isEmpty();
        painter->setPen(hasReason ? colours.warning : colours.mutedText);
        const QFontMetrics small{smallFont()};
        painter->drawText(text.adjusted(0, option.fontMetrics.height(), 0, 0), Qt::AlignLeft | Qt::AlignTop,
            small.elidedText(index.data(LineRole).toString(), Qt::ElideRight, text.width()));
        painter->restore();
    }
};

} // namespace

PolicyChooser::PolicyChooser(QWidget* parent)
    : QComboBox(parent)
{
    setProperty("chooser", true);
    setMaxVisibleItems(kVisibleRows);
    setItemDelegate(new PolicyDelegate(this));
    auto* items = new QStandardItemModel(this);
    for (const PolicyGroup& group : policyGroups()) {
        auto* heading = new QStandardItem(group.title);
        heading->setFlags(Qt::NoItemFlags);
        heading->setData(true, IsHeadingRole);
        heading->setToolTip(group.help);
        items->appendRow(heading);
        for (const plan::PolicyEntry* entry : group.policies) {
            auto* item = new QStandardItem(QString::fromStdString(entry->title));
            item->setData(QString::fromStdString(entry->name), NameRole);
            item->setData(policyName(*entry), ShownNameRole);
            item->setData(policyKind(*entry), KindRole);
            items->appendRow(item);
        }
    }
    setModel(items);
    setFits(std::vector<PolicyFit>(plan::policyEntries().size()));
    connect(this, &QComboBox::activated, this, [this] { Q_EMIT policyChosen(policy()); });
}

int PolicyChooser::indexOf(const std::string& name) const
{
    return findData(QString::fromStdString(name), NameRole);
}

void PolicyChooser::setFits(const std::vector<PolicyFit>& fits)
{
    const auto& entries = plan::policyEntries();
    for (std::size_t index = 0; index < std::min(entries.size(), fits.size()); ++index) {
        const PolicyFit& fit = fits[index];
        auto* item = static_cast<QStandardItemModel*>(model())->item(indexOf(entries[index].name));
        if (!item) {
            continue;
        }
        const QString summary = policyText(entries[index].summary);
        const QString source = QString::fromStdString(entries[index].source);
        item->setFlags(fit.isPossible ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::NoItemFlags);
        item->setData(fit.reason, ReasonRole);
        item->setData(fit.reason.isEmpty() ? summary : fit.reason, LineRole);
        QString tip = QStringLiteral("<b>%1</b><p>%2</p>").arg(item->text().toHtmlEscaped(), summary.toHtmlEscaped());
        if (!source.isEmpty()) {
            tip += QStringLiteral("<p><i>%1</i></p>").arg(tr("Source: %1").arg(source.toHtmlEscaped()));
        }
        if (!fit.reason.isEmpty()) {
            tip += QStringLiteral("<p>%1 %2</p>")
                       .arg(fit.isPossible ? tr("<b>Not ready:</b>") : tr("<b>Not for this model:</b>"),
                           fit.reason.toHtmlEscaped());
        }
        item->setToolTip(tip);
        item->setData(fit.isPossible ? item->text() : tr("%1, not for this model: %2").arg(item->text(), fit.reason),
            Qt::AccessibleTextRole);
    }
}

void PolicyChooser::setPolicy(const std::string& name)
{
    const QSignalBlocker quiet(this);
    setCurrentIndex(indexOf(name));
}

std::string PolicyChooser::policy() const
{
    return currentData(NameRole).toString().toStdString();
}

bool PolicyChooser::isPossible(const std::string& name) const
{
    const int index = indexOf(name);
    return index >= 0 && (static_cast<QStandardItemModel*>(model())->item(index)->flags() & Qt::ItemIsEnabled);
}

QString PolicyChooser::lineOf(const std::string& name) const
{
    return itemData(indexOf(name), LineRole).toString();
}

void PolicyChooser::showPopup()
{
    view()->setMinimumWidth(std::max(width(), kPopupWidth));
    QComboBox::showPopup();
    // The panel is at the window's right edge: the list, which is wider, grows to the left.
    QWidget* popup = view()->window();
    const int right = mapToGlobal(QPoint(width(), 0)).x();
    const int windowRight = window()->mapToGlobal(QPoint(window()->width(), 0)).x();
    if (popup->x() + popup->width() > windowRight) {
        popup->move(std::max(0, right - popup->width()), popup->y());
    }
}

} // namespace toca::ui
