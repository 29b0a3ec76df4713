// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/training/request.h"

#include <filesystem>
#include <string>

namespace toca::training {

/// Keeps a second program out of a training's folder while it lives; the system gives the folder back when a program
/// ends in any way.
class TrainingLock {
public:
    /// @return InvalidArgument when another program trains there, Io
    static Result<TrainingLock> take(const std::filesystem::path& folder);
    TrainingLock(TrainingLock&& other) noexcept
        : m_file(other.m_file)
    {
        other.m_file = -1;
    }
    TrainingLock(const TrainingLock&) = delete;
    TrainingLock& operator=(const TrainingLock&) = delete;
    ~TrainingLock();

private:
    explicit TrainingLock(int file)
        : m_file(file)
    {
    }

    int m_file; ///< descriptor
};

/// How a training's state names the model it began from, so that its folder can be moved: "./start" for what lies in
/// the folder, an embedded model's name, or else an absolute path.
std::string storedInit(const std::filesystem::path& init, const std::filesystem::path& folder);
/// The model folder that `storedInit` named. @param folder where the training lies now
std::filesystem::path resolvedInit(const std::string& stored, const std::filesystem::path& folder);

/// Notes what a new transformer was made of.
Result<void> writeNewModel(const NewModel& model, const std::filesystem::path& folder);
/// Whether a training that is gone on with began with this one. @return InvalidArgument when it did not
Result<void> checkNewModel(const NewModel& model, const std::filesystem::path& folder);

} // namespace toca::training
