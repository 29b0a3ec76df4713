// SPDX-License-Identifier: Apache-2.0
#include "app/cli/threshold_text.h"

#include "app/cli/console.h"
#include "cache/plan/parameters.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>

namespace toca::app {
namespace {

constexpr int kBarWidth = 30;

/// Four significant digits.
std::string shortText(double value)
{
    if (std::isinf(value))
        return "infinite";
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general, 4).ptr};
}

std::string exactText(double value)
{
    return plan::toText(plan::ParameterValue(value));
}

std::string listText(const std::vector<int>& numbers)
{
    std::string text;
    for (const int number : numbers)
        text += (text.empty() ? "" : " ") + std::to_string(number);
    return text;
}

} // namespace

std::string thresholdText(const plan::ThresholdResponse& response)
{
    const std::string of = "/" + std::to_string(response.evaluations);
    std::string text = "Thresholds of " + response.policy + ", " + std::to_string(response.points.size())
        + " of them, on one uncached run of " + std::to_string(response.evaluations) + " model calls\n";
    if (std::isinf(response.inertThreshold))
        return text + "Nothing is ever skipped: every step is computed whatever the threshold is.\n";
    text += "Inert up to " + shortText(response.inertThreshold) + ": nothing is skipped.\n\n";
    TextTable table("rrrrll");
    table.addRow({"threshold", "skipped", "in a row", "FLOPs gain", "", ""});
    int shown = -1;
    for (std::size_t i = 0; i < response.points.size(); ++i) {
        const plan::ThresholdPoint& point = response.points[i];
        const bool isCliff = static_cast<int>(i) == response.cliff, isLong = static_cast<int>(i) == response.longSkips;
        if (point.skipped() == shown && !isCliff && !isLong)
            continue;
        shown = point.skipped();
        const int bar = response.evaluations > 0 ? kBarWidth * point.skipped() / response.evaluations : 0;
        std::string mark = isCliff ? "cliff" : "";
        if (isLong)
            mark += std::string(mark.empty() ? "" : ", ") + "long skips from here";
        table.addRow(
            {shortText(point.threshold), std::to_string(point.skipped()) + of, std::to_string(point.longestSkip),
                fixedText(point.flopsGain, 2) + "x", std::string(static_cast<std::size_t>(bar), '#'), mark});
    }
    text += table.text();
    text += response.policy == "magcache"
        ? "\nThese are the decisions of real runs: this method decides from its calibration alone.\n"
        : "\nUp to the first skip these are the decisions of a real run; later ones follow the uncached latents.\n";
    return text;
}

std::string thresholdCsv(const plan::ThresholdResponse& response)
{
    std::string text = "threshold,skipped,share,longest_skip,flops,flops_gain,skipped_evaluations\n";
    for (const plan::ThresholdPoint& point : response.points)
        text += exactText(point.threshold) + "," + std::to_string(point.skipped()) + ","
            + exactText(static_cast<double>(point.skipped()) / std::max(1, response.evaluations)) + ","
            + std::to_string(point.longestSkip) + "," + exactText(point.flops) + "," + exactText(point.flopsGain) + ","
            + listText(point.skippedEvaluations) + "\n";
    return text;
}

std::string thresholdJson(const plan::ThresholdResponse& response)
{
    nlohmann::ordered_json json;
    json["format"] = "toca-threshold-response";
    json["format_version"] = 1;
    json["policy"] = response.policy;
    json["evaluations"] = response.evaluations;
    json["baseline_flops"] = response.baselineFlops;
    json["inert_threshold"] = nullptr;
    if (std::isfinite(response.inertThreshold))
        json["inert_threshold"] = response.inertThreshold;
    const auto pointOf = [&](int index) {
        return index < 0 ? nlohmann::ordered_json()
                         : nlohmann::ordered_json(response.points[static_cast<std::size_t>(index)].threshold);
    };
    json["cliff_threshold"] = pointOf(response.cliff);
    json["long_skips_threshold"] = pointOf(response.longSkips);
    json["points"] = nlohmann::ordered_json::array();
    for (const plan::ThresholdPoint& point : response.points)
        json["points"].push_back({{"threshold", point.threshold}, {"skipped", point.skipped()},
            {"longest_skip", point.longestSkip}, {"flops", point.flops}, {"flops_gain", point.flopsGain},
            {"skipped_evaluations", point.skippedEvaluations}});
    return json.dump(1) + "\n";
}

} // namespace toca::app
