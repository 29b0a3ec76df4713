// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/run_writer.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace toca::library {

/// A finished run, as its folder says: request.json, report.json, and what the run left: clip.mp4 (or .webm, .gif,
/// .png, or pictures clip_0001.png, ...), trace.safetensors.
struct StoredRun {
    std::filesystem::path folder;
    std::string id; ///< the folder below the library: "20250131-142501-...", "sweep-toca-1f2e/0007"
    GenerationRequest request;
    std::filesystem::path clip; ///< empty when there is none; of pictures the first one
    std::filesystem::path trace; ///< empty when there is none
    std::int64_t finished = 0; ///< seconds since 1970, by the date of request.json
};

/// A folder that should be a run and cannot be read.
struct DamagedRun {
    std::filesystem::path folder;
    Error error;
};

/// Reads a run's folder. Nothing in it is trusted: files are looked for by their fixed names, links are not followed.
/// @return NotFound, Io, TooLarge or BadFormat naming the file
Result<StoredRun> readRun(const std::filesystem::path& folder);
/// The run's report as JSON text, an object. @return NotFound, Io, TooLarge or BadFormat naming the file
Result<std::string> readReport(const std::filesystem::path& folder);

/// What lies in a library.
struct Listing {
    std::vector<StoredRun> runs; ///< the newest first
    std::vector<DamagedRun> damaged;
};

/// A folder of a library that should hold a run.
struct RunFolder {
    std::filesystem::path folder;
    std::string id; ///< the folder below the library
};

/// Finished runs in one folder, each in a folder of its own; a sweep (sweep.json) is a folder of such folders. Any
/// number of processes may read and write at the same time.
class RunLibrary {
public:
    /// $XDG_DATA_HOME/toca-studio/runs, where that is not set ~/.local/share/toca-studio/runs; empty without a home.
    static std::filesystem::path defaultFolder();
    /// Makes the folder where it is missing and removes what killed processes left in it. @param folder "" = the
    /// default
    static Result<RunLibrary> open(const std::filesystem::path& folder = {});

    const std::filesystem::path& folder() const { return m_folder; }
    /// @return Io when the library itself cannot be read; damaged runs do not stop it
    Result<Listing> list() const;
    /// The folders alone, in the order of their names; none of them is looked into.
    Result<std::vector<RunFolder>> folders() const;
    /// Moves a run into the library's trash. @return where it is now, or Io
    Result<std::filesystem::path> discard(const std::filesystem::path& folder) const;
    /// Moves it back. @return Io, also when its place is taken
    Result<void> restore(const std::filesystem::path& trashed, const std::filesystem::path& folder) const;
    /// Runs in the trash, the longest there first.
    std::vector<std::filesystem::path> trash() const;
    /// Removes a run of the trash for good.
    Result<void> erase(const std::filesystem::path& trashed) const;
    /// A new run, named by the time and what it makes.
    Result<RunWriter> newRun(const GenerationRequest& request) const;

private:
    explicit RunLibrary(std::filesystem::path folder)
        : m_folder(std::move(folder))
    {
    }
    std::filesystem::path m_folder;
};

} // namespace toca::library
