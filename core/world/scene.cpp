// SPDX-License-Identifier: Apache-2.0
#include "core/world/held_out.h"
#include "core/world/phrases.h"
#include "core/world/random.h"
#include "core/world/world.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace toca::world {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kMargin = 0.04; // between the picture's edge and where an object may go

/// Half of the picture in both directions; the shorter one is 1.
struct Extent {
    double x = 1;
    double y = 1;
};

Extent extentOf(const WorldOptions& options)
{
    const double shorter = std::min(options.width, options.height);
    return {options.width / shorter, options.height / shorter};
}

/// What is drawn for the description comes from other streams than what is drawn for the places, so that a described
/// scene has the same places as the drawn one.
enum Stream : std::uint64_t { kContent, kPlaces, kBackdropDetails };

double radiusOf(Size size, Random& random)
{
    switch (size) {
    case Size::Small:
        return random.uniform(0.21, 0.25);
    case Size::Large:
        return random.uniform(0.45, 0.52);
    case Size::Middle:
        break;
    }
    return random.uniform(0.31, 0.37);
}

double sign(Random& random)
{
    return random.chance(0.5) ? 1 : -1;
}

Path singlePath(Motion motion, Size size, Extent extent, Random& random)
{
    Path path;
    path.motion = motion;
    path.radius = radiusOf(size, random);
    path.x = random.uniform(-0.12, 0.12);
    path.y = random.uniform(-0.12, 0.12);
    const double limitX = extent.x - kMargin - path.radius, limitY = extent.y - kMargin - path.radius;
    const auto across = [&](double toX, double toY, double least, double most) {
        const double share = random.uniform(least, most);
        path.reachX = toX * limitX * share;
        path.reachY = toY * limitY * share;
        path.x = toX != 0 ? 0 : path.x;
        path.y = toY != 0 ? 0 : path.y;
    };
    switch (motion) {
    case Motion::Right:
    case Motion::Left:
        across(motion == Motion::Right ? 1 : -1, 0, 0.85, 1.0);
        break;
    case Motion::Up:
    case Motion::Down:
        across(0, motion == Motion::Up ? 1 : -1, 0.85, 1.0);
        break;
    case Motion::UpRight:
        across(1, 1, 0.8, 0.98);
        break;
    case Motion::UpLeft:
        across(-1, 1, 0.8, 0.98);
        break;
    case Motion::DownRight:
        across(1, -1, 0.8, 0.98);
        break;
    case Motion::DownLeft:
        across(-1, -1, 0.8, 0.98);
        break;
    case Motion::Bounce:
        path.y = -limitY; // the floor
        path.phase = random.uniform(0, 0.5);
        path.reachY = limitY * random.uniform(1.25, 1.6);
        path.turns = 2;
        break;
    case Motion::Circle:
        path.x = path.y = 0;
        path.reachX = path.reachY = std::min({0.5, limitX, limitY}) * random.uniform(0.9, 1.0);
        path.turns = random.uniform(0.9, 1.1) * sign(random);
        path.phase = random.uniform();
        break;
    case Motion::Swing:
        path.x = 0;
        path.reachX = limitX * random.uniform(0.85, 1.0);
        path.phase = random.chance(0.5) ? 0 : 0.5;
        path.turns = 1;
        break;
    case Motion::Spin:
        path.turns = random.uniform(0.45, 0.6) * sign(random);
        path.phase = random.uniform(0, 0.1);
        break;
    case Motion::Pulse:
        path.phase = random.uniform();
        path.turns = 2;
        break;
    case Motion::Grow:
    case Motion::Shrink:
    case Motion::Still:
        break;
    }
    return path;
}

/// A picture's object may stand anywhere: there is no motion that needs the room.
Path picturePath(Size size, Extent extent, Random& random)
{
    Path path;
    path.radius = radiusOf(size, random);
    const double share = random.uniform(0.3, 0.8);
    path.x = (extent.x - kMargin - path.radius) * share * random.uniform(-1, 1);
    path.y = (extent.y - kMargin - path.radius) * share * random.uniform(-1, 1);
    return path;
}

