// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QPainter>
#include <QString>

namespace toca::ui {

/// A small rounded plate over pictures with text that is legible on any of them.
/// @param anchor the plate's corner nearest to it: `alignment` says which (AlignLeft | AlignTop: its top left corner)
/// @param dot drawn in front of the text when valid
/// @return the plate's rectangle
QRectF paintPlate(QPainter& painter, const QPointF& anchor, Qt::Alignment alignment, const QString& text,
    const QColor& dot = QColor(), double maximumWidth = 10000);

/// The rectangle that `paintPlate` would cover for a text of `size`, its content margins and colour.
void paintPlateBackground(QPainter& painter, const QRectF& plate);
inline constexpr double kPlateMargin = 8;
QColor plateText();
QColor plateMutedText();

/// The large friendly picture of the empty state, `size` pixels wide: a strip of frames whose tokens light up.
void paintEmptyIllustration(QPainter& painter, const QPointF& centre, double size);

} // namespace toca::ui
