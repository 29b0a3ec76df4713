// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/router_table.h"

#include "core/base/atomic_file.h"
#include "core/base/printable.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace toca::plan {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "toca-router";
constexpr int kVersion = 1;
constexpr std::string_view kOrder = "rising-timesteps";
constexpr std::size_t kMostBytes = 32u << 20; // 250 steps of a model with 28 layers take 0.3 MiB
constexpr std::size_t kMostSteps = 1000;
constexpr std::size_t kMostNumbers = 2 * 4096; // of a step
constexpr std::size_t kMostSourceBytes = 4096;

Unexpected wrong(std::string problem)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(problem));
}

} // namespace

double RouterTable::probability(int step, int layer, bool isMlp) const
{
    const auto& router = routers[routers.size() - 1 - static_cast<std::size_t>(step)];
    return 1 / (1 + std::exp(-router[2 * static_cast<std::size_t>(layer) + (isMlp ? 1 : 0)]));
}

Result<void> checkRouterTable(const RouterTable& table)
{
    if (table.routers.empty() || table.routers.size() > kMostSteps)
        return wrong(
            "it holds " + std::to_string(table.routers.size()) + " steps, expected 1 to " + std::to_string(kMostSteps));
    const std::size_t numbers = table.routers.front().size();
    if (numbers == 0 || numbers % 2 != 0 || numbers > kMostNumbers)
        return wrong("a step holds " + std::to_string(numbers)
            + " numbers, expected two for each layer (self-attention and MLP), at most "
            + std::to_string(kMostNumbers));
    for (std::size_t step = 0; step < table.routers.size(); ++step) {
        if (table.routers[step].size() != numbers)
            return wrong("step " + std::to_string(step) + " holds " + std::to_string(table.routers[step].size())
                + " numbers and step 0 " + std::to_string(numbers) + "; all must hold as many");
        for (const double number : table.routers[step])
            if (!std::isfinite(number))
                return wrong("step " + std::to_string(step) + " holds a number that is not finite");
    }
    if (table.source.size() > kMostSourceBytes)
        return wrong("the text 'source' is longer than " + std::to_string(kMostSourceBytes) + " bytes");
    return {};
}

std::string routerTableJson(const RouterTable& table)
{
    Json json;
    json["format"] = kFormat;
    json["version"] = kVersion;
    json["order"] = kOrder;
    json["layers"] = table.layers();
    json["source"] = table.source;
    json["routers"] = table.routers;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RouterTable> routerTableFromJson(std::string_view json, const std::string& fileName)
{
    const auto refused = [&](const std::string& problem) {
        return unexpected(ErrorCode::BadFormat,
            quotedPath(fileName) + " is no router table of this program: " + problem
                + ". `toca convert-router` makes one of a published router.");
    };
    const Json parsed = Json::parse(
        json.begin(), json.end(), [](int depth, Json::parse_event_t, Json&) { return depth <= 3; }, false);
    if (!parsed.is_object())
        return refused("it holds no JSON object");
    const auto textOf = [&](const char* key) {
        const auto found = parsed.find(key);
        return found != parsed.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    if (textOf("format") != kFormat)
        return refused("'format' is not " + std::string(kFormat));
    const auto version = parsed.find("version");
    if (version == parsed.end() || !version->is_number_integer() || *version != kVersion)
        return refused("'version' is not " + std::to_string(kVersion));
    if (textOf("order") != kOrder)
        return refused("'order' is not " + std::string(kOrder));
    RouterTable table;
    table.source = textOf("source");
    const auto routers = parsed.find("routers");
    if (routers == parsed.end() || !routers->is_array() || routers->size() > kMostSteps)
        return refused("'routers' is not a list of at most " + std::to_string(kMostSteps) + " steps");
    for (const Json& router : *routers) {
        if (!router.is_array() || router.size() > kMostNumbers)
            return refused("a step of 'routers' is not a list of at most " + std::to_string(kMostNumbers) + " numbers");
        std::vector<double>& numbers = table.routers.emplace_back();
        numbers.reserve(router.size());
        for (const Json& number : router) {
            if (!number.is_number())
                return refused("'routers' holds something that is no number");
            numbers.push_back(number.get<double>());
        }
    }
    if (auto checked = checkRouterTable(table); !checked)
        return refused(checked.error().message);
    const auto layers = parsed.find("layers");
    if (layers == parsed.end() || !layers->is_number_integer() || *layers != table.layers())
        return refused("'layers' is not the " + std::to_string(table.layers()) + " that 'routers' holds");
    return table;
}

Result<void> writeRouterTable(const std::filesystem::path& path, const RouterTable& table)
{
    if (auto checked = checkRouterTable(table); !checked)
        return unexpected(checked.error().code, "The router table cannot be written: " + checked.error().message + ".");
    return writeFileAtomically(path, routerTableJson(table));
}

Result<RouterTable> readRouterTable(const std::filesystem::path& path)
{
    const auto text = readFile(path, kMostBytes);
    if (!text)
        return unexpected(text.error());
    return routerTableFromJson(*text, path.string());
}

} // namespace toca::plan
