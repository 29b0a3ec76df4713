// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/cache_storage.h"

#include <string>
#include <vector>

namespace toca::plan {

/// Tensors of one shape that a published code holds between steps for the sake of its cache.
struct PublishedTensors {
    std::string what; ///< "module outputs", "self-attention maps", ...
    std::int64_t count = 0;
    std::vector<std::int64_t> shape;
    int bytesPerValue = 0;

    std::int64_t bytes() const;
};

/// What a published code holds for its cache, beside what this program's plan holds for the same run.
struct CacheMemoryComparison {
    std::string geometry; ///< "dit-xl-2-256"
    std::string policy;
    std::string preset; ///< of the policy here; "" = the family's default
    std::string code; ///< whose tensors these are: "ToCa (DiT-ToCa), float32"
    std::vector<PublishedTensors> theirs;
    std::int64_t theirBytes = 0;
    std::array<std::int64_t, kCacheDtypes> ourBytes{}; ///< by CacheDtype, all modules alike
};

/// Published models at their published sizes and settings, one prompt with both guidance rows. The tensors were read
/// off the published codes; ours follow from the plans.
Result<std::vector<CacheMemoryComparison>> comparedCacheMemory();

} // namespace toca::plan
