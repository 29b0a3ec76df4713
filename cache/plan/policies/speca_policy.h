// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

#include <cstdint>

namespace toca::plan {

/// How far a drafted hidden state is from the real one.
enum class DraftError : std::uint8_t {
    RelativeL1, ///< mean of |drafted - real| / |real| over all numbers: the published code's default
    NormL1, ///< mean |drafted - real| / mean |real|
    NormL2, ///< the paper's: |drafted - real|_2 / |real|_2
    Cosine, ///< 1 - cosine similarity, mean over the rows
};

struct SpecaOptions {
    std::int64_t order = 4; ///< of the Taylor draft
    std::int64_t minDrafts = 2; ///< drafted steps before the first check
    std::int64_t maxDrafts = 5; ///< drafted steps in a row at most; 0 = every step is full
    double baseThreshold = 0.1;
    double decay = 0.01; ///< the threshold is base * decay^progress, at least kLeastThreshold
    std::int64_t warmupSteps = 3;
    bool draftsInWarmup = false; ///< a step after a full one is drafted also among the first ones (published code)
    std::int64_t checkLayer = 1; ///< counted from the last layer
    DraftError error = DraftError::RelativeL1;
    bool keepsChecked = false; ///< the checked layer's real output goes on instead of the drafted one

    static constexpr double kLeastThreshold = 0.01;
    /// @param step 0-based
    double threshold(int step, int steps) const;
};

/// The state machine of one stream of evaluations; plan and run share it.
class SpecaDecisions {
public:
    struct Decision {
        bool isFull = true;
        bool isChecked = false;
        double threshold = 0;
        double error = 0; ///< what was held against it; NaN = nothing
    };
    /// Decides about the next evaluation.
    Decision next(const SpecaOptions& options, int step, int steps);
    /// The error that a check found; it decides about the next evaluation.
    void measured(double error);

private:
    bool m_hasRun = false;
    bool m_lastWasFull = false;
    std::int64_t m_drafts = 0; ///< since the last full step
    double m_error = -1; ///< of the last check since then; negative = none
};

/// SpeCa (arXiv 2509.11628): features are drafted by a Taylor forecast, and one layer is run for real on the drafted
/// state to see how good the draft is; when its error is too large, the next step is computed in full. The published
/// code is Shenyi-Z/Cache4Diffusion (dit/speca-dit).
class SpecaPolicy final : public Policy {
public:
    explicit SpecaPolicy(ParameterValues parameters);

    std::string_view name() const override { return "speca"; }
    const ParameterValues& parameters() const override { return m_parameters; }
    /// The expectation is that every draft is good enough.
    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override;
    const SpecaOptions& options() const { return m_options; }

private:
    ParameterValues m_parameters;
    SpecaOptions m_options;
};

PolicyEntry specaPolicyEntry();

} // namespace toca::plan
