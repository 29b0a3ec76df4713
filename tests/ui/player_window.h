// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/player/player_widget.h"

#include <QImage>
#include <QTest>

namespace toca::test {

/// Counts what a widget paints.
class PaintCounter : public QObject {
public:
    explicit PaintCounter(QWidget& widget) { widget.installEventFilter(this); }
    bool eventFilter(QObject*, QEvent* event) override
    {
        if (event->type() == QEvent::Paint)
            ++paints;
        return false;
    }
    int paints = 0;
};

inline QColor pixelAt(const QImage& image, const QPointF& at)
{
    const double ratio = image.devicePixelRatio();
    return image.pixelColor(static_cast<int>(at.x() * ratio), static_cast<int>(at.y() * ratio));
}

inline QPointF within(const QRectF& rect, double x, double y)
{
    return {rect.left() + x * rect.width(), rect.top() + y * rect.height()};
}

/// A player that stands still, with room for pictures. It lives in a window without size limits, which the offscreen
/// platform would complain about.
struct Shown {
    QWidget window;
    ui::PlayerWidget player{&window};

    explicit Shown(QSize size = {900, 700})
    {
        player.model().setPlaying(false);
        window.resize(size);
        player.resize(size);
        window.show();
        window.activateWindow();
        (void)QTest::qWaitForWindowActive(&window);
    }
    QImage picture() { return player.canvas().grab().toImage(); }
};

} // namespace toca::test
