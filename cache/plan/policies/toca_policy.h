// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/toca_options.h"
#include "cache/plan/policy.h"

namespace toca::plan {

/// What ToCa and DuCa have in common: their options.
class TokenwisePolicy : public Policy {
public:
    /// @param parameters complete and checked against TocaOptions::specs()
    explicit TokenwisePolicy(ParameterValues parameters)
        : m_parameters(std::move(parameters))
        , m_options(TocaOptions::from(m_parameters))
    {
    }
    const ParameterValues& parameters() const override { return m_parameters; }
    /// Typed access for the executing side.
    const TocaOptions& options() const { return m_options; }

private:
    ParameterValues m_parameters;
    TocaOptions m_options;
};

/// ToCa (arXiv 2410.05317; reference README sections 6 to 9): self-attention is full or reused, cross-attention and MLP
/// compute a subset of the tokens between full steps. Which tokens is decided at run time, how many is planned.
class TocaPolicy final : public TokenwisePolicy {
public:
    using TokenwisePolicy::TokenwisePolicy;
    std::string_view name() const override { return "toca"; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;
};

/// Plans the sites of a token-wise method one by one; for ToCa and DuCa.
class TokenwisePlanner {
public:
    /// @return Unsupported when the score needs a text that the geometry does not have
    static Result<TokenwisePlanner> make(
        const TocaOptions& options, const Geometry& geometry, const SamplerSchedule& schedule);

    Plan plan; ///< everything full at first
    RefreshTable refresh;

    /// True for modules that the model does not have.
    bool isAbsent(ModuleKind module) const
    {
        return module == ModuleKind::CrossAttention && !plan.geometry().crossAttention;
    }
    /// Self-attention is reused, the other modules compute the tokens of their schedule.
    void setPartial(int evaluation, int layer, ModuleKind module);

private:
    TokenwisePlanner(const TocaOptions& options, const Geometry& geometry, const SamplerSchedule& schedule);

    TocaOptions m_options;
    std::vector<int> m_layerOfKind; ///< STDiT3: index of the pair of blocks
    std::vector<int> m_layersOfKind; ///< by layer: how many layers of its kind there are
};

PolicyEntry tocaPolicyEntry();

} // namespace toca::plan
