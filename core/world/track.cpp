// SPDX-License-Identifier: Apache-2.0
#include "core/world/track.h"

#include "core/world/shape_match.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace toca::world {
namespace {

constexpr double kLeastAreaShare = 1.0 / 320; // of the picture: the smallest object has twice as much
constexpr double kLeastOfLargest = 0.12; // smaller regions beside a large one are its crumbs

/// The colour of the palette that a pixel shows in more or less light; nothing when it is none of them.
std::size_t nearestColour(const std::uint8_t* pixel)
{
    std::size_t nearest = 0;
    double least = 1e9;
    for (std::size_t i = 0; i < kColours; ++i) {
        const Rgb rgb = rgbOf(static_cast<Colour>(i));
        const double along = pixel[0] * rgb[0] + pixel[1] * rgb[1] + pixel[2] * rgb[2];
        const double light = std::clamp(along / (rgb[0] * rgb[0] + rgb[1] * rgb[1] + rgb[2] * rgb[2]), 0.72, 1.25);
        double distance = 0;
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const double difference = pixel[channel] - std::min(255.0, light * rgb[channel]);
            distance += difference * difference;
        }
        if (distance < least) {
            least = distance;
            nearest = i;
        }
    }
    return nearest;
}

std::size_t winner(const ColourVotes& votes)
{
    return static_cast<std::size_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

ColourVotes votesOf(const std::vector<std::uint8_t>& frame, const Mask& mask)
{
    ColourVotes votes{};
    for (std::size_t i = 0; i < mask.size(); ++i)
        if (mask[i])
            ++votes[nearestColour(&frame[i * 3])];
    return votes;
}

Sighting sighted(const std::vector<std::uint8_t>& frame, Region region, int width, int height)
{
    // the rim is darker and mixed with what is behind
    const Mask inner = eroded(eroded(region.mask, width, height), width, height);
    ColourVotes votes = votesOf(frame, inner);
    if (std::accumulate(votes.begin(), votes.end(), std::size_t{0}) < 12)
        votes = votesOf(frame, region.mask);
    return {std::move(region), votes};
}

/// Two objects that touch are one region with two colours, each in one piece.
std::vector<Sighting> splitByColour(const std::vector<std::uint8_t>& frame, Sighting whole, int width, int height)
{
    std::array<std::size_t, 2> best{winner(whole.votes), 0};
    ColourVotes rest = whole.votes;
    rest[best[0]] = 0;
    best[1] = winner(rest);
    const std::size_t all = std::accumulate(whole.votes.begin(), whole.votes.end(), std::size_t{0});
    std::vector<Sighting> parts;
    if (static_cast<double>(rest[best[1]]) > 0.25 * static_cast<double>(all))
        for (const std::size_t colour : best) {
            Mask mask = whole.region.mask;
            for (std::size_t i = 0; i < mask.size(); ++i)
                mask[i] = mask[i] && nearestColour(&frame[i * 3]) == colour;
            auto regions = regionsOf(opened(mask, width, height), width, height, whole.region.area / 5);
            if (!regions.empty())
                parts.push_back(sighted(frame, std::move(regions.front()), width, height));
        }
    if (parts.size() < 2) {
        parts.clear();
        parts.push_back(std::move(whole));
    }
    return parts;
}

struct Series {
    std::vector<double> time, x, y, extent, area;
};

Series seriesOf(const Track& track, int width, int height)
{
    Series series;
    const double unit = std::min(width, height) / 2.0;
    for (std::size_t frame = 0; frame < track.size(); ++frame)
        if (track[frame]) {
            const Region& region = track[frame]->region;
            series.time.push_back(static_cast<double>(frame));
            series.x.push_back(((region.left + region.right) / 2.0 - width / 2.0) / unit);
            series.y.push_back((height / 2.0 - (region.top + region.bottom) / 2.0) / unit);
            series.extent.push_back(std::max(region.right - region.left, region.bottom - region.top) / (2 * unit));
            series.area.push_back(static_cast<double>(region.area) / (unit * unit));
        }
    return series;
}

double spread(const std::vector<double>& values)
{
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return *most - *least;
}

double mean(const std::vector<double>& values, std::size_t begin, std::size_t end)
{
    return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(begin),
               values.begin() + static_cast<std::ptrdiff_t>(end), 0.0)
        / static_cast<double>(end - begin);
}

double mean(const std::vector<double>& values)
{
    return mean(values, 0, values.size());
}

