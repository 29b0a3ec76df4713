// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/harmonica.h"

#include "cache/plan/policies/spec_makers.h"
#include "cache/plan/policies/stream_places.h"
#include "cache/plan/router_table.h"

#include <optional>

namespace toca::plan {
namespace {

class HarmonicaPolicy final : public Policy {
public:
    HarmonicaPolicy(ParameterValues parameters, std::optional<RouterTable> table)
        : m_parameters(std::move(parameters))
        , m_table(std::move(table))
    {
    }

    std::string_view name() const override { return "harmonica"; }
    const ParameterValues& parameters() const override { return m_parameters; }

    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override
    {
        if (!m_table)
            return unexpected(ErrorCode::Unsupported,
                "HarmoniCa follows a table that was learned for the model, and none is given; set router to the file "
                "of one (toca convert-router makes it of a published router).");
        if (m_table->steps() != schedule.steps)
            return unexpected(ErrorCode::InvalidArgument,
                "The router table was learned for " + std::to_string(m_table->steps()) + " steps but the run has "
                    + std::to_string(schedule.steps) + "; choose " + std::to_string(m_table->steps()) + " steps.");
        if (m_table->layers() != geometry.layerCount())
            return unexpected(ErrorCode::InvalidArgument,
                "The router table was learned for " + std::to_string(m_table->layers()) + " layers but the model has "
                    + std::to_string(geometry.layerCount()) + "; it belongs to another model.");
        const double threshold = valueOf<double>(m_parameters, "threshold");
        Plan plan(geometry, schedule);
        const std::vector<StreamPlace> places = streamPlaces(schedule);
        for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
            const auto index = static_cast<std::size_t>(evaluation);
            if (places[index].index == 0)
                continue; // nothing is stored yet
            const int step = schedule.evaluations[index].step;
            for (int layer = 0; layer < plan.layerCount(); ++layer)
                for (const ModuleKind module : kAllModules)
                    if (!(m_table->probability(step, layer, module == ModuleKind::Mlp) > threshold))
                        plan.at(evaluation, layer, module) = {Action::Reuse, 0, false};
        }
        return plan;
    }

private:
    ParameterValues m_parameters;
    std::optional<RouterTable> m_table;
};

} // namespace

PolicyEntry harmonicaPolicyEntry()
{
    PolicyEntry entry;
    entry.name = "harmonica";
    entry.title = "HarmoniCa: learned table";
    entry.summary = "Follows a table, learned for one model and number of steps, of what is computed where.";
    entry.source = "arXiv 2410.01723";
    entry.parameters = {
        textSpec("router", "Router table",
            "File of the learned table; toca convert-router makes it of a published router (.pth). It holds two "
            "numbers a layer and step: self-attention (with attention over the text) and MLP.",
            "Table", ParameterKind::File),
        numberSpec("threshold", "Threshold",
            "A module is computed where the sigmoid of its number is above this, else its stored output is reused. The "
            "first step computes everything. 0 computes everything always. Published: 0.1.",
            "Table", 0.1, 0, 1, 0.05),
    };
    entry.presets = {{"published", "Published threshold", "HarmoniCa README: --thres 0.1", {}, ""}};
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        std::optional<RouterTable> table;
        if (const auto& file = valueOf<std::string>(values, "router"); !file.empty()) {
            auto read = readRouterTable(file);
            if (!read)
                return unexpected(read.error());
            table = std::move(*read);
        }
        return std::unique_ptr<Policy>(std::make_unique<HarmonicaPolicy>(values, std::move(table)));
    };
    return entry;
}

} // namespace toca::plan
