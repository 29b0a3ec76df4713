// SPDX-License-Identifier: Apache-2.0
#include "ui/still_frame.h"

namespace toca::ui {

StillFrame::StillFrame(QWidget* content, const QString& widest, QWidget* parent)
    : QWidget(parent)
    , m_content(content)
    , m_widest(widest)
{
    content->setParent(this); // without a layout: what the content asks for ends here
    setSizePolicy(widest.isEmpty() ? QSizePolicy::Ignored : QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize StillFrame::sizeHint() const
{
    const QFontMetrics metrics = m_content->fontMetrics();
    const QMargins margins = m_content->contentsMargins();
    return {m_widest.isEmpty() ? 0 : metrics.horizontalAdvance(m_widest) + margins.left() + margins.right(),
        std::max(metrics.height() + margins.top() + margins.bottom(), m_content->minimumHeight())};
}

QSize StillFrame::minimumSizeHint() const
{
    return sizeHint();
}

void StillFrame::resizeEvent(QResizeEvent*)
{
    m_content->setGeometry(rect());
}

} // namespace toca::ui
