// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/request.h"

#include <optional>
#include <stop_token>
#include <string>

/// The front door of training: no LibTorch in its headers.
namespace toca::training {

/// What one step did.
struct StepReport {
    std::int64_t step = 0; ///< steps made, this one included
    std::int64_t lastStep = 0; ///< at which the training ends; 0 = open
    std::string kind; ///< "video", "image": their losses are not comparable
    double loss = 0;
    double learningRate = 0;
    double gradientNorm = 0; ///< before clipping
    double samplesPerSecond = 0; ///< mean over about the last minute
    double etaSeconds = 0; ///< until the end that was asked for; negative = unknown
};

/// Watches a training; called on its thread.
class TrainingObserver {
public:
    virtual ~TrainingObserver() = default;
    virtual void stepFinished(const StepReport&) { }
    virtual void validated(std::int64_t /*step*/, double /*loss*/) { }
    /// Sentences worth telling: what was resumed, encoded, rolled back.
    virtual void told(const std::string& /*sentence*/) { }
};

/// How long a call goes on, and how it ends.
struct Limits {
    std::int64_t steps = 0; ///< steps of the whole training, earlier calls included; 0 = no limit
    double minutes = 0; ///< of this call; 0 = no limit
    std::int64_t decaySteps = 0; ///< begin the final decay now and end after these; 0 = don't
};

/// Where a training lies, and how much of the machine it may take.
struct TrainingPlace {
    std::filesystem::path folder; ///< of its state, its log and the exported model; made when needed
    std::filesystem::path latents; ///< folder of stored latents; empty: as before, at first `folder`/latents
    int threads = 0; ///< 0 = LibTorch's default
    /// Where the folder holds no training yet: begins with a new transformer, which is written to `folder`/start, and
    /// takes only the other parts from the request's model.
    std::optional<NewModel> newModel;
};

/// True when the folder holds the state of a training, from which `train` goes on.
bool hasTraining(const std::filesystem::path& folder);
/// The settings of the training in a folder. @return NotFound, BadFormat
Result<TrainingRequest> storedRequest(const std::filesystem::path& folder);

/// Trains until a limit or a stop request, and keeps everything in the folder. Going on gives, bit for bit, the weights
/// of a training that was never interrupted: on the same machine, with the same settings and number of threads.
///
/// @return the number of steps made so far; errors of the request, the model, the data and the folder
Result<std::int64_t> train(const TrainingRequest& request, const TrainingPlace& place, const Limits& limits,
    TrainingObserver& observer, std::stop_token stop);

} // namespace toca::training
