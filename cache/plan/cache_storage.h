// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <array>
#include <string>
#include <string_view>

namespace toca::plan {

/// How cached rows of features are held (kernels/cache_codec.h says what each does to a value).
enum class CacheDtype : std::uint8_t {
    Float32, ///< as the features are: nothing is lost
    BFloat16, ///< 2 bytes a value
    Int8, ///< 1 byte a value and a scale of 4 bytes a row
};
inline constexpr int kCacheDtypes = 3;
std::string_view cacheDtypeName(CacheDtype dtype); ///< "fp32", "bf16", "int8"
/// Bytes of one row of `width` values.
std::int64_t cachedRowBytes(CacheDtype dtype, std::int64_t width);

/// How module outputs and the factors of their forecasts are held, by the kind of module. What policies keep beside
/// them (residuals, predictions, outputs of whole layers) is few tensors and stays as it is.
struct CacheStorage {
    std::array<CacheDtype, kModuleKinds> modules{};
    /// Offloaded: held in the computer's memory while a GPU computes. Loses nothing, but each use goes over the bus.
    std::array<bool, kModuleKinds> offloaded{};
    bool mayOffload = false; ///< a budget moves modules there instead of saving bits

    static CacheStorage all(CacheDtype dtype) { return {{dtype, dtype, dtype}, {}, false}; }
    bool isOffloaded(ModuleKind module) const { return offloaded[static_cast<std::size_t>(module)]; }
    bool isAnyOffloaded() const { return offloaded != decltype(offloaded){}; }
    CacheDtype& operator[](ModuleKind module) { return modules[static_cast<std::size_t>(module)]; }
    CacheDtype operator[](ModuleKind module) const { return modules[static_cast<std::size_t>(module)]; }
    bool isDefault() const { return *this == CacheStorage(); }
    bool operator==(const CacheStorage&) const = default;
};

/// "int8" where all modules are alike, else "self_attention=fp32,cross_attention=fp32,mlp=int8"; offloaded ones have
/// "@host" behind their format, "mlp=bf16@host", and where a budget may offload ",offload" is the end.
std::string toText(const CacheStorage& storage);
/// Reads what `toText` wrote, and lists of some modules ("mlp=int8"): the others are fp32.
/// @return InvalidArgument naming what is wrong and what is known
Result<CacheStorage> cacheStorageFromText(std::string_view text);

} // namespace toca::plan
