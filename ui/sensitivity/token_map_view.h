// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <QImage>
#include <QWidget>

#include <optional>
#include <vector>

namespace toca::ui {

class ColourMap;
struct Theme;

/// One number per token, drawn as a grid for each latent frame with a colour bar, over pictures if there are any.
/// NaN is drawn as a hollow square. Tokens can be marked, clicked and painted.
///
/// Keys: arrows move over the tokens, Page Up/Down over the frames, Space or Return clicks.
class TokenMapView : public QWidget {
    Q_OBJECT
public:
    enum class Colours { Measured, Score };

    explicit TokenMapView(QWidget* parent = nullptr);

    void setTitle(const QString& title); ///< above the grids
    QString title() const { return m_title; }
    void setUnit(const QString& unit); ///< on the colour bar
    void setEmptyText(const QString& text);
    void setColours(Colours colours);
    void setGrid(const plan::TokenGrid& grid);
    const plan::TokenGrid& grid() const { return m_grid; }
    /// One for each token; none shows the empty text, unless there are pictures. The bar runs from the smallest (or 0)
    /// to the largest.
    void setValues(std::vector<float> values, bool startsAtZero = true);
    const std::vector<float>& values() const { return m_values; }
    float smallest() const { return m_smallest; }
    float largest() const { return m_largest; }
    /// One for each latent frame, behind the tokens; values are then drawn over them half transparent.
    void setPictures(std::vector<QImage> pictures);
    /// Outlined tokens.
    void setMask(std::vector<bool> mask);
    void setMarkedToken(std::int64_t token); ///< the pointer elsewhere; -1 = none
    void setSelectedToken(std::int64_t token); ///< -1 = none
    void setPaintable(bool paintable);
    std::int64_t hoveredToken() const { return m_hovered; }
    std::int64_t markedToken() const { return m_marked; }

    QRectF tokenRect(std::int64_t token) const; ///< in widget coordinates
    std::int64_t tokenAt(const QPointF& position) const; ///< -1 outside
    /// "frame 2, row 3, column 5: 0.0031"; "" for none.
    QString tokenText(std::int64_t token) const;
    /// Draws the whole widget, as it is, in a theme's colours.
    void paintTo(QPainter& painter, const Theme& theme) const;
    /// Draws the same content at any size, without what the pointer marks. @param font of the labels
    void paintFigure(QPainter& painter, const QSize& size, const Theme& theme, const QFont& font) const;

    QSize sizeHint() const override { return {420, 190}; }
    QSize minimumSizeHint() const override { return {80, 70}; }

Q_SIGNALS:
    void tokenHovered(qint64 token); ///< -1 when the pointer left
    void tokenClicked(qint64 token);
    void strokeStarted(); ///< a button was pressed to paint
    void strokeEnded();
    void tokenPainted(qint64 token, bool erase); ///< pressed or dragged over; with the right button: erase

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void arrange();
    QFont labelFont() const;
    void setHovered(std::int64_t token);
    void paintTo(const QPointF& position, bool erase);
    QPointF frameOrigin(std::int64_t frame) const;
    const ColourMap& map(const Theme& theme) const;
    void paintBar(QPainter& painter, const Theme& theme) const;
    std::int64_t inFrame(std::int64_t token) const { return token % m_grid.tokensPerFrame(); }

    QString m_title, m_unit, m_emptyText;
    Colours m_colours = Colours::Measured;
    plan::TokenGrid m_grid{0, 0, 0};
    std::vector<float> m_values;
    std::vector<QImage> m_pictures;
    std::vector<bool> m_mask;
    float m_smallest = 0, m_largest = 0;
    std::int64_t m_hovered = -1, m_marked = -1, m_selected = -1;
    bool m_isPaintable = false;
    QPointF m_strokeAt; ///< where the pointer was last while painting
    std::int64_t m_lastPainted = -1;
    int m_across = 1;
    double m_side = 1;
    double m_caption = 0, m_head = 0, m_foot = 0;
    QPointF m_origin;
    std::optional<QFont> m_figureFont; ///< instead of the window's
};

} // namespace toca::ui
