// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <array>
#include <limits>
#include <string>

namespace toca::plan {

/// What happened to one kind of module in a step, over all its layers and evaluations.
struct ModuleAccount {
    bool isPresent = false; ///< the model has it
    double freshRatio = 0; ///< computed tokens, share in [0, 1]
    Action action = Action::Full; ///< of most layers that computed nothing; else Full or Subset
    int reusedFrom = -1; ///< latest earlier step that computed all its tokens; -1 = none
    bool operator==(const ModuleAccount&) const = default;
};

/// What happened in one step, in numbers.
struct StepAccount {
    static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    int step = 0;
    bool happened = false; ///< all its evaluations have been published
    EvaluationDecision decision = EvaluationDecision::Run; ///< of its last evaluation
    std::array<ModuleAccount, kModuleKinds> modules;
    double timeShare = kUnknown; ///< of a full step's time
    double flopsShare = kUnknown; ///< of a full step's FLOPs
    bool isFull() const; ///< the model was called and every module computed every token
};

/// @param fullSeconds of one uncached step; 0 = the mean of the run's own full steps (the first one only where there is
/// no other: it warms caches up)
StepAccount accountOf(const Trace& trace, int step, double fullSeconds = 0);

/// One plain sentence: "Step 14: MLP computes 15 % of the tokens, self-attention is reused from step 12, 38 % of a full
/// step's time; error 0.4 %."
/// @param error latent relative error after the step; NaN = not known
std::string stepSentence(const StepAccount& account, double error = StepAccount::kUnknown);

/// "15 %", "0.4 %", "0 %": as many digits as a listener wants.
std::string spokenPercent(double share);

} // namespace toca::plan
