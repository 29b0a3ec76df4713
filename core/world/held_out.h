// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/world/world.h"

#include <vector>

namespace toca::world {

/// True for one description in forty: colour, shape, size, motion and backdrop together. A training that leaves such
/// scenes out (`WorldOptions::leavesOutHeldOut`) has not seen what its model is judged by. Decided by a hash that is
/// the same on every machine.
bool isHeldOut(const Description& description);

/// The fixed list that models are judged by: held-out scenes of one object or of two, from seeds that no training
/// draws.
/// Descriptions differ while there are new ones; of stills there are about a hundred, after which they come again with
/// other places.
/// @param frames of the model: 1 gives pictures
std::vector<Scene> heldOutScenes(std::size_t count, std::size_t objects, int width, int height, int frames);

} // namespace toca::world
