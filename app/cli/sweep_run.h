// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/progress.h"
#include "app/cli/sweep_plan.h"
#include "core/library/run_library.h"

#include <chrono>
#include <filesystem>

namespace toca::app {

struct SweepKeeps {
    bool clips = true;
    bool traces = false;
};

/// A sweep's folder in the run library: sweep.json, one folder for each run (run_library.h) and results.csv. A run's
/// folder appears whole, so that a sweep that was stopped, however, goes on after the last finished run. Uncached runs
/// keep their pixels beside (pixels.safetensors), so that later points are compared with them without loss.
class SweepFolder {
public:
    /// Makes the folder, or takes it up again, and locks it.
    /// @return InvalidArgument when it holds another sweep or another process works on it, Io
    static Result<SweepFolder> open(const library::RunLibrary& library, const std::string& name, const SweepPlan& plan);

    const std::filesystem::path& path() const { return m_path; }
    /// True when the run lies there complete. A folder that cannot be read, or holds another request, is put aside.
    Result<bool> has(const SweepRun& run) const;

private:
    SweepFolder(std::filesystem::path path, library::Lock lock)
        : m_path(std::move(path))
        , m_lock(std::move(lock))
    {
    }
    std::filesystem::path m_path;
    library::Lock m_lock;
};

/// Runs what is missing of a sweep and collects the results of all.
class Sweep {
public:
    Sweep(Engine& engine, const SweepPlan& plan, const SweepFolder& folder, SweepKeeps keeps, Progress& progress)
        : m_engine(engine)
        , m_plan(plan)
        , m_folder(folder)
        , m_keeps(keeps)
        , m_progress(progress)
    {
    }

    /// @return Cancelled with what is done, or the first error of a run: the same sweep goes on from there
    Result<void> run(std::stop_token stop);
    /// One object for each finished point: id, prompt or class, seed, the varied parameters, and the figures of
    /// report_row.h. In the order of the sweep.
    const nlohmann::ordered_json& results() const { return m_results; }
    std::size_t madeNow() const { return m_made; } ///< runs of this call; the others were there

private:
    Result<void> runCase(const SweepCase& each, std::stop_token stop);
    Result<Reference> reference(const SweepRun& baseline, std::stop_token stop);
    Result<Reference> storedReference(const SweepRun& baseline) const;
    Result<RunResult> generate(const SweepRun& run, std::stop_token stop);
    /// @param report JSON with the name of the clip
    Result<void> store(const SweepRun& run, const RunResult& result,
        const std::function<std::string(const std::string& clip)>& report, const Reference* pixels,
        std::stop_token stop);
    Result<void> addResult(const SweepRun& run);
    Result<void> writeResults(bool isLast);
    std::string label(const SweepRun& run) const;

    Engine& m_engine;
    const SweepPlan& m_plan;
    const SweepFolder& m_folder;
    SweepKeeps m_keeps;
    Progress& m_progress;
    nlohmann::ordered_json m_results = nlohmann::ordered_json::array();
    std::size_t m_done = 0; ///< finished runs, those of earlier calls included
    std::size_t m_made = 0;
    bool m_isWarm = false;
    std::chrono::steady_clock::time_point m_start; ///< of the first run of this call
    std::chrono::steady_clock::time_point m_written; ///< when results.csv was written last
};

} // namespace toca::app
