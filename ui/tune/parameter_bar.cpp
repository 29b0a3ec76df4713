// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/parameter_bar.h"
#include "ui/policy_texts.h"

#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr double kTrackHeight = 8;
constexpr double kLabelShare = 0.46; ///< of the width

double number(const plan::ParameterValue& value)
{
    if (const auto* held = std::get_if<double>(&value)) {
        return *held;
    }
    const auto* integer = std::get_if<std::int64_t>(&value);
    return integer ? static_cast<double>(*integer) : 0;
}

} // namespace

ParameterBar::ParameterBar(CachingModel& caching, const plan::ParameterSpec& spec, QWidget* parent)
    : QWidget(parent)
    , m_caching(caching)
    , m_spec(spec)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setObjectName(QString::fromStdString(spec.name) + "_bar");
    setAccessibleName(policyText(spec.label));
    setCursor(Qt::SizeHorCursor);
    setToolTip(QStringLiteral("<b>%1</b> (%2)<p>%3</p><p><i>%4</i></p>")
                   .arg(policyText(spec.label).toHtmlEscaped(), QString::fromStdString(spec.name).toHtmlEscaped(),
                       policyText(spec.help).toHtmlEscaped(), tr("Drag to set, double-click or Delete to reset.")));
    refresh();
}

QSize ParameterBar::sizeHint() const
{
    return {220, static_cast<int>(QFontMetricsF(font()).height()) + 6};
}

double ParameterBar::value() const
{
    return number(m_caching.value(m_spec.name));
}

double ParameterBar::stepSize() const
{
    return m_spec.kind == plan::ParameterKind::Integer ? 1 : std::min(m_spec.stepSize, 0.05);
}

void ParameterBar::refresh()
{
    if (!m_isDragging) { // the scale must not move under the pointer
        const double shown = std::max(value(), number(m_caching.initialValue(m_spec.name)));
        const bool isInteger = m_spec.kind == plan::ParameterKind::Integer;
        m_top = std::min(m_spec.maximum,
            isInteger          ? std::max(12.0, 2 * shown)
                : shown <= 0.9 ? 1.0
                : shown <= 1.8 ? 2.0
                               : std::ceil(1.25 * shown));
    }
    setAccessibleDescription(valueText());
    update();
}

QString ParameterBar::valueText() const
{
    const QLocale locale;
    const bool isInteger = m_spec.kind == plan::ParameterKind::Integer;
    QString text = isInteger
        ? locale.toString(static_cast<qlonglong>(value()))
        : locale.toString(value(), 'f', std::abs(value() - std::round(value() * 100) / 100) > 1e-9 ? 3 : 2);
    if (!m_spec.unit.empty()) {
        text += " " + policyText(m_spec.unit);
    }
    return text;
}

void ParameterBar::setValue(double value)
{
    const double step = stepSize();
    value = std::clamp(std::round(value / step) * step, m_spec.minimum, m_spec.maximum);
    plan::ParameterValue next = std::round(value * 1000) / 1000;
    if (m_spec.kind == plan::ParameterKind::Integer) {
        next = static_cast<std::int64_t>(std::llround(value));
    }
    if (!m_isDragging) {
        ++m_drags;
    }
    CachingState state = m_caching.state();
    if (next == m_caching.initialValue(m_spec.name)) {
        state.values.erase(m_spec.name);
    } else {
        state.values[m_spec.name] = next;
    }
    m_caching.edit(
        state, tr("change %1").arg(policyText(m_spec.label).toLower()), m_spec.name + std::to_string(m_drags));
}

void ParameterBar::reset()
{
    m_caching.resetValue(m_spec.name);
}

QRectF ParameterBar::track() const
{
    const QFontMetricsF metrics(font());
    const double left = std::floor(width() * kLabelShare);
    const double room = metrics.horizontalAdvance(QStringLiteral("0000 steps"));
    return {left, (height() - kTrackHeight) / 2.0, std::max(width() - left - room - kSpace, 20.0), kTrackHeight};
}

double ParameterBar::placeOf(double value) const
{
    const QRectF bar = track();
    return bar.left() + std::clamp(value / m_top, 0.0, 1.0) * bar.width();
}

void ParameterBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF bar = track();
    const bool isChanged = m_caching.isChanged(m_spec.name);
    QString label = policyText(m_spec.label);
    if (isChanged) {
        label += QStringLiteral(" •"); // not by colour alone
    }
    painter.setPen(isChanged ? theme().accent : theme().mutedText);
    painter.drawText(QRectF(0, 0, bar.left() - kSpace, height()), Qt::AlignLeft | Qt::AlignVCenter,
        painter.fontMetrics().elidedText(label, Qt::ElideRight, static_cast<int>(bar.left()) - kSpace));
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().border);
    painter.drawRoundedRect(bar, 3, 3);
    QRectF filled = bar;
    filled.setRight(placeOf(value()));
    painter.setBrush(hasFocus() || m_isDragging ? theme().accent : theme().mutedText);
    if (filled.width() > 0.5) {
        painter.drawRoundedRect(filled, 3, 3);
    }
    // The value that a reset goes back to.
    const double mark = placeOf(number(m_caching.initialValue(m_spec.name)));
    painter.fillRect(QRectF(mark - 1, bar.top() - 3, 2, bar.height() + 6), theme().faintText);
    painter.setPen(hasFocus() ? theme().accent : theme().text);
    painter.drawText(QRectF(bar.right() + kSpace, 0, width() - bar.right() - kSpace, height()),
        Qt::AlignLeft | Qt::AlignVCenter, valueText());
}

bool ParameterBar::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Left || key == Qt::Key_Right || key == Qt::Key_Delete) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

void ParameterBar::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && event->position().x() >= track().left() - kSpace) {
        ++m_drags;
        m_isDragging = true;
        mouseMoveEvent(event);
    }
}

void ParameterBar::mouseMoveEvent(QMouseEvent* event)
{
    if (m_isDragging) {
        const QRectF bar = track();
        setValue(std::max((event->position().x() - bar.left()) / bar.width(), 0.0) * m_top);
    }
}

void ParameterBar::mouseReleaseEvent(QMouseEvent*)
{
    m_isDragging = false;
    refresh();
}

void ParameterBar::mouseDoubleClickEvent(QMouseEvent*)
{
    m_isDragging = false;
    reset();
}

void ParameterBar::wheelEvent(QWheelEvent* event)
{
    if (!hasFocus()) { // scrolling past must change nothing
        event->ignore();
        return;
    }
    setValue(value() + stepSize() * event->angleDelta().y() / 120.0);
    event->accept();
}

void ParameterBar::keyPressEvent(QKeyEvent* event)
{
    const double far = event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1;
    switch (event->key()) {
    case Qt::Key_Left:
        return setValue(value() - far * stepSize());
    case Qt::Key_Right:
        return setValue(value() + far * stepSize());
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
        return reset();
    default:
        QWidget::keyPressEvent(event);
    }
}

void ParameterBar::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void ParameterBar::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace toca::ui
