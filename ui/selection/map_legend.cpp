// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/map_legend.h"

#include "ui/selection/cell_painter.h"
#include "ui/theme/theme.h"

#include <QFontMetrics>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <numeric>

namespace toca::ui {

namespace {

constexpr int kSampleWidth = 18;
constexpr int kSampleHeight = 12;
constexpr int kItemGap = 8;
constexpr int kMostRows = 2;

MapCellState sample(MapCellState::Source source, plan::Action action, std::int64_t computed)
{
    MapCellState state;
    state.source = source;
    state.action = action;
    state.computedTokens = computed;
    state.tokens = 100;
    return state;
}

int total(const std::vector<int>& widths)
{
    return std::accumulate(widths.begin(), widths.end(), 0);
}

} // namespace

MapLegend::MapLegend(QWidget* parent)
    : QWidget(parent)
{
    using Source = MapCellState::Source;
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    m_items = {{sample(Source::Happened, plan::Action::Full, 100), tr("full"),
                   tr("<b>full</b>: every token computed, the cache renewed")},
        {sample(Source::Happened, plan::Action::Subset, 40), tr("subset"),
            tr("<b>subset</b>: some tokens computed (bar = fresh ratio), the others reused")},
        {sample(Source::Happened, plan::Action::Reuse, 0), tr("reused"), tr("<b>reused</b>: the stored output")},
        {sample(Source::Happened, plan::Action::Skip, 0), tr("not entered"),
            tr("<b>not entered</b>: layer or step jumped over")},
        {sample(Source::Planned, plan::Action::Subset, 60), tr("planned"), tr("<b>planned</b>: not run yet")}};
    QStringList help;
    for (const Item& item : m_items) {
        help += item.help;
    }
    setToolTip(help.join(QStringLiteral("<br>")));
    setAccessibleName(tr("Key of the selection map"));
    setAccessibleDescription(help.join(QStringLiteral("; ")).remove(QStringLiteral("<b>")).remove("</b>"));
}

int MapLegend::lineHeight() const
{
    return std::max(QFontMetrics(smallFont()).height(), kSampleHeight + 2);
}

int MapLegend::itemWidth(const Item& item) const
{
    return kSampleWidth + kHalfSpace + QFontMetrics(smallFont()).horizontalAdvance(item.name) + 2;
}

std::vector<int> MapLegend::columns(int rows) const
{
    std::vector<int> widths((m_items.size() + static_cast<std::size_t>(rows) - 1) / static_cast<std::size_t>(rows), 0);
    for (std::size_t index = 0; index < m_items.size(); ++index) {
        int& width = widths[index % widths.size()];
        width = std::max(width, itemWidth(m_items[index]) + kItemGap);
    }
    return widths;
}

int MapLegend::rowsThatFit() const
{
    for (int rows = 1; rows <= kMostRows; ++rows) {
        if (total(columns(rows)) - kItemGap <= width()) {
            return rows;
        }
    }
    return 0;
}

bool MapLegend::showsNames() const
{
    return rowsThatFit() > 0;
}

QSize MapLegend::sizeHint() const
{
    return {total(columns(1)), kMostRows * lineHeight()};
}

QSize MapLegend::minimumSizeHint() const
{
    return {kSampleWidth, kMostRows * lineHeight()};
}

std::vector<MapLegend::Place> MapLegend::places() const
{
    const int rows = rowsThatFit();
    const std::vector<int> widths = rows > 0 ? columns(rows) : std::vector<int>(m_items.size(), kSampleWidth + 3);
    const int line = lineHeight();
    const int top = (height() - std::max(rows, 1) * line) / 2;
    std::vector<Place> places;
    int x = 1;
    for (std::size_t index = 0; index < m_items.size(); ++index) {
        const std::size_t column = index % widths.size();
        x = column == 0 ? 1 : x;
        const int row = static_cast<int>(index / widths.size());
        const int own = rows > 0 ? itemWidth(m_items[index]) : kSampleWidth;
        places.push_back({&m_items[index], QRect(x, top + row * line, own, line)});
        x += widths[column];
    }
    return places;
}

bool MapLegend::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (const Place& place : places()) {
            if (place.area.contains(help->pos())) {
                QToolTip::showText(help->globalPos(), place.item->help, this, place.area);
                return true;
            }
        }
    }
    return QWidget::event(event);
}

void MapLegend::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double ratio = devicePixelRatioF();
    painter.setFont(smallFont());
    const bool names = showsNames();
    for (const auto& [item, area] : places()) {
        QImage picture((QSizeF(kSampleWidth, kSampleHeight) * ratio).toSize(), QImage::Format_RGB32);
        picture.setDevicePixelRatio(ratio);
        CellPainter(picture, ratio).paint(picture.rect(), item->state);
        const QRect place(area.left(), area.top() + (area.height() - kSampleHeight) / 2, kSampleWidth, kSampleHeight);
        painter.drawImage(place.topLeft(), picture);
        painter.setPen(theme().border);
        painter.drawRect(place.adjusted(-1, -1, 0, 0));
        if (names) {
            painter.setPen(theme().mutedText);
            painter.drawText(
                area.adjusted(kSampleWidth + kHalfSpace, 0, 2, 0), Qt::AlignLeft | Qt::AlignVCenter, item->name);
        }
    }
}

} // namespace toca::ui
