// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

#include <cstdint>
#include <vector>

namespace toca::plan {

struct FasterCacheOptions {
    std::int64_t attentionInterval = 2; ///< self-attention is computed where it divides the step; 1 = always
    double attentionFrom = 7.0 / 30; ///< share of first steps in which attention is always computed
    double weight = 1.035; ///< w at the last step
    bool weightRises = true; ///< from 0 after the first share; else w throughout
    std::int64_t guidanceInterval = 5; ///< both guidance rows run where it divides the step, counted from 1; 1 = always
    double guidanceFrom = 11.0 / 30; ///< share of first steps in which both rows always run
    double lowFactor = 1.15; ///< the low frequencies' difference grows by this in each step without the second row
    double lowUntil = 25.0 / 30; ///< share of the run
    double highFactor = 1.15;
    double highFrom = 20.0 / 30;
};

/// What FasterCache does in one evaluation; the same for all layers.
struct FasterCacheStep {
    bool extrapolatesAttention = false;
    double weight = 0; ///< w of F_t + w (F_t - F_{t-2})
    bool storesAttention = false; ///< a later evaluation extrapolates from this one
    bool isConditionalOnly = false;
    bool storesDifference = false; ///< of the two guidance rows' predictions
    double lowScale = 1; ///< of the stored difference, in an evaluation with one row
    double highScale = 1;
};

/// FasterCache (arXiv 2410.19355): on alternate steps attention is extrapolated, F_t + w (F_t - F_{t-2}), and in most
/// late steps the unconditional guidance row is not computed: its prediction is the conditional one plus the last
/// difference of the two, low and high frequencies weighted apart. The published code is Vchitect/FasterCache
/// (scripts/opensora).
class FasterCachePolicy final : public Policy {
public:
    explicit FasterCachePolicy(ParameterValues parameters);

    std::string_view name() const override { return "fastercache"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

    /// One entry for each evaluation.
    std::vector<FasterCacheStep> steps(const Geometry& geometry, const SamplerSchedule& schedule) const;

private:
    ParameterValues m_parameters;
    FasterCacheOptions m_options;
};

PolicyEntry fasterCachePolicyEntry();

} // namespace toca::plan
