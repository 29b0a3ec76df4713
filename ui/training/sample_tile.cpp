// SPDX-License-Identifier: Apache-2.0
#include "ui/training/sample_tile.h"

#include "ui/theme/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr int kSmallest = 88;
constexpr int kUsual = 150;

} // namespace

SampleTile::SampleTile(QWidget* parent)
    : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setCursor(Qt::PointingHandCursor);
}

void SampleTile::setSample(std::shared_ptr<const DecodedSample> sample, const QString& title, bool exists)
{
    m_sample = std::move(sample);
    m_title = title;
    m_exists = exists;
    const QString caption = m_sample ? m_sample->caption : QString();
    setToolTip(m_sample && !m_sample->problem.isEmpty() ? m_sample->problem : caption);
    setAccessibleName(caption.isEmpty() ? title : QStringLiteral("%1: %2").arg(title, caption));
    update();
}

void SampleTile::setFrame(qint64 frame)
{
    const int before = shownFrame();
    m_frame = std::max<qint64>(frame, 0);
    if (shownFrame() != before) {
        update();
    }
}

int SampleTile::shownFrame() const
{
    if (!m_sample || m_sample->frames.empty()) {
        return -1;
    }
    return static_cast<int>(m_frame % static_cast<qint64>(m_sample->frames.size()));
}

int SampleTile::titleHeight() const
{
    return QFontMetrics(smallFont()).height() + kHalfSpace;
}

QSize SampleTile::sizeHint() const
{
    return {kUsual, kUsual + titleHeight()};
}

QSize SampleTile::minimumSizeHint() const
{
    return {kSmallest, kSmallest + titleHeight()};
}

int SampleTile::heightForWidth(int width) const
{
    return std::max(width, kSmallest) + titleHeight();
}

void SampleTile::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    const Theme& colours = theme();
    const QRect room(0, 0, width(), height() - titleHeight());
    painter.fillRect(room, colours.canvas);
    painter.setFont(smallFont());
    if (const int frame = shownFrame(); frame >= 0) {
        const QImage& picture = m_sample->frames[static_cast<std::size_t>(frame)];
        const QSize size = picture.size().scaled(room.size(), Qt::KeepAspectRatio);
        painter.drawImage(
            QRect(QPoint((room.width() - size.width()) / 2, (room.height() - size.height()) / 2), size), picture);
    } else {
        painter.setPen(colours.mutedText);
        painter.drawText(room.adjusted(kSpace, kSpace, -kSpace, -kSpace), Qt::AlignCenter | Qt::TextWordWrap,
            !m_exists                                      ? tr("None")
                : m_sample && !m_sample->problem.isEmpty() ? tr("Cannot be read")
                                                           : tr("Reading…"));
    }
    painter.setPen(colours.mutedText);
    const QRect below(0, room.bottom() + 1, width(), titleHeight());
    painter.drawText(below, Qt::AlignHCenter | Qt::AlignVCenter,
        painter.fontMetrics().elidedText(m_title, Qt::ElideRight, below.width()));
}

void SampleTile::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint())) {
        Q_EMIT clicked();
    }
}

} // namespace toca::ui
