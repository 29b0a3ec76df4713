// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/curve_view.h"

#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace toca::ui {

using plan::PointCurve;

namespace {

constexpr double kReach = 9; ///< pixels around a point in which it is meant
constexpr double kPointRadius = 4;

double rounded(double value)
{
    return std::round(value * 1000) / 1000;
}

} // namespace

CurveView::CurveView(CachingModel& caching, std::string parameter, Axis axis, QWidget* parent)
    : QWidget(parent)
    , m_caching(caching)
    , m_parameter(std::move(parameter))
    , m_axis(axis)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setObjectName(QString::fromStdString(m_parameter) + "_view");
    setAccessibleName(axis == Axis::Steps ? tr("Fresh ratio over steps") : tr("Fresh ratio over layers"));
    connect(&caching, &CachingModel::changed, this, &CurveView::follow);
    follow();
}

int CurveView::count() const
{
    const plan::Plan* plan = m_caching.plan();
    return !plan ? 0 : m_axis == Axis::Steps ? plan->evaluationCount() : plan->layerCount();
}

void CurveView::follow()
{
    std::vector<PointCurve::Point> points;
    const plan::ParameterValue value = m_caching.value(m_parameter);
    if (const auto* text = std::get_if<std::string>(&value)) {
        if (const auto curve = PointCurve::parse(m_parameter, *text)) {
            points = curve->points();
        }
    }
    if (points.empty()) {
        points = {{0, 1}, {1, 1}};
    }
    if (m_selected >= static_cast<int>(points.size())) {
        m_selected = -1;
    }
    m_points = std::move(points);
    if (!m_isDragging) { // the axis must not move under the pointer
        double highest = 0;
        for (const PointCurve::Point& point : m_points) {
            highest = std::max(highest, point.value);
        }
        m_top = highest < 1.9 ? 2 : highest < 4.7 ? 5 : PointCurve::kLargestValue;
    }
    setAccessibleDescription(m_selected >= 0 ? textOf(m_points[static_cast<std::size_t>(m_selected)])
                                             : tr("%1 points").arg(m_points.size()));
    update();
    Q_EMIT selectionChanged();
}

void CurveView::select(int point)
{
    m_selected = point >= 0 && point < static_cast<int>(m_points.size()) ? point : -1;
    setAccessibleDescription(m_selected >= 0 ? textOf(m_points[static_cast<std::size_t>(m_selected)]) : QString());
    update();
    Q_EMIT selectionChanged();
}

void CurveView::store(const QString& text)
{
    CachingState state = m_caching.state();
    const plan::ParameterValue value = PointCurve::of(m_points).text();
    if (value == m_caching.initialValue(m_parameter)) {
        state.values.erase(m_parameter);
    } else {
        state.values[m_parameter] = value;
    }
    m_caching.edit(state, text, m_parameter + std::to_string(m_edits));
}

void CurveView::setSelected(PointCurve::Point point)
{
    if (m_selected < 0) {
        return;
    }
    const auto index = static_cast<std::size_t>(m_selected);
    constexpr double kApart = 0.001;
    const double lowest = index > 0 ? m_points[index - 1].position + kApart : 0;
    const double highest = index + 1 < m_points.size() ? m_points[index + 1].position - kApart : 1;
    point.position = rounded(std::clamp(point.position, lowest, std::max(lowest, highest)));
    point.value = rounded(std::clamp(point.value, 0.0, PointCurve::kLargestValue));
    if (point == m_points[index]) {
        return;
    }
    if (!m_isDragging) {
        ++m_edits;
    }
    m_points[index] = point;
    store(m_axis == Axis::Steps ? tr("move a point of the curve over steps")
                                : tr("move a point of the curve over layers"));
}

void CurveView::addPoint(PointCurve::Point point)
{
    if (m_points.size() >= PointCurve::kMostPoints) {
        return;
    }
    const auto place = std::find_if(
        m_points.begin(), m_points.end(), [&](const auto& each) { return each.position >= point.position; });
    if (place != m_points.end() && std::abs(place->position - point.position) < 0.002) {
        return; // two points at one place make no curve
    }
    m_selected = static_cast<int>(place - m_points.begin());
    m_points.insert(place, {rounded(point.position), rounded(point.value)});
    ++m_edits;
    store(
        m_axis == Axis::Steps ? tr("add a point to the curve over steps") : tr("add a point to the curve over layers"));
}

