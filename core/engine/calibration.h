// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/calibration.h"
#include "core/api/engine.h"

#include <functional>
#include <string>
#include <vector>

namespace toca::engine {

/// From which runs a calibration is to be made.
struct CalibrationJob {
    std::string method; ///< "teacache", "magcache" or "ebcache"
    /// One for each prompt (or class) and seed, of one model and otherwise alike. Their policy is not used, except that
    /// EB-Cache's is: with its preset and settings, the noise scale left out.
    std::vector<GenerationRequest> requests;
};

struct CalibrationOutcome {
    plan::Calibration calibration;
    std::vector<std::string> notes; ///< sentences about the fit, for people
    std::vector<std::string> warnings; ///< what makes it doubtful
};

/// @param done, of runs; the number of EB-Cache's is an estimate
using CalibrationProgress = std::function<void(int done, int of)>;

/// Records uncached runs and fits what the method needs:
///  - TeaCache (arXiv 2411.19108): a polynomial of degree 4, least squares, from the relative change of the modulated
///    input to that of the output, over all steps of all runs;
///  - MagCache (arXiv 2506.09045): for each step the mean over the runs of the residual's norm over the last step's;
///  - EB-Cache (arXiv 2503.07120): the noise scale with which the latents of the cached runs keep the norms of the
///    uncached ones.
/// Blocking. @return Cancelled, InvalidArgument (nothing to fit from), and what the engine returns
Result<CalibrationOutcome> calibrate(
    Engine& engine, const CalibrationJob& job, const CalibrationProgress& progress, std::stop_token stop);

} // namespace toca::engine
