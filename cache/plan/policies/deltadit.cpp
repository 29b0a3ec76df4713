// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/deltadit_policy.h"
#include "cache/plan/policies/spec_makers.h"
#include "cache/plan/policies/stream_places.h"

#include <algorithm>
#include <cmath>

namespace toca::plan {

Result<Plan> DeltaDitPolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    const auto interval = valueOf<std::int64_t>(m_parameters, "interval");
    const auto warmup = valueOf<std::int64_t>(m_parameters, "warmup_steps");
    const auto outline = valueOf<double>(m_parameters, "outline_share");
    // A video model's block is the pair of a spatial and a temporal layer.
    const bool hasPairs =
        std::find(geometry.layers.begin(), geometry.layers.end(), LayerKind::Temporal) != geometry.layers.end();
    const int layersOfBlock = hasPairs ? 2 : 1;
    const int layers = geometry.layerCount();
    const int skipped = layersOfBlock
        * static_cast<int>(std::llround(valueOf<double>(m_parameters, "skipped_share") * layers / layersOfBlock));

    Plan plan(geometry, schedule);
    const std::vector<StreamPlace> places = streamPlaces(schedule);
    // The published condition counts steps downwards: outline while counter > (1 - share) * steps.
    const auto isOutline = [&](int evaluation) {
        const int counter = schedule.steps - 1 - schedule.evaluations[static_cast<std::size_t>(evaluation)].step;
        return outline >= 1.0 || counter > (1.0 - outline) * schedule.steps;
    };
    bool isAnySkipped = false;
    std::vector<std::int64_t> sincePart(schedule.evaluations.size()); // evaluations since the part began
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const auto index = static_cast<std::size_t>(evaluation);
        const int previous = places[index].previous;
        if (places[index].index < warmup || previous < 0 || isOutline(previous) != isOutline(evaluation))
            continue; // the first one of a part computes everything: nothing is stored of its stretch
        sincePart[index] = sincePart[static_cast<std::size_t>(previous)] + 1;
        if (skipped == 0 || sincePart[index] % interval == 0)
            continue;
        isAnySkipped = true;
        if (isOutline(evaluation))
            skipLayers(plan, evaluation, layers - skipped, layers);
        else
            skipLayers(plan, evaluation, 0, skipped);
    }
    plan.setCachedElements(
        isAnySkipped ? rowsOfStreams(geometry, schedule) * geometry.grid.tokens() * geometry.hiddenSize : 0);
    return plan;
}

PolicyEntry deltaDitPolicyEntry()
{
    PolicyEntry entry;
    entry.name = "deltadit";
    entry.title = "Δ-DiT: stored deviation of blocks";
    entry.summary =
        "Adds what a stretch of blocks changed last time instead of running it: the last blocks first, later "
        "the first ones.";
    entry.source = "arXiv 2406.01125";
    entry.parameters = {
        integerSpec("interval", "Interval",
            "Steps from one full computation to the next; in between the stretch of blocks is jumped over (N of the "
            "paper). 1 computes everything always.",
            "Refresh", 2, 1, 1000, "steps"),
        numberSpec("skipped_share", "Blocks jumped over",
            "Share of the blocks that are jumped over, rounded to whole blocks (in video models pairs of a spatial and "
            "a "
            "temporal one). 0 computes everything always.",
            "Refresh", 0.75, 0, 1, 0.05),
        numberSpec("outline_share", "Outline part",
            "Share of first steps in which the last blocks are jumped over; afterwards the first ones are. The Δ-DiT "
            "code in the EB-Cache repository changes over at 0.6.",
            "Refresh", 0.6, 0, 1, 0.05),
        integerSpec("warmup_steps", "Warm-up",
            "Number of first steps in which everything is computed. Published: none but the first.", "Refresh", 0, 0,
            1000, "steps"),
    };
    entry.presets = {
        {"every-2", "Every second step",
            "Δ-DiT paper's N = 2 with 21 of 28 blocks: derived from the 1.5 to 1.6 times fewer FLOPs that are reported",
            {}, ""},
        {"every-3", "Every third step", "N = 3, otherwise as N = 2", {{"interval", std::int64_t{3}}}, ""},
        {"warm", "Every second step after a warm-up",
            "own setting, not published: N = 2 after 6 fully computed steps, in which flow models change most",
            {{"warmup_steps", std::int64_t{6}}}, ""},
    };
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        return std::unique_ptr<Policy>(std::make_unique<DeltaDitPolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
