// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

class QToolButton;
class QVBoxLayout;

namespace toca::ui {

/// A titled part of a panel that opens and closes with its heading (mouse, Space or Return).
class FoldingSection : public QWidget {
    Q_OBJECT
public:
    explicit FoldingSection(const QString& title, QWidget* parent = nullptr);
    /// Where the content goes.
    QVBoxLayout* content() const { return m_contentLayout; }
    bool isOpen() const;
    void setOpen(bool open);

Q_SIGNALS:
    void toggled(bool open);

private:
    QToolButton* m_header;
    QWidget* m_content;
    QVBoxLayout* m_contentLayout;
};

} // namespace toca::ui
