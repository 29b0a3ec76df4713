// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/token_histogram.h"

#include "ui/theme/theme.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr int kScoreBars = 24;
constexpr int kMostAges = 64; ///< older tokens share the last bar

} // namespace

TokenHistogram::TokenHistogram(TokenGridModel& model, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    setAccessibleName(tr("Distribution of the tokens"));
    connect(&m_model, &TokenGridModel::changed, this, &TokenHistogram::count);
    count();
}

void TokenHistogram::setQuantity(Quantity quantity)
{
    m_quantity = quantity;
    count();
}

void TokenHistogram::count()
{
    m_bars.clear();
    m_marked = -1;
    const auto add = [this](std::size_t bar, std::int64_t token) {
        ++(m_model.isFresh(token) ? m_bars[bar].computed : m_bars[bar].reused);
    };
    if (m_model.isAvailable() && showsScores()) {
        const double low = static_cast<double>(m_model.smallestScore());
        const double width = (static_cast<double>(m_model.largestScore()) - low) / kScoreBars;
        for (int bar = 0; bar < (width > 0 ? kScoreBars : 1); ++bar) {
            m_bars.push_back({low + bar * width, low + (bar + 1) * width, 0, 0});
        }
        for (std::int64_t token = 0; token < m_model.tokens(); ++token) {
            const double score = static_cast<double>(m_model.score(token));
            if (std::isfinite(score)) {
                const double place = width > 0 ? std::floor((score - low) / width) : 0;
                add(static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(m_bars.size() - 1))), token);
            }
        }
    } else if (m_model.isAvailable()) {
        const int ages = std::min(m_model.largestAge(), kMostAges) + 1;
        for (int age = 0; age < ages; ++age) {
            m_bars.push_back({static_cast<double>(age), static_cast<double>(age), 0, 0});
        }
        for (std::int64_t token = 0; token < m_model.tokens(); ++token) {
            add(static_cast<std::size_t>(std::clamp(m_model.age(token), 0, ages - 1)), token);
        }
    }
    update();
}

QString TokenHistogram::barText(int bar) const
{
    if (bar < 0 || static_cast<std::size_t>(bar) >= m_bars.size()) {
        return {};
    }
    const Bar& shown = m_bars[static_cast<std::size_t>(bar)];
    const QLocale locale;
    const QString place = showsScores()
        ? tr("score %1 to %2").arg(locale.toString(shown.from, 'g', 3), locale.toString(shown.to, 'g', 3))
        : tr("age %1").arg(static_cast<int>(shown.from));
    return tr("%1: %2 computed, %3 reused").arg(place).arg(shown.computed).arg(shown.reused);
}

QByteArray TokenHistogram::csv() const
{
    QByteArray table = "from,to,computed,reused\n";
    for (const Bar& bar : m_bars) {
        table += QByteArray::number(bar.from, 'g', 7) + ',' + QByteArray::number(bar.to, 'g', 7) + ','
            + QByteArray::number(bar.computed) + ',' + QByteArray::number(bar.reused) + '\n';
    }
    return table;
}

QRectF TokenHistogram::plotArea(const QSizeF& size, const QFont& font)
{
    const double line = QFontMetricsF(font).height();
    return QRectF(QPointF(0, 0), size).adjusted(kSpace, line + 2, -kSpace, -line - 2);
}

QRectF TokenHistogram::barRect(int bar) const
{
    if (m_bars.empty() || bar < 0 || static_cast<std::size_t>(bar) >= m_bars.size()) {
        return {};
    }
    return barIn(plotArea(size(), smallFont()), bar);
}

QRectF TokenHistogram::barIn(const QRectF& area, int bar) const
{
    const double width = std::min(area.width() / static_cast<double>(m_bars.size()), 40.0);
    return {area.left() + bar * width, area.top(), width, area.height()};
}

void TokenHistogram::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paint(painter, size(), theme(), smallFont(), m_marked);
    if (hasFocus() && !m_bars.empty()) {
        painter.setPen(QPen(theme().accent, 1));
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void TokenHistogram::paintFigure(QPainter& painter, const QSizeF& size, const Theme& colours, const QFont& font) const
{
    paint(painter, size, colours, font, -1);
}

void TokenHistogram::paint(
    QPainter& painter, const QSizeF& size, const Theme& colours, const QFont& font, int marked) const
{
    painter.setFont(font);
    const QRectF area = plotArea(size, font);
    if (m_bars.empty() || area.height() < 12) { // no room for bars
        return;
    }
    int most = 1;
    for (const Bar& bar : m_bars) {
        most = std::max(most, bar.computed + bar.reused);
    }
    for (int i = 0; i < static_cast<int>(m_bars.size()); ++i) {
        const Bar& bar = m_bars[static_cast<std::size_t>(i)];
        const QRectF place = barIn(area, i).adjusted(0.5, 0, -0.5, 0);
        const double computed = place.height() * bar.computed / most;
        const double reused = place.height() * bar.reused / most;
        if (i == marked) {
            painter.fillRect(place, colours.hover);
        }
        painter.fillRect(QRectF(place.left(), place.bottom() - computed, place.width(), computed), colours.computed);
        painter.fillRect(
            QRectF(place.left(), place.bottom() - computed - reused, place.width(), reused), colours.reused);
    }
    const QRectF last = barIn(area, static_cast<int>(m_bars.size()) - 1);
    const double line = QFontMetricsF(font).height();
    painter.setPen(QPen(colours.border, 1));
    painter.drawLine(area.bottomLeft(), QPointF(last.right(), area.bottom()));
    painter.setPen(marked >= 0 ? colours.text : colours.mutedText);
    const QString title = showsScores() ? tr("Tokens by score") : tr("Tokens by age (evaluations since computed)");
    painter.drawText(QRectF(area.left(), 0, area.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
        marked >= 0 ? barText(marked) : title);
    painter.setPen(colours.mutedText);
    const QLocale locale;
    const auto number = [&](double value) { return locale.toString(value, 'g', 3); };
    painter.drawText(QRectF(area.left(), area.bottom() + 2, 80, line), Qt::AlignLeft, number(m_bars.front().from));
    if (m_bars.size() > 1) {
        painter.drawText(
            QRectF(last.right() - 80, area.bottom() + 2, 80, line), Qt::AlignRight, number(m_bars.back().to));
    }
}

void TokenHistogram::mark(int bar)
{
    if (bar == m_marked) {
        return;
    }
    m_marked = bar;
    setAccessibleDescription(barText(bar));
    QAccessibleEvent change(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&change);
    update();
}

void TokenHistogram::mouseMoveEvent(QMouseEvent* event)
{
    const QRectF first = barRect(0);
    const int bar =
        first.width() > 0 ? static_cast<int>(std::floor((event->position().x() - first.left()) / first.width())) : -1;
    mark(bar >= 0 && bar < static_cast<int>(m_bars.size()) ? bar : -1);
}

void TokenHistogram::leaveEvent(QEvent*)
{
    mark(-1);
}

void TokenHistogram::keyPressEvent(QKeyEvent* event)
{
    const int bars = static_cast<int>(m_bars.size());
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(m_marked >= 0 ? barText(m_marked) : QString::fromUtf8(csv()));
    } else if (bars > 0 && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)) {
        mark(std::clamp(m_marked + (event->key() == Qt::Key_Right ? 1 : -1), 0, bars - 1));
    } else {
        QWidget::keyPressEvent(event);
    }
}

void TokenHistogram::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void TokenHistogram::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace toca::ui
