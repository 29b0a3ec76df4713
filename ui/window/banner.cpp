// SPDX-License-Identifier: Apache-2.0
#include "ui/window/banner.h"

#include "ui/error_text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

namespace toca::ui {

namespace {

/// Paths and checksums have no spaces at which a line could end, and a label as wide as one would widen the window:
/// marks places where they may.
QString breakable(const QString& text)
{
    constexpr int kLongestWord = 40;
    constexpr QChar kMayBreak(0x200b);
    QString result;
    int word = 0;
    for (const QChar character : text) {
        result += character;
        word = character.isSpace() ? 0 : word + 1;
        if (character == '/' || character == '\\' || word >= kLongestWord) {
            if (!character.isHighSurrogate()) {
                result += kMayBreak;
                word = 0;
            }
        }
    }
    return result;
}

} // namespace

Banner::Banner(QWidget* parent)
    : QFrame(parent)
    , m_icon(new QLabel)
    , m_text(new QLabel)
    , m_details(new QLabel)
    , m_detailsButton(new QToolButton)
    , m_copy(new QToolButton)
{
    setObjectName("banner");
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_details->setWordWrap(true);
    m_details->setTextFormat(Qt::PlainText);
    m_details->setProperty("muted", true);
    m_text->setMinimumWidth(1);
    m_details->setMinimumWidth(1);
    m_details->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_detailsButton->setText(tr("Details"));
    m_detailsButton->setCheckable(true);
    m_copy->setIcon(icon("copy"));
    m_copy->setToolTip(tr("Copy the details"));
    m_copy->setAccessibleName(tr("Copy the details"));
    auto* close = new QToolButton;
    close->setIcon(icon("close"));
    close->setToolTip(tr("Close this message"));
    close->setAccessibleName(tr("Close this message"));
    close->setObjectName("bannerClose");
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(kSpace + 2, 6, kSpace, 6);
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(kHalfSpace);
    grid->addWidget(m_icon, 0, 0, Qt::AlignTop);
    grid->addWidget(m_text, 0, 1);
    grid->addWidget(m_detailsButton, 0, 2, Qt::AlignTop);
    grid->addWidget(m_copy, 0, 3, Qt::AlignTop);
    grid->addWidget(close, 0, 4, Qt::AlignTop);
    grid->addWidget(m_details, 1, 1, 1, 3);
    grid->setColumnStretch(1, 1);
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    connect(m_detailsButton, &QToolButton::toggled, m_details, &QWidget::setVisible);
    connect(m_copy, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_allDetails); });
    hide();
}

void Banner::showMessage(Kind kind, const QString& text, const QString& advice, const QString& details)
{
    m_kind = kind;
    const char* name = kind == Kind::Error ? "error" : kind == Kind::Warning ? "warning" : "info";
    setProperty("box", name);
    style()->unpolish(this);
    style()->polish(this);
    m_icon->setPixmap(icon(name).pixmap(16, 16));
    m_message = advice.isEmpty() ? text : text + "\n" + advice;
    m_allDetails = details;
    m_text->setText(breakable(m_message));
    setAccessibleName(m_message);
    m_details->setText(breakable(details));
    m_detailsButton->setChecked(false);
    m_details->hide();
    m_detailsButton->setVisible(!details.isEmpty());
    m_copy->setVisible(!details.isEmpty());
    show();
}

void Banner::showError(const Error& error)
{
    if (error.code == ErrorCode::Cancelled) {
        return;
    }
    const ErrorText text = errorText(error);
    showMessage(Kind::Error, text.happened, text.advice, text.details);
}

QString Banner::text() const
{
    return m_message;
}

} // namespace toca::ui
