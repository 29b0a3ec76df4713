// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

#include <QFrame>

class QLabel;
class QToolButton;

namespace toca::ui {

/// A message across the window that asks for nothing: errors, warnings and notes, with details to copy. Escape or its
/// button closes it; the next message replaces it.
class Banner : public QFrame {
    Q_OBJECT
public:
    enum class Kind { Info, Warning, Error };

    explicit Banner(QWidget* parent = nullptr);
    void showMessage(Kind kind, const QString& text, const QString& advice = {}, const QString& details = {});
    /// Nothing happens for Cancelled.
    void showError(const Error& error);
    Kind kind() const { return m_kind; }
    QString text() const;

private:
    Kind m_kind = Kind::Info;
    QLabel* m_icon;
    QString m_message;
    QString m_allDetails;
    QLabel* m_text;
    QLabel* m_details;
    QToolButton* m_detailsButton;
    QToolButton* m_copy;
};

} // namespace toca::ui
