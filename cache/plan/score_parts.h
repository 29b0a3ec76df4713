// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policies/toca_options.h"
#include "cache/plan/trace.h"

#include <optional>
#include <string>
#include <vector>

namespace toca::plan {

/// What the recorded scores of a cell are made from (paper section 3.3): score = evidence + age + bonus.
struct ScoreShares {
    std::vector<float> evidence; ///< w1 s1 + w2 s2, or the policy's other score; by token
    std::vector<float> age; ///< s3 with its weight
    std::vector<float> bonus; ///< s4: what the best token of each block got on top
    std::string evidenceName; ///< "s2, text entropy", "s1 + s2", ...
};

/// The options of a token-wise policy (ToCa, DuCa) that a request names; nothing for others.
std::optional<TocaOptions> tokenwiseOptions(
    const std::string& policy, const ParameterValues& values, const std::string& preset, const std::string& family);

/// Takes a cell's scores apart again. Nothing more than the final scores is stored: the age part follows from the
/// trace, and the bonus from being the largest of its block; both to the 16 bits that the trace keeps. Where s1 and s2
/// are both weighted, only their sum is known.
/// @return nothing when the cell has no scores
std::optional<ScoreShares> scoreShares(const Trace& trace, std::size_t cell, int row, const TocaOptions& options);

} // namespace toca::plan
