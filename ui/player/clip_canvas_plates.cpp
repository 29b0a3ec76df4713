// SPDX-License-Identifier: Apache-2.0
#include "ui/player/clip_canvas.h"

#include "ui/player/canvas_decoration.h"
#include "ui/player/token_overlay_painter.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QLinearGradient>
#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace toca::ui {

// What ClipCanvas lays over its pictures in words: legends, read-out, empty and busy state.

namespace {

constexpr double kBusyWidth = 320;
constexpr double kBusyHeight = 64;

} // namespace

/// Bottom left: what the overlay's colours mean.
void ClipCanvas::paintLegend(QPainter& painter)
{
    if (!m_overlay.isOn() || !m_overlay.hasTrace())
        return;
    painter.save();
    painter.setFont(smallFont());
    const QFontMetricsF metrics(painter.font());
    const std::int64_t latent = latentFrame();
    const bool hasValues = m_overlay.isVisible();
    const bool heat = m_overlay.mode() != OverlayMode::Computed;
    const QString title = overlayTitle(m_overlay, latent);
    const bool compact = height() < 320; // keep the picture visible in a small window
    QString place = compact ? QString() : overlayPlace(m_overlay);
    if (hasValues && !place.isEmpty())
        place += QStringLiteral(" \u00b7 ") + tr("latent frame %1").arg(latent);
    const QString computed = tr("computed");
    const QString reused = tr("reused");
    constexpr double kSwatch = 12;
    constexpr double kBar = 150;

    const double line = metrics.lineSpacing();
    const double keyWidth = !hasValues ? 0
        : heat                         ? kBar
               : 2 * kSwatch + 3 * kSpace + metrics.horizontalAdvance(computed) + metrics.horizontalAdvance(reused);
    const double available = width() - 2 * kSpace - 2 * kPlateMargin;
    const double textWidth = std::min(
        available, std::max({metrics.horizontalAdvance(title), metrics.horizontalAdvance(place), keyWidth}) + 2);
    const double keyHeight = !hasValues ? 0 : heat ? 10 + line : line + 2;
    QRectF plate(0, 0, textWidth + 2 * kPlateMargin,
        line * (place.isEmpty() ? 1 : 2) + (keyHeight > 0 ? keyHeight + kHalfSpace : 0) + kPlateMargin + 2);
    plate.moveBottomLeft(QPointF(kSpace, height() - kSpace));
    m_legend = plate;
    if (!hasValues) {
        // Only a hint: it has to be content with the room beside the pictures.
        const bool covers =
            !m_showsHints || m_player.isEmpty() || plate.intersects(pictureRect()) || plate.intersects(baselineRect());
        if (covers) {
            painter.restore();
            return;
        }
    } else if (plate.contains(m_pointer)) {
        painter.setOpacity(0.12); // what is below it can be looked at
    }
    paintPlateBackground(painter, plate);

    double y = plate.top() + kPlateMargin / 2 + 1;
    const double x = plate.left() + kPlateMargin;
    painter.setPen(plateText());
    painter.drawText(
        QRectF(x, y, textWidth, line), Qt::AlignVCenter, metrics.elidedText(title, Qt::ElideRight, textWidth));
    y += line;
    if (!place.isEmpty()) {
        painter.setPen(plateMutedText());
        painter.drawText(
            QRectF(x, y, textWidth, line), Qt::AlignVCenter, metrics.elidedText(place, Qt::ElideMiddle, textWidth));
        y += line;
    }
    if (hasValues && heat) {
        y += kHalfSpace;
        const QRectF bar(x, y, std::min(kBar, textWidth), 8);
        const auto [low, high] = m_overlay.range();
        for (int i = 0; i < static_cast<int>(bar.width()); ++i)
            painter.fillRect(QRectF(bar.left() + i, bar.top(), 1, bar.height()),
                overlayColour(m_overlay, static_cast<float>(low + (high - low) * i / bar.width())));
        const bool share = m_overlay.mode() == OverlayMode::Share;
        const QLocale locale;
        painter.setPen(plateMutedText());
        const QRectF ends(bar.left(), bar.bottom() + 1, bar.width(), line);
        painter.drawText(ends, Qt::AlignLeft | Qt::AlignVCenter,
            share ? tr("0 %") : locale.toString(static_cast<double>(low), 'g', 3));
        painter.drawText(ends, Qt::AlignRight | Qt::AlignVCenter,
            share ? tr("100 %") : locale.toString(static_cast<double>(high), 'g', 3));
    } else if (hasValues) {
        y += kHalfSpace;
        const QColor lit = themeFor(true).computed;
        const QRectF first(x, y + (line - kSwatch) / 2, kSwatch, kSwatch);
        QColor tint = lit;
        tint.setAlpha(70);
        painter.fillRect(first, tint);
        painter.setPen(QPen(lit, 1.5));
        painter.drawRect(first.adjusted(0.75, 0.75, -0.75, -0.75));
        painter.setPen(plateText());
        const double firstText = first.right() + kSpace - 2;
        painter.drawText(QRectF(firstText, y, textWidth, line), Qt::AlignVCenter, computed);
        const QRectF second(
            firstText + metrics.horizontalAdvance(computed) + kWideSpace, first.top(), kSwatch, kSwatch);
        painter.fillRect(second, QColor(0, 0, 0));
        painter.setPen(QPen(QColor(255, 255, 255, 60), 1));
        painter.drawRect(second.adjusted(0.5, 0.5, -0.5, -0.5));
        painter.setPen(plateText());
        painter.drawText(QRectF(second.right() + kSpace - 2, y, textWidth, line), Qt::AlignVCenter, reused);
    }
    painter.restore();
}

