// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/stream_places.h"
#include "cache/plan/policy.h"

#include <limits>
#include <vector>

namespace toca::plan {

/// How much a model's output changes when its modulated input changes by so much: TeaCache's polynomial, fitted to one
/// model. Outside of what was fitted a polynomial of degree 4 means nothing, so there the nearest fitted value is
/// scaled in proportion; a negative change counts as none.
struct ChangePolynomial {
    std::vector<double> coefficients; ///< highest power first; empty = no calibration
    double minimum = 0; ///< least change that was fitted
    double maximum = std::numeric_limits<double>::infinity();

    double operator()(double change) const;
};

/// TeaCache (arXiv 2411.19108).
struct TeaCacheOptions {
    double threshold = 0.1; ///< of the accumulated output change; 0 = every evaluation is computed
    ChangePolynomial polynomial;
};

/// The decisions of one stream: relative L1 change of the first layer's modulated input, through the polynomial, summed
/// since the last computed evaluation. First and last evaluation are always computed. Used by the run and by replays.
class TeaCacheDecisions {
public:
    static bool isForced(const StreamPlace& place) { return place.index == 0 || place.index + 1 == place.count; }
    /// @param change mean |m_s - m_(s-1)| / mean |m_(s-1)|; not read where the evaluation is forced
    ThresholdDecision decide(const TeaCacheOptions& options, const StreamPlace& place, double change);

private:
    double m_accumulated = 0;
};

class TeaCachePolicy final : public Policy {
public:
    TeaCachePolicy(ParameterValues parameters, TeaCacheOptions options);

    std::string_view name() const override { return "teacache"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    /// Which evaluations are jumped over is decided by the run; the plan counts all of them, so its FLOPs are an upper
    /// bound.
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;

    const TeaCacheOptions& options() const { return m_options; }

private:
    ParameterValues m_parameters;
    TeaCacheOptions m_options;
};

PolicyEntry teaCachePolicyEntry();

} // namespace toca::plan
