// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/clusca_policy.h"
#include "cache/plan/policies/spec_makers.h"
#include "cache/plan/policies/stream_places.h"

#include <algorithm>
#include <array>

namespace toca::plan {

CluscaPolicy::CluscaPolicy(ParameterValues parameters)
    : m_parameters(std::move(parameters))
{
    m_options.interval = valueOf<std::int64_t>(m_parameters, "interval");
    m_options.warmupSteps = valueOf<std::int64_t>(m_parameters, "warmup_steps");
    m_options.clusters = valueOf<std::int64_t>(m_parameters, "clusters");
    m_options.propagation = valueOf<double>(m_parameters, "propagation");
    m_options.order = valueOf<std::int64_t>(m_parameters, "order");
    m_options.isExact = valueOf<bool>(m_parameters, "exact_tokens");
    m_options.iterations = valueOf<std::int64_t>(m_parameters, "iterations");
    m_options.seed = valueOf<std::int64_t>(m_parameters, "seed");
}

Result<Plan> CluscaPolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    const std::int64_t tokens = geometry.grid.tokens(), clusters = std::min(m_options.clusters, tokens);
    Plan plan(geometry, schedule);
    const std::vector<StreamPlace> places = streamPlaces(schedule);
    struct State {
        std::int64_t sinceFull = 0, fullSteps = 0;
    };
    std::array<State, 4> states; // by stream
    std::int64_t factors = 0;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const auto index = static_cast<std::size_t>(evaluation);
        State& state = states[static_cast<std::size_t>(schedule.evaluations[index].stream)];
        const bool isWarmup = places[index].index < std::max<std::int64_t>(m_options.warmupSteps, 1);
        if (isWarmup || state.sinceFull == m_options.interval - 1) {
            state.sinceFull = 0;
            ++state.fullSteps;
            continue;
        }
        ++state.sinceFull;
        // What a full step leaves is kept as long as anything is forecast later: here, so far.
        factors = std::max(factors, std::min(m_options.order + 1, state.fullSteps));
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules)
                plan.at(evaluation, layer, module) = module == ModuleKind::Mlp
                    ? PlannedModule{Action::Subset, static_cast<std::int32_t>(clusters), false}
                    : PlannedModule{m_options.order > 0 ? Action::Forecast : Action::Reuse, 0, false};
    }
    const std::int64_t labelsAndCentres = factors > 0 ? tokens + clusters * geometry.hiddenSize : 0;
    const std::int64_t rows = rowsOfStreams(geometry, schedule);
    CacheContents contents = CacheContents::ofEveryModule(geometry, factors * rows);
    contents.otherElements = rows * labelsAndCentres;
    plan.setCacheContents(contents);
    return plan;
}

PolicyEntry cluscaPolicyEntry()
{
    const CluscaOptions defaults;
    PolicyEntry entry;
    entry.name = "clusca";
    entry.title = "ClusCa: one token of each cluster";
    entry.summary =
        "Between full steps the MLP computes one token of each cluster of similar tokens, and the others take "
        "over a little of its change.";
    entry.source = "arXiv 2509.10312";
    entry.parameters = {
        integerSpec("interval", "Interval",
            "Steps from one full step to the next (N of the paper). 1 computes every step in full. Published: 4 in the "
            "code, 5 in the table for DiT-XL/2.",
            "Refresh", defaults.interval, 1, 1000, "steps"),
        integerSpec("warmup_steps", "Warm-up", "Number of first steps that are computed in full. Published: 2.",
            "Refresh", defaults.warmupSteps, 1, 1000, "steps"),
        integerSpec("clusters", "Clusters",
            "K: the tokens are put into so many clusters, each guidance row apart, and one token of each is computed. "
            "Published: 16.",
            "Selection", defaults.clusters, 1, 4096, "tokens"),
        numberSpec("propagation", "Propagation",
            "Share of their cluster's fresh token that all other tokens take over. 0 changes no other token. "
            "Published: "
            "0.005 for DiT-XL/2, 0.007 for FLUX, 0.01 for HunyuanVideo.",
            "Selection", defaults.propagation, 0, 1, 0.005),
        booleanSpec("exact_tokens", "Fresh tokens as they are",
            "A fresh token's output counts as it was computed. Off: the forecast's trend since the last full step is "
            "added to it as well, as the published code does.",
            "Selection", defaults.isExact, true),
        integerSpec("order", "Forecast order",
            "Highest derivative of the Taylor forecast (differences of full steps); 0 reuses the last output. "
            "Published: "
            "4 for DiT-XL/2, 1 for FLUX.",
            "Forecast", defaults.order, 0, 8, ""),
        integerSpec("iterations", "Clustering iterations",
            "Iterations of k-means (L1 distance) at most at a full step; it begins with the last clusters' centres. "
            "Published: 100.",
            "Selection", defaults.iterations, 1, 1000, "", true),
        integerSpec("seed", "Seed", "Of the first centres and the chosen tokens.", "Selection", defaults.seed, 0,
            1'000'000'000, "", true),
    };
    entry.presets = {
        {"dit-xl-2", "DiT-XL/2, K = 16",
            "ClusCa code (clusca-dit/sample_ddp.py): interval 4, order 4, 16 clusters, propagation 0.005",
            {{"order", std::int64_t{4}}, {"exact_tokens", false}}, "dit"},
        {"dit-xl-2-5", "DiT-XL/2, N = 5, K = 16",
            "ClusCa's row of the DiT-XL/2 tables: N = 5, K = 16; otherwise as the code",
            {{"order", std::int64_t{4}}, {"interval", std::int64_t{5}}, {"exact_tokens", false}}, "dit"},
        {"warm", "Order 1 after a warm-up",
            "own setting, not published: N = 3 after 6 full steps, order 1 (as the code for FLUX) and fresh tokens "
            "as they are; a forecast from the first steps of a flow model goes far astray",
            {{"interval", std::int64_t{3}}, {"warmup_steps", std::int64_t{6}}}, ""},
        {"flux", "FLUX, published", "ClusCa code for FLUX: interval 6, order 1, propagation 0.007, 3 first steps full",
            {{"interval", std::int64_t{6}}, {"propagation", 0.007}, {"warmup_steps", std::int64_t{3}},
                {"exact_tokens", false}},
            ""},
    };
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        return std::unique_ptr<Policy>(std::make_unique<CluscaPolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
