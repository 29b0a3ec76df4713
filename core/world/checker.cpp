// SPDX-License-Identifier: Apache-2.0
#include "core/world/checker.h"

#include "core/world/track.h"

#include <algorithm>
#include <cmath>

namespace toca::world {
namespace {

constexpr double kRests = 0.30; // an object that moves less than this rests, in world units

/// The number that most frames show.
int usualCount(const std::vector<std::vector<Sighting>>& frames)
{
    std::array<int, 8> votes{};
    for (const auto& frame : frames)
        ++votes[std::min(frame.size(), votes.size() - 1)];
    return static_cast<int>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

/// Mean place of the second object as seen from the first one.
std::pair<double, double> offset(const MeasuredObject& first, const MeasuredObject& second)
{
    double x = 0, y = 0;
    int count = 0;
    for (std::size_t i = 0; i < first.track.size(); ++i)
        if (first.track[i] && second.track[i]) {
            x += second.track[i]->x - first.track[i]->x;
            y += second.track[i]->y - first.track[i]->y;
            ++count;
        }
    return {x / std::max(count, 1), y / std::max(count, 1)};
}

Relation relationOf(const MeasuredObject& first, const MeasuredObject& second)
{
    const bool rests = movementOf(second) < kRests;
    if (first.motion == Motion::Circle && rests)
        return Relation::Orbit;
    const auto [x, y] = offset(first, second);
    if ((movementOf(first) >= kRests && !rests) || std::abs(x) > std::abs(y))
        return Relation::Together;
    return y < 0 ? Relation::Above : Relation::Below;
}

bool looksTheSameTurned(Shape shape)
{
    return shape == Shape::Ball || shape == Shape::Ring;
}

bool isMotion(Motion asked, Motion seen, Shape shape)
{
    if (asked == Motion::Spin && looksTheSameTurned(shape))
        asked = Motion::Still;
    if (seen == Motion::Spin && looksTheSameTurned(shape))
        seen = Motion::Still;
    return asked == seen;
}

bool keepsSize(std::optional<Motion> motion)
{
    return motion != Motion::Grow && motion != Motion::Shrink && motion != Motion::Pulse;
}

bool isPairMotion(const Description& asked, const Measurement& seen)
{
    const MeasuredObject &first = seen.objects[0], &second = seen.objects[1];
    Relation relation = *seen.relation;
    const Motion motion = asked.motion.value_or(Motion::Still);
    if (*asked.relation == Relation::Orbit)
        return relation == Relation::Orbit;
    if (*asked.relation == Relation::Together)
        return relation == Relation::Together && (!asked.motion || (first.motion == motion && second.motion == motion));
    // Where nothing moves, only its colour says which object is the first one.
    if (motion == Motion::Still && first.colour == asked.objects[1].colour && relation != Relation::Together)
        relation = relation == Relation::Above ? Relation::Below : Relation::Above;
    const bool doesMove = motion == Motion::Still ? movementOf(first) < kRests && movementOf(second) < kRests
                                                  : first.motion == motion && movementOf(second) < kRests;
    return relation == *asked.relation && doesMove;
}

Verdict judgePair(const Description& asked, const Measurement& seen)
{
    Verdict verdict;
    verdict.colour = verdict.shape = verdict.motion = false;
    if (seen.objects.size() < 2)
        return verdict;
    bool areColours = true, areShapes = true;
    for (const ObjectDescription& object : asked.objects) {
        const auto found = std::find_if(seen.objects.begin(), seen.objects.end(),
            [&](const MeasuredObject& other) { return other.colour == object.colour; });
        areColours = areColours && found != seen.objects.end();
        areShapes = areShapes && found != seen.objects.end() && found->shape == object.shape;
    }
    verdict.colour = areColours;
    verdict.shape = areShapes;
    verdict.motion = isPairMotion(asked, seen);
    return verdict;
}

} // namespace

struct Checker::Parts {
    int width;
    int height;
    WorkClip work; // its size only
    Segmenter segmenter;
};

Checker::Checker(int width, int height)
{
    WorkClip work = workClipOf({}, width, height, 0);
    const Segmenter segmenter(work.width, work.height);
    m_parts = std::make_unique<const Parts>(Parts{width, height, std::move(work), segmenter});
}

Checker::~Checker() = default;
Checker::Checker(Checker&&) noexcept = default;
Checker& Checker::operator=(Checker&&) noexcept = default;

Result<Measurement> Checker::measure(std::span<const std::uint8_t> rgb, int frames) const
{
    const std::size_t frameBytes =
        static_cast<std::size_t>(m_parts->width) * static_cast<std::size_t>(m_parts->height) * 3;
    if (frames < 1 || rgb.size() != frameBytes * static_cast<std::size_t>(frames))
        return unexpected(ErrorCode::InvalidArgument,
            "The clip has " + std::to_string(rgb.size()) + " bytes; " + std::to_string(frames) + " frames of "
                + std::to_string(m_parts->width) + " x " + std::to_string(m_parts->height) + " RGB pixels were said.");
    const WorkClip clip = workClipOf(rgb, m_parts->width, m_parts->height, frames);
    const auto background = m_parts->segmenter.background(clip);
    Measurement measurement;
    measurement.backdrop = background.backdrop;
    measurement.backdropError = background.error;
    std::vector<std::vector<Sighting>> sightings;
    for (const auto& frame : clip.frames)
        sightings.push_back(
            sightingsOf(frame, m_parts->segmenter.foreground(frame, background.picture), clip.width, clip.height));
    measurement.objectCount = usualCount(sightings);
    for (const Track& track : tracksOf(std::move(sightings), measurement.objectCount >= 2 ? 2 : 1))
        measurement.objects.push_back(measureTrack(track, clip.width, clip.height));
    if (measurement.objects.size() == 2) {
        if (movementOf(measurement.objects[1]) > movementOf(measurement.objects[0]))
            std::swap(measurement.objects[0], measurement.objects[1]);
        measurement.relation = relationOf(measurement.objects[0], measurement.objects[1]);
    }
    return measurement;
}

Result<Measurement> Checker::measure(const Clip& clip) const
{
    std::vector<std::uint8_t> rgb;
    for (const Frame& frame : clip.frames) {
        if (frame.width != m_parts->width || frame.height != m_parts->height)
            return unexpected(ErrorCode::InvalidArgument,
                "A frame has " + std::to_string(frame.width) + " x " + std::to_string(frame.height) + " pixels; "
                    + std::to_string(m_parts->width) + " x " + std::to_string(m_parts->height) + " were expected.");
        rgb.insert(rgb.end(), frame.rgb.begin(), frame.rgb.end());
    }
    return measure(rgb, static_cast<int>(clip.frames.size()));
}

bool Verdict::isFollowed() const
{
    const auto attributes = attributesOf(*this);
    return std::all_of(attributes.begin(), attributes.end(), [](auto attribute) { return attribute.value_or(true); });
}

Verdict judge(const Description& asked, const Measurement& seen)
{
    Verdict verdict;
    if (asked.objects.size() == 2) {
        verdict = judgePair(asked, seen);
    } else if (seen.objects.empty()) {
        verdict.colour = verdict.shape = false;
        if (asked.motion)
            verdict.motion = false;
        if (keepsSize(asked.motion))
            verdict.size = false;
    } else {
        const MeasuredObject& object = seen.objects.front();
        const ObjectDescription& wanted = asked.objects.front();
        verdict.colour = object.colour == wanted.colour;
        verdict.shape = object.shape == wanted.shape;
        if (asked.motion)
            verdict.motion = isMotion(*asked.motion, object.motion, wanted.shape);
        if (keepsSize(asked.motion))
            verdict.size = object.size == wanted.size;
    }
    if (asked.backdrop)
        verdict.backdrop = seen.backdrop == *asked.backdrop;
    verdict.count = seen.objectCount == static_cast<int>(asked.objects.size());
    return verdict;
}

} // namespace toca::world
