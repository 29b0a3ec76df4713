// SPDX-License-Identifier: Apache-2.0
#include "ui/compare/speed_meter.h"

#include "ui/colour/oklab.h"
#include "ui/selection/cell_text.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace toca::ui {
namespace {

/// Computing in the modules' colours, the cache's own work in reds, the rest in greys.
QColor colourOf(const std::string& key, const Theme& colours)
{
    if (key == "attention")
        return colours.selfAttention;
    if (key == "cross_attention")
        return colours.crossAttention;
    if (key == "mlp")
        return colours.mlp;
    const double light = colours.dark ? 0.68 : 0.60;
    const auto made = [&](double lightness, double chroma, double hue) {
        return QColor(rgbFromOklab(oklch(lightness, chroma, hue)));
    };
    if (key == "modulation")
        return made(light, 0.12, 300);
    if (key == "conditioning")
        return made(light, 0.09, 210);
    if (key == "scoring")
        return made(light + 0.06, 0.18, 355);
    if (key == "selection")
        return made(light - 0.06, 0.19, 15);
    if (key == "row_moves")
        return made(light - 0.14, 0.17, 30);
    if (key == "cache_traffic")
        return made(light + 0.10, 0.14, 60);
    if (key == "sampler")
        return made(light, 0.05, 120);
    if (key == "preview")
        return made(light + 0.05, 0.02, 250);
    return key == "decoding" ? made(light - 0.12, 0.03, 250) : colours.planned;
}

QFont largeOf(const QFont& font)
{
    QFont large = font;
    if (font.pixelSize() > 0) { // of a figure
        large.setPixelSize(font.pixelSize() * 3 / 2);
    } else {
        large.setPointSizeF(font.pointSizeF() * 1.5);
    }
    large.setWeight(QFont::DemiBold);
    return large;
}

QString gainText(double gain)
{
    return QStringLiteral("%1 ×").arg(QLocale().toString(gain, 'f', 2));
}

/// What the line below the bars shows.
QString noteOf(const SpeedReport& report)
{
    return report.gap() >= 0 ? SpeedMeter::tr("line: the loop at the FLOPs gain, %1; gap %2")
                                   .arg(secondsText(report.expectedSeconds), secondsText(report.gap()))
                             : SpeedMeter::tr("line: the loop at the FLOPs gain, %1; the run was faster")
                                   .arg(secondsText(report.expectedSeconds));
}

} // namespace

/// Places of everything, for a size and a font.
struct SpeedMeter::Layout {
    double line = 0; ///< height of a line of text
    QRectF gains;
    bool isStacked = false; ///< the gains below each other: both don't fit in a line
    QRectF uncached, run; ///< the bars' full lengths
    QRectF note; ///< below the bars, in as many lines as it needs
    QRectF key;
    double perSecond = 0; ///< logical pixels
    double keyColumn = 1; ///< width of a column of the key
    double keyNames = 0;
    int keyRows = 0;
};

constexpr double kSample = 9; ///< side of a colour sample

SpeedMeter::SpeedMeter(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Where the time went"));
    setReport({}, {});
}

void SpeedMeter::setReport(SpeedReport report, const QString& runName)
{
    m_report = std::move(report);
    m_runName = runName;
    m_marked = -1;
    setAccessibleDescription(m_report.isEmpty() ? tr("Nothing to compare yet.") : readout());
    updateGeometry();
    update();
}

QString SpeedMeter::partText(int part) const
{
    const SpeedPart& shown = m_report.parts[static_cast<std::size_t>(part)];
    const double largest = std::max(m_report.baselineSeconds, m_report.runSeconds);
    const auto share = [largest](double seconds) { return percentText(largest > 0 ? seconds / largest : 0); };
    QString text = tr("%1: uncached %2 (%3), this run %4 (%5)")
                       .arg(shown.name, secondsText(shown.baseline), share(shown.baseline), secondsText(shown.run),
                           share(shown.run));
    if (shown.isInLoop) {
        text += tr("; %1 of the gap").arg(secondsText(shown.gap));
    }
    return text;
}

