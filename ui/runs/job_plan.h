// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/generation_request.h"

#include <QString>
#include <QStringList>

#include <cstdint>
#include <string>
#include <vector>

namespace toca::ui {

/// What a job varies: a parameter of the policy, or the policy itself.
struct JobAxis {
    std::string parameter; ///< "" = policies, each "policy" or "policy:preset"
    QString values; ///< "0.1, 0.15, .., 0.3", "toca, fora, taylorseer"
};

/// Many runs as one job: every prompt with every seed and every combination of the axes.
struct JobPlan {
    static constexpr int kMostRuns = 2000;

    GenerationRequest base;
    QStringList prompts; ///< empty = the base's
    QString seeds; ///< "1, 2, .., 10"; empty = the base's
    std::vector<JobAxis> axes; ///< at most two
    bool withUncached = false; ///< each prompt and seed also without a cache, first, to compare with

    /// @return InvalidArgument naming the field and what is wrong with it
    Result<std::vector<GenerationRequest>> requests() const;
};

} // namespace toca::ui
