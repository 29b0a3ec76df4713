// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLabel>

namespace toca::ui {

/// One line of plain text that never asks for room: what doesn't fit is elided, and the whole text is the tool tip
/// then.
class ElidedLabel : public QLabel {
public:
    explicit ElidedLabel(QWidget* parent = nullptr, Qt::TextElideMode mode = Qt::ElideRight);

    /// What is drawn at the present width.
    QString shownText() const;
    QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    Qt::TextElideMode m_mode;
};

} // namespace toca::ui
