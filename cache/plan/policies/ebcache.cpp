// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/calibration.h"
#include "cache/plan/policies/ebcache_policy.h"
#include "cache/plan/policies/number_list.h"
#include "cache/plan/policies/spec_makers.h"
#include "cache/plan/policies/stream_places.h"

#include <algorithm>
#include <cmath>

namespace toca::plan {
namespace {

constexpr const char* kSamplingOrder = "sampling";
constexpr const char* kPublishedOrder = "published";

// cache_table.npy of the published repository ("generated on ImageNet", DiT-XL/2, 50 steps). Its index counts down
// like DiT's steps: the last value is the first, noisiest step.
constexpr const char* kPublishedTable =
    "0,2,2,0,2,2,0,2,2,2,0,2,0,2,0,2,0,2,0,2,0,2,0,2,0,2,0,2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0";

/// The published table in sampling order.
std::vector<StepWork> publishedTable()
{
    const auto numbers = numberList("table", kPublishedTable, 0, 2);
    std::vector<StepWork> table;
    for (const std::int64_t number : *numbers)
        table.push_back(static_cast<StepWork>(number));
    std::reverse(table.begin(), table.end());
    return table;
}

/// For each step of the published table: the distance from the computed step at or before it to the next computed one.
std::vector<int> publishedIntervals()
{
    const std::vector<StepWork> table = publishedTable();
    std::vector<int> intervals(table.size());
    for (std::size_t begin = 0; begin < table.size();) {
        std::size_t end = begin + 1;
        while (end < table.size() && table[end] != StepWork::Everything)
            ++end;
        std::fill(intervals.begin() + static_cast<std::ptrdiff_t>(begin),
            intervals.begin() + static_cast<std::ptrdiff_t>(end), static_cast<int>(end - begin));
        begin = end;
    }
    return intervals;
}

/// The published table for another number of steps: each interval between computed steps is as long, in steps, as the
/// published one at the same share of the run. 50 steps give the published table itself.
std::vector<StepWork> derivedTable(int steps)
{
    const std::vector<int> intervals = publishedIntervals();
    std::vector<StepWork> table(static_cast<std::size_t>(steps), StepWork::Nothing);
    for (int step = 0; step < steps;) {
        table[static_cast<std::size_t>(step)] = StepWork::Everything;
        step += intervals[static_cast<std::size_t>(step) * intervals.size() / static_cast<std::size_t>(steps)];
    }
    if (steps > 0)
        table.back() = StepWork::Everything; // as in the published table
    return table;
}

/// FEB: attention and MLP are computed at intervals of their own after a first part in which everything is.
std::vector<StepWork> intervalTable(
    int steps, std::int64_t attentionInterval, std::int64_t mlpInterval, double fullShare)
{
    const auto begin = static_cast<std::int64_t>(std::llround(fullShare * steps));
    std::vector<StepWork> table;
    for (std::int64_t step = 0; step < steps; ++step) {
        // Counted from the last full step, so that both begin together.
        const std::int64_t since = step - std::max<std::int64_t>(begin - 1, 0);
        const bool isFull = since <= 0 || since % attentionInterval == 0;
        table.push_back(isFull             ? StepWork::Everything
                : since % mlpInterval == 0 ? StepWork::MlpOnly
                                           : StepWork::Nothing);
    }
    return table;
}

Result<std::unique_ptr<Policy>> make(const ParameterValues& values, const PolicyContext& context)
{
    const std::string& text = valueOf<std::string>(values, "table");
    const auto numbers = numberList("table", text, 0, 2);
    if (!numbers)
        return unexpected(numbers.error());
    std::vector<StepWork> table;
    for (const std::int64_t number : *numbers)
        table.push_back(static_cast<StepWork>(number));
    if (valueOf<std::string>(values, "table_order") == kPublishedOrder)
        std::reverse(table.begin(), table.end());
    if (!table.empty() && table.front() != StepWork::Everything)
        return unexpected(ErrorCode::InvalidArgument,
            "The parameter table reuses something in the first step, where nothing is stored yet; the "
            "entry of the first step (the last one in the published order) must be 0.");
    double scale = valueOf<double>(values, "noise_scale");
    if (scale == 0) {
        const auto calibration = calibrationFor("ebcache", valueOf<std::string>(values, "calibration"), context);
        if (!calibration)
            return unexpected(calibration.error());
        scale = calibration->method.empty() ? 1.0 : calibration->values.at("noise_scale").front();
    }
    if (scale < 0.1)
        return unexpected(ErrorCode::InvalidArgument,
            "The parameter noise_scale cannot be " + toText(values.at("noise_scale"))
                + "; it must be 0 (calibrated), or a number from 0.1 to 10 near 1.");
    return std::unique_ptr<Policy>(std::make_unique<EbCachePolicy>(values, std::move(table), scale));
}

} // namespace

EbCachePolicy::EbCachePolicy(ParameterValues parameters, std::vector<StepWork> table, double noiseScale)
    : m_parameters(std::move(parameters))
    , m_table(std::move(table))
    , m_noiseScale(noiseScale)
{
}

Result<std::vector<StepWork>> EbCachePolicy::stepTable(int steps) const
{
    if (m_table.size() == 1)
        return std::vector<StepWork>(static_cast<std::size_t>(steps), m_table.front());
    if (!m_table.empty()) {
        if (m_table.size() != static_cast<std::size_t>(steps))
            return unexpected(ErrorCode::InvalidArgument,
                "The parameter table has " + std::to_string(m_table.size()) + " entries but the run has "
                    + std::to_string(steps) + " steps; give one entry a step, or leave it empty.");
        return m_table;
    }
    const auto attention = valueOf<std::int64_t>(m_parameters, "attention_interval");
    const auto mlp = valueOf<std::int64_t>(m_parameters, "mlp_interval");
    if (attention == 0 && mlp == 0)
        return derivedTable(steps);
    // One interval alone holds for both.
    return intervalTable(
        steps, attention > 0 ? attention : mlp, mlp > 0 ? mlp : attention, valueOf<double>(m_parameters, "full_share"));
}

Result<Plan> EbCachePolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    const auto table = stepTable(schedule.steps);
    if (!table)
        return unexpected(table.error());
    Plan plan(geometry, schedule);
    const std::vector<StreamPlace> places = streamPlaces(schedule);
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const auto index = static_cast<std::size_t>(evaluation);
        const StepWork work = (*table)[static_cast<std::size_t>(schedule.evaluations[index].step)];
        if (places[index].index == 0 || work == StepWork::Everything)
            continue;
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules)
                if (module != ModuleKind::Mlp || work == StepWork::Nothing)
                    plan.at(evaluation, layer, module) = {Action::Reuse, 0, false};
    }
    return plan;
}

