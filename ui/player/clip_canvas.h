// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/player/picture_store.h"
#include "ui/player/player_model.h"
#include "ui/player/token_overlay_model.h"

#include <QTimer>
#include <QWidget>

#include <optional>
#include <vector>

namespace toca::ui {

/// Paints what the player and overlay models say: run and baseline in the chosen view, tokens over the picture, badge,
/// legend, hints. Holds only what belongs to looking: zoom, pan, wipe, pointer.
class ClipCanvas : public QWidget {
    Q_OBJECT
public:
    ClipCanvas(PlayerModel& player, TokenOverlayModel& overlay, QWidget* parent = nullptr);

    /// Device pixels per pixel of the clip; 0 = fit.
    double zoom() const { return m_zoom; }
    /// The zoom in effect, also when fitting; 0 without a picture.
    double effectiveZoom() const;
    bool isFitted() const { return m_zoom == 0; }
    void setZoom(double zoom); ///< 0 or clamped to [0.05, 64]
    bool isSmooth() const { return m_smooth; }
    void setSmooth(bool smooth);
    double wipe() const { return m_wipe; } ///< place of the slider's handle across the picture, [0, 1]
    void setWipe(double wipe);
    void setLabels(const QString& run, const QString& baseline);
    /// What to do when there is nothing: a sentence and an example to type.
    void setHint(const QString& hint, const QString& example);
    void setEmptyTitle(const QString& title); ///< above the hint
    /// Shows that work without pictures is going on. @param progress [0, 1], negative: unknown
    void setBusy(const QString& what, double progress);
    void clearBusy();
    bool isBusy() const { return !m_busy.isEmpty(); }
    /// Marks a token chosen elsewhere (grid order); negative: none.
    void setMarkedToken(std::int64_t token);
    /// No words about what to click.
    void setHintsShown(bool shown);
    /// While painting, the left button paints tokens of the shown frame and the right one erases.
    void setPainting(bool painting);
    bool isPainting() const { return m_isPainting; }
    /// Tokens that are outlined while painting; one for each token of the run's grid, or none.
    void setMask(std::vector<bool> mask);
    std::int64_t tokenAt(const QPointF& position) const; ///< grid order, of the shown frame; -1 outside
    QRectF tokenRect(std::int64_t row, std::int64_t column) const; ///< on the run's picture

    /// Where the run's picture lies, logical pixels: tests and screen readers.
    QRectF pictureRect() const;
    QRectF baselineRect() const; ///< empty in views without an own place for it
    std::int64_t latentFrame() const; ///< that the shown frame belongs to; -1 without trace
    QString badge() const; ///< "predicted at step 12", "final"
    QString description() const; ///< all that is visible, in words

    QSize sizeHint() const override { return {640, 480}; }
    QSize minimumSizeHint() const override { return {240, 180}; }

Q_SIGNALS:
    void zoomChanged();
    void wipeChanged(double wipe);
    void tokenHovered(qint64 token); ///< grid order; -1: none
    void strokeStarted();
    void tokenPainted(qint64 token, bool erase);
    void strokeEnded();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Pane {
        QRectF area; ///< clip of everything that belongs to it
        QRectF picture;
    };
    Pane paneAt(int index) const; ///< 0 = run, 1 = baseline
    QRectF contentArea() const;
    QRectF placed(const QRectF& area) const;
    void paintPicture(QPainter& painter, const Pane& pane, const ClipSourcePtr& source, bool underOverlay);
    void paintDifference(QPainter& painter, const Pane& pane);
    void paintImage(QPainter& painter, const Pane& pane, const QImage& scaled, const QImage& exact);
    bool fitsCache(const QRectF& picture) const;
    QSize deviceSize(const QRectF& picture) const;
    void paintOverlay(QPainter& painter, const Pane& pane);
    void paintWipe(QPainter& painter, const Pane& pane);
    void paintLegend(QPainter& painter);
    void paintGainLegend(QPainter& painter);
    void paintReading(QPainter& painter);
    void paintEmpty(QPainter& painter);
    void paintBusy(QPainter& painter);
    QRectF busyRect() const;
    void updateHover(const QPointF& position);
    void updateDescription();
    void clampPan();
    void prefetch();
    PictureStore::Look look(bool underOverlay) const;

    PlayerModel& m_player;
    TokenOverlayModel& m_overlay;
    PictureStore m_store;
    QString m_runLabel;
    QString m_baselineLabel;
    QString m_emptyTitle;
    QString m_hint;
    QString m_example;
    QString m_busy;
    double m_busyProgress = -1;
    int m_busyAngle = 0;
    QTimer m_busyTimer;
    QTimer m_prefetch;
    bool m_prefetchBaseline = false;

    double m_zoom = 0;
    bool m_smooth = true;
    QPointF m_pan; ///< of the picture's middle from the area's middle, logical pixels
    double m_wipe = 0.5;
    std::optional<QPointF> m_dragFrom;
    bool m_draggingWipe = false;
    std::optional<TokenPlace> m_hovered;
    QPointF m_pointer;
    void paintAt(const QPointF& position);
    void paintMask(QPainter& painter, const Pane& pane);
    bool m_showsHints = true;
    bool m_isPainting = false;
    Qt::MouseButton m_stroke = Qt::NoButton; ///< what is being painted with
    std::int64_t m_lastPainted = -1;
    std::optional<QPointF> m_strokeAt; ///< where the pointer was last while painting
    std::vector<bool> m_mask;
    QRectF m_legend; ///< where the overlay's legend was drawn
    std::int64_t m_marked = -1;

    // The overlay of the latent frame on the screen, painted once per change
    QImage m_layer;
    std::uint64_t m_layerRevision = 0;
    std::int64_t m_layerFrame = -1;
};

} // namespace toca::ui
