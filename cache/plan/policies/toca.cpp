// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/module_intervals.h"
#include "cache/plan/policies/toca_policy.h"

#include <array>

namespace toca::plan {

TocaPolicy::TocaPolicy(ParameterValues parameters)
    : m_parameters(std::move(parameters))
    , m_options(TocaOptions::from(m_parameters))
{
}

Result<Plan> TocaPolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    if (!geometry.crossAttention && m_options.crossAttentionWeight > 0)
        return unexpected(ErrorCode::Unsupported,
            "ToCa's score needs attention over a text, which this model does not have; set cross_attention_weight to "
            "0.");
    const std::int64_t tokens = geometry.grid.tokens();
    std::array<int, 3> seen{};
    std::vector<int> layerOfKind; // STDiT3: index of the pair of blocks
    for (const LayerKind kind : geometry.layers)
        layerOfKind.push_back(seen[static_cast<std::size_t>(kind)]++);

    Plan plan(geometry, schedule);
    const std::vector<bool> first = firstOfStream(schedule);
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const auto index = static_cast<std::size_t>(evaluation);
        const int step = schedule.evaluations[index].step;
        if (first[index])
            continue;
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            const LayerKind kind = geometry.layers[static_cast<std::size_t>(layer)];
            for (const ModuleKind module : kAllModules) {
                if (m_options.isFull(step, kind, module))
                    continue;
                PlannedModule& planned = plan.at(evaluation, layer, module);
                if (module == ModuleKind::SelfAttention) {
                    planned = {Action::Reuse, 0, false};
                    continue;
                }
                // A subset of 0 tokens is still a selection: ages rise.
                const double ratio =
                    m_options.ratio(step, schedule.steps, layerOfKind[static_cast<std::size_t>(layer)], module);
                planned = {Action::Subset, TocaOptions::tokenCount(ratio, tokens), false};
            }
        }
    }
    return plan;
}

PolicyEntry tocaPolicyEntry()
{
    PolicyEntry entry;
    entry.name = "toca";
    entry.title = "ToCa: token-wise caching";
    entry.summary =
        "Between full steps, computes only the tokens whose stored values would hurt most and reuses the rest.";
    entry.source = "arXiv 2410.05317";
    entry.parameters = TocaOptions::specs();
    entry.presets = {
        {"opensora-r85", "Open-Sora, R = 85 %",
            "ToCa paper, Open-Sora v1.2, cache ratio R = 85 % (fresh_ratio 0.10 of the published code)",
            {{"fresh_ratio", 0.10}}},
        {"opensora-r80", "Open-Sora, R = 80 %",
            "derived: fresh_ratio 0.13 gives a cache ratio of 1 - 0.13 x 1.495 = 81 % and the 1439 TFLOPs that the "
            "ToCa "
            "paper reports for R = 80 %",
            {{"fresh_ratio", 0.13}}},
        {"careful", "Careful", "own setting, not published: more fresh tokens, full steps every second step",
            {{"fresh_ratio", 0.30}, {"interval", std::int64_t{2}}, {"spatial_attention_interval", std::int64_t{2}},
                {"temporal_attention_interval", std::int64_t{2}}, {"cross_attention_interval", std::int64_t{2}},
                {"mlp_interval", std::int64_t{2}}}},
        {"bold", "Bold", "own setting, not published: full steps every fifth step, cross-attention every tenth",
            {{"fresh_ratio", 0.10}, {"interval", std::int64_t{5}}, {"spatial_attention_interval", std::int64_t{5}},
                {"temporal_attention_interval", std::int64_t{5}}, {"cross_attention_interval", std::int64_t{10}},
                {"mlp_interval", std::int64_t{5}}}},
    };
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        return std::unique_ptr<Policy>(std::make_unique<TocaPolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
