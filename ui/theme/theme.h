// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QFont>
#include <QString>

class QApplication;

namespace toca::ui {

/// What the user chose; System follows the desktop's declared preference and is dark where it declares none.
enum class ThemeChoice { System, Dark, Light, HighContrast };
QString themeChoiceName(ThemeChoice choice); ///< "system", "dark", "light", "high-contrast": for settings
ThemeChoice themeChoiceFromName(const QString& name);

/// Colours by meaning. Widgets never name a colour themselves; a change arrives as QEvent::PaletteChange.
struct Theme {
    bool dark = true;
    // surfaces, from back to front
    QColor window; ///< gaps between the panels, status line
    QColor panel; ///< docks
    QColor raised; ///< inputs, buttons, cards
    QColor hover; ///< raised under the pointer
    QColor canvas; ///< behind pictures: neutral, so that it does not tint them
    QColor border;
    // text
    QColor text;
    QColor mutedText; ///< labels, units; at least 4.5:1 on `panel`
    QColor faintText; ///< disabled, hints
    // emphasis
    QColor accent;
    QColor accentText; ///< on `accent`
    QColor accentSoft; ///< selected backgrounds
    QColor good;
    QColor warning;
    QColor warningSoft; ///< background of a warning box
    QColor error;
    QColor errorSoft;
    // plots
    QColor grid;
    QColor cursor; ///< linked cursor lines
    QColor computed; ///< tokens computed now
    QColor reused; ///< tokens taken from the cache
    QColor forecast;
    QColor skipped;
    QColor planned; ///< not run yet
    QColor baseline; ///< the uncached run's curves and labels
    QColor selfAttention;
    QColor crossAttention;
    QColor mlp;
};

/// The active theme; dark before `applyTheme`.
const Theme& theme();
/// The colours of one theme, without activating it.
const Theme& themeFor(bool dark);
/// The colours that `choice` means on this desktop.
const Theme& themeFor(ThemeChoice choice);
/// Whether `choice` means dark on this desktop.
bool isDark(ThemeChoice choice);

/// Sets style, palette, font and style sheet of the whole application; may be called again at any time.
void applyTheme(QApplication& application, ThemeChoice choice);

/// The style sheet of a theme (exposed for tests).
QString styleSheet(const Theme& theme);

/// Distances in logical pixels.
inline constexpr int kSpace = 8;
inline constexpr int kHalfSpace = 4;
inline constexpr int kWideSpace = 16;

/// The application font with digits of equal width where the font has them, for numbers that change in place.
QFont numberFont();
/// A smaller font for captions and plot labels.
QFont smallFont();
/// Section titles.
QFont titleFont();

} // namespace toca::ui
