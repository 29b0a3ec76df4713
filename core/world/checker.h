// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/base/expected.h"
#include "core/world/world.h"

#include <memory>
#include <span>

namespace toca::world {

/// What was seen of one object.
struct MeasuredObject {
    Colour colour = Colour::Red;
    Shape shape = Shape::Ball;
    double shapeOverlap = 0; ///< with the best outline, intersection over union, mean over frames
    Size size = Size::Middle; ///< by the median radius
    double radius = 0; ///< median, in world units
    Motion motion = Motion::Still;
    double foundShare = 0; ///< share of frames in which it was found
    std::vector<std::optional<Placement>> track; ///< by frame; angles are not measured
};

/// What a clip shows, read from its pixels alone.
struct Measurement {
    Backdrop backdrop = Backdrop::White;
    double backdropError = 0; ///< mean difference from the backdrop that fits best, 8-bit levels, at most 60
    int objectCount = 0; ///< that of most frames
    std::vector<MeasuredObject> objects; ///< at most two, the one that moves most first; empty: nothing was found
    std::optional<Relation> relation; ///< of two objects, as seen from the first one
};

/// Classical measurement of clips of the world: no learnt part, so that it cannot share a model's mistakes.
///
/// The backdrop is the best of all that the world can draw, an object what differs from it; colour, outline, size and
/// path are read from the object's mask. Immutable after it is made: threads may share one.
class Checker {
public:
    /// @param width, height of the clips in pixels, from 8 to 8192
    Checker(int width, int height);
    ~Checker();
    Checker(Checker&&) noexcept;
    Checker& operator=(Checker&&) noexcept;

    /// @param rgb  (frames, height, width, 3)
    /// @return InvalidArgument when the size is not as announced
    Result<Measurement> measure(std::span<const std::uint8_t> rgb, int frames) const;
    /// @return InvalidArgument when frames are of other sizes, or there are none
    Result<Measurement> measure(const Clip& clip) const;

private:
    struct Parts;
    std::unique_ptr<const Parts> m_parts;
};

/// Which parts of a description a clip follows. Empty: the description says nothing about it, or it cannot be seen.
///
/// With two objects, colour and shape mean those of both, and motion their relation too.
struct Verdict {
    std::optional<bool> colour, shape, size, motion, backdrop, count;

    /// True when nothing that was asked for is wrong.
    bool isFollowed() const;
    bool operator==(const Verdict&) const = default;
};

/// Spinning and resting count as the same for what looks the same from all sides. Sizes are judged where the motion
/// keeps them.
Verdict judge(const Description& asked, const Measurement& seen);

/// The attributes of a verdict in a fixed order, with their names in tables and files.
inline constexpr std::array<const char*, 6> kAttributeNames = {
    "colour", "shape", "size", "motion", "backdrop", "count"};
inline std::array<std::optional<bool>, 6> attributesOf(const Verdict& verdict)
{
    return {verdict.colour, verdict.shape, verdict.size, verdict.motion, verdict.backdrop, verdict.count};
}

} // namespace toca::world
