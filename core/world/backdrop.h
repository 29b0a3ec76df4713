// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/world/grammar.h"

#include <array>
#include <cstdint>
#include <vector>

namespace toca::world {

using Rgb = std::array<std::uint8_t, 3>;

/// The colour of an object in full light.
Rgb rgbOf(Colour colour);

/// Places of stars, clouds, waves and tiles, each from 0 to 1; as many as the backdrop needs.
std::vector<double> backdropDetails(Backdrop backdrop, std::uint64_t seed);

/// Draws a backdrop.
/// @param details of `backdropDetails`, or others from 0 to 1
/// @return (height, width, 3)
/// @throws std::bad_alloc
std::vector<std::uint8_t> drawBackdrop(Backdrop backdrop, const std::vector<double>& details, int width, int height);
/// The night sky without stars, the cloudy sky without clouds.
std::vector<std::uint8_t> drawSky(Backdrop backdrop, int width, int height);

} // namespace toca::world
