// SPDX-License-Identifier: Apache-2.0
#include "ui/player/canvas_decoration.h"

#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainterPath>

#include <algorithm>
#include <array>

namespace toca::ui {

namespace {

constexpr double kDot = 8;

} // namespace

QColor plateText()
{
    return themeFor(true).text;
}

QColor plateMutedText()
{
    return QColor(0xb8, 0xbf, 0xca);
}

void paintPlateBackground(QPainter& painter, const QRectF& plate)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(QColor(255, 255, 255, 26), 1));
    painter.setBrush(QColor(14, 16, 20, 214));
    painter.drawRoundedRect(plate.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    painter.restore();
}

QRectF paintPlate(QPainter& painter, const QPointF& anchor, Qt::Alignment alignment, const QString& text,
    const QColor& dot, double maximumWidth)
{
    const QFontMetricsF metrics(painter.font());
    const double dotSpace = dot.isValid() ? kDot + 6 : 0;
    const QStringList lines = text.split(QLatin1Char('\n'));
    double width = 0;
    QStringList shown;
    for (const QString& line : lines) {
        shown << metrics.elidedText(line, Qt::ElideRight, std::max(24.0, maximumWidth - 2 * kPlateMargin - dotSpace));
        width = std::max(width, metrics.horizontalAdvance(shown.back()));
    }
    QRectF plate(0, 0, std::ceil(width + dotSpace + 2 * kPlateMargin),
        std::ceil(metrics.lineSpacing() * static_cast<double>(lines.size()) + kPlateMargin));
    plate.moveTopLeft(anchor);
    if (alignment & Qt::AlignRight)
        plate.moveRight(anchor.x());
    if (alignment & Qt::AlignHCenter)
        plate.moveLeft(anchor.x() - plate.width() / 2);
    if (alignment & Qt::AlignBottom)
        plate.moveBottom(anchor.y());
    plate.moveTopLeft(QPointF(std::round(plate.x()), std::round(plate.y())));
    paintPlateBackground(painter, plate);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    double y = plate.top() + kPlateMargin / 2;
    for (qsizetype i = 0; i < shown.size(); ++i) {
        painter.setPen(i == 0 ? plateText() : plateMutedText());
        painter.drawText(QRectF(plate.left() + kPlateMargin + dotSpace, y, width + 1, metrics.lineSpacing()),
            Qt::AlignLeft | Qt::AlignVCenter, shown[i]);
        y += metrics.lineSpacing();
    }
    if (dot.isValid()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(dot);
        painter.drawEllipse(QRectF(
            plate.left() + kPlateMargin, plate.top() + (metrics.lineSpacing() + kPlateMargin - kDot) / 2, kDot, kDot));
    }
    painter.restore();
    return plate;
}

void paintEmptyIllustration(QPainter& painter, const QPointF& centre, double size)
{
    const Theme& colours = theme();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(centre);
    painter.scale(size / 200, size / 200);

    // Two frames behind, one in front.
    const auto card = [&](double x, double y, double width, double height, double opacity) {
        painter.setOpacity(opacity);
        painter.setPen(QPen(colours.border, 1.5));
        painter.setBrush(colours.raised);
        painter.drawRoundedRect(QRectF(x - width / 2, y - height / 2, width, height), 8, 8);
    };
    card(-52, 0, 72, 72, 0.55);
    card(52, 0, 72, 72, 0.55);
    card(0, 0, 96, 96, 1);

    // 6 x 6 tokens; those around a rising ball are computed.
    static constexpr std::array<const char*, 6> kTokens{"......", "...##.", "..###.", ".####.", ".##...", "......"};
    constexpr double kCell = 13;
    constexpr double kStart = -3 * kCell;
    for (int row = 0; row < 6; ++row) {
        for (int column = 0; column < 6; ++column) {
            const bool lit = kTokens[static_cast<std::size_t>(row)][column] == '#';
            painter.setPen(Qt::NoPen);
            painter.setBrush(lit ? colours.computed : colours.reused);
            painter.setOpacity(lit ? 0.95 : 0.45);
            painter.drawRoundedRect(
                QRectF(kStart + column * kCell + 1, kStart + row * kCell + 1, kCell - 2, kCell - 2), 2.5, 2.5);
        }
    }
    painter.setOpacity(1);
    // Play mark on the lower corner.
    painter.setPen(QPen(colours.canvas, 4));
    painter.setBrush(colours.accent);
    painter.drawEllipse(QPointF(44, 42), 17, 17);
    QPainterPath mark;
    mark.moveTo(39.5, 34.5);
    mark.lineTo(52, 42);
    mark.lineTo(39.5, 49.5);
    mark.closeSubpath();
    painter.setPen(QPen(colours.accentText, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(colours.accentText);
    painter.drawPath(mark);
    painter.restore();
}

} // namespace toca::ui
