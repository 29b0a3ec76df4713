// SPDX-License-Identifier: Apache-2.0
#include "core/api/sensitivity.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

namespace toca {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Unexpected wrong(const std::string& name, const std::string& value, const std::string& range)
{
    return unexpected(
        ErrorCode::InvalidArgument, "The measurement's " + name + " is " + value + "; it must be " + range + ".");
}

std::string numberText(double value)
{
    if (std::isnan(value))
        return "";
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::general, 7).ptr};
}

/// Mean of what is a number and finite.
class Mean {
public:
    void add(double value)
    {
        if (!std::isfinite(value))
            return;
        m_sum += value;
        ++m_count;
    }
    double value() const { return m_count > 0 ? m_sum / m_count : kNone; }

private:
    double m_sum = 0;
    int m_count = 0;
};

std::vector<double> widened(const std::vector<float>& values)
{
    return {values.begin(), values.end()};
}

} // namespace

const char* sensitivityModeName(SensitivityMode mode)
{
    return mode == SensitivityMode::Freeze ? "freeze" : "noise";
}

const char* sensitivityScoreName(SensitivityScore score)
{
    constexpr const char* names[kSensitivityScores]{
        "s1", "s2", "s3", "s4", "combined", "value_norm", "input_norm", "similarity", "change"};
    return names[static_cast<std::size_t>(score)];
}

const char* sensitivityScoreTitle(SensitivityScore score)
{
    constexpr const char* titles[kSensitivityScores]{"Attention received (s1)", "Text entropy (s2)", "Age (s3)",
        "Best of its cell (s4)", "ToCa's sum", "Small values (DuCa)", "Input norm", "Input-output distance",
        "Change since the step before"};
    return titles[static_cast<std::size_t>(score)];
}

int SensitivitySite::measured() const
{
    return static_cast<int>(
        std::count_if(change.begin(), change.end(), [](float value) { return !std::isnan(value); }));
}

std::vector<std::vector<std::int32_t>> SensitivityRecord::groups() const
{
    return plan::tokenGroups(grid, options.grouping, options.blockSide);
}

std::int64_t SensitivityRecord::groupCount() const
{
    const std::int64_t side = options.blockSide;
    switch (options.grouping) {
    case plan::TokenGrouping::Token:
        return grid.tokens();
    case plan::TokenGrouping::Block:
        return grid.frames * ((grid.rows + side - 1) / side) * ((grid.columns + side - 1) / side);
    case plan::TokenGrouping::Frame:
        break;
    }
    return grid.frames;
}

Result<void> checkSensitivity(const SensitivityOptions& options)
{
    for (const int step : options.steps)
        if (step < 0 || step >= 1000)
            return wrong("step", std::to_string(step), "from 0 to 999");
    for (const int layer : options.layers)
        if (layer < 0 || layer >= 10000)
            return wrong("layer", std::to_string(layer), "from 0 to 9999");
    if (options.blockSide < 1 || options.blockSide > 64)
        return wrong("block side", std::to_string(options.blockSide), "from 1 to 64 tokens");
    if (!(options.noise >= 0 && options.noise <= 10))
        return wrong("noise", plan::toText(plan::ParameterValue(options.noise)), "from 0 to 10");
    if (options.finalGroups < 0)
        return wrong("number of final groups", std::to_string(options.finalGroups), "0 or more");
    if (options.maximumEvaluations < 0)
        return wrong("budget", std::to_string(options.maximumEvaluations) + " evaluations", "0 or more");
    if (!(options.maximumSeconds >= 0))
        return wrong("budget", plan::toText(plan::ParameterValue(options.maximumSeconds)) + " seconds", "0 or more");
    if (options.batch < 0 || options.batch > 256)
        return wrong("batch", std::to_string(options.batch), "from 1 to 256 groups, or 0");
    return {};
}