std::vector<Path> orbitPaths(Random& random)
{
    Path runner, middle;
    runner.motion = Motion::Circle;
    runner.radius = random.uniform(0.22, 0.26);
    runner.reachX = runner.reachY = random.uniform(0.62, 0.68);
    runner.turns = random.uniform(0.9, 1.15) * sign(random);
    runner.phase = random.uniform();
    middle.radius = random.uniform(0.28, 0.32);
    return {runner, middle};
}

std::vector<Path> passingPaths(Relation relation, std::optional<Motion> motion, Extent extent, Random& random)
{
    Path first, second;
    first.motion = motion.value_or(Motion::Still);
    first.radius = random.uniform(0.29, 0.34);
    second.radius = random.uniform(0.30, 0.35);
    const double side = relation == Relation::Above ? 1 : -1;
    first.x = random.uniform(-0.05, 0.05);
    if (first.motion == Motion::Still)
        first.x *= 6;
    else
        first.reachX = (first.motion == Motion::Left ? -1 : 1) * (extent.x - 0.02 - first.radius - std::abs(first.x));
    first.y = side * (extent.y - random.uniform(0.50, 0.58));
    second.y = -side * (extent.y - random.uniform(0.52, 0.60));
    second.x = random.uniform(-0.15, 0.15);
    return {first, second};
}

std::vector<Path> togetherPaths(std::optional<Motion> motion, Extent extent, Random& random)
{
    Path first, second;
    const Motion way = motion.value_or(Motion::Still);
    const double apart = random.uniform(0.30, 0.34), side = sign(random);
    for (Path* path : {&first, &second}) {
        path->motion = way;
        path->radius = random.uniform(0.23, 0.27);
        path->x = (path == &first ? side : -side) * apart;
    }
    const double larger = std::max(first.radius, second.radius), share = random.uniform(0.85, 1.0);
    const double height = random.uniform(-0.15, 0.15);
    for (Path* path : {&first, &second}) {
        if (way == Motion::Right || way == Motion::Left)
            path->reachX = (way == Motion::Right ? 1 : -1) * (extent.x - kMargin - larger - apart) * share;
        else if (way == Motion::Up || way == Motion::Down)
            path->reachY = (way == Motion::Up ? 1 : -1) * (extent.y - kMargin - larger) * share;
        path->y = path->reachY != 0 ? 0 : height;
    }
    return {first, second};
}

Backdrop drawnBackdrop(Random& random)
{
    const double which = random.uniform();
    const auto from = [&](Backdrop first, Backdrop last) {
        const auto begin = static_cast<std::size_t>(first);
        return numbered<Backdrop>(begin + random.below(static_cast<std::size_t>(last) - begin + 1));
    };
    return which < 0.40 ? from(Backdrop::White, Backdrop::Purple)
        : which < 0.55  ? from(Backdrop::BlueGradient, Backdrop::GrayGradient)
                        : from(Backdrop::NightSky, Backdrop::Stripes);
}

ObjectDescription drawnObject(Backdrop backdrop, const ObjectDescription* other, Random& random)
{
    ObjectDescription object;
    do
        object.colour = numbered<Colour>(random.below(kColours));
    while (vanishes(object.colour, backdrop) || (other && object.colour == other->colour));
    do
        object.shape = numbered<Shape>(random.below(kShapes));
    while (other && object.shape == other->shape);
    return object;
}

Motion drawnMotion(Random& random)
{
    // Diagonals are four of a kind; the plain ways and the bounce are what people ask for.
    constexpr std::array<std::size_t, kMotions> kWeights = {14, 14, 13, 13, 8, 8, 8, 8, 14, 13, 10, 12, 10, 10, 10, 10};
    std::size_t left = random.below(std::accumulate(kWeights.begin(), kWeights.end(), std::size_t{0}));
    std::size_t motion = 0;
    while (left >= kWeights[motion])
        left -= kWeights[motion++];
    return numbered<Motion>(motion);
}

