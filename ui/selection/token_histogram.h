// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/token_grid_model.h"

#include <QWidget>

#include <vector>

namespace toca::ui {

struct Theme;

/// How the ages or scores of a cell's tokens are distributed; computed tokens stand below reused ones in each bar.
///
/// Keys: Left and Right walk over the bars, Ctrl+C copies the marked bar or, without one, all of them as CSV.
class TokenHistogram : public QWidget {
    Q_OBJECT
public:
    using Quantity = TokenGridModel::Quantity;
    /// @param model must outlive the widget
    explicit TokenHistogram(TokenGridModel& model, QWidget* parent = nullptr);

    struct Bar {
        double from = 0;
        double to = 0; ///< equal to `from` for ages
        int computed = 0;
        int reused = 0;
    };
    const std::vector<Bar>& bars() const { return m_bars; }
    void setQuantity(Quantity quantity); ///< State shows ages
    int markedBar() const { return m_marked; } ///< -1 = none
    QRectF barRect(int bar) const; ///< its place from top to bottom
    QString barText(int bar) const; ///< "score 0.91 to 1.02: 12 computed, 3 reused"
    QByteArray csv() const;
    /// Draws it at any size, without the mark. @param font of the labels
    void paintFigure(QPainter& painter, const QSizeF& size, const Theme& colours, const QFont& font) const;

    QSize sizeHint() const override { return {480, 76}; }
    QSize minimumSizeHint() const override { return {160, 24}; } ///< a low panel keeps its tokens

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    bool showsScores() const { return m_quantity == Quantity::Score && m_model.hasScores(); }
    void count();
    void mark(int bar);
    static QRectF plotArea(const QSizeF& size, const QFont& font);
    QRectF barIn(const QRectF& area, int bar) const;
    void paint(QPainter& painter, const QSizeF& size, const Theme& colours, const QFont& font, int marked) const;

    TokenGridModel& m_model;
    Quantity m_quantity = Quantity::State;
    std::vector<Bar> m_bars;
    int m_marked = -1;
};

} // namespace toca::ui
