// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QColor>
#include <QWidget>

#include <functional>
#include <vector>

class QCPItemStraightLine;
class QCustomPlot;
class QLabel;

namespace toca::ui {

struct Theme;

/// One plot over the denoising steps: title with unit, key, value at the cursor, and export of figure and numbers.
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

Q_SIGNALS:
    void stepHovered(int step); ///< -1 when the pointer left

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

    QString m_title;
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
