// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace toca::plan {

/// What to record of an uncached run, besides what costs nothing.
struct SignalOptions {
    int firstLayers = 1; ///< DBCache's Fn
    bool firstLayerPairs = true; ///< distances of the first layers' residuals: they are kept for all evaluations
    /// Most bytes of those residuals; beyond, only every n-th token is kept, and distances are estimates.
    std::int64_t maximumBytes = std::int64_t{1} << 30;
};

/// Signals of one evaluation. "Earlier" lists have one value for each evaluation of the same stream before it, the
/// first one first. NaN where there is nothing before it.
struct EvaluationSignals {
    static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    double modulatedChange = kNone; ///< TeaCache: mean |m_s - m_(s-1)| / mean |m_(s-1)|, layer 0's modulated input
    double residualRatio = kNone; ///< MagCache: mean over tokens of |r_s| / |r_(s-1)|, r the residual of all layers
    std::vector<double> firstLayerChange; ///< DBCache, earlier: mean |f_s - f_p| / mean |f_p|
    double outputNorm = kNone; ///< EasyCache: mean |out_s|, conditional rows, the latent's channels
    std::vector<double> inputDistance; ///< EasyCache, earlier: mean |x_s - x_p|, x the latent going in
    std::vector<double> outputDistance; ///< EasyCache, earlier: mean |out_s - out_p|
    double latentRms = kNone; ///< of the latent going in

    /// Relative L1 change of the output against the evaluation before it: what TeaCache's polynomial foretells.
    double outputChange = kNone;
};

/// Everything that the threshold methods decide from, recorded during one uncached run.
struct SignalRecord {
    Geometry geometry;
    SamplerSchedule schedule;
    int firstLayers = 1;
    std::int64_t firstLayerStride = 1; ///< every so many tokens were kept; 1 = distances are exact
    std::vector<EvaluationSignals> evaluations; ///< as many as the schedule has
    std::string modelIdentity; ///< of the weights
    std::string modelName;
    std::string calibrationFolder; ///< where the model's own calibrations lie
    std::vector<float> latent; ///< final normalised latent
};

} // namespace toca::plan