/// Absolute correlation of a series with time: 1 for an even movement.
double evenness(const Series& series, const std::vector<double>& values)
{
    const double meanTime = mean(series.time), meanValue = mean(values);
    double both = 0, time = 0, value = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        both += (series.time[i] - meanTime) * (values[i] - meanValue);
        time += (series.time[i] - meanTime) * (series.time[i] - meanTime);
        value += (values[i] - meanValue) * (values[i] - meanValue);
    }
    return value > 1e-9 && time > 0 ? std::abs(both) / std::sqrt(time * value) : 0;
}

/// Overlap of two masks with their centres of mass on each other.
double alignedOverlap(const Region& a, const Region& b, int width, int height)
{
    const auto centre = [&](const Region& region) {
        double x = 0, y = 0;
        for (int row = region.top; row < region.bottom; ++row)
            for (int column = region.left; column < region.right; ++column)
                if (region.mask[static_cast<std::size_t>(row * width + column)]) {
                    x += column;
                    y += row;
                }
        const auto area = static_cast<double>(region.area);
        return std::pair{x / area, y / area};
    };
    const auto [ax, ay] = centre(a);
    const auto [bx, by] = centre(b);
    const int right = static_cast<int>(std::lround(bx - ax)), down = static_cast<int>(std::lround(by - ay));
    std::size_t both = 0;
    for (int row = a.top; row < a.bottom; ++row)
        for (int column = a.left; column < a.right; ++column) {
            const int otherRow = row + down, otherColumn = column + right;
            if (otherRow >= 0 && otherColumn >= 0 && otherRow < height && otherColumn < width)
                both += a.mask[static_cast<std::size_t>(row * width + column)]
                    && b.mask[static_cast<std::size_t>(otherRow * width + otherColumn)];
        }
    return static_cast<double>(both) / static_cast<double>(a.area + b.area - both);
}

/// The outline turns: for much of the time it fits its first place badly.
bool spins(const Track& track, int width, int height)
{
    const Sighting* first = nullptr;
    std::vector<double> overlaps;
    for (const auto& sighting : track)
        if (sighting && !first)
            first = &*sighting;
        else if (sighting)
            overlaps.push_back(alignedOverlap(first->region, sighting->region, width, height));
    if (overlaps.size() < 4)
        return false;
    const auto fifth = overlaps.begin() + static_cast<std::ptrdiff_t>(overlaps.size() / 5);
    std::nth_element(overlaps.begin(), fifth, overlaps.end());
    return *fifth < 0.80;
}

Motion motionOf(const Track& track, const Series& series, int width, int height)
{
    if (series.x.size() < 3)
        return Motion::Still;
    const double wayX = spread(series.x), wayY = spread(series.y);
    const std::size_t count = series.x.size(), edge = std::max<std::size_t>(1, count / 6);
    const auto change = [&](const std::vector<double>& values) {
        return mean(values, count - edge, count) - mean(values, 0, edge);
    };
    if (std::max(wayX, wayY) < 0.30) {
        const double growth = std::sqrt(mean(series.area, count - edge, count) / mean(series.area, 0, edge));
        const bool isEven = evenness(series, series.extent) > 0.8;
        if (isEven && growth > 1.55)
            return Motion::Grow;
        if (isEven && growth < 1 / 1.55)
            return Motion::Shrink;
        double deviation = 0, middle = 0;
        for (const double area : series.area)
            middle += std::sqrt(area) / static_cast<double>(count);
        for (const double area : series.area)
            deviation += (std::sqrt(area) - middle) * (std::sqrt(area) - middle) / static_cast<double>(count);
        if (std::sqrt(deviation) > 0.11 * middle)
            return Motion::Pulse;
        return spins(track, width, height) ? Motion::Spin : Motion::Still;
    }
    const double toX = change(series.x), toY = change(series.y);
    const bool goesX = evenness(series, series.x) > 0.93 && std::abs(toX) > 0.36;
    const bool goesY = evenness(series, series.y) > 0.93 && std::abs(toY) > 0.36;
    if (goesX && goesY && std::min(std::abs(toX), std::abs(toY)) > 0.35 * std::max(std::abs(toX), std::abs(toY)))
        return toY > 0 ? (toX > 0 ? Motion::UpRight : Motion::UpLeft)
                       : (toX > 0 ? Motion::DownRight : Motion::DownLeft);
    if (goesX && wayY < 0.5 * wayX)
        return toX > 0 ? Motion::Right : Motion::Left;
    if (goesY && wayX < 0.5 * wayY)
        return toY > 0 ? Motion::Up : Motion::Down;
    if (std::min(wayX, wayY) > std::max(0.35, 0.5 * std::max(wayX, wayY)))
        return Motion::Circle;
    return wayY > wayX ? Motion::Bounce : Motion::Swing;
}

