// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/module_costs.h"
#include "cache/plan/policy.h"

#include <optional>
#include <string>
#include <vector>

namespace toca::plan {

/// What a user wants of a run before it is made.
enum class TargetKind : std::uint8_t {
    Speed, ///< times faster than uncached: wall clock where module costs are known, else FLOPs
    Memory, ///< bytes that the cache may hold at most
    Fidelity, ///< dB (PSNR) to the uncached run at least
};

/// A run that was compared with its uncached one, as a library keeps it.
struct RecordedRun {
    std::string policy;
    ParameterValues parameters; ///< all of them
    int steps = 0;
    double psnrDb = 0; ///< infinite for identical clips
    bool operator==(const RecordedRun&) const = default;
};

/// Everything a target is solved from.
struct TargetQuestion {
    const PolicyEntry* policy = nullptr; ///< never null
    std::string preset; ///< "" = the family's default
    ParameterValues given; ///< over the preset; what is searched is replaced
    PolicyContext context;
    Geometry geometry;
    SamplerSchedule schedule;
    std::optional<ModuleCosts> costs; ///< of this machine and model; none = not measured yet
    std::vector<RecordedRun> recorded; ///< of this model
    CacheStorage storage = {}; ///< how the run will hold its cache
};

/// What was chosen, and why.
struct TargetAnswer {
    bool isMet = false;
    ParameterValues values; ///< over the preset of the question
    double flopsGain = 1;
    std::optional<double> timeGain; ///< when costs are known
    std::int64_t cacheBytes = 0;
    std::optional<double> psnrDb; ///< recorded, the lowest of all runs with this setting
    int settingsTried = 0;
    std::string reason; ///< sentences
};

/// Searches the policy's setting that meets the target with the least change (speed) or the largest gain (memory,
/// fidelity). Where none does, the answer is the nearest and says so.
/// @param value times (1 to 1000), bytes (at least 0), or dB (0 to 200)
/// @return InvalidArgument for a value out of range; Unsupported with the reason where the policy cannot be solved:
///         it decides while running, has nothing to turn, or no run was recorded
Result<TargetAnswer> solveTarget(TargetKind kind, double value, const TargetQuestion& question);

} // namespace toca::plan
