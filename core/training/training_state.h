// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/training/moving_average.h"
#include "core/training/optimizer.h"
#include "core/training/schedule.h"

#include <filesystem>
#include <string>

namespace toca::training {

/// Numbers that a training needs beside its tensors to go on bit for bit.
struct Counters {
    std::int64_t step = 0; ///< steps made
    std::int64_t optimizerSteps = 0;
    std::int64_t samples = 0;
    std::int64_t attempt = 0; ///< rollbacks so far: another order of the data each
    double rateFactor = 1; ///< of the learning rate, after rollbacks that did not help
    std::int64_t rollbackStep = -1; ///< where the last rollback went to
    double seconds = 0; ///< of training so far, in all calls
    double fastLoss = 0; ///< running means of the loss, by which divergence is seen
    double slowLoss = 0;
    std::int64_t lossCount = 0;
    Schedule schedule;
};

/// A whole state: a file `state.safetensors` with weights, moving average and the optimiser's moments; counters and
/// settings are its metadata. Written atomically, so that there is always a complete one.
struct TrainingState {
    const std::vector<TrainedParameter>& parameters;
    Optimizer& optimizer;
    MovingAverage& average;
};

/// @param settings JSON of the training's settings  @return Io
Result<void> writeState(const std::filesystem::path& path, const TrainingState& state, const Counters& counters,
    const std::string& settings);
/// Restores a state into the tensors of this one. Everything is checked before anything changes.
/// @return NotFound, Io, BadFormat, BadCheckpoint naming what does not fit
Result<Counters> readState(const std::filesystem::path& path, TrainingState& state);
/// The settings of a state file, without its tensors.
Result<std::string> readSettings(const std::filesystem::path& path);

} // namespace toca::training