QString SpeedMeter::readout() const
{
    return m_marked >= 0 ? partText(m_marked) : gapSentence(m_report) + QLatin1Char(' ') + breakEvenSentence(m_report);
}

SpeedMeter::Layout SpeedMeter::layoutFor(const QSizeF& size, const QFont& font) const
{
    Layout places;
    const QFontMetricsF metrics(font);
    places.line = metrics.height();
    const double names =
        std::max(metrics.horizontalAdvance(tr("uncached")), metrics.horizontalAdvance(m_runName)) + kSpace;
    const double times = metrics.horizontalAdvance(QStringLiteral("0000 ms")) + kSpace;
    const double bar = 1.35 * places.line;
    double y = 0;
    const QFontMetricsF large(largeOf(font));
    const auto gainWidth = [&](double gain, const QString& name) {
        return large.horizontalAdvance(gainText(gain)) + kHalfSpace + metrics.horizontalAdvance(name);
    };
    places.isStacked = gainWidth(m_report.flopsGain, tr("FLOPs gain")) + kWideSpace
            + gainWidth(m_report.wallClockGain, tr("wall-clock gain"))
        > size.width();
    places.gains = QRectF(0, y, size.width(), (places.isStacked ? 3.4 : 1.9) * places.line);
    y = places.gains.bottom() + kHalfSpace;
    const double length = std::max(40.0, size.width() - names - times);
    places.uncached = QRectF(names, y, length, bar);
    places.run = QRectF(names, y + bar + kHalfSpace, length, bar);
    const double note =
        metrics.boundingRect(QRectF(0, 0, size.width(), 100 * places.line), Qt::TextWordWrap, noteOf(m_report))
            .height();
    places.note = QRectF(0, places.run.bottom() + 4, size.width(), std::max(places.line, note));
    const double keyTop = places.run.bottom() + places.note.height() + 0.6 * places.line;
    places.key = QRectF(0, keyTop, size.width(), std::max(0.0, size.height() - keyTop));
    for (const SpeedPart& part : m_report.parts) {
        places.keyNames = std::max(places.keyNames, metrics.horizontalAdvance(part.name));
    }
    places.keyColumn = kSample + kHalfSpace + places.keyNames
        + metrics.horizontalAdvance(QStringLiteral("  00.00 ms → 00.00 ms")) + kWideSpace;
    const int columns = std::max(1, static_cast<int>((size.width() + kWideSpace) / places.keyColumn));
    places.keyRows = (static_cast<int>(m_report.parts.size()) + columns - 1) / columns;
    double baseline = 0;
    double run = 0;
    for (const SpeedPart& part : m_report.parts) {
        baseline += part.baseline;
        run += part.run;
    }
    const double longest = std::max(baseline, run);
    places.perSecond = longest > 0 ? length / longest : 0;
    return places;
}

int SpeedMeter::heightForWidth(int width) const
{
    const Layout places = layoutFor(QSizeF(width, 1), smallFont());
    return m_report.isEmpty() ? minimumSizeHint().height()
                              : static_cast<int>(std::ceil(places.key.top() + 1.05 * places.line * places.keyRows)) + 2;
}

QRectF SpeedMeter::partRect(int part, bool isRun) const
{
    if (part < 0 || static_cast<std::size_t>(part) >= m_report.parts.size()) {
        return {};
    }
    const Layout places = layoutFor(size(), smallFont());
    const QRectF bar = isRun ? places.run : places.uncached;
    double before = 0;
    for (int i = 0; i < part; ++i) {
        const SpeedPart& each = m_report.parts[static_cast<std::size_t>(i)];
        before += isRun ? each.run : each.baseline;
    }
    const SpeedPart& shown = m_report.parts[static_cast<std::size_t>(part)];
    return {bar.left() + before * places.perSecond, bar.top(), (isRun ? shown.run : shown.baseline) * places.perSecond,
        bar.height()};
}

