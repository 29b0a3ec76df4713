// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

namespace toca::plan {

/// Δ-DiT (arXiv 2406.01125): what a stretch of blocks adds to its input (the deviation) is stored and added again in
/// the next steps instead of running the blocks. In the first part of the run, which makes the outline, the last blocks
/// are jumped over, later the first ones. The plan's Skip cells are the stretch.
class DeltaDitPolicy final : public Policy {
public:
    explicit DeltaDitPolicy(ParameterValues parameters)
        : m_parameters(std::move(parameters))
    {
    }

    std::string_view name() const override { return "deltadit"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

private:
    ParameterValues m_parameters;
};

PolicyEntry deltaDitPolicyEntry();

} // namespace toca::plan
