// SPDX-License-Identifier: Apache-2.0
#include "core/world/held_out.h"

#include "core/world/random.h"

#include <algorithm>

namespace toca::world {
namespace {

constexpr std::uint64_t kOneIn = 40;
constexpr int kMostMisses = 50'000; // draws without a new description, after which there is none: stills have about 100
constexpr std::uint64_t kFirstSeed = std::uint64_t{1} << 48; // far above what training counts up to

} // namespace

bool isHeldOut(const Description& description)
{
    std::uint64_t hash = 0;
    const auto mix = [&hash](std::size_t value) { hash = Random(hash, value).next(); };
    for (const ObjectDescription& object : description.objects) {
        mix(static_cast<std::size_t>(object.colour));
        mix(static_cast<std::size_t>(object.shape));
        mix(static_cast<std::size_t>(object.size));
    }
    mix(description.relation ? static_cast<std::size_t>(*description.relation) : kRelations);
    // A mirrored clip is the same clip to a trainer that mirrors.
    const auto number = [](const Description& each) {
        return each.motion ? static_cast<std::size_t>(*each.motion) : kMotions;
    };
    mix(std::min(number(description), number(mirrored(description))));
    mix(description.backdrop ? static_cast<std::size_t>(*description.backdrop) : kBackdrops);
    return hash % kOneIn == 0;
}

std::vector<Scene> heldOutScenes(std::size_t count, std::size_t objects, int width, int height, int frames)
{
    WorldOptions options{width, height, frames, objects == 2 ? 1.0 : 0.0};
    std::vector<Scene> scenes;
    int misses = 0;
    for (std::uint64_t seed = kFirstSeed; scenes.size() < count; ++seed) {
        Scene scene = sceneOf(seed, options);
        const bool isNew = isHeldOut(scene.description)
            && (misses > kMostMisses || std::none_of(scenes.begin(), scenes.end(), [&](const Scene& other) {
                   return other.description == scene.description;
               }));
        if (isNew)
            scenes.push_back(std::move(scene));
        if (misses <= kMostMisses)
            misses = isNew ? 0 : misses + 1;
    }
    return scenes;
}

} // namespace toca::world
