// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

namespace toca::ui {

/// Holds one widget whose text changes all the time without ever asking for another size: a label in a layout makes
/// the whole window arrange itself anew with every text, which costs more than drawing it.
///
/// As high as its content; as wide as what it is given, with `widest` as the width that is asked for (a sample of the
/// longest text in the content's font; "" = none, the layout decides).
class StillFrame : public QWidget {
public:
    explicit StillFrame(QWidget* content, const QString& widest = {}, QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* m_content;
    QString m_widest;
};

} // namespace toca::ui
