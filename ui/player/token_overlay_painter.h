// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/player/token_overlay_model.h"

#include <QImage>
#include <QPainter>
#include <QString>

namespace toca::ui {

/// The overlay of one latent frame as a transparent picture of `size` device pixels. Computed: reused tokens are
/// dimmed, computed ones tinted and outlined; the other modes fill each token by its value's colour.
/// @param lineWidth of outlines, device pixels
QImage overlayLayer(const TokenOverlayModel& model, std::int64_t latentFrame, QSize size, double lineWidth);

/// Colour of a value in the heat modes, before opacity.
QColor overlayColour(const TokenOverlayModel& model, float value);

/// What the overlay shows, in words: "Computed: 12 of 64 tokens of latent frame 2" or why there is nothing.
QString overlayTitle(const TokenOverlayModel& model, std::int64_t latentFrame);
/// Second line: the place in the run ("step 7, temporal layer 3, MLP").
QString overlayPlace(const TokenOverlayModel& model);
/// Reading of one token.
QString tokenReading(const TokenOverlayModel& model, const TokenPlace& place);

} // namespace toca::ui
