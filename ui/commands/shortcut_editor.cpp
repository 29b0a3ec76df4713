// SPDX-License-Identifier: Apache-2.0
#include "ui/commands/shortcut_editor.h"

#include "ui/commands/fuzzy_match.h"
#include "ui/commands/shortcut_keys.h"
#include "ui/theme/theme.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace toca::ui {

ShortcutEditor::ShortcutEditor(ShortcutKeys& keys, QWidget* parent)
    : QDialog(parent)
    , m_keys(keys)
    , m_search(new QLineEdit)
    , m_table(new QTreeWidget)
    , m_edit(new QKeySequenceEdit)
    , m_assign(new QPushButton(tr("Assign")))
    , m_remove(new QPushButton(tr("Remove")))
    , m_reset(new QPushButton(tr("Built-in")))
    , m_message(new QLabel)
{
    setObjectName("shortcutEditor");
    setWindowTitle(tr("Change keyboard shortcuts"));
    resize(620, 640);
    m_search->setObjectName("shortcutSearch");
    m_search->setPlaceholderText(tr("Search commands or keys"));
    m_search->setAccessibleName(tr("Search"));
    m_search->setClearButtonEnabled(true);
    m_table->setObjectName("shortcutTable");
    m_table->setAccessibleName(tr("Commands and their keys"));
    m_table->setHeaderLabels({tr("Command"), tr("Menu"), tr("Keys")});
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_table->header()->setStretchLastSection(false);
    m_edit->setObjectName("shortcutEdit");
    m_edit->setAccessibleName(tr("New keys"));
    if (auto* field = m_edit->findChild<QLineEdit*>()) {
        field->setAccessibleName(tr("New keys"));
    }
    m_edit->setToolTip(tr("Click here and press the new keys"));
    m_assign->setObjectName("shortcutAssign");
    m_remove->setObjectName("shortcutRemove");
    m_reset->setObjectName("shortcutReset");
    m_reset->setToolTip(tr("Give this command its built-in keys again"));
    m_message->setObjectName("shortcutMessage");
    m_message->setWordWrap(true);
    auto* resetAll = new QPushButton(tr("All built-in"));
    resetAll->setObjectName("shortcutResetAll");
    resetAll->setToolTip(tr("Give every command its built-in keys again"));

    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(m_edit, 1);
    row->addWidget(m_assign);
    row->addWidget(m_remove);
    row->addWidget(m_reset);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->addButton(resetAll, QDialogButtonBox::ResetRole);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kWideSpace, kWideSpace, kWideSpace, kWideSpace);
    layout->setSpacing(kSpace);
    layout->addWidget(m_search);
    layout->addWidget(m_table, 1);
    layout->addLayout(row);
    layout->addWidget(m_message);
    layout->addWidget(buttons);

    connect(m_search, &QLineEdit::textChanged, this, &ShortcutEditor::fill);
    connect(m_table, &QTreeWidget::currentItemChanged, this, &ShortcutEditor::showChosen);
    connect(m_edit, &QKeySequenceEdit::keySequenceChanged, this, &ShortcutEditor::showConflict);
    connect(m_assign, &QPushButton::clicked, this, &ShortcutEditor::assign);
    connect(m_remove, &QPushButton::clicked, this, [this] {
        m_edit->clear();
        assign();
    });
    connect(m_reset, &QPushButton::clicked, this, [this] {
        if (const Command* command = chosen()) {
            m_keys.reset(*command);
            fill();
        }
    });
    connect(resetAll, &QPushButton::clicked, this, [this] {
        m_keys.resetAll();
        fill();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    fill();
}

const Command* ShortcutEditor::chosen() const
{
    const QTreeWidgetItem* item = m_table->currentItem();
    return item ? &m_keys.commands()[item->data(0, Qt::UserRole).toInt()] : nullptr;
}

void ShortcutEditor::fill()
{
    const Command* before = chosen();
    const QString id = before ? before->id() : QString();
    const QSignalBlocker quiet(m_table); // rows come and go; what is chosen is shown once, at the end
    m_table->clear();
    for (int i = 0; i < m_keys.commands().size(); ++i) {
        const Command& command = m_keys.commands()[i];
        if (!command.action) {
            continue;
        }
        const QString keys = m_keys.keys(command).toString(QKeySequence::NativeText);
        if (!fuzzyMatch(m_search->text(), command.group + ' ' + command.title)
            && !keys.contains(m_search->text(), Qt::CaseInsensitive)) {
            continue;
        }
        auto* item = new QTreeWidgetItem(m_table, {command.title, command.group, keys});
        item->setData(0, Qt::UserRole, i);
        if (m_keys.isChanged(command)) {
            QFont bold = font();
            bold.setBold(true);
            item->setFont(2, bold);
            const QString builtIn = m_keys.builtIn(command).toString(QKeySequence::NativeText);
            item->setToolTip(2, builtIn.isEmpty() ? tr("Built-in: none") : tr("Built-in: %1").arg(builtIn));
        }
        if (command.id() == id) {
            m_table->setCurrentItem(item);
        }
    }
    for (int column = 1; column < 3; ++column) {
        m_table->resizeColumnToContents(column);
    }
    if (!m_table->currentItem()) {
        m_table->setCurrentItem(m_table->topLevelItem(0));
    }
    showChosen();
}

void ShortcutEditor::showChosen()
{
    const Command* command = chosen();
    for (QWidget* widget : {static_cast<QWidget*>(m_edit), static_cast<QWidget*>(m_remove)}) {
        widget->setEnabled(command != nullptr);
    }
    m_reset->setEnabled(command && m_keys.isChanged(*command));
    m_edit->setKeySequence(command ? m_keys.keys(*command) : QKeySequence());
    showConflict();
}

void ShortcutEditor::showConflict()
{
    const Command* command = chosen();
    const QKeySequence keys = m_edit->keySequence();
    const auto other = command ? m_keys.conflict(*command, keys) : std::nullopt;
    m_assign->setEnabled(command && keys != m_keys.keys(*command));
    m_assign->setText(other ? tr("Take over") : tr("Assign"));
    m_message->setText(other ? tr("%1 belongs to “%2”, which would lose its keys.")
                                   .arg(keys.toString(QKeySequence::NativeText), other->title)
                             : tr("Choose a command, click into the field and press the new keys."));
    m_message->setProperty("warning", other.has_value());
    m_message->setStyleSheet(QStringLiteral("color: %1").arg((other ? theme().warning : theme().mutedText).name()));
}

void ShortcutEditor::assign()
{
    if (const Command* command = chosen()) {
        m_keys.set(*command, m_edit->keySequence());
        fill();
    }
}

} // namespace toca::ui
