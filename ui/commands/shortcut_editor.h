// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDialog>

class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;

namespace toca::ui {

class ShortcutKeys;
struct Command;

/// All commands with their keys: search, give other keys, see conflicts before they happen, back to the built-in ones.
class ShortcutEditor : public QDialog {
    Q_OBJECT
public:
    ShortcutEditor(ShortcutKeys& keys, QWidget* parent);

private:
    void fill();
    void showChosen();
    void showConflict();
    void assign();
    const Command* chosen() const;

    ShortcutKeys& m_keys;
    QLineEdit* m_search;
    QTreeWidget* m_table;
    QKeySequenceEdit* m_edit;
    QPushButton* m_assign;
    QPushButton* m_remove;
    QPushButton* m_reset;
    QLabel* m_message;
};

} // namespace toca::ui