void CurveView::removePoint(int point)
{
    if (point < 0 || point >= static_cast<int>(m_points.size()) || m_points.size() < 2) {
        return;
    }
    m_points.erase(m_points.begin() + point);
    m_selected = std::min(point, static_cast<int>(m_points.size()) - 1);
    ++m_edits;
    store(m_axis == Axis::Steps ? tr("remove a point of the curve over steps")
                                : tr("remove a point of the curve over layers"));
}

QRectF CurveView::plotRect() const
{
    const QFontMetricsF metrics(smallFont());
    const double left = metrics.horizontalAdvance(QStringLiteral("10 ×")) + kSpace;
    return QRectF(rect()).adjusted(left, kSpace, -kSpace - 2, -metrics.height() - kHalfSpace);
}

QPointF CurveView::placeOf(const PointCurve::Point& point) const
{
    const QRectF plot = plotRect();
    return {plot.left() + point.position * plot.width(), plot.bottom() - point.value / m_top * plot.height()};
}

PointCurve::Point CurveView::pointAt(const QPointF& position) const
{
    const QRectF plot = plotRect();
    return {std::clamp((position.x() - plot.left()) / plot.width(), 0.0, 1.0),
        std::clamp((plot.bottom() - position.y()) / plot.height(), 0.0, 1.0) * m_top};
}

int CurveView::nearestPoint(const QPointF& position) const
{
    int nearest = -1;
    double least = kReach;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const QPointF between = placeOf(m_points[i]) - position;
        if (const double distance = std::hypot(between.x(), between.y()); distance < least) {
            least = distance;
            nearest = static_cast<int>(i);
        }
    }
    return nearest;
}

QString CurveView::textOf(const PointCurve::Point& point) const
{
    const QLocale locale;
    const int last = std::max(count() - 1, 0);
    return (m_axis == Axis::Steps ? tr("step %1 · %2 × the fresh ratio") : tr("layer %1 · %2 × the fresh ratio"))
        .arg(locale.toString(point.position * last, 'f', 1), locale.toString(point.value, 'f', 2));
}

/// Planned share of computed tokens for each step or layer.
std::vector<double> CurveView::shares() const
{
    const plan::Plan* plan = m_caching.plan();
    std::vector<double> shares;
    if (!plan) {
        return shares;
    }
    if (m_axis == Axis::Steps) {
        for (int evaluation = 0; evaluation < plan->evaluationCount(); ++evaluation) {
            shares.push_back(plan->freshRatio(evaluation));
        }
        return shares;
    }
    const double all = static_cast<double>(std::max<std::int64_t>(plan->geometry().grid.tokens(), 1))
        * std::max(plan->evaluationCount(), 1) * (plan->geometry().crossAttention ? 3 : 2);
    for (int layer = 0; layer < plan->layerCount(); ++layer) {
        double sum = 0;
        for (int evaluation = 0; evaluation < plan->evaluationCount(); ++evaluation) {
            for (const plan::ModuleKind module : plan::kAllModules) {
                if (module != plan::ModuleKind::CrossAttention || plan->geometry().crossAttention) {
                    sum += plan->at(evaluation, layer, module).tokens;
                }
            }
        }
        shares.push_back(sum / all);
    }
    return shares;
}

void CurveView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const QRectF plot = plotRect();
    painter.setFont(smallFont());
    const QFontMetricsF metrics = painter.fontMetrics();
    const std::vector<double> bars = shares();
    if (!bars.empty()) {
        QColor colour = theme().computed;
        colour.setAlphaF(0.28F);
        const double width = plot.width() / static_cast<double>(bars.size());
        for (std::size_t i = 0; i < bars.size(); ++i) {
            const double height = bars[i] * plot.height();
            painter.fillRect(QRectF(plot.left() + width * static_cast<double>(i), plot.bottom() - height,
                                 std::max(width - 1, 1.0), height),
                colour);
        }
    }
    for (const double value : {0.0, 1.0, m_top}) {
        const double y = placeOf({0, value}).y();
        painter.setPen(
            QPen(value == 1.0 ? theme().border : theme().grid, 1, value == 1.0 ? Qt::DashLine : Qt::SolidLine));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setPen(theme().mutedText);
        painter.drawText(QRectF(0, y - metrics.height() / 2, plot.left() - kHalfSpace, metrics.height()),
            Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("%1 ×").arg(value));
    }
    const QRectF axisText(plot.left(), plot.bottom() + 2, plot.width(), metrics.height());
    painter.drawText(axisText, Qt::AlignLeft, QStringLiteral("0"));
    painter.drawText(axisText, Qt::AlignHCenter, m_axis == Axis::Steps ? tr("step") : tr("layer"));
    painter.drawText(axisText, Qt::AlignRight, QString::number(std::max(count() - 1, 0)));

    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath line(QPointF(plot.left(), placeOf(m_points.front()).y()));
    for (const PointCurve::Point& point : m_points) {
        line.lineTo(placeOf(point));
    }
    line.lineTo(QPointF(plot.right(), placeOf(m_points.back()).y()));
    painter.setPen(QPen(theme().accent, 2));
    painter.drawPath(line);
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const bool isSelected = static_cast<int>(i) == m_selected, isHovered = static_cast<int>(i) == m_hovered;
        const double radius = kPointRadius + (isSelected || isHovered ? 1.5 : 0);
        painter.setBrush(isSelected ? theme().accent : theme().raised);
        painter.setPen(QPen(isSelected && hasFocus() ? theme().text : theme().accent, 2));
        painter.drawEllipse(placeOf(m_points[i]), radius, radius);
    }
}

