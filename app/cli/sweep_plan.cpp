// SPDX-License-Identifier: Apache-2.0
#include "app/cli/sweep_plan.h"

#include "app/cli/console.h"
#include "core/library/run_name.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostRuns = 100'000;
constexpr std::int64_t kMostValues = 10'000;

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        parts.emplace_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

/// Six digits are enough to tell settings apart and short enough to be typed again.
double rounded(double value)
{
    if (value == 0 || !std::isfinite(value))
        return value;
    const double scale = std::pow(10.0, 5 - std::floor(std::log10(std::abs(value))));
    return std::isfinite(scale) && scale > 0 ? std::round(value * scale) / scale : value;
}

/// The texts of "low:high:count" and "low:high:count:log".
Result<std::vector<std::string>> rangeTexts(const plan::ParameterSpec& spec, std::string_view text)
{
    const auto parts = split(text, ':');
    const bool isLogarithmic = parts.size() == 4 && parts[3] == "log";
    if (parts.size() != 3 && !isLogarithmic)
        return invalid("--vary " + spec.name + "=" + oneLine(text, 80)
            + " is no range; it must be low:high:count or low:high:count:log.");
    const auto low = parseNumber("--vary", parts[0]), high = parseNumber("--vary", parts[1]);
    const auto count = parseInteger("--vary", parts[2]);
    if (!low || !high)
        return unexpected((!low ? low : high).error());
    if (!count)
        return unexpected(count.error());
    if (*count < 2 || *count > kMostValues)
        return invalid("--vary " + spec.name + ": a range has from 2 to " + std::to_string(kMostValues) + " values.");
    if (isLogarithmic && (*low <= 0 || *high <= 0))
        return invalid("--vary " + spec.name + ": a range in even ratios needs ends above 0.");
    std::vector<std::string> texts;
    for (std::int64_t i = 0; i < *count; ++i) {
        const double share = static_cast<double>(i) / static_cast<double>(*count - 1);
        const double value = isLogarithmic ? *low * std::pow(*high / *low, share) : *low + (*high - *low) * share;
        const bool isWhole = spec.kind == plan::ParameterKind::Integer;
        // The ends as they were given.
        std::string each = i == 0 ? parts[0]
            : i + 1 == *count     ? parts[1]
            : isWhole             ? fixedText(std::round(value), 0)
                                  : plan::toText(rounded(value));
        if (texts.empty() || texts.back() != each)
            texts.push_back(std::move(each));
    }
    return texts;
}

Json valueJson(const plan::ParameterValue& value)
{
    return std::visit([](const auto& held) { return Json(held); }, value);
}

std::string idOf(std::size_t number)
{
    const std::string digits = std::to_string(number);
    return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

/// All combinations, the last variation turning fastest; or the first values of all, then the second ones.
Result<std::vector<std::vector<plan::ParameterValue>>> combined(
    const std::vector<Variation>& variations, SweepMode mode)
{
    std::vector<std::vector<plan::ParameterValue>> points{{}};
    if (mode == SweepMode::List) {
        points.assign(variations.front().values.size(), {});
        for (const Variation& each : variations) {
            if (each.values.size() != points.size())
                return invalid("With --list all parameters need as many values: " + variations.front().key + " has "
                    + std::to_string(points.size()) + ", " + each.key + " has " + std::to_string(each.values.size())
                    + ".");
            for (std::size_t i = 0; i < points.size(); ++i)
                points[i].push_back(each.values[i]);
        }
        return points;
    }
    for (const Variation& each : variations) {
        if (points.size() * each.values.size() > kMostRuns)
            return invalid("The sweep has more than " + std::to_string(kMostRuns) + " runs; vary less.");
        std::vector<std::vector<plan::ParameterValue>> longer;
        for (const auto& point : points)
            for (const plan::ParameterValue& value : each.values) {
                longer.push_back(point);
                longer.back().push_back(value);
            }
        points = std::move(longer);
    }
    return points;
}

} // namespace

