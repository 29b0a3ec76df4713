// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/cache_storage.h"

#include "core/base/printable.h"

#include <algorithm>

namespace toca::plan {
namespace {

constexpr std::array<std::string_view, kCacheDtypes> kDtypeNames{"fp32", "bf16", "int8"};

Unexpected wrong(std::string_view text, const std::string& problem)
{
    return unexpected(ErrorCode::InvalidArgument,
        "The cache cannot be held as " + printable(std::string(text)) + ": " + problem
            + ". Write fp32, bf16 or int8, or such a word for single modules: mlp=int8,self_attention=bf16.");
}

template <class Names>
int indexOf(const Names& names, std::string_view name)
{
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

} // namespace

std::string_view cacheDtypeName(CacheDtype dtype)
{
    return kDtypeNames[static_cast<std::size_t>(dtype)];
}

std::int64_t cachedRowBytes(CacheDtype dtype, std::int64_t width)
{
    switch (dtype) {
    case CacheDtype::BFloat16:
        return 2 * width;
    case CacheDtype::Int8:
        return width + static_cast<std::int64_t>(sizeof(float));
    case CacheDtype::Float32:
        break;
    }
    return 4 * width;
}

std::string toText(const CacheStorage& storage)
{
    if (storage == CacheStorage::all(storage.modules[0]))
        return std::string(cacheDtypeName(storage.modules[0]));
    std::string text;
    for (const ModuleKind module : kAllModules)
        text += (text.empty() ? "" : ",") + std::string(moduleName(module)) + "="
            + std::string(cacheDtypeName(storage[module]));
    return text;
}

Result<CacheStorage> cacheStorageFromText(std::string_view text)
{
    if (const int dtype = indexOf(kDtypeNames, text); dtype >= 0)
        return CacheStorage::all(static_cast<CacheDtype>(dtype));
    std::array<std::string_view, kModuleKinds> names;
    std::transform(kAllModules.begin(), kAllModules.end(), names.begin(), moduleName);
    CacheStorage storage;
    std::array<bool, kModuleKinds> isGiven{};
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view part = text.substr(begin, end - begin);
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos)
            return wrong(text, "there is no format " + printable(std::string(part)));
        const int module = indexOf(names, part.substr(0, equals));
        const int dtype = indexOf(kDtypeNames, part.substr(equals + 1));
        if (module < 0)
            return wrong(text,
                "there is no module " + printable(std::string(part.substr(0, equals)))
                    + "; there are self_attention, cross_attention and mlp");
        if (dtype < 0)
            return wrong(text, "there is no format " + printable(std::string(part.substr(equals + 1))));
        if (isGiven[static_cast<std::size_t>(module)])
            return wrong(text, std::string(names[static_cast<std::size_t>(module)]) + " is there twice");
        isGiven[static_cast<std::size_t>(module)] = true;
        storage.modules[static_cast<std::size_t>(module)] = static_cast<CacheDtype>(dtype);
        begin = end + 1;
    }
    return storage;
}

} // namespace toca::plan