bool CurveView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int point = nearestPoint(help->pos());
        QToolTip::showText(help->globalPos(),
            point >= 0 ? textOf(m_points[static_cast<std::size_t>(point)])
                       : tr("Drag a point; double-click adds one, Delete removes it. Bars: planned share of computed "
                            "tokens, 0 to 100 %."),
            this);
        return true;
    }
    if (event->type() == QEvent::ShortcutOverride) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Left:
        case Qt::Key_Right:
        case Qt::Key_Up:
        case Qt::Key_Down:
        case Qt::Key_Delete:
            event->accept();
            return true;
        default:
            break;
        }
    }
    return QWidget::event(event);
}

void CurveView::mousePressEvent(QMouseEvent* event)
{
    const int point = nearestPoint(event->position());
    if (event->button() == Qt::RightButton) {
        removePoint(point);
        return;
    }
    if (event->button() != Qt::LeftButton) {
        return;
    }
    select(point);
    if (point >= 0) {
        m_isDragging = true;
        ++m_edits;
    }
}

void CurveView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_isDragging) {
        setSelected(pointAt(event->position()));
        return;
    }
    const int point = nearestPoint(event->position());
    if (point != m_hovered) {
        m_hovered = point;
        setCursor(point >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
        update();
    }
}

void CurveView::mouseReleaseEvent(QMouseEvent*)
{
    if (m_isDragging) {
        m_isDragging = false;
        follow(); // the axis may follow now
    }
}

void CurveView::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && nearestPoint(event->position()) < 0) {
        addPoint(pointAt(event->position()));
    }
}

void CurveView::leaveEvent(QEvent*)
{
    m_hovered = -1;
    update();
}

void CurveView::keyPressEvent(QKeyEvent* event)
{
    const int points = static_cast<int>(m_points.size());
    const double far = event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1;
    const auto move = [&](double position, double value) {
        PointCurve::Point point = m_points[static_cast<std::size_t>(std::max(m_selected, 0))];
        if (m_selected < 0) {
            select(0);
            return;
        }
        setSelected({point.position + far * position, point.value + far * value});
    };
    const double stride = count() > 1 ? 1.0 / (count() - 1) : 0.05;
    switch (event->key()) {
    case Qt::Key_PageDown:
        return select((m_selected + 1) % points);
    case Qt::Key_PageUp:
        return select((m_selected + points - 1 + (m_selected < 0)) % points);
    case Qt::Key_Left:
        return move(-stride, 0);
    case Qt::Key_Right:
        return move(stride, 0);
    case Qt::Key_Up:
        return move(0, 0.05);
    case Qt::Key_Down:
        return move(0, -0.05);
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
        return removePoint(m_selected);
    case Qt::Key_Insert: {
        const int at = std::clamp(m_selected, 0, points - 1);
        const PointCurve::Point& a = m_points[static_cast<std::size_t>(at)];
        const PointCurve::Point b =
            at + 1 < points ? m_points[static_cast<std::size_t>(at + 1)] : PointCurve::Point{1, a.value};
        return addPoint({(a.position + b.position) / 2, (a.value + b.value) / 2});
    }
    default:
        QWidget::keyPressEvent(event);
    }
}

void CurveView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void CurveView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace toca::ui