int SpeedMeter::partAt(const QPointF& position) const
{
    for (int part = 0; part < static_cast<int>(m_report.parts.size()); ++part) {
        for (const bool isRun : {false, true}) {
            if (partRect(part, isRun).contains(position)) {
                return part;
            }
        }
    }
    return -1;
}

void SpeedMeter::paint(QPainter& painter, const QSizeF& size, const Theme& colours, const QFont& font, int marked) const
{
    if (m_report.isEmpty()) {
        painter.setFont(font);
        painter.setPen(colours.mutedText);
        painter.drawText(QRectF(QPointF(0, 0), size), Qt::AlignCenter | Qt::TextWordWrap,
            tr("Compare with the uncached run to see where the time went."));
        return;
    }
    const Layout places = layoutFor(size, font);
    const QFontMetricsF metrics(font);
    // Never one gain without the other.
    const QFont large = largeOf(font);
    QRectF gainPlace = places.gains;
    if (places.isStacked) {
        gainPlace.setHeight(gainPlace.height() / 2);
    }
    const auto gain = [&](double value, const QString& name) {
        painter.setFont(large);
        painter.setPen(colours.text);
        const QString text = gainText(value);
        painter.drawText(gainPlace, Qt::AlignLeft | Qt::AlignVCenter, text);
        const double width = QFontMetricsF(large).horizontalAdvance(text) + kHalfSpace;
        const QRectF rest = gainPlace.adjusted(width, 0, 0, 0);
        painter.setFont(font);
        painter.setPen(colours.mutedText);
        painter.drawText(
            rest, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(name, Qt::ElideRight, rest.width()));
        if (places.isStacked) {
            gainPlace.translate(0, gainPlace.height());
        } else {
            gainPlace.setLeft(rest.left() + metrics.horizontalAdvance(name) + kWideSpace);
        }
    };
    gain(m_report.flopsGain, tr("FLOPs gain"));
    gain(m_report.wallClockGain, tr("wall-clock gain"));

    for (const bool isRun : {false, true}) {
        const QRectF bar = isRun ? places.run : places.uncached;
        painter.setFont(font);
        painter.setPen(colours.text);
        painter.drawText(QRectF(0, bar.top(), bar.left() - kSpace, bar.height()), Qt::AlignLeft | Qt::AlignVCenter,
            isRun ? m_runName : tr("uncached"));
        double left = bar.left();
        double total = 0;
        for (std::size_t i = 0; i < m_report.parts.size(); ++i) {
            const SpeedPart& part = m_report.parts[i];
            const double seconds = isRun ? part.run : part.baseline;
            const QRectF place(left, bar.top(), seconds * places.perSecond, bar.height());
            QColor colour = colourOf(part.key, colours);
            if (marked >= 0 && marked != static_cast<int>(i)) {
                colour.setAlphaF(0.35F);
            }
            painter.fillRect(place.adjusted(0, 0, place.width() > 2 ? -0.6 : 0, 0), colour);
            if (!part.isInLoop && place.width() > 1) { // outside of the compared loop: told apart without colour
                painter.fillRect(place, QBrush(colours.panel, Qt::BDiagPattern));
            }
            left = place.right();
            total += seconds;
        }
        painter.setPen(colours.mutedText);
        painter.drawText(QPointF(left + kHalfSpace, bar.center().y() + 0.35 * places.line), secondsText(total));
    }
    // Where the run's loop would end at the FLOPs gain, and the gap behind it.
    const double expected = places.run.left() + m_report.expectedSeconds * places.perSecond;
    const double reached = places.run.left() + m_report.runSeconds * places.perSecond;
    painter.setPen(QPen(colours.text, 1.5));
    painter.drawLine(QPointF(expected, places.run.top() - 2), QPointF(expected, places.run.bottom() + 4));
    painter.setPen(QPen(colours.warning, 2));
    painter.drawLine(QPointF(expected, places.run.bottom() + 3), QPointF(reached, places.run.bottom() + 3));
    painter.setPen(colours.mutedText);
    painter.drawText(places.note, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, noteOf(m_report));

    // The key, with what each part took in both runs.
    const int rows = std::max(1, places.keyRows);
    const double column = std::min(places.keyColumn - kWideSpace, size.width());
    for (std::size_t i = 0; i < m_report.parts.size(); ++i) {
        const SpeedPart& part = m_report.parts[i];
        const QPointF at(places.key.left() + static_cast<double>(static_cast<int>(i) / rows) * places.keyColumn,
            places.key.top() + (static_cast<int>(i) % rows) * places.line * 1.05);
        if (at.y() + places.line > places.key.bottom() + 1) {
            continue;
        }
        const bool faded = marked >= 0 && marked != static_cast<int>(i);
        painter.fillRect(
            QRectF(at.x(), at.y() + (places.line - kSample) / 2, kSample, kSample), colourOf(part.key, colours));
        painter.setPen(faded ? colours.faintText : colours.text);
        const QString times = QStringLiteral("%1 → %2").arg(secondsText(part.baseline), secondsText(part.run));
        const double name = column - kSample - 2 * kHalfSpace - metrics.horizontalAdvance(times);
        painter.drawText(QRectF(at.x() + kSample + kHalfSpace, at.y(), name, places.line),
            Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(part.name, Qt::ElideRight, name));
        painter.setPen(faded ? colours.faintText : colours.mutedText);
        painter.drawText(QRectF(at.x() + kSample + kHalfSpace, at.y(), column - kSample - kHalfSpace, places.line),
            Qt::AlignRight | Qt::AlignVCenter, times);
    }
}

