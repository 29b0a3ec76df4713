// SPDX-License-Identifier: Apache-2.0
#include "app/cli/sensitivity_text.h"

#include "app/cli/console.h"

#include <algorithm>
#include <cmath>

namespace toca::app {
namespace {

std::string signedText(double value)
{
    if (std::isnan(value))
        return "-";
    return (value >= 0 ? "+" : "") + fixedText(value, 2);
}

std::string ratioText(double value)
{
    if (!std::isfinite(value))
        return "-";
    return fixedText(value, value < 100 ? 1 : 0) + "x";
}

std::string numberList(const std::vector<int>& numbers)
{
    std::string text;
    for (std::size_t first = 0; first < numbers.size();) {
        std::size_t end = first + 1;
        while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1)
            ++end;
        text += (text.empty() ? "" : ",") + std::to_string(numbers[first]);
        if (end - first > 1)
            text += "-" + std::to_string(numbers[end - 1]);
        first = end;
    }
    return text;
}

} // namespace

std::string sensitivityText(const SensitivityRecord& record)
{
    const SensitivityOptions& options = record.options;
    const bool isNoise = options.mode == SensitivityMode::Noise;
    std::string group(plan::tokenGroupingName(options.grouping));
    if (options.grouping == plan::TokenGrouping::Block)
        group = std::to_string(options.blockSide) + "x" + std::to_string(options.blockSide) + " block";
    std::string text = (isNoise ? "Noise of " + fixedText(options.noise, 3) + " of a module's output"
                                : std::string("Output frozen at the step before"))
        + ", per " + group + ", at step " + numberList(options.steps) + " of " + std::to_string(record.request.steps)
        + (options.steps.size() > 1 ? " (means over the steps)" : "") + "\n";
    text += std::to_string(record.groupCount()) + " groups, " + std::to_string(record.sites.size()) + " places, "
        + std::to_string(record.evaluations) + " evaluations in " + fixedText(record.seconds, 1) + " s"
        + (record.isComplete ? "" : "; not complete, --resume goes on") + "\n\n";

    // A column for each score that exists somewhere.
    const std::vector<SensitivityFigures> figures = sensitivityFigures(record);
    std::vector<std::size_t> shown;
    for (std::size_t score = 0; score < kSensitivityScores; ++score)
        if (std::any_of(
                figures.begin(), figures.end(), [&](const auto& each) { return !std::isnan(each.correlation[score]); }))
            shown.push_back(score);
    const bool hasFinal = std::any_of(
        figures.begin(), figures.end(), [](const auto& each) { return !std::isnan(each.finalCorrelation); });
    TextTable table("rllrrrrr" + std::string(shown.size() + (hasFinal ? 1 : 0), 'r'));
    std::vector<std::string> head{
        "layer", "kind", "module", "groups", "median change", "max/min", "p95/p5", "elsewhere"};
    for (const std::size_t score : shown)
        head.emplace_back(sensitivityScoreName(static_cast<SensitivityScore>(score)));
    if (hasFinal)
        head.emplace_back("final");
    table.addRow(head);
    for (const SensitivityFigures& each : figures) {
        char median[32];
        std::snprintf(median, sizeof median, "%.2e", each.medianChange);
        std::vector<std::string> row{std::to_string(each.layer),
            std::string(plan::layerKindName(record.layerKinds[static_cast<std::size_t>(each.layer)])),
            std::string(plan::moduleName(each.module)), std::to_string(each.groups), median,
            ratioText(each.largestToSmallest), ratioText(each.p95ToP5), fixedText(each.outside * 100, 0) + "%"};
        for (const std::size_t score : shown)
            row.push_back(signedText(each.correlation[score]));
        if (hasFinal)
            row.push_back(signedText(each.finalCorrelation));
        table.addRow(row);
    }
    text += table.text();
    text += "\nSpearman's rank correlation with the measured change:";
    for (const std::size_t score : shown)
        text += std::string(score == shown.front() ? " " : ", ")
            + sensitivityScoreName(static_cast<SensitivityScore>(score)) + " = "
            + sensitivityScoreTitle(static_cast<SensitivityScore>(score));
    text += ".\n'elsewhere' is the share of the change that lands on other tokens.\n";
    return text;
}

std::string probeText(const ProbeResult& result, const ProbeEdit& edit)
{
    std::string text = std::to_string(edit.mask.tokens.size()) + " tokens kept " + probeModeName(edit.mode)
        + " at steps " + std::to_string(edit.firstStep) + "-" + std::to_string(edit.lastStep) + ", layers "
        + std::to_string(edit.firstLayer) + "-" + std::to_string(edit.lastLayer) + "; run again from step "
        + std::to_string(result.restartedAt) + "\n";
    if (result.isIdentical)
        return text + "The run is the same as before, bit for bit.\n";
    double inside = 0, outside = 0;
    std::vector<bool> isMarked(result.tokenDamage.size(), false);
    for (const std::int32_t token : edit.mask.tokens)
        isMarked[static_cast<std::size_t>(token)] = true;
    for (std::size_t token = 0; token < isMarked.size(); ++token)
        (isMarked[token] ? inside : outside) += static_cast<double>(result.tokenDamage[token]);
    const auto marked = static_cast<double>(edit.mask.tokens.size());
    const double others = static_cast<double>(isMarked.size()) - marked;
    text += "latent changed by " + fixedText(result.latentRelativeError * 100, 3) + "%; per token "
        + fixedText(marked > 0 ? inside / marked * 100 : 0, 3) + "% in the mask, "
        + fixedText(others > 0 ? outside / others * 100 : 0, 3) + "% elsewhere\n";
    text += "tokens computed in the range: " + std::to_string(result.computedTokens) + ", before "
        + std::to_string(result.originalTokens) + "\n";
    TextTable table("rr");
    table.addRow({"frame", "RMS change (0-255)"});
    for (std::size_t frame = 0; frame < result.frameRmse.size(); ++frame)
        table.addRow({std::to_string(frame), fixedText(result.frameRmse[frame], 2)});
    return text + table.text();
}

std::string probeCsv(const ProbeResult& result, const ProbeEdit& edit)
{
    std::string text = "frame,row,column,token,in_mask,damage\n";
    for (std::size_t token = 0; token < result.tokenDamage.size(); ++token) {
        const auto id = static_cast<std::int64_t>(token);
        const bool isMarked =
            std::binary_search(edit.mask.tokens.begin(), edit.mask.tokens.end(), static_cast<std::int32_t>(id));
        text += std::to_string(id / result.grid.tokensPerFrame()) + ","
            + std::to_string(id / result.grid.columns % result.grid.rows) + ","
            + std::to_string(id % result.grid.columns) + "," + std::to_string(id) + "," + (isMarked ? "1," : "0,")
            + fixedText(static_cast<double>(result.tokenDamage[token]), 7) + "\n";
    }
    return text;
}

} // namespace toca::app
