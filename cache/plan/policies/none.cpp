// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/none.h"

namespace toca::plan {
namespace {

class NonePolicy final : public Policy {
public:
    std::string_view name() const override { return "none"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override
    {
        return Plan(geometry, schedule);
    }

private:
    ParameterValues m_parameters;
};

} // namespace

PolicyEntry nonePolicyEntry()
{
    PolicyEntry entry;
    entry.name = "none";
    entry.title = "No caching";
    entry.summary = "Computes everything at every step: the baseline that gains and fidelity are measured against.";
    entry.presets = {{"default", "No caching", "the model as published", {}}};
    entry.make = [](const ParameterValues&, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        return std::unique_ptr<Policy>(std::make_unique<NonePolicy>());
    };
    return entry;
}

} // namespace toca::plan
