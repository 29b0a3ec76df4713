// SPDX-License-Identifier: Apache-2.0
#include "ui/race/race_tile.h"

#include "ui/player/picture_operations.h"
#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr int kDifferenceGain = 4;
constexpr double kCorner = 6;
constexpr double kInset = 6; ///< of the picture from the tile's edge, logical pixels

} // namespace

RaceTile::RaceTile(const PlayerModel& time, PictureStore& pictures, QWidget* parent)
    : QAbstractButton(parent)
    , m_time(time)
    , m_pictures(pictures)
{
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    connect(&time, &PlayerModel::frameChanged, this, [this] {
        if (m_clip || m_preview) {
            update();
        }
    });
}

void RaceTile::setTexts(const QString& title, const QString& numbers)
{
    setText(title);
    m_numbers = numbers;
    updateNames();
    update();
}

void RaceTile::setNote(const QString& note, double progress)
{
    m_note = note;
    m_progress = progress;
    updateNames();
    update();
}

void RaceTile::updateNames()
{
    setAccessibleName(text());
    setAccessibleDescription(m_note.isEmpty() ? m_numbers : m_note);
    setToolTip(tr("%1\n%2\nDouble-click or Return opens this run with its maps and statistics.")
                   .arg(text(), m_note.isEmpty() ? m_numbers : m_note));
}

void RaceTile::setClip(const ClipSourcePtr& clip)
{
    m_clip = clip;
    m_preview = nullptr;
    update();
}

void RaceTile::setPreview(const ClipSourcePtr& preview)
{
    m_preview = preview;
    update();
}

void RaceTile::setDifferenceTo(const ClipSourcePtr& baseline)
{
    m_baseline = baseline;
    update();
}

QRectF RaceTile::pictureArea() const
{
    const double texts = fontMetrics().height() + QFontMetrics(smallFont()).height() + kSpace;
    return QRectF(rect()).adjusted(kInset, kInset, -kInset, -texts - kHalfSpace);
}

QRectF RaceTile::pictureRect() const
{
    const ClipSourcePtr& shown = m_clip ? m_clip : m_preview;
    if (!shown) {
        return {};
    }
    // A prediction takes the finished clip's shape, which all of a race share.
    const QSize size = m_time.pictureSize().isEmpty() ? shown->size() : m_time.pictureSize();
    const QRectF fitted = fittedRect(size, pictureArea());
    return {std::round(fitted.x()), std::round(fitted.y()), std::round(fitted.width()), std::round(fitted.height())};
}

QImage RaceTile::picture(QSize size) const
{
    const ClipSourcePtr& shown = m_clip ? m_clip : m_preview;
    const int frame = m_time.frameCount() > 0 ? m_time.frameIn(shown) : 0;
    if (m_clip && m_baseline && m_baseline != m_clip) {
        return m_pictures.scaledDifference(
            m_clip, frame, m_baseline, m_time.frameIn(m_baseline), kDifferenceGain, size, true);
    }
    return m_pictures.scaled(shown, frame, size, {});
}

void RaceTile::paintEvent(QPaintEvent*)
{
    const Theme& colours = theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(QPen(isChecked() ? colours.accent : colours.border, isChecked() ? 2 : 1));
    painter.setBrush(isChecked() ? colours.accentSoft : underMouse() ? colours.hover : colours.raised);
    painter.drawRoundedRect(isChecked() ? frame.adjusted(0.5, 0.5, -0.5, -0.5) : frame, kCorner, kCorner);
    if (hasFocus()) {
        painter.setPen(QPen(colours.text, 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(frame.adjusted(2, 2, -2, -2), kCorner - 2, kCorner - 2);
    }

    const QRectF area = pictureArea();
    const QRectF place = pictureRect();
    if (!place.isEmpty()) {
        const double ratio = devicePixelRatioF();
        QImage image = picture((place.size() * ratio).toSize());
        painter.setRenderHint(QPainter::SmoothPixmapTransform);
        painter.drawImage(place, image);
        if (!m_clip && m_preview) {
            painter.fillRect(place, QColor(0, 0, 0, 60)); // a prediction, not the result
        }
    } else {
        painter.setPen(colours.mutedText);
        painter.setFont(smallFont());
        painter.save();
        painter.setClipRect(area); // a reason may be long; the tool tip has all of it
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_note);
        painter.restore();
    }
    if (m_progress >= 0) {
        const QRectF bar(area.left(), area.bottom() - 3, area.width(), 3);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.border);
        painter.drawRoundedRect(bar, 1.5, 1.5);
        painter.setBrush(colours.accent);
        painter.drawRoundedRect(
            QRectF(bar.topLeft(), QSizeF(bar.width() * std::min(1.0, m_progress), bar.height())), 1.5, 1.5);
    }

    const double left = area.left() + 2;
    const double width = area.width() - 4;
    double y = area.bottom() + kHalfSpace;
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(colours.text);
    const QFontMetricsF titleMetrics(bold);
    painter.drawText(QRectF(left, y, width, titleMetrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
        titleMetrics.elidedText(text(), Qt::ElideRight, width));
    y += titleMetrics.height();
    painter.setFont(smallFont());
    painter.setPen(colours.mutedText);
    const QFontMetricsF metrics(painter.font());
    const QString second = !m_note.isEmpty() && !place.isEmpty() ? m_note : m_numbers;
    painter.drawText(QRectF(left, y, width, metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
        metrics.elidedText(second, Qt::ElideRight, width));
}

void RaceTile::keyPressEvent(QKeyEvent* event)
{
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && event->modifiers() == Qt::NoModifier) {
        Q_EMIT opened();
        return;
    }
    QAbstractButton::keyPressEvent(event);
}

void RaceTile::mouseDoubleClickEvent(QMouseEvent* event)
{
    QAbstractButton::mouseDoubleClickEvent(event);
    Q_EMIT opened();
}

} // namespace toca::ui
