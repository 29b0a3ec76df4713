// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

#include <cstdint>
#include <vector>

namespace toca::plan {

/// What EB-Cache computes in a step, in the numbers of the published tables.
enum class StepWork : std::uint8_t {
    Everything = 0,
    MlpOnly = 1, ///< attention is reused, the MLP computed
    Nothing = 2,
};

/// EB-Cache and FEB-Cache (arXiv 2503.07120): a table says for each step whether attention and MLP are computed, all
/// layers alike; the predicted noise is divided by a constant, since caching lowers the noise level of the latent
/// (exposure bias). The published code is aSleepyTree/EB-Cache, a FORA fork for DiT.
class EbCachePolicy final : public Policy {
public:
    /// @param table steps in sampling order, one value for all steps, or empty (see `stepTable`)
    EbCachePolicy(ParameterValues parameters, std::vector<StepWork> table, double noiseScale);

    std::string_view name() const override { return "ebcache"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

    /// The work of every step in sampling order. @return InvalidArgument when the table is for another number of steps
    Result<std::vector<StepWork>> stepTable(int steps) const;
    /// The predicted noise or velocity is divided by this; 1 = left alone.
    double noiseScale() const { return m_noiseScale; }

private:
    ParameterValues m_parameters;
    std::vector<StepWork> m_table;
    double m_noiseScale = 1.0;
};

PolicyEntry ebCachePolicyEntry();

} // namespace toca::plan
