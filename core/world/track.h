// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/world/checker.h"
#include "core/world/segmentation.h"

namespace toca::world {

/// Pixels of each colour of the palette.
using ColourVotes = std::array<std::size_t, kColours>;

/// One object in one frame.
struct Sighting {
    Region region;
    ColourVotes votes{};
};

/// One object's sightings, by frame.
using Track = std::vector<std::optional<Sighting>>;

/// What stands in one frame: regions of a mask, two objects that touch told apart by their colours.
std::vector<Sighting> sightingsOf(const std::vector<std::uint8_t>& frame, const Mask& mask, int width, int height);

/// Follows objects through the frames.
/// @param most tracks, 1 or 2
std::vector<Track> tracksOf(std::vector<std::vector<Sighting>> frames, std::size_t most);

/// Everything that a track says about its object.
MeasuredObject measureTrack(const Track& track, int width, int height);

/// Largest way of the object in one direction, in world units.
double movementOf(const MeasuredObject& object);

} // namespace toca::world
