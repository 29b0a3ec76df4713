// SPDX-License-Identifier: Apache-2.0
#include "ui/sensitivity/token_map_figure.h"

#include "ui/sensitivity/token_map_view.h"
#include "ui/statistics/figure_file.h"
#include "ui/theme/theme.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <algorithm>

namespace toca::ui {

namespace {

QSize sizeOf(const std::vector<const TokenMapView*>& maps)
{
    QSize size(0, 0);
    for (const TokenMapView* map : maps) {
        size = {size.width() + map->width(), std::max(size.height(), map->height())};
    }
    return size.expandedTo({1, 1});
}

void paintAll(QPaintDevice& device, const std::vector<const TokenMapView*>& maps, const Theme& theme)
{
    QPainter painter(&device);
    painter.fillRect(QRect({0, 0}, sizeOf(maps)), theme.panel);
    for (const TokenMapView* map : maps) {
        map->paintTo(painter, theme);
        painter.translate(map->width(), 0);
    }
}

} // namespace

QString exportMaps(const QString& path, const std::vector<const TokenMapView*>& maps)
{
    const QString suffix = path.section(QLatin1Char('.'), -1).toLower();
    const QSize size = sizeOf(maps);
    if (suffix == QLatin1String("png")) {
        QImage image(size * 2, QImage::Format_RGB32);
        image.setDevicePixelRatio(2);
        paintAll(image, maps, theme());
        return writePicture(path, image);
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (suffix == QLatin1String("svg")) {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setSize(size);
        generator.setViewBox(QRect({0, 0}, size));
        paintAll(generator, maps, themeFor(false));
        return writeBytes(path, bytes);
    }
    if (suffix == QLatin1String("pdf")) {
        constexpr int kDotsPerInch = 96;
        {
            QPdfWriter writer(&buffer);
            writer.setResolution(kDotsPerInch);
            writer.setPageSize(
                QPageSize(QSizeF(size) * 72.0 / kDotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
            writer.setPageMargins(QMarginsF(0, 0, 0, 0));
            paintAll(writer, maps, themeFor(false));
        }
        return writeBytes(path, bytes);
    }
    return QCoreApplication::translate(
        "toca::ui::TokenMapFigure", "%1: maps are written as .png, .svg or .pdf; choose one of these endings.")
        .arg(path);
}

} // namespace toca::ui
