// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

#include <cstdint>

namespace toca::plan {

struct CluscaOptions {
    std::int64_t interval = 4; ///< steps from one full step to the next; 1 = every step is full
    std::int64_t warmupSteps = 2;
    std::int64_t clusters = 16; ///< K: tokens computed by the MLP between full steps
    double propagation = 0.005; ///< share of its cluster's fresh token that every other token takes over
    std::int64_t order = 1; ///< of the Taylor forecast
    bool isExact =
        true; ///< fresh tokens count as they are; else the forecast's trend is added to them (published code)
    std::int64_t iterations = 100; ///< of k-means at most
    std::int64_t seed = 0;
};

/// ClusCa (arXiv 2509.10312): on full steps the tokens are put into K clusters by their last features; in between the
/// MLP computes one random token of each cluster, and the others take over a little of what it became. Attention is
/// forecast. The published code is Shenyi-Z/Cache4Diffusion (dit/clusca-dit).
class CluscaPolicy final : public Policy {
public:
    explicit CluscaPolicy(ParameterValues parameters);

    std::string_view name() const override { return "clusca"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;
    const CluscaOptions& options() const { return m_options; }

private:
    ParameterValues m_parameters;
    CluscaOptions m_options;
};

PolicyEntry cluscaPolicyEntry();

} // namespace toca::plan
