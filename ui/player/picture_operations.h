// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"

#include <QImage>
#include <QRectF>

namespace toca::ui {

/// A frame as 32-bit RGB, the format that paints fastest; null when the frame is empty or its bytes do not match its
/// size.
QImage toImage(const Frame& frame);

/// Enlarges by an integer factor with a cubic filter so that the longer side reaches about `longSide` pixels; pictures
/// that are already larger than half of it come back unchanged. Small previews look soft instead of faceted.
QImage softlyEnlarged(const QImage& image, int longSide);

/// min(255, |a - b| * gain) per channel, 32-bit RGB of the size of `a`; `b` is scaled to it when its size differs.
/// Null when either is null. @param gain clamped to [1, 255]
QImage absoluteDifference(const QImage& a, const QImage& b, int gain);

/// The largest rectangle of the picture's shape in the middle of `area`; empty when either is empty.
QRectF fittedRect(const QSizeF& picture, const QRectF& area);

} // namespace toca::ui
