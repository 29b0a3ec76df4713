// SPDX-License-Identifier: Apache-2.0
#include "ui/commands/command_palette.h"

#include "ui/commands/fuzzy_match.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPointer>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr int kWidth = 560, kRowHeight = 30, kShownRows = 12;
enum Role { kCommand = Qt::UserRole, kPositions, kGroup, kKeys };

/// A row: the name with its typed letters marked, the menu, the keys at the right.
class CommandDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {kWidth, kRowHeight}; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& colours = theme();
        const bool isOn = index.flags() & Qt::ItemIsEnabled;
        painter->save();
        if (option.state & QStyle::State_Selected) {
            painter->fillRect(option.rect, colours.accentSoft);
            painter->fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), colours.accent);
        }
        const QRect inner = option.rect.adjusted(kWideSpace, 0, -kWideSpace, 0);
        QFont plain = option.font, bold = option.font;
        bold.setBold(true);
        const QString title = index.data(Qt::DisplayRole).toString();
        const QList<int> positions = index.data(kPositions).value<QList<int>>();
        int x = inner.left();
        for (int i = 0; i < title.size(); ++i) {
            const bool isTyped = positions.contains(i);
            painter->setFont(isTyped ? bold : plain);
            painter->setPen(!isOn ? colours.faintText : isTyped ? colours.accent : colours.text);
            const int width = QFontMetrics(painter->font()).horizontalAdvance(title[i]);
            painter->drawText(QRect(x, inner.top(), width + 2, inner.height()), Qt::AlignVCenter, title.mid(i, 1));
            x += width;
        }
        painter->setFont(smallFont());
        painter->setPen(colours.mutedText);
        const QString keys = index.data(kKeys).toString();
        painter->drawText(inner, Qt::AlignVCenter | Qt::AlignRight, keys);
        const int keysWidth = QFontMetrics(smallFont()).horizontalAdvance(keys);
        painter->drawText(inner.adjusted(x - inner.left() + kWideSpace, 0, -keysWidth - kWideSpace, 0),
            Qt::AlignVCenter, index.data(kGroup).toString());
        painter->restore();
    }
};

} // namespace

CommandPalette::CommandPalette(QList<Command> commands, QStringList recent, QWidget* parent)
    : QDialog(parent, Qt::Dialog | Qt::FramelessWindowHint)
    , m_commands(std::move(commands))
    , m_recent(std::move(recent))
    , m_input(new QLineEdit)
    , m_list(new QListWidget)
{
    setObjectName("commandPalette");
    setWindowTitle(tr("Commands"));
    setModal(true);
    m_input->setObjectName("commandInput");
    m_input->setPlaceholderText(tr("Type a command: “com unc” finds “Compare with uncached”"));
    m_input->setAccessibleName(tr("Command"));
    m_input->setClearButtonEnabled(true);
    m_input->installEventFilter(this);
    m_list->setObjectName("commandList");
    m_list->setAccessibleName(tr("Commands found"));
    m_list->setItemDelegate(new CommandDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus); // the input keeps the keys
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* hint = new QLabel(tr("↑ ↓ choose   Enter carries out   Esc closes"));
    hint->setProperty("muted", true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    layout->setSpacing(kSpace);
    layout->addWidget(m_input);
    layout->addWidget(m_list, 1);
    layout->addWidget(hint);
    resize(kWidth, kShownRows * kRowHeight + 100);
    if (parent) {
        const QPoint top = parent->mapToGlobal(QPoint((parent->width() - width()) / 2, parent->height() / 8));
        move(top);
    }
    connect(m_input, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(m_input, &QLineEdit::returnPressed, this, &CommandPalette::choose);
    connect(m_list, &QListWidget::itemClicked, this, &CommandPalette::choose);
    fill();
}

QStringList CommandPalette::shownTitles() const
{
    QStringList titles;
    for (int row = 0; row < m_list->count(); ++row) {
        titles += m_list->item(row)->text();
    }
    return titles;
}

void CommandPalette::fill()
{
    struct Found {
        int command;
        int score;
        QList<int> positions;
    };
    QList<Found> found;
    const QString typed = m_input->text();
    for (int i = 0; i < m_commands.size(); ++i) {
        const Command& command = m_commands[i];
        const auto match = fuzzyMatch(typed, command.title);
        if (match) {
            const auto recency = m_recent.indexOf(command.id());
            const bool wasUsed = !command.id().isEmpty() && recency >= 0;
            const int bonus = wasUsed ? static_cast<int>(m_recent.size() - recency) : 0;
            found.append({i, match->score + bonus, match->positions});
        } else if (const auto wide = fuzzyMatch(typed, command.group + ' ' + command.title)) {
            found.append({i, wide->score / 2, {}}); // the menu's name was typed too
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.score > b.score; });
    m_list->clear();
    for (const Found& one : found) {
        const Command& command = m_commands[one.command];
        if (!command.action) {
            continue;
        }
        auto* item = new QListWidgetItem(command.title, m_list);
        item->setData(kCommand, one.command);
        item->setData(kPositions, QVariant::fromValue(one.positions));
        item->setData(kGroup,
            command.action->isCheckable() && command.action->isChecked() ? tr("%1, on").arg(command.group)
                                                                         : command.group);
        item->setData(kKeys, command.action->shortcut().toString(QKeySequence::NativeText));
        item->setToolTip(command.action->toolTip());
        if (!command.action->isEnabled()) {
            item->setFlags(item->flags() & ~Qt::ItemIsEnabled);
        }
    }
    if (m_list->count() == 0) {
        auto* none = new QListWidgetItem(tr("No command has these letters in this order"), m_list);
        none->setFlags(Qt::NoItemFlags);
    }
    m_list->setCurrentRow(0);
}

void CommandPalette::choose()
{
    const QListWidgetItem* item = m_list->currentItem();
    if (!item || !(item->flags() & Qt::ItemIsEnabled) || !item->data(kCommand).isValid()) {
        return;
    }
    const Command command = m_commands[item->data(kCommand).toInt()];
    if (!command.action) {
        return;
    }
    accept();
    Q_EMIT chosen(command.id());
    // After the palette is gone, so that a dialog of the command has the window as its parent and the focus.
    QTimer::singleShot(0, command.action.data(), [action = command.action] {
        if (action) {
            action->trigger();
        }
    });
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_input && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int page = key == Qt::Key_PageUp || key == Qt::Key_PageDown ? kShownRows : 1;
        if (key == Qt::Key_Down || key == Qt::Key_PageDown) {
            m_list->setCurrentRow(std::min(m_list->count() - 1, m_list->currentRow() + page));
            return true;
        }
        if (key == Qt::Key_Up || key == Qt::Key_PageUp) {
            m_list->setCurrentRow(std::max(0, m_list->currentRow() - page));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace toca::ui