/// Bottom right: how large a difference full white stands for.
void ClipCanvas::paintGainLegend(QPainter& painter)
{
    painter.save();
    painter.setFont(smallFont());
    const QFontMetricsF metrics(painter.font());
    constexpr double kBar = 128;
    const double line = metrics.lineSpacing();
    QRectF plate(0, 0, kBar + 2 * kPlateMargin, 2 * line + 10 + kPlateMargin);
    plate.moveBottomRight(QPointF(width() - kSpace, height() - kSpace));
    paintPlateBackground(painter, plate);
    const double x = plate.left() + kPlateMargin;
    double y = plate.top() + kPlateMargin / 2;
    painter.setPen(plateText());
    painter.drawText(QRectF(x, y, kBar, line), Qt::AlignVCenter, tr("difference, of 255"));
    y += line + 2;
    const QRectF bar(x, y, kBar, 8);
    QLinearGradient ramp(bar.topLeft(), bar.topRight());
    ramp.setColorAt(0, Qt::black);
    ramp.setColorAt(1, Qt::white);
    painter.fillRect(bar, ramp);
    painter.setPen(plateMutedText());
    const QRectF ends(x, bar.bottom(), kBar, line);
    painter.drawText(ends, Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("0"));
    painter.drawText(ends, Qt::AlignRight | Qt::AlignVCenter,
        QStringLiteral("\u2265 ") + QLocale().toString(255.0 / m_player.gain(), 'f', m_player.gain() > 1 ? 1 : 0));
    painter.restore();
}

void ClipCanvas::paintReading(QPainter& painter)
{
    if (!m_hovered || !m_overlay.isVisible())
        return;
    painter.save();
    painter.setFont(smallFont());
    const QString text = tokenReading(m_overlay, *m_hovered);
    const bool atRight = m_pointer.x() > width() - 260;
    const bool atTop = m_pointer.y() < 64;
    paintPlate(painter, m_pointer + QPointF(atRight ? -14 : 14, atTop ? 18 : -10),
        (atRight ? Qt::AlignRight : Qt::AlignLeft) | (atTop ? Qt::AlignTop : Qt::AlignBottom), text);
    painter.restore();
}

