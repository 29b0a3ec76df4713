// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/cache_budget.h"

#include "core/base/printable.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace toca::plan {
namespace {

/// Names of the modules of which something is held in a way that `isSuch` says of.
template <class IsSuch>
std::string modulesOf(const Plan& plan, const IsSuch& isSuch)
{
    std::string text;
    const CacheContents contents = plan.cacheContents();
    for (const ModuleKind module : kAllModules)
        if (contents.rows[static_cast<std::size_t>(module)] > 0 && isSuch(module))
            text += (text.empty() ? "" : ", ") + std::string(moduleName(module));
    return text;
}

} // namespace

std::vector<CacheStorage> storagesFrom(const Plan& plan, const CacheStorage& asked)
{
    const CacheContents contents = plan.cacheContents();
    std::array<ModuleKind, kModuleKinds> order = kAllModules;
    std::stable_sort(order.begin(), order.end(), [&](ModuleKind a, ModuleKind b) {
        return contents.rows[static_cast<std::size_t>(a)] > contents.rows[static_cast<std::size_t>(b)];
    });
    std::vector<CacheStorage> storages{asked};
    const auto isLeft = [&](ModuleKind module, const CacheStorage& storage) {
        return contents.rows[static_cast<std::size_t>(module)] > 0 && !storage.isOffloaded(module);
    };
    for (const ModuleKind module : order) {
        CacheStorage next = storages.back();
        if (!asked.mayOffload || !isLeft(module, next))
            continue;
        next.offloaded[static_cast<std::size_t>(module)] = true;
        storages.push_back(next);
    }
    for (const CacheDtype dtype : {CacheDtype::BFloat16, CacheDtype::Int8}) {
        for (const ModuleKind module : order) {
            CacheStorage next = storages.back();
            if (!isLeft(module, next) || next[module] >= dtype)
                continue;
            next[module] = dtype;
            storages.push_back(next);
        }
    }
    return storages;
}

Result<CacheStorage> settleStorage(Plan& plan, const CacheStorage& asked, std::int64_t budget)
{
    plan.setStorage(asked);
    if (budget <= 0)
        return asked;
    const std::vector<CacheStorage> storages = storagesFrom(plan, asked);
    for (const CacheStorage& storage : storages) {
        if (plan.cacheBytes(storage) > budget)
            continue;
        plan.setStorage(storage);
        return storage;
    }
    const std::int64_t least = plan.cacheBytes(storages.back());
    return unexpected(ErrorCode::TooLarge,
        "The cache does not fit into " + megabytesText(budget) + ": "
            + (least == plan.cacheBytes(asked)                   ? "it takes "
                    : asked.mayOffload || asked.isAnyOffloaded() ? "offloaded as far as it can be it still takes "
                                                                 : "held in 8 bits it still takes ")
            + megabytesText(least) + ". Allow at least " + std::to_string(least)
            + " bytes, choose a policy that stores less, or fewer frames or pixels.");
}

std::string storageSentence(const Plan& plan, std::int64_t budget)
{
    const CacheStorage& storage = plan.storage();
    const auto holding = [&](CacheDtype dtype) {
        return modulesOf(plan, [&](ModuleKind module) { return storage[module] == dtype; });
    };
    const std::string halves = holding(CacheDtype::BFloat16), bytes = holding(CacheDtype::Int8);
    const std::string elsewhere = modulesOf(plan, [&](ModuleKind module) { return storage.isOffloaded(module); });
    std::vector<std::string> parts;
    if (!halves.empty())
        parts.push_back(halves + " in bf16");
    if (!bytes.empty())
        parts.push_back(bytes + " in 8 bits");
    if (!elsewhere.empty())
        parts.push_back(elsewhere + " in the computer's memory (" + megabytesText(plan.offloadedBytes()) + ")");
    if (parts.empty())
        return {};
    std::string text = "The cache holds ";
    for (std::size_t i = 0; i < parts.size(); ++i)
        text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
    text += ": " + megabytesText(plan.cacheBytes()) + (elsewhere.empty() ? "" : " on the GPU") + " instead of "
        + megabytesText(plan.cacheBytes(CacheStorage()));
    if (budget > 0)
        text += ", within " + megabytesText(budget);
    text += ".";
    if (!halves.empty() || !bytes.empty())
        text += " The embedded model's clips keep at least "
            + std::to_string(measuredFidelity(bytes.empty() ? CacheDtype::BFloat16 : CacheDtype::Int8))
            + " dB PSNR with all modules in " + (bytes.empty() ? "bf16." : "8 bits.");
    return text;
}

int measuredFidelity(CacheDtype dtype)
{
    switch (dtype) {
    case CacheDtype::Float32:
        return 0;
    case CacheDtype::BFloat16:
        return 63;
    case CacheDtype::Int8:
        return 54;
    }
    return 0;
}

Result<std::int64_t> bytesFromText(std::string_view text)
{
    const auto wrong = [&] {
        return unexpected(ErrorCode::InvalidArgument,
            printable(text)
                + " is no size. Write bytes, or a number with B, kB, MB, GB, TB, KiB, MiB, GiB or TiB: "
                  "400MB.");
    };
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || !std::isfinite(number) || number < 0)
        return wrong();
    std::string unit;
    for (const char* at = end; at != text.data() + text.size(); ++at)
        if (*at != ' ' || !unit.empty())
            unit += *at >= 'A' && *at <= 'Z' ? static_cast<char>(*at - 'A' + 'a') : *at;
    const bool isBinary = unit.size() == 3 && unit[1] == 'i' && unit[2] == 'b';
    static constexpr std::string_view kPrefixes = "kmgt";
    std::size_t power = 0;
    if (isBinary || (unit.size() == 2 && unit[1] == 'b')) {
        power = kPrefixes.find(unit[0]) + 1; // npos + 1 = 0
        if (power == 0)
            return wrong();
    } else if (!unit.empty() && unit != "b") {
        return wrong();
    }
    const double bytes = number * std::pow(isBinary ? 1024.0 : 1000.0, static_cast<double>(power));
    if (bytes > 0x1p60)
        return wrong();
    return static_cast<std::int64_t>(bytes);
}

std::string megabytesText(std::int64_t bytes)
{
    if (bytes < 1000)
        return std::to_string(bytes) + " B";
    const bool isSmall = bytes < 1'000'000;
    const std::int64_t whole = isSmall ? 1000 : 1'000'000;
    // Tenths below ten, else whole ones.
    const std::int64_t unit = bytes < 10 * whole ? whole / 10 : whole;
    const std::int64_t units = bytes / unit + (bytes % unit != 0);
    const std::string number =
        unit == whole ? std::to_string(units) : std::to_string(units / 10) + "." + std::to_string(units % 10);
    return number + (isSmall ? " kB" : " MB");
}

} // namespace toca::plan
