// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace toca::library {

/// The samples of one step: the same held-out captions each time, so that the n-th files of two milestones compare.
struct TrainingMilestone {
    std::int64_t step = 0;
    std::vector<std::filesystem::path> samples; ///< by number; empty where there is none
    bool operator==(const TrainingMilestone&) const = default;
};

/// A folder that `toca train --out` wrote.
struct TrainingFolder {
    std::filesystem::path path;

    /// True when the folder holds a training's log. Reads nothing.
    bool isTraining() const;
    std::filesystem::path log() const { return path / "log.jsonl"; }
    std::filesystem::path model() const { return path / "model"; }
    bool hasModel() const; ///< exported at least once
    /// What lies in `samples`, ascending by step; other names are passed over. Empty when there is nothing.
    std::vector<TrainingMilestone> milestones() const;
};

} // namespace toca::library
