// SPDX-License-Identifier: Apache-2.0
#include "app/cli/number_ranges.h"

#include "app/cli/arguments.h"
#include "app/cli/console.h"

#include <algorithm>
#include <set>

namespace toca::app {
namespace {

constexpr std::int64_t kMost = 9999;

std::vector<std::string_view> parts(std::string_view text)
{
    std::vector<std::string_view> result;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        result.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return result;
}

} // namespace

Result<std::vector<int>> parseNumberRanges(std::string_view option, std::string_view text)
{
    std::set<int> numbers;
    for (const std::string_view part : parts(text)) {
        const std::size_t dash = std::min(part.find('-'), part.size());
        const auto first = parseInteger(option, part.substr(0, dash));
        const auto last = dash < part.size() ? parseInteger(option, part.substr(dash + 1)) : first;
        for (const auto& end : {first, last})
            if (!end)
                return unexpected(end.error());
        if (*first < 0 || *last < *first || *last > kMost)
            return unexpected(ErrorCode::InvalidArgument,
                std::string(option) + " cannot hold '" + oneLine(part, 80) + "'; ranges run upwards within 0-"
                    + std::to_string(kMost) + ".");
        for (std::int64_t number = *first; number <= *last; ++number)
            numbers.insert(static_cast<int>(number));
    }
    return std::vector<int>(numbers.begin(), numbers.end());
}

Result<std::vector<plan::ModuleKind>> parseModules(std::string_view option, std::string_view text)
{
    std::vector<plan::ModuleKind> modules;
    for (const std::string_view part : parts(text)) {
        const auto found = std::find_if(plan::kAllModules.begin(), plan::kAllModules.end(),
            [&](plan::ModuleKind module) { return part == plan::moduleName(module); });
        if (found == plan::kAllModules.end())
            return unexpected(ErrorCode::InvalidArgument,
                std::string(option) + " cannot hold '" + oneLine(part, 80)
                    + "'; modules are self_attention, cross_attention and mlp.");
        if (std::find(modules.begin(), modules.end(), *found) == modules.end())
            modules.push_back(*found);
    }
    return modules;
}

} // namespace toca::app