PolicyEntry ebCachePolicyEntry()
{
    PolicyEntry entry;
    entry.name = "ebcache";
    entry.title = "EB-Cache: step table and noise scaling";
    entry.summary =
        "Follows a table of steps that compute, reuse attention or reuse everything, and scales the predicted "
        "noise against the exposure bias of caching.";
    entry.source = "arXiv 2503.07120";
    entry.parameters = {
        textSpec("table", "Step table",
            "What each step computes, with commas: 0 everything, 1 the MLP only, 2 nothing (attention over "
            "the text goes with self-attention). A single 0 computes everything always. Empty: the intervals below, or "
            "the published table of 50 steps, whose intervals are kept at the same share of the run for other numbers "
            "of "
            "steps.",
            "Schedule", ParameterKind::Text),
        choiceSpec("table_order", "Order of the table",
            "sampling = the first entry is the first, noisiest step; published = the last entry is the first step, as "
            "in "
            "the published cache_table.npy.",
            "Schedule", {kSamplingOrder, kPublishedOrder}, true),
        integerSpec("attention_interval", "Attention interval",
            "FEB: steps from one computation of attention to the next where no table is given. 1 computes it always, 0 "
            "takes the MLP's interval; both 0 take the published table.",
            "Schedule", 0, 0, 1000, "steps"),
        integerSpec("mlp_interval", "MLP interval",
            "FEB: steps from one computation of the MLP to the next where no table is given; steps that compute "
            "attention always compute it too. 1 computes it always, 0 takes attention's interval.",
            "Schedule", 0, 0, 1000, "steps"),
        numberSpec("full_share", "Fully computed part",
            "With intervals: the share of first steps in which everything is computed. Published table: 22 of 50.",
            "Schedule", 0.44, 0, 1, 0.02),
        numberSpec("noise_scale", "Noise scale",
            "The predicted noise (of a flow model the velocity) is divided by this; predicted variances are left "
            "alone. "
            "1 = off, 0 = the model's own calibration (toca calibrate). Published for DiT-XL/2: 0.965.",
            "Scaling", 1.0, 0, 10, 0.005),
        textSpec("calibration", "Calibration file",
            "File with this model's noise scale, used where noise_scale is 0. Empty: the one kept with the model.",
            "Scaling", ParameterKind::File, true),
    };
    entry.presets = {
        {"published", "Published table",
            "EB-Cache repository, cache_table.npy (50 steps); other numbers of steps by its intervals, without scaling",
            {}, ""},
        {"dit-xl-2", "DiT-XL/2, table and scale",
            "EB-Cache repository, sh/dit.sh: 50 steps, cache_table.npy, noise scale 0.965 (fitted to DiT-XL/2)",
            {{"table", std::string(kPublishedTable)}, {"table_order", std::string(kPublishedOrder)},
                {"noise_scale", 0.965}},
            "dit"},
        {"feb-2-4", "FEB, attention 4, MLP 2",
            "own setting of FEB's idea, not published: after 20 % of the steps attention every fourth step, MLP every "
            "second",
            {{"attention_interval", std::int64_t{4}}, {"mlp_interval", std::int64_t{2}}, {"full_share", 0.2}}, ""},
    };
    entry.make = make;
    return entry;
}

} // namespace toca::plan