double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

std::vector<Sighting> sightingsOf(const std::vector<std::uint8_t>& frame, const Mask& mask, int width, int height)
{
    const auto leastArea = static_cast<std::size_t>(static_cast<double>(mask.size()) * kLeastAreaShare);
    auto regions = regionsOf(mask, width, height, std::max<std::size_t>(leastArea, 9));
    std::vector<Sighting> sightings;
    for (Region& region : regions) {
        if (static_cast<double>(region.area) < kLeastOfLargest * static_cast<double>(regions.front().area))
            break;
        auto parts = splitByColour(frame, sighted(frame, region, width, height), width, height);
        std::move(parts.begin(), parts.end(), std::back_inserter(sightings));
    }
    std::stable_sort(sightings.begin(), sightings.end(),
        [](const Sighting& a, const Sighting& b) { return a.region.area > b.region.area; });
    return sightings;
}

std::vector<Track> tracksOf(std::vector<std::vector<Sighting>> frames, std::size_t most)
{
    // Two objects of the world differ in colour, and colours do not get confused when paths cross.
    ColourVotes votes{};
    for (const auto& frame : frames)
        for (std::size_t i = 0; i < std::min(frame.size(), most); ++i)
            ++votes[winner(frame[i].votes)];
    std::vector<Track> tracks(most, Track(frames.size()));
    std::array<std::size_t, 2> colours{winner(votes), 0};
    votes[colours[0]] = 0;
    colours[1] = winner(votes);
    const bool areTold = votes[colours[1]] > 0;
    for (std::size_t frame = 0; frame < frames.size(); ++frame)
        for (std::size_t i = 0; i < most; ++i) {
            auto& seen = frames[frame];
            const auto found = most < 2 || !areTold
                ? (i < seen.size() ? seen.begin() + static_cast<std::ptrdiff_t>(i) : seen.end())
                : std::find_if(seen.begin(), seen.end(),
                    [&](const Sighting& sighting) { return winner(sighting.votes) == colours[i]; });
            if (found != seen.end())
                tracks[i][frame] = *found;
        }
    std::erase_if(tracks, [](const Track& track) {
        return std::none_of(track.begin(), track.end(), [](const auto& sighting) { return sighting.has_value(); });
    });
    return tracks;
}

MeasuredObject measureTrack(const Track& track, int width, int height)
{
    MeasuredObject object;
    const Series series = seriesOf(track, width, height);
    object.foundShare = static_cast<double>(series.x.size()) / static_cast<double>(track.size());
    object.motion = motionOf(track, series, width, height);

    ColourVotes votes{};
    std::array<double, kShapes> overlaps{};
    std::array<std::vector<double>, kShapes> radii;
    int looked = 0;
    for (std::size_t frame = 0; frame < track.size(); ++frame) {
        object.track.emplace_back();
        if (!track[frame])
            continue;
        for (std::size_t i = 0; i < kColours; ++i)
            votes[i] += track[frame]->votes[i];
        const std::size_t index = static_cast<std::size_t>(
            std::find(series.time.begin(), series.time.end(), static_cast<double>(frame)) - series.time.begin());
        object.track.back() = Placement{series.x[index], series.y[index], series.extent[index], 0};
        if (frame % 2 == 1 && track.size() > 8)
            continue; // every second frame is enough to tell a shape
        ++looked;
        const auto matches = matchShapes(track[frame]->region, width, height, object.motion == Motion::Spin);
        for (std::size_t i = 0; i < kShapes; ++i) {
            overlaps[i] += matches[i].overlap;
            radii[i].push_back(matches[i].radius);
        }
    }
    object.colour = static_cast<Colour>(winner(votes));
    const auto best = static_cast<std::size_t>(std::max_element(overlaps.begin(), overlaps.end()) - overlaps.begin());
    object.shape = static_cast<Shape>(best);
    if (looked > 0) {
        object.shapeOverlap = overlaps[best] / looked;
        object.radius = median(radii[best]) / (std::min(width, height) / 2.0);
    }
    object.size = object.radius < 0.28 ? Size::Small : object.radius > 0.41 ? Size::Large : Size::Middle;
    return object;
}

double movementOf(const MeasuredObject& object)
{
    double left = 9, right = -9, bottom = 9, top = -9;
    for (const auto& placement : object.track)
        if (placement) {
            left = std::min(left, placement->x);
            right = std::max(right, placement->x);
            bottom = std::min(bottom, placement->y);
            top = std::max(top, placement->y);
        }
    return std::max({0.0, right - left, top - bottom});
}

} // namespace toca::world
