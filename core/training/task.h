// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/training/parameters.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace toca::training {

/// Where a training is.
struct StepContext {
    std::int64_t step = 0; ///< 0-based
    std::uint64_t dataSeed = 0; ///< all randomness of the step follows from it and `step`
};

struct StepLoss {
    torch::Tensor loss; ///< scalar, with gradients
    std::int64_t samples = 0; ///< clips or pictures that were looked at
    const char* kind = ""; ///< "video", "image": steps whose losses are not comparable
};

/// What a sample of an exported model is made from.
struct SampleSubject {
    std::string prompt;
    int label = -1; ///< of a class-conditional model
};

/// What is trained, on what, and how far it is from good: everything of a training that depends on the model.
class Task {
public:
    virtual ~Task() = default;

    virtual const std::vector<TrainedParameter>& parameters() const = 0;
    /// Makes the data of a step ready; most calls do nothing. @return Cancelled, or why the data cannot be had
    virtual Result<void> prepare(std::int64_t step, std::stop_token stop) = 0;
    /// The forward pass of a step. @throws c10::Error
    virtual StepLoss loss(const StepContext& context) = 0;
    /// Loss on clips that are never trained on, always at the same noise, with the parameters as they are.
    virtual Result<double> validationLoss() = 0;
    /// Writes the model folder with the parameters as they are.
    virtual Result<void> exportModel(const std::filesystem::path& folder) = 0;
    /// Held-out subjects; none where the trained part makes nothing alone.
    virtual std::vector<SampleSubject> samples(int count) const = 0;
};

} // namespace toca::training
