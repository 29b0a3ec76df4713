// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/compare/speed_text.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QPainter;

namespace toca::ui {

/// Both gains side by side and, as two stacked bars of equal scale, where the uncached run's and this run's time went.
/// A line on the lower bar says where it would end had the clock gained what the FLOPs did; what lies beyond is the
/// gap.
///
/// Keys: Left and Right walk over the parts, Ctrl+C copies the marked part or, without one, all of them.
class SpeedMeter : public QWidget {
    Q_OBJECT
public:
    explicit SpeedMeter(QWidget* parent = nullptr);

    void setReport(SpeedReport report, const QString& runName);
    const SpeedReport& report() const { return m_report; }
    int markedPart() const { return m_marked; } ///< index of SpeedReport::parts; -1 = none
    /// Where a part lies on the run's bar (`isRun`) or the uncached one; widget coordinates, empty when it took no
    /// time.
    QRectF partRect(int part, bool isRun) const;
    QString readout() const; ///< of the marked part, else both sentences
    /// As a figure of the given size.
    void paintFigure(QPainter& painter, const QSizeF& size, const Theme& colours, const QFont& font) const;

    QSize sizeHint() const override { return {420, 210}; }
    QSize minimumSizeHint() const override { return {180, 96}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override; ///< bars and the whole key

Q_SIGNALS:
    void partMarked(int part); ///< -1 = none

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Layout;
    Layout layoutFor(const QSizeF& size, const QFont& font) const;
    void paint(QPainter& painter, const QSizeF& size, const Theme& colours, const QFont& font, int marked) const;
    QString partText(int part) const;
    int partAt(const QPointF& position) const;
    void mark(int part);

    SpeedReport m_report;
    QString m_runName;
    int m_marked = -1;
};

} // namespace toca::ui
