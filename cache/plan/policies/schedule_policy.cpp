// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/schedule_policy.h"

#include "cache/plan/policies/spec_makers.h"

#include <algorithm>

namespace toca::plan {

SchedulePolicy::SchedulePolicy(ParameterValues parameters, ScheduleTable table)
    : m_parameters(std::move(parameters))
    , m_table(std::move(table))
    , m_scores(TocaOptions::from(m_parameters))
{
    const auto& names = scheduleFitNames();
    const auto found = std::find(names.begin(), names.end(), valueOf<std::string>(m_parameters, "other_size"));
    m_fit = static_cast<ScheduleFit>(found - names.begin());
}

Result<Plan> SchedulePolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    const auto table = m_table.fitted(geometry, schedule, m_fit);
    if (!table)
        return unexpected(table.error());
    Plan plan(geometry, schedule);
    const std::int64_t tokens = geometry.grid.tokens();
    bool selects = false;
    CacheContents contents;
    for (int layer = 0; layer < plan.layerCount(); ++layer) {
        for (const ModuleKind module : kAllModules) {
            if (module == ModuleKind::CrossAttention && !geometry.crossAttention)
                continue;
            for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
                const ScheduleCell& cell = table->at(evaluation, layer, module);
                if (cell.action == Action::Subset)
                    plan.at(evaluation, layer, module) = {Action::Subset, tokenCount(cell.share(), tokens), false};
                else if (cell.action != Action::Full)
                    plan.at(evaluation, layer, module) = {cell.action, 0, false};
                selects |= cell.action == Action::Subset && plan.at(evaluation, layer, module).tokens > 0;
            }
            contents.rows[static_cast<std::size_t>(module)] +=
                scheduleStorage(*table, schedule, layer, module).tensors * geometry.rows() * tokens;
        }
    }
    if (selects && !geometry.crossAttention && m_scores.needsText())
        return unexpected(ErrorCode::Unsupported,
            "The score needs attention over a text, which this model does not have; set cross_attention_weight to 0 "
            "and self_attention_weight to 1, or choose the preset for DiT.");
    plan.setCacheContents(contents);
    return plan;
}

bool isScheduleKept(
    const ScheduleTable& table, const SamplerSchedule& schedule, int evaluation, int layer, ModuleKind module)
{
    const Stream stream = schedule.evaluations[static_cast<std::size_t>(evaluation)].stream;
    bool isRenewed = false;
    for (int next = evaluation + 1; next < table.steps(); ++next) {
        if (schedule.evaluations[static_cast<std::size_t>(next)].stream != stream)
            continue;
        const Action action = table.at(next, layer, module).action;
        if (action == Action::Forecast || (action != Action::Full && !isRenewed))
            return true; // derivatives come from neighbouring full steps, also from those behind the last one
        isRenewed |= action == Action::Full;
    }
    return false;
}

ScheduleStorage scheduleStorage(
    const ScheduleTable& table, const SamplerSchedule& schedule, int layer, ModuleKind module)
{
    ScheduleStorage storage;
    bool selects = false;
    std::int64_t kept = 0;
    for (int evaluation = 0; evaluation < table.steps(); ++evaluation) {
        const ScheduleCell& cell = table.at(evaluation, layer, module);
        selects |= cell.action == Action::Subset;
        if (cell.action == Action::Forecast)
            storage.order = std::max(storage.order, static_cast<int>(cell.amount));
        kept += cell.action == Action::Full && isScheduleKept(table, schedule, evaluation, layer, module);
    }
    storage.isApart = storage.order > 0 && selects;
    if (kept > 0)
        storage.tensors =
            storage.order > 0 ? std::min<std::int64_t>(storage.order + 1, kept) + storage.isApart : std::int64_t{1};
    return storage;
}

PolicyEntry schedulePolicyEntry()
{
    PolicyEntry entry;
    entry.name = "schedule";
    entry.title = "Custom schedule";
    entry.summary = "A table of steps and layers, painted by hand: each module is computed, computed for a share of "
                    "its tokens, reused or forecast.";
    entry.source = "own method, no paper";
    entry.parameters = {
        textSpec("table", "Table",
            "Steps x layers, then each module's layers from the first to the last: c = compute, u = reuse, r10 = "
            "compute the 10 % of the tokens with the highest score, f2 = forecast of order 2; a number in front "
            "repeats, '/' parts layers, 8* stands for eight alike. Example: 6x8; sa = 8*c 2u c 2u; mlp = 8*c 2r10 c "
            "2r10. Empty computes everything.",
            "Table", ParameterKind::Text),
        choiceSpec("other_size", "Other sizes",
            "What happens where the run has other steps or layers than the table: stretch it to the run's, repeat its "
            "steps one after the other, or refuse. The first step is always computed.",
            "Table", scheduleFitNames()),
    };
    // Which tokens are chosen is ToCa's business, with all of its scores.
    for (const ParameterSpec& spec : TocaOptions::specs()) {
        if (spec.group != "Scores" && spec.name != "shared_selection")
            continue;
        entry.parameters.push_back(spec);
        entry.parameters.back().group = "Scores";
    }
    const auto pattern = [](const char* table, ParameterValues scores) {
        scores.insert_or_assign("table", std::string(table));
        scores.insert_or_assign("other_size", std::string("repeat"));
        return scores;
    };
    const std::string source = "own setting, not published: full every third step, a tenth of the tokens between";
    const char* const clips = "3x1; sa = c 2u; ca = c 2u; mlp = c 2r10";
    entry.presets = {
        {"thirds", "Every third step", source, pattern(clips, {}), "stdit3"},
        {"thirds-dit", "Every third step", source + "; scores as ToCa's published code for DiT",
            pattern(clips,
                {{"shared_selection", false}, {"cross_attention_weight", 0.0}, {"self_attention_weight", 1.0},
                    {"spatial_bonus", 0.6}}),
            "dit"},
        {"thirds-pixart", "Every third step", source + "; scores as ToCa's published code for PixArt",
            pattern("3x1; sa = c 2u; ca = c 2r10; mlp = c 2r10",
                {{"spatial_bonus", 0.4}, {"spatial_bonus_grid", std::int64_t{4}}}),
            "pixart"},
        {"forecast", "Every third step, forecast",
            "own setting, not published: full every third step, straight lines between",
            pattern("3x1; sa = c 2f; ca = c 2f; mlp = c 2f", {}), ""},
    };
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        auto table = ScheduleTable::parse(valueOf<std::string>(values, "table"));
        if (!table)
            return unexpected(table.error());
        return std::unique_ptr<Policy>(std::make_unique<SchedulePolicy>(values, std::move(*table)));
    };
    return entry;
}

} // namespace toca::plan
