// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/folding_section.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QToolButton>
#include <QVBoxLayout>

namespace toca::ui {

FoldingSection::FoldingSection(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_header(new QToolButton(this))
    , m_content(new QWidget(this))
    , m_contentLayout(new QVBoxLayout(m_content))
{
    m_header->setText(title);
    m_header->setAccessibleName(title);
    m_header->setCheckable(true);
    m_header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_header->setIconSize({12, 12});
    m_header->setStyleSheet("QToolButton:checked { background: transparent; }");
    m_header->setFocusPolicy(Qt::TabFocus);
    m_contentLayout->setContentsMargins(0, 0, 0, 0);
    m_contentLayout->setSpacing(kSpace);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addWidget(m_header);
    layout->addWidget(m_content);
    connect(m_header, &QToolButton::toggled, this, [this](bool open) {
        m_header->setIcon(icon(open ? "chevron-down" : "chevron-right"));
        m_content->setVisible(open);
        Q_EMIT toggled(open);
    });
    m_header->setIcon(icon("chevron-right"));
    m_content->setVisible(false);
}

bool FoldingSection::isOpen() const
{
    return m_header->isChecked();
}

void FoldingSection::setOpen(bool open)
{
    m_header->setChecked(open);
}

} // namespace toca::ui
