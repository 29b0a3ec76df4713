// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"
#include "core/library/run_writer.h"

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

namespace toca::library {

/// Where a run came from, as its folder keeps it (run.json).
struct RunOrigin {
    std::string kind; ///< "generate", "uncached", "race", "queue", "sweep", "tune", "bundle"; "" = not known
    std::string group; ///< the same for the runs of one job
    std::string job; ///< the queue's entry: a run whose entry is known need not be made again
    std::string title; ///< of the job, for people
    bool operator==(const RunOrigin&) const = default;
};

/// What galleries and charts show of a run without opening its clip. Numbers that are not known are NaN.
struct RunRecord {
    static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

    std::string id; ///< the folder below the library
    std::filesystem::path folder;
    GenerationRequest request;
    std::string baselineKey; ///< equal for runs that share their uncached run
    RunOrigin origin;
    std::int64_t finished = 0; ///< seconds since 1970
    std::int64_t bytes = 0; ///< of the whole folder
    bool isStarred = false;
    bool isOwn = false; ///< stored by the window, which may remove it again to stay below its quota
    bool hasClip = false;
    bool hasTrace = false;
    bool hasPixels = false; ///< frames and latent without loss
    bool hasThumbnail = false;
    double seconds = kUnknown; ///< of the denoising loop
    double totalSeconds = kUnknown;
    double flops = kUnknown; ///< counted
    double cacheBytes = kUnknown; ///< most that the cache held
    double flopsGain = kUnknown; ///< these six against the uncached run
    double timeGain = kUnknown;
    double psnrDb = kUnknown; ///< infinite for identical clips
    double ssim = kUnknown;
    double latentError = kUnknown;
    std::string problem; ///< why the folder cannot be read; then all else but id and folder may be missing

    bool isDamaged() const { return !problem.empty(); }
};

/// The request that a run is compared with, as text: the same with caching off.
std::string baselineKey(const GenerationRequest& request);

/// Reads a run's folder without its clip and trace. Never fails: a damaged run is a record that says why.
RunRecord readRecord(const std::filesystem::path& folder, const std::string& id);

/// Changes whenever something that `readRecord` reads does. 0 for what is no folder.
std::uint64_t stampOf(const std::filesystem::path& folder);

/// Writes everything of a finished run but the clip file and the thumbnail: request, report, trace, pixels and origin.
/// @param baseline may be null; then the report compares with nothing
/// @param clipName of the clip's file in the folder, "" = none
Result<void> writeRun(RunWriter& writer, const RunResult& run, const RunResult* baseline, const RunOrigin& origin,
    const std::string& clipName);

/// Reads back what `writeRun` wrote, as if the run had just ended. Nothing is trusted.
/// @return NotFound for a run without trace or pixels, and the errors of their readers
Result<RunResult> readResult(const std::filesystem::path& folder);

/// Stars are an empty file, so that they survive every index. @return Io
Result<void> setStarred(const std::filesystem::path& folder, bool isStarred);

/// Replaces the report of a stored run by one that compares it with its uncached run.
Result<void> addComparison(const std::filesystem::path& folder, const RunResult& baseline);

} // namespace toca::library