std::vector<double> groupScores(const SensitivityRecord& record, const SensitivitySite& site, SensitivityScore score)
{
    const std::vector<float>& values = site.scores[static_cast<std::size_t>(score)];
    std::vector<double> result;
    if (values.empty())
        return result;
    for (const auto& group : record.groups()) {
        double sum = 0;
        for (const std::int32_t token : group)
            sum += values[static_cast<std::size_t>(token)];
        result.push_back(sum / static_cast<double>(group.size()));
    }
    return result;
}

SensitivityFigures figuresOf(const SensitivityRecord& record, std::span<const SensitivitySite* const> sites)
{
    SensitivityFigures figures;
    std::array<Mean, kSensitivityScores> correlation;
    Mean final, ratio, p95, median, outside;
    for (const SensitivitySite* site : sites) {
        figures.layer = site->layer;
        figures.module = site->module;
        figures.groups += site->measured();
        const std::vector<double> change = widened(site->change);
        for (int score = 0; score < kSensitivityScores; ++score)
            correlation[static_cast<std::size_t>(score)].add(
                plan::spearman(groupScores(record, *site, static_cast<SensitivityScore>(score)), change));
        final.add(plan::spearman(change, widened(site->finalChange)));
        const plan::Spread spread = plan::spreadOf(change);
        ratio.add(spread.largestToSmallest);
        p95.add(spread.p95ToP5);
        median.add(spread.median);
        for (const float share : site->outside)
            outside.add(share);
    }
    for (std::size_t score = 0; score < correlation.size(); ++score)
        figures.correlation[score] = correlation[score].value();
    figures.finalCorrelation = final.value();
    figures.largestToSmallest = ratio.value();
    figures.p95ToP5 = p95.value();
    figures.medianChange = median.value();
    figures.outside = outside.value();
    return figures;
}

std::vector<SensitivityFigures> sensitivityFigures(const SensitivityRecord& record)
{
    std::map<std::pair<int, plan::ModuleKind>, std::vector<const SensitivitySite*>> sites;
    for (const SensitivitySite& site : record.sites)
        if (site.measured() > 0)
            sites[{site.layer, site.module}].push_back(&site);
    std::vector<SensitivityFigures> result;
    for (const auto& [key, members] : sites)
        result.push_back(figuresOf(record, members));
    return result;
}

std::string sensitivityCsv(const SensitivityRecord& record)
{
    std::string text = "step,layer,kind,module,group,frame,row,column,tokens,change,injected,outside,final_change";
    for (int score = 0; score < kSensitivityScores; ++score)
        text += std::string(",") + sensitivityScoreName(static_cast<SensitivityScore>(score));
    text += "\n";
    const auto groups = record.groups();
    for (const SensitivitySite& site : record.sites) {
        std::array<std::vector<double>, kSensitivityScores> scores;
        for (int score = 0; score < kSensitivityScores; ++score)
            scores[static_cast<std::size_t>(score)] = groupScores(record, site, static_cast<SensitivityScore>(score));
        const std::string place = std::to_string(site.step) + "," + std::to_string(site.layer) + ","
            + std::string(plan::layerKindName(record.layerKinds[static_cast<std::size_t>(site.layer)])) + ","
            + std::string(plan::moduleName(site.module)) + ",";
        for (std::size_t group = 0; group < groups.size(); ++group) {
            if (std::isnan(site.change[group]))
                continue;
            const std::int64_t first = groups[group].front();
            text += place + std::to_string(group) + "," + std::to_string(first / record.grid.tokensPerFrame()) + ","
                + std::to_string(first / record.grid.columns % record.grid.rows) + ","
                + std::to_string(first % record.grid.columns) + "," + std::to_string(groups[group].size()) + ","
                + numberText(site.change[group]) + "," + numberText(site.injected[group]) + ","
                + numberText(site.outside[group]) + "," + numberText(site.finalChange[group]);
            for (const auto& score : scores)
                text += "," + (score.empty() ? std::string() : numberText(score[group]));
            text += "\n";
        }
    }
    return text;
}

} // namespace toca
