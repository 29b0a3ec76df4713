// SPDX-License-Identifier: Apache-2.0
#include "ui/theme/theme.h"

#include <QHash>

namespace toca::ui {

namespace {

/// Names between @ and @ are colours of `Theme`. Images here can't be recoloured, so they use a grey that is legible
/// in both themes.
const char* const kSheet = R"(
QMainWindow, QStatusBar { background: @window@; }
QMainWindow::separator { background: @window@; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: @accent@; }
QStatusBar::item { border: none; }
QDialog { background: @panel@; }
QDialog#commandPalette { border: 1px solid @border@; }
QToolTip { background: @raised@; color: @text@; border: 1px solid @border@; padding: 5px 7px; }

QMenuBar { background: @window@; color: @text@; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 9px; border-radius: 4px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: @hover@; }
QMenu { background: @raised@; border: 1px solid @border@; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: @accentSoft@; color: @text@; }
QMenu::item:disabled { color: @faintText@; }
QMenu::separator { height: 1px; background: @border@; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 6px; }
QMenu::indicator:checked { image: url(:/icons/style-check.svg); background: @accent@; border-radius: 3px; }
QMenu::right-arrow { image: url(:/icons/style-right.svg); width: 12px; height: 12px; }

QDockWidget { color: @mutedText@; titlebar-close-icon: url(:/icons/style-close.svg);
  titlebar-normal-icon: url(:/icons/style-float.svg); }
QDockWidget::title { background: @panel@; padding: 7px 10px 6px 10px; border-top-left-radius: 6px;
  border-top-right-radius: 6px; }
QDockWidget::close-button, QDockWidget::float-button { background: transparent; border: none; padding: 1px; icon-size: 12px; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: @hover@; border-radius: 3px; }

QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: @mutedText@; padding: 5px 12px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: @text@; }
QTabBar::tab:selected { color: @text@; border-bottom: 2px solid @accent@; }
QTabWidget::pane { border: none; }

QPushButton { background: @raised@; color: @text@; border: 1px solid @border@; border-radius: 5px; padding: 5px 12px;
  min-height: 16px; }
QPushButton:hover { background: @hover@; }
QPushButton:pressed { background: @border@; }
QPushButton:focus { border-color: @accent@; }
QPushButton:checked { background: @accentSoft@; border-color: @accent@; }
QPushButton:disabled { color: @faintText@; background: @panel@; }
QPushButton[primary="true"] { background: @accent@; color: @accentText@; border: 1px solid @accent@; font-weight: 600; }
QPushButton[primary="true"]:hover { border-color: @text@; }
QPushButton[primary="true"]:focus { border: 2px solid @text@; padding: 4px 11px; }
QPushButton[primary="true"]:disabled { background: @raised@; color: @faintText@; border-color: @border@; }
QPushButton[chip="true"] { border-radius: 11px; padding: 2px 10px; color: @mutedText@; background: transparent;
  text-align: left; }
QPushButton[chip="true"]:hover { color: @text@; background: @hover@; }
QPushButton[segment="true"] { border-radius: 0px; border: none; background: transparent; color: @mutedText@;
  padding: 5px 16px; border-bottom: 2px solid transparent; }
QPushButton[segment="true"]:hover { color: @text@; }
QPushButton[segment="true"]:focus { color: @text@; border-bottom: 2px solid @faintText@; }
QPushButton[segment="true"]:checked { color: @text@; border-bottom: 2px solid @accent@; }
QToolButton { background: transparent; color: @text@; border: 1px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton:hover { background: @hover@; }
QToolButton:pressed { background: @border@; }
QToolButton:focus { border-color: @accent@; }
QToolButton:checked { background: @accentSoft@; }
QToolButton:disabled { color: @faintText@; }
QToolButton[outlined="true"] { border: 1px solid @border@; border-radius: 5px; padding: 4px 9px; background: @raised@; }
QToolButton[outlined="true"]:hover { background: @hover@; }
QToolButton[outlined="true"]:focus { border-color: @accent@; }
QToolButton[outlined="true"]:disabled { background: @panel@; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox { background: @raised@; color: @text@;
  border: 1px solid @border@; border-radius: 5px; padding: 3px 7px; min-height: 18px;
  selection-background-color: @accent@; selection-color: @accentText@; }
QLineEdit:hover, QPlainTextEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: @faintText@; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
  border-color: @accent@; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled, QPlainTextEdit:disabled {
  color: @faintText@; background: @panel@; }
QSpinBox, QDoubleSpinBox { padding-right: 2px; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-origin: border; subcontrol-position: top right; width: 18px;
  border: none; background: transparent; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-origin: border; subcontrol-position: bottom right;
  width: 18px; border: none; background: transparent; }
QSpinBox::up-button:hover, QDoubleSpinBox::up-button:hover, QSpinBox::down-button:hover,
QDoubleSpinBox::down-button:hover { background: @hover@; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(:/icons/style-up.svg); width: 9px; height: 9px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(:/icons/style-down.svg); width: 9px; height: 9px; }
QComboBox { padding-right: 18px; }
QComboBox[chooser="true"] { combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(:/icons/style-down.svg); width: 11px; height: 11px; }
QComboBox QAbstractItemView { background: @raised@; border: 1px solid @border@; selection-background-color: @accentSoft@;
  selection-color: @text@; outline: none; padding: 2px; }

QCheckBox, QRadioButton { color: @text@; spacing: 7px; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @faintText@; border-radius: 3px; background: @raised@; }
QTreeView::indicator { width: 12px; height: 12px; border: 1px solid @faintText@; border-radius: 3px; background: @raised@; }
QTreeView::indicator:hover { border-color: @accent@; }
QTreeView::indicator:checked { background: @accent@; border-color: @accent@; image: url(:/icons/style-check.svg); }
QTreeView::indicator:disabled { border-color: @border@; background: @panel@; }
QTreeView::indicator:checked:disabled { background: @faintText@; border-color: @faintText@; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: @accent@; }
QCheckBox::indicator:checked { background: @accent@; border-color: @accent@; image: url(:/icons/style-check.svg); }
QCheckBox:focus { color: @accent@; }

QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @border@; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @accent@; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: @text@; }
QSlider::handle:horizontal:hover { background: @accent@; }
QSlider::handle:horizontal:focus { background: @accent@; }
QSlider::handle:horizontal:disabled { background: @faintText@; }
QSlider::sub-page:horizontal:disabled { background: @faintText@; }

QProgressBar { background: @border@; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; color: transparent; }
QProgressBar::chunk { background: @accent@; border-radius: 3px; }

QScrollArea { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @border@; border-radius: 3px; min-height: 24px; min-width: 24px; margin: 2px; }
QScrollBar::handle:hover { background: @faintText@; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: transparent;
  border: none; width: 0; height: 0; }

QHeaderView::section { background: @panel@; color: @mutedText@; border: none; border-bottom: 1px solid @border@;
  padding: 4px 8px; }
QTableView, QTreeView, QListView { background: @panel@; border: 1px solid @border@; border-radius: 5px;
  gridline-color: @grid@; selection-background-color: @accentSoft@; selection-color: @text@; outline: none; }

QTableView::item { border: 0px; padding: 0px 8px; }

QLabel[muted="true"] { color: @mutedText@; }
QLabel[heading="true"] { color: @mutedText@; font-weight: 600; }
QLabel[value="true"] { font-weight: 600; font-size: 15pt; }
QLabel[warningText="true"] { color: @warning@; }
QLabel[changed="true"] { color: @accent@; font-weight: 600; }
QFrame[card="true"] { background: @raised@; border: 1px solid @border@; border-radius: 6px; }
QFrame[box="warning"] { background: @warningSoft@; border: 1px solid @warning@; border-radius: 6px; }
QFrame[box="error"] { background: @errorSoft@; border: 1px solid @error@; border-radius: 6px; }
QFrame[box="info"] { background: @accentSoft@; border: 1px solid @accent@; border-radius: 6px; }
QFrame[box="good"] { background: @raised@; border: 1px solid @good@; border-radius: 6px; }
QFrame[line="true"] { background: @border@; border: none; max-height: 1px; min-height: 1px; }
QWidget[panel="true"] { background: @panel@; }
QWidget[topBar="true"] { background: @window@; }
)";

} // namespace

QString styleSheet(const Theme& colours)
{
    const QHash<QString, QColor> names{{"window", colours.window}, {"panel", colours.panel}, {"raised", colours.raised},
        {"hover", colours.hover}, {"border", colours.border}, {"text", colours.text}, {"mutedText", colours.mutedText},
        {"faintText", colours.faintText}, {"accent", colours.accent}, {"accentText", colours.accentText},
        {"accentSoft", colours.accentSoft}, {"good", colours.good}, {"warning", colours.warning},
        {"warningSoft", colours.warningSoft}, {"error", colours.error}, {"errorSoft", colours.errorSoft},
        {"grid", colours.grid}};
    QString sheet = QString::fromLatin1(kSheet);
    for (auto name = names.begin(); name != names.end(); ++name) {
        sheet.replace("@" + name.key() + "@", name.value().name());
    }
    return sheet;
}

} // namespace toca::ui
