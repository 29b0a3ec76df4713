// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/world/grammar.h"

#include <span>

namespace toca::world {

struct WorldOptions {
    int width = 128; ///< pixels; only the ratio to `height` matters to a scene
    int height = 128; ///< pixels
    int frames = 17; ///< 1: pictures, whose captions name no motion
    double pairShare = 0.22; ///< share of scenes with two objects, in [0, 1]
    bool leavesOutHeldOut = false; ///< for training: what models are judged by (held_out.h) is never drawn
};

/// How one object stands at one moment. x to the right, y up, the middle of the picture is 0; half of the picture's
/// shorter side is 1. Angles in radians, anticlockwise.
struct Placement {
    double x = 0;
    double y = 0;
    double radius = 0;
    double angle = 0;
};

/// The path of one object: a few numbers whose meaning depends on the motion (scene.cpp).
struct Path {
    Motion motion = Motion::Still;
    double x = 0; ///< middle of the path
    double y = 0;
    double radius = 0; ///< at rest
    double reachX = 0; ///< largest distance from the middle
    double reachY = 0;
    double phase = 0; ///< where it starts, in turns
    double turns = 0; ///< rounds in the clip; negative: clockwise

    /// @param time from 0, first frame, to 1, last frame
    Placement at(double time) const;
};

/// One clip or picture before it is drawn: everything that can be known about it.
struct Scene {
    Description description; ///< the truth; the backdrop is always there
    std::vector<Path> paths; ///< one for each object; earlier ones are drawn in front
    std::uint64_t backdropSeed = 0; ///< places of clouds, stars, waves and tiles

    Colour colour(std::size_t object = 0) const { return description.objects[object].colour; }
    Shape shape(std::size_t object = 0) const { return description.objects[object].shape; }
    Size size(std::size_t object = 0) const { return description.objects[object].size; }
    Motion motion() const { return description.motion.value_or(Motion::Still); }
    Backdrop backdrop() const { return *description.backdrop; }
    std::size_t objectCount() const { return description.objects.size(); }
    bool isPicture() const { return !description.motion.has_value(); }
};

/// The scene of a seed: the same on every machine.
Scene sceneOf(std::uint64_t seed, const WorldOptions& options = {});
/// A scene that shows what is described; what the description leaves open is drawn by the seed.
/// @pre one or two objects, a relation exactly for two
Scene sceneFor(const Description& description, std::uint64_t seed, const WorldOptions& options = {});

/// @copydoc captionOf(const Description&, std::optional<std::uint64_t>)
inline std::string captionOf(const Scene& scene, std::uint64_t wordingSeed)
{
    return captionOf(scene.description, wordingSeed);
}
/// The plainest caption.
inline std::string captionOf(const Scene& scene)
{
    return captionOf(scene.description);
}

/// Draws the scene, evenly timed from its beginning to its end; a single frame shows the middle.
///
/// @param rgb  (frames, height, width, 3), rows from top to bottom
/// @pre rgb.size() == 3 * frames * width * height, width and height from 8 to 8192, frames >= 1
void render(const Scene& scene, int width, int height, int frames, std::span<std::uint8_t> rgb);

} // namespace toca::world
