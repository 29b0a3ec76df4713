// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QColor>
#include <QWidget>

#include <functional>
#include <vector>

class QCPItemStraightLine;
class QCustomPlot;
class QKeyEvent;
class QLabel;
class QPaintDevice;

namespace toca::ui {

struct Theme;

/// One plot over the denoising steps (or the frames of a clip): title with unit, key, value at the cursor, and export
/// of figure and numbers.
///
/// Keys: Left and Right move the cursor, Home and End to the ends, Enter activates the step, Ctrl+C copies the value at
/// the cursor or, without one, the table. A click activates too.
class PlotCard : public QWidget {
    Q_OBJECT
public:
    /// Entry of the key. A thin dash stands for a line, a block for bars and areas.
    struct Key {
        QColor colour;
        QString text;
        enum class Sign { Block, Line, Dashes } sign = Sign::Block;
        QString shortText = {}; ///< when values stand behind the names; empty: `text`
    };

    PlotCard(const QString& title, const QString& help, QWidget* parent = nullptr);

    QCustomPlot& plot() { return *m_plot; }
    QString title() const { return m_title; }
    QString help() const;
    QString axisName() const { return m_axisName; }
    void setAxisName(const QString& name) { m_axisName = name; } ///< "step" unless set
    void setTitle(const QString& title);
    void setUnit(const QString& unit); ///< shown behind the title
    void setKey(const std::vector<Key>& key);
    /// Says in a few words what the plot shows at a step ("" = nothing).
    void setValueText(std::function<QString(int step)> text) { m_valueText = std::move(text); }
    /// Values of the key's entries at a step, shown behind their names; fewer or empty ones show none.
    void setKeyValues(std::function<QStringList(int step)> values) { m_keyValues = std::move(values); }
    void setTable(std::function<QByteArray()> csv) { m_table = std::move(csv); }
    /// Sets the colours of the plotted series for a theme; called at once and for light vector exports.
    void setRecolour(std::function<void(const Theme&)> recolour);
    void setSteps(int steps);
    void setCursorStep(int step); ///< -1 = none
    int cursorStep() const { return m_cursorStep; }
    QString valueText() const;
    /// Queued; nothing happens while the card is hidden.
    void replotLater();
    /// PNG, SVG, PDF or CSV by the file's name; vector figures in light colours, with axis labels.
    /// @return what went wrong, empty on success
    QString exportTo(const QString& path);
    /// Draws the plot with axis labels in a theme's colours: for figures of any size. Logical pixels of the device.
    void paintFigure(QPaintDevice& device, const QSizeF& size, const Theme& colours, const QFont& font);
    QByteArray table() const { return m_table ? m_table() : QByteArray(); }
    void copy() const; ///< the value at the cursor, else the table

Q_SIGNALS:
    void stepHovered(int step); ///< -1 when the pointer left
    void stepActivated(int step); ///< clicked, or Enter at the cursor

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void applyColours(const Theme& theme);
    void showValue();
    void showKey();
    void updateTicks();
    void showMenu(const QPoint& position);
    void askAndExport(const QString& suffix);
    QByteArray vectorFigure(bool pdf);
    bool onKey(QKeyEvent& event);

    QString m_title;
    QString m_axisName;
    QString m_unit;
    QLabel* m_titleLabel;
    QLabel* m_keyLabel;
    QLabel* m_valueLabel;
    QCustomPlot* m_plot;
    QCPItemStraightLine* m_cursor;
    std::vector<Key> m_key;
    std::function<QString(int)> m_valueText;
    std::function<QStringList(int)> m_keyValues;
    std::function<QByteArray()> m_table;
    std::function<void(const Theme&)> m_recolour;
    int m_steps = 0;
    int m_cursorStep = -1;
    bool m_stale = false; ///< wants a replot when shown again
};

} // namespace toca::ui
