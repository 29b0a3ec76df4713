// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/icons.h"

#include "ui/theme/theme.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

namespace toca::ui {

namespace {

/// Draws an SVG whose strokes are `currentColor`, in the colour that the theme has at the time of drawing.
class ThemedIconEngine : public QIconEngine {
public:
    explicit ThemedIconEngine(QString name)
        : m_name(std::move(name))
    {
    }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override
    {
        const qreal ratio = painter->device() ? painter->device()->devicePixelRatio() : 1.0;
        QPixmap pixmap = render(rect.size() * ratio, mode, state);
        pixmap.setDevicePixelRatio(ratio);
        painter->drawPixmap(rect, pixmap);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        return render(size, mode, state);
    }

    QIconEngine* clone() const override { return new ThemedIconEngine(m_name); }
    QString key() const override { return "toca"; }

private:
    QPixmap render(const QSize& size, QIcon::Mode mode, QIcon::State state) const
    {
        if (size.isEmpty()) { // a button without room
            return {};
        }
        const Theme& colours = theme();
        const QColor colour = mode == QIcon::Disabled ? colours.faintText
            : state == QIcon::On                      ? colours.accent
                                                      : colours.text;
        const QString cacheKey =
            QStringLiteral("toca-%1-%2x%3-%4").arg(m_name).arg(size.width()).arg(size.height()).arg(colour.name());
        QPixmap pixmap;
        if (QPixmapCache::find(cacheKey, &pixmap)) {
            return pixmap;
        }
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QFile file(":/icons/" + m_name + ".svg");
        if (file.open(QIODevice::ReadOnly)) {
            QSvgRenderer renderer(file.readAll().replace("currentColor", colour.name().toUtf8()));
            QPainter painter(&pixmap);
            renderer.render(&painter);
        }
        QPixmapCache::insert(cacheKey, pixmap);
        return pixmap;
    }

    QString m_name;
};

} // namespace

QIcon icon(const QString& name)
{
    return QIcon(new ThemedIconEngine(name));
}

} // namespace toca::ui
