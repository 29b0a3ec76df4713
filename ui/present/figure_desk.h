// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/present/figures.h"

#include <QDialog>

#include <vector>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QListWidget;
class QSpinBox;

namespace toca::ui {

/// Every plot, map and token grid as a figure for paper: with size, font, theme and the numbers beside it.
class FigureDesk : public QDialog {
    Q_OBJECT
public:
    /// What the figures refer to must outlive the dialog.
    explicit FigureDesk(std::vector<Figure> figures, QWidget* parent = nullptr);

    FigureFormat format() const;
    const Figure* figure() const; ///< the chosen one
    /// Writes the chosen figure. @return what went wrong, empty on success
    QString exportTo(const QString& path) const;

Q_SIGNALS:
    void exported(const QString& path);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    double perUnit() const; ///< logical pixels of the chosen unit
    void onUnitChanged();
    void onFigureChanged();
    void showPreview();
    void askAndExport();

    std::vector<Figure> m_figures;
    QListWidget* m_list;
    QLabel* m_preview;
    QDoubleSpinBox* m_width;
    QDoubleSpinBox* m_height;
    QComboBox* m_unit;
    QDoubleSpinBox* m_font;
    QComboBox* m_theme;
    QSpinBox* m_dots;
    QComboBox* m_kind;
    QCheckBox* m_twin;
    QLabel* m_note;
    int m_lastUnit = 0;
};

} // namespace toca::ui
