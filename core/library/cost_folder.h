// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/module_costs.h"
#include "core/api/model_info.h"
#include "core/api/run_result.h"

#include <filesystem>
#include <optional>
#include <string>

namespace toca::library {

/// What modules cost on this machine, learned from finished runs: one small file for each model, device, number of
/// threads and size of clips. Window and command line share it. What is missing or damaged is measured anew; of two
/// programs that write at the same time the later one's file stays.
class CostFolder {
public:
    /// $XDG_CACHE_HOME/toca-studio/costs, where that is not set ~/.cache/toca-studio/costs; empty without a home.
    static std::filesystem::path defaultFolder();
    /// @param folder made when something is written; "" keeps nothing
    explicit CostFolder(std::filesystem::path folder)
        : m_folder(std::move(folder))
    {
    }

    /// Measured with clips of this size and guidance on this device, with so many threads.
    /// @param device as in RunResult::device
    std::optional<plan::ModuleCosts> costs(
        const ModelInfo& model, const plan::Geometry& geometry, const std::string& device, int threads) const;
    /// What the model's last timed run left, whatever its size and device.
    std::optional<plan::ModuleCosts> latest(const ModelInfo& model) const;
    /// What is known with one more run.
    struct Lesson {
        std::filesystem::path file;
        plan::ModuleCosts costs;
    };
    /// Learns from a finished run of the model and writes nothing yet. Nothing for a run without a trace.
    std::optional<Lesson> lesson(const ModelInfo& model, const RunResult& run) const;
    /// Writes a lesson. @return Io naming the file
    static Result<void> keep(const Lesson& lesson);
    /// Both at once.
    Result<void> learn(const ModelInfo& model, const RunResult& run) const;

private:
    std::filesystem::path modelFolder(const ModelInfo& model) const;
    std::filesystem::path m_folder;
};

} // namespace toca::library