void SpeedMeter::paintFigure(QPainter& painter, const QSizeF& size, const Theme& colours, const QFont& font) const
{
    paint(painter, size, colours, font, -1);
}

void SpeedMeter::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paint(painter, size(), theme(), smallFont(), m_marked);
    if (hasFocus()) {
        painter.setPen(QPen(theme().accent, 1));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void SpeedMeter::mark(int part)
{
    if (part == m_marked) {
        return;
    }
    m_marked = part;
    setAccessibleDescription(readout());
    QAccessibleEvent change(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&change);
    update();
    Q_EMIT partMarked(part);
}

void SpeedMeter::mouseMoveEvent(QMouseEvent* event)
{
    mark(partAt(event->position()));
}

void SpeedMeter::leaveEvent(QEvent*)
{
    mark(-1);
}

void SpeedMeter::keyPressEvent(QKeyEvent* event)
{
    const int parts = static_cast<int>(m_report.parts.size());
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(
            m_marked >= 0 ? partText(m_marked) : QString::fromUtf8(speedCsv(m_report)));
    } else if (parts > 0 && (event->key() == Qt::Key_Right || event->key() == Qt::Key_Left)) {
        const int by = event->key() == Qt::Key_Right ? 1 : -1;
        mark(m_marked < 0 ? (by > 0 ? 0 : parts - 1) : std::clamp(m_marked + by, 0, parts - 1));
    } else {
        QWidget::keyPressEvent(event);
    }
}

void SpeedMeter::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void SpeedMeter::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

bool SpeedMeter::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int part = partAt(help->pos());
        if (part >= 0) {
            const SpeedPart& shown = m_report.parts[static_cast<std::size_t>(part)];
            QToolTip::showText(help->globalPos(),
                QStringLiteral("<p>%1</p><p>%2</p>").arg(partText(part).toHtmlEscaped(), shown.help.toHtmlEscaped()),
                this);
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

} // namespace toca::ui
