// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/theme.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QFontDatabase>
#include <QPalette>
#include <QSettings>
#include <QStandardPaths>
#include <QStyle>
#include <QStyleFactory>

#include <optional>

/// Resources of a static library are only linked in when something asks for them. Not in a namespace: the macro
/// declares a global function.
static void initializeResources()
{
    Q_INIT_RESOURCE(icons);
}

namespace toca::ui {

namespace {

const Theme kDark{.dark = true,
    .window = QColor("#121418"),
    .panel = QColor("#1a1d22"),
    .raised = QColor("#252930"),
    .hover = QColor("#2f343d"),
    .canvas = QColor("#0d0e10"),
    .border = QColor("#333842"),
    .text = QColor("#e4e7ec"),
    .mutedText = QColor("#9ea6b3"),
    .faintText = QColor("#6a7280"),
    .accent = QColor("#5a9cff"),
    .accentText = QColor("#08152b"),
    .accentSoft = QColor("#22364f"),
    .good = QColor("#5cc489"),
    .warning = QColor("#f0b545"),
    .warningSoft = QColor("#362d1a"),
    .error = QColor("#f37272"),
    .errorSoft = QColor("#3b2124"),
    .grid = QColor("#2b3038"),
    .cursor = QColor("#e4e7ec"),
    .computed = QColor("#f5b83d"),
    .reused = QColor("#3a4657"),
    .forecast = QColor("#b98ae6"),
    .skipped = QColor("#24282f"),
    .planned = QColor("#565e6b"),
    .baseline = QColor("#c39bf0"),
    .selfAttention = QColor("#6ba7ff"),
    .crossAttention = QColor("#ef9a5d"),
    .mlp = QColor("#5fcaa4")};

const Theme kLight{.dark = false,
    .window = QColor("#e3e6ea"),
    .panel = QColor("#f6f7f9"),
    .raised = QColor("#ffffff"),
    .hover = QColor("#edf0f4"),
    .canvas = QColor("#d5d8dc"),
    .border = QColor("#c8cdd5"),
    .text = QColor("#1a1e25"),
    .mutedText = QColor("#566070"),
    .faintText = QColor("#8c95a3"),
    .accent = QColor("#1f66d6"),
    .accentText = QColor("#ffffff"),
    .accentSoft = QColor("#d6e5fc"),
    .good = QColor("#1c7f4a"),
    .warning = QColor("#8f5f00"),
    .warningSoft = QColor("#fdf1d5"),
    .error = QColor("#b3262b"),
    .errorSoft = QColor("#fce2e2"),
    .grid = QColor("#d9dde3"),
    .cursor = QColor("#1a1e25"),
    .computed = QColor("#d98a00"),
    .reused = QColor("#b9c4d3"),
    .forecast = QColor("#8449c2"),
    .skipped = QColor("#e4e7eb"),
    .planned = QColor("#9aa3b0"),
    .baseline = QColor("#7a3fc0"),
    .selfAttention = QColor("#1f66d6"),
    .crossAttention = QColor("#c05a12"),
    .mlp = QColor("#12805c")};

/// White on black, lines where others have shades: 7:1 for all text (WCAG level AAA).
const Theme kHighContrast{.dark = true,
    .window = QColor("#000000"),
    .panel = QColor("#000000"),
    .raised = QColor("#0c0c0c"),
    .hover = QColor("#2c2c2c"),
    .canvas = QColor("#000000"),
    .border = QColor("#7d7d7d"),
    .text = QColor("#ffffff"),
    .mutedText = QColor("#e6e6e6"),
    .faintText = QColor("#a8a8a8"),
    .accent = QColor("#ffe14d"),
    .accentText = QColor("#000000"),
    .accentSoft = QColor("#4a4000"),
    .good = QColor("#7dff9b"),
    .warning = QColor("#ffd24d"),
    .warningSoft = QColor("#332800"),
    .error = QColor("#ff9d9d"),
    .errorSoft = QColor("#3d0d0d"),
    .grid = QColor("#5a5a5a"),
    .cursor = QColor("#ffffff"),
    .computed = QColor("#ffc02e"),
    .reused = QColor("#4d6a99"),
    .forecast = QColor("#d9a6ff"),
    .skipped = QColor("#1a1a1a"),
    .planned = QColor("#9a9a9a"),
    .baseline = QColor("#e0b8ff"),
    .selfAttention = QColor("#8fc1ff"),
    .crossAttention = QColor("#ffb27a"),
    .mlp = QColor("#7ff0c4")};

const Theme* activeTheme = &kDark;

/// What the desktop's own settings declare; nothing where there are none.
std::optional<bool> desktopPrefersDark()
{
    const QString config = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    if (const QString kde = config + "/kdeglobals"; QFile::exists(kde)) {
        const QSettings settings(kde, QSettings::IniFormat);
        const QStringList rgb = settings.value("Colors:Window/BackgroundNormal").toStringList();
        if (rgb.size() == 3) {
            return QColor(rgb[0].toInt(), rgb[1].toInt(), rgb[2].toInt()).lightness() < 128;
        }
    }
    for (const char* version : {"/gtk-4.0", "/gtk-3.0"}) {
        const QString gtk = config + version + "/settings.ini";
        if (!QFile::exists(gtk)) {
            continue;
        }
        const QSettings settings(gtk, QSettings::IniFormat);
        if (settings.contains("Settings/gtk-application-prefer-dark-theme")) {
            return settings.value("Settings/gtk-application-prefer-dark-theme").toBool();
        }
        if (settings.contains("Settings/gtk-theme-name")) {
            return settings.value("Settings/gtk-theme-name").toString().contains("dark", Qt::CaseInsensitive);
        }
    }
    return {};
}

QPalette paletteOf(const Theme& colours)
{
    QPalette palette;
    palette.setColor(QPalette::Window, colours.panel);
    palette.setColor(QPalette::WindowText, colours.text);
    palette.setColor(QPalette::Base, colours.raised);
    palette.setColor(QPalette::AlternateBase, colours.hover);
    palette.setColor(QPalette::Text, colours.text);
    palette.setColor(QPalette::PlaceholderText, colours.faintText);
    palette.setColor(QPalette::Button, colours.raised);
    palette.setColor(QPalette::ButtonText, colours.text);
    palette.setColor(QPalette::BrightText, colours.error);
    palette.setColor(QPalette::Highlight, colours.accent);
    palette.setColor(QPalette::HighlightedText, colours.accentText);
    palette.setColor(QPalette::Link, colours.accent);
    palette.setColor(QPalette::LinkVisited, colours.accent);
    palette.setColor(QPalette::ToolTipBase, colours.raised);
    palette.setColor(QPalette::ToolTipText, colours.text);
    palette.setColor(QPalette::Light, colours.hover);
    palette.setColor(QPalette::Midlight, colours.hover);
    palette.setColor(QPalette::Mid, colours.border);
    palette.setColor(QPalette::Dark, colours.border);
    palette.setColor(QPalette::Shadow, colours.canvas);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, colours.faintText);
    }
    return palette;
}

