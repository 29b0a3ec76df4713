// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/toca_options.h"
#include "cache/plan/policy.h"

namespace toca::plan {

/// ToCa for STDiT3 (arXiv 2410.05317; reference README sections 6 and 9): self-attention is full or reused,
/// cross-attention and MLP compute a subset of the tokens between full steps. Which tokens is decided at run time, how
/// many is planned.
class TocaPolicy final : public Policy {
public:
    /// @param parameters complete and checked against TocaOptions::specs()
    explicit TocaPolicy(ParameterValues parameters);

    std::string_view name() const override { return "toca"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

    /// Typed access for the executing side.
    const TocaOptions& options() const { return m_options; }

private:
    ParameterValues m_parameters;
    TocaOptions m_options;
};

PolicyEntry tocaPolicyEntry();

} // namespace toca::plan
