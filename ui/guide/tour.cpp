// SPDX-License-Identifier: Apache-2.0
#include "ui/guide/tour.h"

#include "ui/theme/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr int kCardWidth = 340, kGap = 14, kRadius = 8;

} // namespace

Tour::Tour(QList<TourStop> stops, QWidget& window)
    : QWidget(&window)
    , m_stops(std::move(stops))
    , m_card(new QFrame(this))
    , m_title(new QLabel)
    , m_text(new QLabel)
    , m_progress(new QLabel)
    , m_back(new QPushButton(tr("Back")))
    , m_next(new QPushButton)
{
    setObjectName("tour");
    setAccessibleName(tr("Tour"));
    setFocusPolicy(Qt::StrongFocus);
    m_card->setObjectName("tourCard");
    m_card->setProperty("card", true);
    m_card->setAutoFillBackground(true);
    m_card->setFixedWidth(kCardWidth);
    m_title->setObjectName("tourTitle");
    m_title->setProperty("value", true);
    m_title->setWordWrap(true);
    m_text->setObjectName("tourText");
    m_text->setWordWrap(true);
    m_progress->setProperty("muted", true);
    m_next->setObjectName("tourNext");
    m_next->setProperty("primary", true);
    m_back->setObjectName("tourBack");
    auto* skip = new QPushButton(tr("Skip"));
    skip->setObjectName("tourSkip");
    skip->setToolTip(tr("End the tour; Help › Tour starts it again (Esc)"));
    for (QPushButton* button : {m_back, m_next, skip}) {
        button->setFocusPolicy(Qt::NoFocus); // the tour itself has the keys
    }
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace);
    row->addWidget(m_progress, 1);
    row->addWidget(skip);
    row->addWidget(m_back);
    row->addWidget(m_next);
    auto* layout = new QVBoxLayout(m_card);
    layout->setContentsMargins(kWideSpace, kWideSpace, kWideSpace, kWideSpace);
    layout->setSpacing(kSpace);
    layout->addWidget(m_title);
    layout->addWidget(m_text);
    layout->addLayout(row);
    connect(m_next, &QPushButton::clicked, this, &Tour::next);
    connect(m_back, &QPushButton::clicked, this, &Tour::back);
    connect(skip, &QPushButton::clicked, this, &Tour::end);
    window.installEventFilter(this);
    setGeometry(window.rect());
    show();
    raise();
    setFocus();
    goTo(0);
}

void Tour::goTo(int stop)
{
    if (m_target) {
        m_target->removeEventFilter(this);
    }
    m_current = stop;
    const TourStop& at = m_stops[stop];
    m_target = at.show ? at.show() : nullptr;
    raise(); // panels that are brought to the front stay below
    if (m_target) {
        m_target->installEventFilter(this);
        connect(m_target, &QObject::destroyed, this, [this, gone = m_target] {
            if (m_target == gone) {
                m_target = nullptr;
            }
        });
    }
    m_title->setText(at.title);
    m_text->setText(at.text);
    m_progress->setText(tr("%1 of %2").arg(stop + 1).arg(m_stops.size()));
    m_back->setEnabled(stop > 0);
    m_next->setText(stop + 1 == m_stops.size() ? tr("Done") : tr("Next"));
    setAccessibleDescription(at.title + ". " + at.text);
    place();
}

void Tour::place()
{
    m_hole = {};
    if (m_target && m_target->isVisible()) {
        const QRect there(m_target->mapTo(parentWidget(), QPoint()), m_target->size());
        m_hole = there.intersected(rect());
    }
    m_card->setMinimumHeight(0);
    m_card->adjustSize();
    const QSize card(kCardWidth, m_card->layout()->heightForWidth(kCardWidth));
    m_card->resize(card);
    QPoint at((width() - card.width()) / 2, (height() - card.height()) / 2);
    if (!m_hole.isEmpty()) {
        // Beside the thing, on the side with the most room; over it where it fills the window.
        const int left = m_hole.left(), right = width() - m_hole.right(), above = m_hole.top(),
                  below = height() - m_hole.bottom();
        const int across = std::max(left, right), down = std::max(above, below);
        if (across >= card.width() + 2 * kGap) {
            at.setX(right >= left ? m_hole.right() + kGap : m_hole.left() - kGap - card.width());
            at.setY(m_hole.center().y() - card.height() / 2);
        } else if (down >= card.height() + 2 * kGap) {
            at.setX(m_hole.center().x() - card.width() / 2);
            at.setY(below >= above ? m_hole.bottom() + kGap : m_hole.top() - kGap - card.height());
        } else {
            at = m_hole.center() - QPoint(card.width() / 2, card.height() / 2);
        }
    }
    at.setX(std::clamp(at.x(), kGap, std::max(kGap, width() - card.width() - kGap)));
    at.setY(std::clamp(at.y(), kGap, std::max(kGap, height() - card.height() - kGap)));
    m_card->move(at);
    update();
}

void Tour::next()
{
    if (m_current + 1 >= m_stops.size()) {
        end();
    } else {
        goTo(m_current + 1);
    }
}

void Tour::back()
{
    if (m_current > 0) {
        goTo(m_current - 1);
    }
}

void Tour::end()
{
    parentWidget()->removeEventFilter(this);
    hide();
    deleteLater();
    Q_EMIT ended();
}

void Tour::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath dimmed;
    dimmed.addRect(rect());
    if (!m_hole.isEmpty()) {
        QPainterPath hole;
        hole.addRoundedRect(m_hole.adjusted(-2, -2, 2, 2), kRadius, kRadius);
        dimmed = dimmed.subtracted(hole);
    }
    painter.fillPath(dimmed, QColor(0, 0, 0, 150));
    if (!m_hole.isEmpty()) {
        painter.setPen(QPen(theme().accent, 2));
        painter.drawRoundedRect(m_hole.adjusted(-1, -1, 1, 1), kRadius, kRadius);
    }
}

bool Tour::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) { // Escape is also a command's
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void Tour::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Escape:
        end();
        return;
    case Qt::Key_Left:
    case Qt::Key_Backspace:
        back();
        return;
    case Qt::Key_Right:
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        next();
        return;
    default:
        event->accept(); // the window below must not be operated blindly
    }
}

void Tour::mousePressEvent(QMouseEvent*)
{
    next();
}

bool Tour::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize || event->type() == QEvent::Move || event->type() == QEvent::Show) {
        setGeometry(parentWidget()->rect());
        place();
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace toca::ui