void ClipCanvas::paintEmpty(QPainter& painter)
{
    const Theme& colours = theme();
    const double scale = std::clamp(std::min(width() / 560.0, height() / 400.0), 0.6, 1.4);
    QFont title = font();
    title.setPointSizeF(title.pointSizeF() * 1.55 * std::max(0.8, scale));
    title.setWeight(QFont::DemiBold);
    const QFont body = font();
    const QFontMetricsF titleMetrics(title);
    const QFontMetricsF bodyMetrics(body);
    const double picture = 190 * scale;
    const double textWidth = std::min(width() - 2.0 * kWideSpace, 520.0 * std::max(1.0, scale));
    const double hintHeight =
        bodyMetrics.boundingRect(QRectF(0, 0, textWidth, 1000), Qt::AlignHCenter | Qt::TextWordWrap, m_hint).height();
    const double total = picture * 0.55 + kWideSpace + titleMetrics.height() + kSpace + hintHeight
        + (m_example.isEmpty() ? 0 : kWideSpace + 32);
    double y = std::max<double>(kSpace, (height() - total) / 2);
    const double middle = width() / 2.0;
    paintEmptyIllustration(painter, {middle, y + picture * 0.26}, picture);
    y += picture * 0.55 + kWideSpace;

    painter.setFont(title);
    painter.setPen(colours.text);
    painter.drawText(
        QRectF(middle - textWidth / 2, y, textWidth, titleMetrics.height()), Qt::AlignCenter, m_emptyTitle);
    y += titleMetrics.height() + kSpace;
    painter.setFont(body);
    painter.setPen(colours.mutedText);
    painter.drawText(
        QRectF(middle - textWidth / 2, y, textWidth, hintHeight + 2), Qt::AlignHCenter | Qt::TextWordWrap, m_hint);
    y += hintHeight + kWideSpace;
    if (m_example.isEmpty())
        return;
    const QString example = bodyMetrics.elidedText(tr("\u201c%1\u201d").arg(m_example), Qt::ElideRight, textWidth - 32);
    const double width = bodyMetrics.horizontalAdvance(example) + 32;
    const QRectF plate(std::round(middle - width / 2) + 0.5, std::round(y) + 0.5, std::ceil(width), 32);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colours.border, 1));
    painter.setBrush(colours.panel);
    painter.drawRoundedRect(plate, 16, 16);
    painter.restore();
    painter.setPen(colours.text);
    painter.drawText(plate, Qt::AlignCenter, example);
}

QRectF ClipCanvas::busyRect() const
{
    const double width = std::min(kBusyWidth, this->width() - 2.0 * kSpace);
    QRectF plate(0, 0, width, kBusyHeight);
    plate.moveCenter(QPointF(this->width() / 2.0, this->height() / 2.0));
    return plate.toAlignedRect();
}

void ClipCanvas::paintBusy(QPainter& painter)
{
    const QRectF plate = busyRect();
    paintPlateBackground(painter, plate);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF ring(plate.left() + 18, plate.center().y() - 13, 26, 26);
    painter.setPen(QPen(QColor(255, 255, 255, 40), 3));
    painter.drawEllipse(ring);
    painter.setPen(QPen(themeFor(true).accent, 3, Qt::SolidLine, Qt::RoundCap));
    const bool known = m_busyProgress >= 0;
    const int span = known ? static_cast<int>(std::lround(std::min(1.0, m_busyProgress) * 360 * 16)) : 100 * 16;
    painter.drawArc(ring, (known ? 90 : 90 - m_busyAngle) * 16, -span);
    painter.setFont(font());
    painter.setPen(plateText());
    QString text = m_busy + QStringLiteral("\u2026");
    if (known)
        text += QLatin1Char(' ') + tr("%1 %").arg(std::lround(100 * std::min(1.0, m_busyProgress)));
    const QRectF place(ring.right() + 16, plate.top(), plate.right() - ring.right() - 28, plate.height());
    painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
        QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, place.width()));
    painter.restore();
}

} // namespace toca::ui