Result<Variation> parseVariation(const plan::PolicyEntry& policy, std::string_view text)
{
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return invalid("--vary cannot be '" + oneLine(text, 80)
            + "'; it must be key=a,b,c or key=low:high:count, such as fresh_ratio=0.05:0.3:6.");
    Variation variation;
    variation.key = text.substr(0, equals);
    const auto& specs = policy.parameters;
    const auto spec =
        std::find_if(specs.begin(), specs.end(), [&](const auto& each) { return each.name == variation.key; });
    if (spec == specs.end()) {
        std::string known;
        for (const auto& each : specs)
            known += (known.empty() ? "" : ", ") + each.name;
        return invalid("The policy " + policy.name + " has no setting '" + oneLine(variation.key, 80) + "'; "
            + (known.empty() ? "it has none." : "it has: " + known + "."));
    }
    const std::string_view values = text.substr(equals + 1);
    const bool isNumber = spec->kind == plan::ParameterKind::Number || spec->kind == plan::ParameterKind::Integer;
    const bool isText = spec->kind == plan::ParameterKind::Text || spec->kind == plan::ParameterKind::File;
    auto texts = isNumber && values.find(':') != std::string_view::npos
        ? rangeTexts(*spec, values)
        : Result<std::vector<std::string>>(split(values, isText ? ';' : ','));
    if (!texts)
        return unexpected(texts.error());
    for (const std::string& each : *texts) {
        auto value = plan::parseParameter(*spec, each);
        if (!value)
            return unexpected(value.error());
        if (std::find(variation.values.begin(), variation.values.end(), *value) == variation.values.end())
            variation.values.push_back(std::move(*value));
    }
    return variation;
}

Result<SweepPlan> SweepPlan::make(const GenerationRequest& request, const std::string& family,
    std::vector<std::string> prompts, std::vector<std::uint64_t> seeds, std::vector<Variation> variations,
    SweepMode mode)
{
    if (variations.empty())
        return invalid("--vary is missing; say what the sweep varies, such as --vary fresh_ratio=0.05,0.1,0.2.");
    for (std::size_t i = 0; i < variations.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (variations[i].key == variations[j].key)
                return invalid("--vary names '" + variations[i].key + "' twice; give all its values at once.");
    SweepPlan plan;
    plan.m_request = request;
    plan.m_prompts = std::move(prompts);
    plan.m_seeds = std::move(seeds);
    plan.m_mode = mode;
    auto points = combined(variations, mode);
    if (!points)
        return unexpected(points.error());
    plan.m_points = std::move(*points);
    plan.m_variations = std::move(variations);
    if (plan.caseCount() > kMostRuns || plan.runCount() > kMostRuns)
        return invalid(
            "The sweep has more than " + std::to_string(kMostRuns) + " runs; vary less or take fewer prompts.");
    plan::PolicyContext context;
    context.family = family;
    for (const SweepRun& point : plan.at(0).points)
        if (auto policy =
                plan::makePolicy(point.request.policy, point.request.policyParameters, point.request.preset, context);
            !policy)
            return unexpected(policy.error());
    return plan;
}

SweepCase SweepPlan::at(std::size_t index) const
{
    GenerationRequest request = m_request;
    request.prompt = m_prompts[index / m_seeds.size()];
    request.seed = m_seeds[index % m_seeds.size()];
    SweepCase result;
    result.baseline.id = "baseline-" + idOf(index + 1);
    result.baseline.request = request;
    result.baseline.request.policy = "none";
    result.baseline.request.preset.clear();
    result.baseline.request.policyParameters.clear();
    result.baseline.request.protect.clear(); // spares tokens of a cached run only
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        SweepRun run{idOf(index * m_points.size() + i + 1), request, m_points[i]};
        for (std::size_t k = 0; k < m_variations.size(); ++k)
            run.request.policyParameters[m_variations[k].key] = m_points[i][k];
        result.points.push_back(std::move(run));
    }
    return result;
}

Json SweepPlan::json() const
{
    Json object{{"format", "toca-sweep"}, {"format_version", 1}};
    object["request"] = Json::parse(toJson(m_request));
    for (const char* each : {"prompt", "seed"}) // those of the cases stand beside it
        object["request"].erase(each);
    object["mode"] = m_mode == SweepMode::Grid ? "grid" : "list";
    object["vary"] = Json::array();
    for (const Variation& variation : m_variations) {
        Json values = Json::array();
        for (const plan::ParameterValue& value : variation.values)
            values.push_back(valueJson(value));
        object["vary"].push_back({{"key", variation.key}, {"values", std::move(values)}});
    }
    object["prompts"] = m_prompts;
    object["seeds"] = m_seeds;
    return object;
}

std::string SweepPlan::defaultName() const
{
    // FNV-1a: short, and the same on every machine.
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : json().dump(-1, ' ', false, Json::error_handler_t::replace))
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
    return "sweep-" + library::wordsOf(m_request.policy, "policy") + "-" + std::string(digits, 12);
}

} // namespace toca::app
