// SPDX-License-Identifier: Apache-2.0
#include "ui/window/shortcut_sheet.h"

#include "ui/theme/theme.h"

#include <QAction>
#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QIcon>
#include <QLabel>
#include <QSysInfo>
#include <QVBoxLayout>

namespace toca::ui {

namespace {

QString plainText(QString text)
{
    return text.remove('&').remove(QChar(0x2026)).remove("...");
}

QString keysOf(const QAction& action)
{
    QStringList keys;
    for (const QKeySequence& shortcut : action.shortcuts()) {
        keys += shortcut.toString(QKeySequence::NativeText);
    }
    return keys.join(ShortcutSheet::tr(" or "));
}

} // namespace

ShortcutSheet::ShortcutSheet(const QList<Section>& sections, QWidget* parent)
    : QDialog(parent)
{
    setObjectName("shortcutSheet");
    setWindowTitle(tr("Keyboard shortcuts"));
    auto* columns = new QHBoxLayout;
    columns->setSpacing(kWideSpace * 2);
    QVBoxLayout* column = nullptr;
    int rowsInColumn = 0;
    for (const Section& section : sections) {
        if (!column || rowsInColumn > 14) {
            column = new QVBoxLayout;
            columns->addLayout(column);
            rowsInColumn = 0;
        }
        auto* title = new QLabel(section.title);
        title->setProperty("heading", true);
        column->addWidget(title);
        auto* grid = new QGridLayout;
        grid->setHorizontalSpacing(kWideSpace);
        grid->setVerticalSpacing(3);
        int row = 0;
        for (const QAction* action : section.actions) {
            if (action->shortcuts().isEmpty()) {
                continue;
            }
            auto* keys = new QLabel(keysOf(*action));
            keys->setProperty("muted", true);
            grid->addWidget(keys, row, 0);
            grid->addWidget(new QLabel(plainText(action->text())), row, 1);
            ++row;
        }
        grid->setColumnStretch(1, 1);
        column->addLayout(grid);
        column->addSpacing(kSpace);
        rowsInColumn += row + 2;
    }
    for (int index = 0; index < columns->count(); ++index) {
        static_cast<QVBoxLayout*>(columns->itemAt(index)->layout())->addStretch(1);
    }
    auto* prompt = new QLabel(tr("In the prompt: Alt+Up and Alt+Down recall earlier prompts, Tab leaves it."));
    prompt->setProperty("muted", true);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kWideSpace, kWideSpace, kWideSpace, kWideSpace);
    layout->addLayout(columns);
    layout->addWidget(prompt);
    layout->addWidget(buttons);
}

AboutDialog::AboutDialog(const QString& libraryVersions, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("About ToCa Studio"));
    auto* picture = new QLabel;
    picture->setPixmap(QIcon(":/icons/toca-studio.svg").pixmap(64, 64));
    auto* name = new QLabel(tr("ToCa Studio %1").arg(QCoreApplication::applicationVersion()));
    name->setProperty("value", true);
    auto* text = new QLabel(tr(
        "<p>Video generation with token-wise feature caching, made visible.</p>"
        "<p>The sources are licensed under Apache 2.0. This program uses Qt (LGPL 3), QCustomPlot (GPL 3), LibTorch "
        "(BSD), "
        "FFmpeg (LGPL 2.1; GPL with x264), SentencePiece (Apache 2.0), nlohmann::json and CLI11 (MIT and BSD); a built "
        "program with QCustomPlot and x264 is under GPL 3 as a whole.</p>"
        "<p>Method: ToCa, arXiv 2410.05317. Model family: Open-Sora 1.2.</p>"));
    text->setWordWrap(true);
    text->setMinimumWidth(420);
    auto* versions = new QLabel(tr("Qt %1, %2\n%3").arg(qVersion(), libraryVersions, QSysInfo::prettyProductName()));
    versions->setProperty("muted", true);
    versions->setWordWrap(true);
    versions->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* head = new QHBoxLayout;
    head->setSpacing(kWideSpace);
    head->addWidget(picture);
    head->addWidget(name, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kWideSpace, kWideSpace, kWideSpace, kWideSpace);
    layout->addLayout(head);
    layout->addWidget(text);
    layout->addWidget(versions);
    layout->addWidget(buttons);
}

} // namespace toca::ui
