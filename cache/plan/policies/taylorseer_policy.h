// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

namespace toca::plan {

/// TaylorSeer (arXiv 2503.06923; reference README section 11): between full steps, features are extrapolated from their
/// finite differences over the last full steps. The light variant does so with the last layer's output alone and skips
/// all layers.
class TaylorseerPolicy final : public Policy {
public:
    explicit TaylorseerPolicy(ParameterValues parameters);

    std::string_view name() const override { return "taylorseer"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

    int order() const { return m_order; } ///< highest derivative, 0 to 4; 0 = plain reuse
    bool isLight() const { return m_isLight; }

private:
    ParameterValues m_parameters;
    std::int64_t m_interval = 4;
    int m_order = 4;
    std::int64_t m_firstEnhance = 2;
    bool m_isLight = false;
};

PolicyEntry taylorseerPolicyEntry();

} // namespace toca::plan
