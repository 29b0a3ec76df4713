// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/published_memory.h"

#include "cache/plan/policy.h"
#include "cache/plan/published_run.h"

#include <functional>
#include <numeric>

namespace toca::plan {
namespace {

constexpr int kFull = 4; ///< bytes of a float32 or int32
constexpr int kHalf = 2; ///< of a float16 or bfloat16

struct PublishedCode {
    const char* geometry;
    const char* policy;
    const char* preset;
    const char* code;
    std::vector<PublishedTensors> (*tensors)(const Geometry& geometry);
};

std::vector<std::int64_t> features(const Geometry& g)
{
    return {g.rows(), g.grid.tokens(), g.hiddenSize};
}

/// Selections since a token was last computed: one table per module of a layer, and one more per kind of module.
PublishedTensors counters(const Geometry& g, std::int64_t modules)
{
    return {"counters", modules * (g.layerCount() + 1), {g.rows(), g.grid.tokens()}, kFull};
}

PublishedTensors selfMaps(const Geometry& g, int bytes)
{
    return {"self-attention maps", g.layerCount(), {g.rows(), g.grid.tokens(), g.grid.tokens()}, bytes};
}

/// Each token's attention to the kept text tokens of all rows, which lie side by side.
PublishedTensors crossMaps(const Geometry& g, int bytes)
{
    return {"cross-attention maps", g.layerCount(), {g.rows(), g.grid.tokens(), g.rows() * g.textTokens}, bytes};
}

std::vector<PublishedTensors> ofDit(const Geometry& g)
{
    return {{"module outputs", 2 * g.layerCount(), features(g), kFull}, selfMaps(g, kFull), counters(g, 2),
        {"last layer's output", 1, features(g), kFull}};
}

std::vector<PublishedTensors> ofTaylorDit(const Geometry& g)
{
    constexpr int kFactors = 5; // orders 0 to 4
    return {{"Taylor factors", kFactors * 2 * g.layerCount(), features(g), kFull}};
}

std::vector<PublishedTensors> ofPixart(const Geometry& g)
{
    return {{"module outputs", 3 * g.layerCount(), features(g), kHalf}, selfMaps(g, kHalf), crossMaps(g, kHalf),
        counters(g, 3)};
}

std::vector<PublishedTensors> ofDucaPixart(const Geometry& g)
{
    return {{"module outputs", 3 * g.layerCount(), features(g), kHalf}, crossMaps(g, kHalf), counters(g, 3),
        {"last layer's output", 1, features(g), kHalf}};
}

std::vector<PublishedTensors> ofVideo(const Geometry& g)
{
    return {{"module outputs", 3 * g.layerCount(), features(g), kHalf}, crossMaps(g, kHalf), counters(g, 3)};
}

std::vector<PublishedTensors> ofDucaVideo(const Geometry& g)
{
    return {{"module outputs", 3 * g.layerCount(), features(g), kHalf},
        {"norms of values", g.layerCount(), {g.rows(), g.heads, g.grid.tokens()}, kHalf}, counters(g, 3),
        {"last layers' outputs", 2, features(g), kHalf}};
}

// FORA is the ToCa code with a fresh ratio of 0: it holds the same.
const std::vector<PublishedCode>& publishedCodes()
{
    static const std::vector<PublishedCode> codes{
        {"dit-xl-2-256", "toca", "", "ToCa, DiT-ToCa, float32", ofDit},
        {"dit-xl-2-256", "fora", "", "ToCa, DiT-ToCa, float32", ofDit},
        {"dit-xl-2-256", "duca", "", "DuCa, DuCa-DiT, float32", ofDit},
        {"dit-xl-2-256", "taylorseer", "n4-o4", "TaylorSeer, TaylorSeer-DiT, float32", ofTaylorDit},
        {"pixart-alpha-256", "toca", "", "ToCa, PixArt-alpha-ToCa, float16", ofPixart},
        {"pixart-alpha-256", "fora", "", "ToCa, PixArt-alpha-ToCa, float16", ofPixart},
        {"pixart-alpha-256", "duca", "", "DuCa, DuCa-PixArt-alpha, float16", ofDucaPixart},
        {"opensora-v1.2", "toca", "", "ToCa, Open-Sora, bfloat16", ofVideo},
        {"opensora-v1.2", "fora", "", "ToCa, Open-Sora, bfloat16", ofVideo},
        {"opensora-v1.2", "duca", "", "DuCa, DuCa-Open-Sora, bfloat16", ofDucaVideo},
    };
    return codes;
}

Result<Plan> planOf(const PublishedCode& code)
{
    const auto shape = publishedShape(code.geometry);
    if (!shape)
        return unexpected(shape.error());
    const auto run = publishedRun(code.geometry);
    if (!run)
        return unexpected(run.error());
    const auto geometry =
        geometryFor(*shape, run->frames, run->width, run->height, run->textTokens, 1, run->guidanceScale != 1.0);
    if (!geometry)
        return unexpected(geometry.error());
    PolicyContext context;
    context.family = shape->family;
    const auto policy = makePolicy(code.policy, {}, code.preset, context);
    if (!policy)
        return unexpected(policy.error());
    return (*policy)->plan(*geometry, samplerSchedule(run->sampler, run->steps, run->frames, run->width, run->height));
}

} // namespace

std::int64_t PublishedTensors::bytes() const
{
    return std::accumulate(shape.begin(), shape.end(), count * bytesPerValue, std::multiplies<>());
}

Result<std::vector<CacheMemoryComparison>> comparedCacheMemory()
{
    std::vector<CacheMemoryComparison> comparisons;
    for (const PublishedCode& code : publishedCodes()) {
        const auto plan = planOf(code);
        if (!plan)
            return unexpected(plan.error());
        CacheMemoryComparison comparison{code.geometry, code.policy, code.preset, code.code, {}, 0, {}};
        comparison.theirs = code.tensors(plan->geometry());
        for (const PublishedTensors& tensors : comparison.theirs)
            comparison.theirBytes += tensors.bytes();
        for (int dtype = 0; dtype < kCacheDtypes; ++dtype)
            comparison.ourBytes[static_cast<std::size_t>(dtype)] =
                plan->cacheBytes(CacheStorage::all(static_cast<CacheDtype>(dtype)));
        comparisons.push_back(std::move(comparison));
    }
    return comparisons;
}

} // namespace toca::plan
