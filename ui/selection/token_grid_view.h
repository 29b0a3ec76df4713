// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/selection/token_grid_model.h"

#include <QImage>
#include <QWidget>

namespace toca::ui {

/// Draws a TokenGridModel: one grid of rows x columns per latent frame, as large as the widget allows. Computed tokens
/// are whole squares, reused ones small squares, so that the state is seen without colour.
///
/// Keys: left/right previous/next step, up/down layer, Page Up/Down module; with Ctrl the arrows move over the tokens;
/// Ctrl+C copies the token under the pointer or, without one, the table of all.
class TokenGridView : public QWidget {
    Q_OBJECT
public:
    using Quantity = TokenGridModel::Quantity;
    /// @param model must outlive the view
    explicit TokenGridView(TokenGridModel& model, QWidget* parent = nullptr);

    QSize sizeHint() const override { return {480, 260}; }
    QSize minimumSizeHint() const override { return {200, 110}; }
    Quantity quantity() const { return m_quantity; }
    void setQuantity(Quantity quantity);
    std::int64_t hoveredToken() const { return m_hovered; } ///< -1 = none
    /// Where a token is, in widget coordinates.
    QRectF tokenRect(std::int64_t token) const;
    /// -1 outside of the grids.
    std::int64_t tokenAt(const QPointF& position) const;
    QImage picture();
    void setMarkedToken(std::int64_t token); ///< pointed at elsewhere; -1 = none

Q_SIGNALS:
    void tokenHovered(qint64 token); ///< -1 when the pointer left
    void stepRequested(int evaluations, int layers, int modules);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void onChanged();
    void arrange();
    void renderTokens(double ratio);
    void setHovered(std::int64_t token);
    QPointF frameOrigin(std::int64_t frame) const;
    void paintLegend(QPainter& painter) const;

    TokenGridModel& m_model;
    Quantity m_quantity = Quantity::State;
    std::int64_t m_hovered = -1;
    std::int64_t m_marked = -1;
    QImage m_image;
    bool m_imageValid = false;
    int m_framesAcross = 1;
    double m_tokenSide = 1;
    double m_captionHeight = 0;
    double m_legendHeight = 0;
    QPointF m_origin; ///< top left corner of the first frame's caption
};

} // namespace toca::ui