Description drawnDescription(const WorldOptions& options, Random& random)
{
    constexpr std::array kSizeChoices = {Size::Small, Size::Middle, Size::Middle, Size::Large};
    const bool isPicture = options.frames <= 1;
    Description description;
    description.backdrop = drawnBackdrop(random);
    description.objects.push_back(drawnObject(*description.backdrop, nullptr, random));
    if (!random.chance(options.pairShare)) {
        ObjectDescription& object = description.objects.front();
        object.size = kSizeChoices[random.below(kSizeChoices.size())];
        if (!isPicture)
            description.motion = drawnMotion(random);
        // nobody sees a ball or a ring spin
        if (description.motion == Motion::Spin && (object.shape == Shape::Ball || object.shape == Shape::Ring))
            description.motion = Motion::Still;
        return description;
    }
    description.objects.push_back(drawnObject(*description.backdrop, &description.objects.front(), random));
    // an orbit is a motion; a picture of it is two objects side by side
    const std::size_t first = isPicture ? 1 : 0;
    description.relation = numbered<Relation>(first + random.below(kRelations - first));
    if (isPicture)
        return description;
    constexpr std::array kPassing = {Motion::Right, Motion::Left, Motion::Right, Motion::Left, Motion::Still};
    constexpr std::array kTogether = {Motion::Right, Motion::Left, Motion::Up, Motion::Down};
    description.motion = description.relation == Relation::Orbit ? Motion::Circle
        : description.relation == Relation::Together             ? kTogether[random.below(kTogether.size())]
                                                                 : kPassing[random.below(kPassing.size())];
    return description;
}

} // namespace

Placement Path::at(double time) const
{
    Placement placement{x, y, radius, 0};
    const double turn = phase + turns * time;
    switch (motion) {
    case Motion::Right:
    case Motion::Left:
    case Motion::Up:
    case Motion::Down:
    case Motion::UpRight:
    case Motion::UpLeft:
    case Motion::DownRight:
    case Motion::DownLeft:
        placement.x += reachX * (2 * time - 1);
        placement.y += reachY * (2 * time - 1);
        break;
    case Motion::Bounce: {
        const double hop = turn - std::floor(turn);
        placement.y += reachY * 4 * hop * (1 - hop);
        break;
    }
    case Motion::Circle:
        placement.x += reachX * std::cos(2 * kPi * turn);
        placement.y += reachY * std::sin(2 * kPi * turn);
        break;
    case Motion::Swing:
        placement.x += reachX * std::cos(2 * kPi * turn);
        break;
    case Motion::Spin:
        placement.angle = 2 * kPi * turn;
        break;
    case Motion::Grow:
    case Motion::Shrink: {
        const double small = 0.45 * radius, large = std::min(1.7 * radius, 0.72);
        const double share = motion == Motion::Grow ? time : 1 - time;
        placement.radius = small + (large - small) * share;
        break;
    }
    case Motion::Pulse:
        placement.radius *= 1 + 0.28 * std::sin(2 * kPi * turn);
        break;
    case Motion::Still:
        break;
    }
    return placement;
}

Scene sceneOf(std::uint64_t seed, const WorldOptions& options)
{
    Random random(seed, kContent);
    Description description = drawnDescription(options, random);
    while (options.leavesOutHeldOut && isHeldOut(description))
        description = drawnDescription(options, random);
    return sceneFor(description, seed, options);
}

Scene sceneFor(const Description& description, std::uint64_t seed, const WorldOptions& options)
{
    const Extent extent = extentOf(options);
    Random random(seed, kPlaces);
    Scene scene;
    scene.description = description;
    scene.backdropSeed = Random(seed, kBackdropDetails).next();
    if (!scene.description.backdrop)
        do
            scene.description.backdrop = drawnBackdrop(random);
        while (std::any_of(description.objects.begin(), description.objects.end(),
            [&](const ObjectDescription& object) { return vanishes(object.colour, *scene.description.backdrop); }));
    if (description.relation == Relation::Orbit)
        scene.paths = orbitPaths(random);
    else if (description.relation == Relation::Together)
        scene.paths = togetherPaths(description.motion, extent, random);
    else if (description.relation)
        scene.paths = passingPaths(*description.relation, description.motion, extent, random);
    else if (description.motion)
        scene.paths = {singlePath(*description.motion, description.objects.front().size, extent, random)};
    else
        scene.paths = {picturePath(description.objects.front().size, extent, random)};
    return scene;
}

} // namespace toca::world
