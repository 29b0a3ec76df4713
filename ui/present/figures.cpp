// SPDX-License-Identifier: Apache-2.0
#include "ui/present/figures.h"

#include "ui/colour/colour_map.h"
#include "ui/compare/speed_meter.h"
#include "ui/selection/cell_text.h"
#include "ui/selection/token_histogram.h"
#include "ui/sensitivity/token_map_view.h"
#include "ui/statistics/figure_file.h"
#include "ui/statistics/plot_card.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSvgGenerator>

#include <algorithm>
#include <cmath>

namespace toca::ui {
namespace {

constexpr double kDotsPerInch = 96; ///< of logical pixels

QString tr(const char* text)
{
    return QCoreApplication::translate("toca::ui::Figures", text);
}

QString fileName(QString title)
{
    static const QRegularExpression other(QStringLiteral("[^a-z0-9]+"));
    title = title.toLower().replace(other, QStringLiteral("-"));
    while (title.endsWith(QLatin1Char('-')))
        title.chop(1);
    return title;
}

/// Colours of the shares from 0 to 1 with their numbers, upright. @return its width with the numbers
double paintBar(
    QPainter& painter, const QRectF& area, const ColourMap& map, const QStringList& numbers, const Theme& colours)
{
    const double width = 0.8 * QFontMetricsF(painter.font()).height();
    constexpr int kSteps = 64; // rectangles, so that vector files stay small
    for (int i = 0; i < kSteps; ++i) {
        const double top = area.bottom() - area.height() * (i + 1) / kSteps;
        painter.fillRect(QRectF(area.left(), top, width, area.height() / kSteps + 0.3), map.colour((i + 0.5) / kSteps));
    }
    painter.setPen(colours.mutedText);
    const double line = QFontMetricsF(painter.font()).height();
    for (qsizetype i = 0; i < numbers.size(); ++i) {
        const double y = area.bottom()
            - area.height() * static_cast<double>(i) / static_cast<double>(std::max<qsizetype>(1, numbers.size() - 1));
        painter.drawText(
            QRectF(area.left() + width + 4, std::clamp(y - line / 2, area.top(), area.bottom() - line), 200, line),
            Qt::AlignLeft | Qt::AlignVCenter, numbers[i]);
    }
    return width;
}

void paintCell(
    QPainter& painter, const QRectF& place, const MapCellState& state, const ColourMap& map, const Theme& colours)
{
    using plan::Action;
    if (state.source == MapCellState::Source::Unknown) {
        painter.fillRect(place, colours.grid);
        return;
    }
    if (state.action == Action::Skip) {
        painter.fillRect(place, colours.skipped);
        painter.fillRect(place, QBrush(colours.planned, Qt::DiagCrossPattern));
        return;
    }
    QColor colour = map.colour(state.freshRatio());
    if (state.source == MapCellState::Source::Planned)
        colour.setAlphaF(0.45F);
    painter.fillRect(place, colour);
    // The same marks as on the screen: they say without colour what happened.
    if (place.width() < 5 || place.height() < 5)
        return;
    const QColor ink(map.ink(state.freshRatio()));
    const QPointF middle = place.center();
    const double unit = std::min(place.width(), place.height());
    if (state.action == Action::Full)
        painter.fillRect(QRectF(middle.x() - unit / 8, middle.y() - unit / 8, unit / 4, unit / 4), ink);
    else if (state.action == Action::Subset)
        painter.fillRect(QRectF(place.left(), place.bottom() - unit / 6, place.width() * state.freshRatio(), unit / 6),
            map.colour(1.0));
    else if (state.action == Action::Reuse)
        painter.fillRect(QRectF(middle.x() - unit / 5, middle.y() - 0.4, unit / 2.5, 0.8), colours.mutedText);
    else
        for (const double shift : {-unit / 10, unit / 10})
            painter.fillRect(
                QRectF(middle.x() - unit / 5, middle.y() + shift - 0.4, unit / 2.5, 0.8), colours.mutedText);
}

void paintMap(QPainter& painter, const SelectionMapModel& map, const QSizeF& size, const Theme& colours)
{
    const QFontMetricsF metrics(painter.font());
    if (map.isEmpty()) {
        painter.setPen(colours.mutedText);
        painter.drawText(QRectF(QPointF(0, 0), size), Qt::AlignCenter, tr("No run and no plan yet."));
        return;
    }
    const ColourMap& shades = ColourMap::share(colours.dark);
    const bool byModule = map.rowOrder() == SelectionMapModel::RowOrder::ByModule;
    const int perGroup = map.rowsPerGroup();
    const int groups = map.rows() / perGroup;
    double groupWidth = 0;
    for (int group = 0; group < groups; ++group) {
        const MapCell cell = map.cellAt(0, group * perGroup);
        groupWidth = std::max(groupWidth,
            metrics.horizontalAdvance(
                byModule ? moduleTitle(cell.module) : layerShortTitle(map.geometry(), cell.layer)));
    }
    const double left = groupWidth + metrics.horizontalAdvance(QStringLiteral("  S27 "));
    const double barRoom =
        0.8 * metrics.height() + metrics.horizontalAdvance(QStringLiteral(" 100 %")) + 14 + metrics.height();
    const double gap = groups > 1 ? std::min(6.0, 0.2 * size.height() / groups) : 0;
    const QRectF area(left, 4, std::max(10.0, size.width() - left - barRoom - 8),
        std::max(10.0, size.height() - 2.4 * metrics.height() - 4));
    const double width = area.width() / map.columns();
    const double height = (area.height() - gap * (groups - 1)) / map.rows();
    const auto top = [&](int row) { return area.top() + row * height + (row / perGroup) * gap; };
    const double inset = std::min(width, height) > 4 ? 0.5 : 0;
    for (int row = 0; row < map.rows(); ++row)
        for (int column = 0; column < map.columns(); ++column)
            paintCell(painter, QRectF(area.left() + column * width, top(row), width - inset, height - inset),
                map.state(map.cellAt(column, row)), shades, colours);

    for (int group = 0; group < groups; ++group) {
        const MapCell cell = map.cellAt(0, group * perGroup);
        const double middle = (top(group * perGroup) + top(group * perGroup + perGroup - 1) + height) / 2;
        if (groups * metrics.height() > 1.2 * area.height() && group % 4 != 0)
            continue;
        painter.setPen(colours.text);
        QString title = byModule ? moduleTitle(cell.module) : layerShortTitle(map.geometry(), cell.layer);
        title[0] = title[0].toUpper();
        painter.drawText(QRectF(0, middle - metrics.height() / 2, groupWidth + 4, metrics.height()),
            Qt::AlignLeft | Qt::AlignVCenter, title);
    }
    painter.setPen(colours.mutedText);
    const int rowStride = std::max(1, static_cast<int>(std::ceil(0.95 * metrics.height() / height)));
    for (int row = 0; row < map.rows(); ++row) {
        const MapCell cell = map.cellAt(0, row);
        if ((row % perGroup) % rowStride == 0 && (byModule || rowStride == 1))
            painter.drawText(QRectF(groupWidth, top(row) + height / 2 - metrics.height() / 2, left - groupWidth - 4,
                                 metrics.height()),
                Qt::AlignRight | Qt::AlignVCenter,
                byModule ? layerShortTitle(map.geometry(), cell.layer) : moduleShortTitle(cell.module));
    }
    const double needed = metrics.horizontalAdvance(QStringLiteral("000 "));
    int stride = 1;
    for (const int candidate : {1, 2, 5, 10, 20, 50, 100, 200, 500}) {
        stride = candidate;
        if (candidate * width >= needed)
            break;
    }
    int before = -1;
    for (int column = 0; column < map.columns(); ++column) {
        const int step = map.step(column);
        if (step != before && step % stride == 0)
            painter.drawText(QRectF(area.left() + (column + 0.5) * width - 40, area.bottom() + 2, 80, metrics.height()),
                Qt::AlignHCenter, QString::number(step));
        before = step;
    }
    painter.drawText(QRectF(area.left(), area.bottom() + 2 + metrics.height(), area.width(), metrics.height()),
        Qt::AlignCenter, tr("step"));
    const QRectF bar(area.right() + 12, area.top(), 10, area.height());
    paintBar(painter, bar, shades, {QStringLiteral("0"), QStringLiteral("50"), QStringLiteral("100 %")}, colours);
    painter.save();
    painter.translate(size.width() - metrics.height(), bar.center().y());
    painter.rotate(90);
    painter.drawText(QRectF(-bar.height() / 2, -metrics.height() / 2, bar.height(), metrics.height()), Qt::AlignCenter,
        tr("tokens computed"));
    painter.restore();
}

void paintTokens(QPainter& painter, const TokenGridModel& tokens, TokenGridModel::Quantity quantity, const QSizeF& size,
    const Theme& colours)
{
    using Quantity = TokenGridModel::Quantity;
    const QFontMetricsF metrics(painter.font());
    if (!tokens.isAvailable()) {
        painter.setPen(colours.mutedText);
        painter.drawText(QRectF(QPointF(0, 0), size), Qt::AlignCenter, tr("No cell of the selection map is chosen."));
        return;
    }
    const plan::TokenGrid grid = tokens.grid();
    const ColourMap& map = quantity == Quantity::State ? ColourMap::share(colours.dark)
        : quantity == Quantity::Age                    ? ColourMap::age(colours.dark)
                                                       : ColourMap::score(colours.dark);
    const double caption = 1.3 * metrics.height();
    const double barRoom = quantity == Quantity::State
        ? 0
        : 0.8 * metrics.height() + metrics.horizontalAdvance(QStringLiteral("00.000")) + 16;
    // As many frames in a row as give the largest tokens.
    const auto frames = static_cast<int>(grid.frames);
    int across = 1;
    double side = 0;
    for (int columns = 1; columns <= frames; ++columns) {
        const int rows = (frames + columns - 1) / columns;
        const double possible =
            std::min((size.width() - barRoom - 10.0 * (columns - 1)) / (columns * static_cast<double>(grid.columns)),
                (size.height() - rows * caption - 10.0 * (rows - 1)) / (rows * static_cast<double>(grid.rows)));
        if (possible > side) {
            side = possible;
            across = columns;
        }
    }
    const double gap = side >= 6 ? side / 14 : 0;
    for (std::int64_t token = 0; token < tokens.tokens(); ++token) {
        const auto frame = static_cast<int>(token / grid.tokensPerFrame());
        const std::int64_t inFrame = token % grid.tokensPerFrame();
        const QPointF origin((frame % across) * (static_cast<double>(grid.columns) * side + 10),
            (frame / across) * (static_cast<double>(grid.rows) * side + caption + 10) + caption);
        if (inFrame == 0) {
            painter.setPen(colours.mutedText);
            painter.drawText(
                QRectF(origin.x(), origin.y() - caption, static_cast<double>(grid.columns) * side, caption),
                Qt::AlignLeft | Qt::AlignVCenter, tr("frame %1").arg(frame));
        }
        QRectF square(origin.x() + static_cast<double>(inFrame % grid.columns) * side,
            origin.y() + static_cast<double>(inFrame / grid.columns) * side, side - gap, side - gap);
        if (!tokens.isFresh(token)) { // small squares tell reused tokens apart without colour
            painter.fillRect(square, colours.skipped);
            const double inset = side * (quantity == Quantity::State ? 0.32 : 0.14);
            square.adjust(inset, inset, -inset, -inset);
        }
        painter.fillRect(square,
            quantity == Quantity::State && !tokens.isFresh(token) ? colours.planned
                                                                  : map.colour(tokens.level(token, quantity)));
    }
    if (quantity != Quantity::State) {
        const bool age = quantity == Quantity::Age;
        const QLocale locale;
        paintBar(painter, QRectF(size.width() - barRoom + 8, caption, 10, std::min(160.0, size.height() - caption)),
            map,
            age ? QStringList{QStringLiteral("0"), locale.toString(tokens.ageScale())}
                : QStringList{locale.toString(tokens.smallestScore(), 'g', 3),
                    locale.toString(tokens.largestScore(), 'g', 3)},
            colours);
    }
}

/// A painter on the device with the ground filled.
template <class Paint>
void onGround(QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font, Paint paint)
{
    constexpr double kMargin = 8;
    QPainter painter(&device);
    painter.fillRect(QRectF(QPointF(0, 0), size), colours.dark ? colours.panel : QColor(Qt::white));
    painter.setRenderHint(QPainter::Antialiasing); // marks are thinner than a pixel
    painter.setFont(font);
    painter.translate(kMargin, kMargin);
    paint(painter, QSizeF(size.width() - 2 * kMargin, size.height() - 2 * kMargin));
}

QFont labelFont(double points)
{
    QFont font;
    font.setPixelSize(std::max(5, static_cast<int>(std::lround(points * kDotsPerInch / 72))));
    return font;
}

} // namespace

Figure plotFigure(PlotCard& card)
{
    return {fileName(card.title()), card.title(), {520, 260},
        [&card](QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font) {
            card.paintFigure(device, size, colours, font);
        },
        [&card] { return card.table(); }};
}

Figure mapFigure(const SelectionMapModel& map)
{
    return {QStringLiteral("selection-map"), tr("Selection map"), {760, 420},
        [&map](QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font) {
            onGround(device, size, colours, font,
                [&](QPainter& painter, const QSizeF& room) { paintMap(painter, map, room, colours); });
        },
        [&map] { return selectionCsv(map); }};
}

Figure tokenFigure(const TokenGridModel& tokens, TokenGridModel::Quantity quantity)
{
    using Quantity = TokenGridModel::Quantity;
    const QString what = quantity == Quantity::State ? tr("state")
        : quantity == Quantity::Age                  ? tr("age")
                                                     : tr("score");
    return {QStringLiteral("tokens-") + what, tr("Tokens: %1").arg(what), {640, 420},
        [&tokens, quantity](QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font) {
            onGround(device, size, colours, font,
                [&](QPainter& painter, const QSizeF& room) { paintTokens(painter, tokens, quantity, room, colours); });
        },
        [&tokens] { return tokens.csv(); }};
}

Figure speedFigure(const SpeedMeter& meter)
{
    return {QStringLiteral("where-the-time-went"), tr("Where the time went"), {560, 300},
        [&meter](QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font) {
            onGround(device, size, colours, font,
                [&](QPainter& painter, const QSizeF& room) { meter.paintFigure(painter, room, colours, font); });
        },
        [&meter] { return speedCsv(meter.report()); }};
}

Figure distributionFigure(const TokenHistogram& bars)
{
    return {QStringLiteral("tokens-distribution"), tr("Tokens: distribution"), {520, 200},
        [&bars](QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font) {
            onGround(device, size, colours, font,
                [&](QPainter& painter, const QSizeF& room) { bars.paintFigure(painter, room, colours, font); });
        },
        [&bars] { return bars.csv(); }};
}

Figure tokenMapsFigure(const QString& name, const QString& title, const std::vector<const TokenMapView*>& maps,
    std::function<QByteArray()> csv)
{
    return {name, title, {380.0 * static_cast<double>(maps.size()), 280},
        [maps](QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font) {
            onGround(device, size, colours, font, [&](QPainter& painter, const QSizeF& room) {
                const QSize each(
                    static_cast<int>(room.width()) / static_cast<int>(maps.size()), static_cast<int>(room.height()));
                for (const TokenMapView* map : maps) {
                    map->paintFigure(painter, each, colours, font);
                    painter.translate(each.width(), 0);
                }
            });
        },
        std::move(csv)};
}

QImage figurePreview(const Figure& figure, const FigureFormat& format, int width)
{
    const double wanted = std::clamp(width / std::max(1.0, format.size.width()), 0.05, 20.0);
    const double scale = std::max(1.0, wanted); // smaller pictures are drawn at full size and averaged
    QImage image((format.size * scale).toSize().expandedTo({1, 1}), QImage::Format_RGB32);
    image.setDevicePixelRatio(scale);
    image.fill(format.dark ? themeFor(true).panel : QColor(Qt::white));
    figure.paint(image, format.size, themeFor(format.dark), labelFont(format.fontPoints));
    image.setDevicePixelRatio(1);
    return wanted < scale ? image.scaled(
               (format.size * wanted).toSize().expandedTo({1, 1}), Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                          : image;
}

QString writeFigure(const Figure& figure, const QString& path, const FigureFormat& format)
{
    const QString suffix = QFileInfo(path).suffix().toLower();
    if (!format.size.isValid() || format.size.width() < 40 || format.size.height() < 40)
        return tr("A figure of %1 x %2 pixels is too small; make it at least 40 x 40.")
            .arg(format.size.width())
            .arg(format.size.height());
    if (format.csvTwin) {
        const QFileInfo file(path);
        if (const QString problem = writeBytes(
                file.path() + QLatin1Char('/') + file.completeBaseName() + QStringLiteral(".csv"), figure.csv());
            !problem.isEmpty())
            return problem;
    }
    const Theme& colours = themeFor(format.dark);
    const QFont font = labelFont(format.fontPoints);
    if (suffix == QLatin1String("png")) {
        const double scale = format.dotsPerInch / kDotsPerInch;
        if (format.size.width() * scale > 20000 || format.size.height() * scale > 20000)
            return tr("A picture of %1 x %2 pixels is too large; choose a smaller size or fewer dots per inch.")
                .arg(std::lround(format.size.width() * scale))
                .arg(std::lround(format.size.height() * scale));
        QImage image = figurePreview(figure, format, static_cast<int>(std::lround(format.size.width() * scale)));
        const int perMetre = static_cast<int>(std::lround(format.dotsPerInch / 0.0254));
        image.setDotsPerMeterX(perMetre);
        image.setDotsPerMeterY(perMetre);
        return writePicture(path, image);
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (suffix == QLatin1String("pdf")) {
        QPdfWriter writer(&buffer);
        writer.setResolution(static_cast<int>(kDotsPerInch));
        writer.setPageSize(QPageSize(format.size * 72.0 / kDotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        writer.setTitle(figure.title);
        figure.paint(writer, format.size, colours, font);
    } else if (suffix == QLatin1String("svg")) {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setResolution(static_cast<int>(kDotsPerInch));
        generator.setSize(format.size.toSize());
        generator.setViewBox(QRectF(QPointF(0, 0), format.size));
        generator.setTitle(figure.title);
        figure.paint(generator, format.size, colours, font);
    } else {
        return tr("%1: a figure is written as .png, .svg or .pdf; choose one of these endings.").arg(path);
    }
    return writeBytes(path, bytes);
}

} // namespace toca::ui
