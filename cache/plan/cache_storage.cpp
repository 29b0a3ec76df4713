// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/cache_storage.h"

#include "core/base/printable.h"

#include <algorithm>
#include <optional>

namespace toca::plan {
namespace {

constexpr std::array<std::string_view, kCacheDtypes> kDtypeNames{"fp32", "bf16", "int8"};

Unexpected wrong(std::string_view text, const std::string& problem)
{
    return unexpected(ErrorCode::InvalidArgument,
        "The cache cannot be held as " + printable(std::string(text)) + ": " + problem
            + ". Write fp32, bf16 or int8, or such a word for single modules: mlp=int8,self_attention=bf16. "
              "@host behind a word offloads it: int8@host.");
}

template <class Names>
int indexOf(const Names& names, std::string_view name)
{
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

constexpr std::string_view kHost = "@host";
constexpr const char* kMayOffload = ",offload";

struct Format {
    CacheDtype dtype = CacheDtype::Float32;
    bool isOffloaded = false;
};

std::optional<Format> formatFrom(std::string_view text)
{
    const bool isOffloaded = text.ends_with(kHost);
    if (isOffloaded)
        text.remove_suffix(kHost.size());
    const int dtype = indexOf(kDtypeNames, text);
    if (dtype < 0)
        return std::nullopt;
    return Format{static_cast<CacheDtype>(dtype), isOffloaded};
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
    const auto textOf = [&](ModuleKind module) {
        return std::string(cacheDtypeName(storage[module]))
            + std::string(storage.isOffloaded(module) ? kHost : std::string_view());
    };
    const std::string first = textOf(kAllModules.front());
    if (std::all_of(kAllModules.begin(), kAllModules.end(), [&](ModuleKind each) { return textOf(each) == first; }))
        return first + (storage.mayOffload ? kMayOffload : "");
    std::string text;
    for (const ModuleKind module : kAllModules)
        text += (text.empty() ? "" : ",") + std::string(moduleName(module)) + "=" + textOf(module);
    return text + (storage.mayOffload ? kMayOffload : "");
}

Result<CacheStorage> cacheStorageFromText(std::string_view text)
{
    CacheStorage storage;
    const std::string_view whole = text;
    if (text.ends_with(kMayOffload)) {
        storage.mayOffload = true;
        text.remove_suffix(std::string_view(kMayOffload).size());
    }
    if (const auto format = formatFrom(text)) {
        storage.modules.fill(format->dtype);
        storage.offloaded.fill(format->isOffloaded);
        return storage;
    }
    std::array<std::string_view, kModuleKinds> names;
    std::transform(kAllModules.begin(), kAllModules.end(), names.begin(), moduleName);
    std::array<bool, kModuleKinds> isGiven{};
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view part = text.substr(begin, end - begin);
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos)
            return wrong(whole, "there is no format " + printable(std::string(part)));
        const int found = indexOf(names, part.substr(0, equals));
        if (found < 0)
            return wrong(whole,
                "there is no module " + printable(std::string(part.substr(0, equals)))
                    + "; there are self_attention, cross_attention and mlp");
        const auto module = static_cast<std::size_t>(found);
        const auto format = formatFrom(part.substr(equals + 1));
        if (!format)
            return wrong(whole, "there is no format " + printable(std::string(part.substr(equals + 1))));
        if (isGiven[module])
            return wrong(whole, std::string(names[module]) + " is there twice");
        isGiven[module] = true;
        storage.modules[module] = format->dtype;
        storage.offloaded[module] = format->isOffloaded;
        begin = end + 1;
    }
    return storage;
}

} // namespace toca::plan