QFont baseFont(const QFont& systemFont)
{
    QFont font = systemFont;
    // Fonts made for screens, where installed; else the system's own.
    for (const char* family : {"Inter", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans"}) {
        if (QFontDatabase::hasFamily(family)) {
            font.setFamily(family);
            break;
        }
    }
    font.setPointSizeF(9.5);
    return font;
}

} // namespace

QString themeChoiceName(ThemeChoice choice)
{
    switch (choice) {
    case ThemeChoice::Dark:
        return "dark";
    case ThemeChoice::Light:
        return "light";
    case ThemeChoice::HighContrast:
        return "high-contrast";
    case ThemeChoice::System:
        break;
    }
    return "system";
}

ThemeChoice themeChoiceFromName(const QString& name)
{
    for (const auto choice : {ThemeChoice::Dark, ThemeChoice::Light, ThemeChoice::HighContrast}) {
        if (name == themeChoiceName(choice)) {
            return choice;
        }
    }
    return ThemeChoice::System;
}

const Theme& theme()
{
    return *activeTheme;
}

const Theme& themeFor(bool dark)
{
    return dark ? kDark : kLight;
}

const Theme& themeFor(ThemeChoice choice)
{
    return choice == ThemeChoice::HighContrast ? kHighContrast : themeFor(isDark(choice));
}

bool isDark(ThemeChoice choice)
{
    return choice == ThemeChoice::System ? desktopPrefersDark().value_or(true) : choice != ThemeChoice::Light;
}

void applyTheme(QApplication& application, ThemeChoice choice)
{
    initializeResources();
    static const QFont systemFont = QApplication::font();
    activeTheme = &themeFor(choice);
    if (application.style()->objectName().compare("fusion", Qt::CaseInsensitive) != 0) {
        QApplication::setStyle(QStyleFactory::create("Fusion"));
    }
    QApplication::setFont(baseFont(systemFont));
    QApplication::setPalette(paletteOf(*activeTheme));
    application.setStyleSheet(styleSheet(*activeTheme));
}

QFont numberFont()
{
    QFont font = QApplication::font();
    font.setStyleHint(QFont::SansSerif);
    return font;
}

QFont smallFont()
{
    QFont font = QApplication::font();
    font.setPointSizeF(font.pointSizeF() * 0.9);
    return font;
}

QFont titleFont()
{
    QFont font = QApplication::font();
    font.setPointSizeF(font.pointSizeF() * 0.9);
    font.setWeight(QFont::DemiBold);
    font.setLetterSpacing(QFont::AbsoluteSpacing, 0.4);
    return font;
}

} // namespace toca::ui
