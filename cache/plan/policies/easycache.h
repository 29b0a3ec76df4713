// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/stream_places.h"
#include "cache/plan/policy.h"

#include <limits>

namespace toca::plan {

/// EasyCache (arXiv 2507.02860).
struct EasyCacheOptions {
    double threshold = 0.05; ///< tau, of the accumulated output change; 0 = every evaluation is computed
    double start = 0.15; ///< share of the evaluations before which all are computed
    double end = 0.95; ///< share of the evaluations from which on all are computed
    bool followsLatent = true; ///< a reused prediction moves along with the latent, as published; else it stays
};

/// The decisions of one stream: the output's change is foretold from the latent's, by the rate k at which it followed
/// it at the last computed evaluation, and summed since then. Used by the run and by replays. All norms are means of
/// absolute values over the latent's channels, of the conditional rows where there are any.
class EasyCacheDecisions {
public:
    /// True when the next evaluation is computed whatever the latent is.
    static bool isForced(const EasyCacheOptions& options, const StreamPlace& place);
    /// @param inputChange mean |x_s - x_(s-1)|; not read where the evaluation is forced
    ThresholdDecision decide(const EasyCacheOptions& options, const StreamPlace& place, double inputChange);
    /// After an evaluation that was computed.
    /// @param outputNorm mean |out_s|
    /// @param inputDistance, outputDistance from the last computed evaluation before it: mean |x_s - x_c| and
    /// mean |out_s - out_c|; NaN when there is none
    void computed(double outputNorm, double inputDistance, double outputDistance);

private:
    double m_accumulated = 0;
    double m_rate = std::numeric_limits<double>::quiet_NaN(); ///< k
    double m_outputNorm = std::numeric_limits<double>::quiet_NaN();
};

class EasyCachePolicy final : public Policy {
public:
    EasyCachePolicy(ParameterValues parameters, EasyCacheOptions options);

    std::string_view name() const override { return "easycache"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    /// Which evaluations are not made is decided by the run; the plan counts all of them, so its FLOPs are an upper
    /// bound, and its bytes are those of a run that skips at least one.
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

    const EasyCacheOptions& options() const { return m_options; }

private:
    ParameterValues m_parameters;
    EasyCacheOptions m_options;
};

PolicyEntry easyCachePolicyEntry();

} // namespace toca::plan
