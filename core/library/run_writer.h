// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/generation_request.h"
#include "core/base/expected.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace toca::library {

/// A file or folder that one process at a time holds; given back when the object or the process ends, however it ends.
class Lock {
public:
    Lock() = default;
    /// @return InvalidArgument when another process holds it, else Io
    static Result<Lock> take(const std::filesystem::path& path);
    Lock(Lock&& other) noexcept;
    Lock& operator=(Lock&& other) noexcept;
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock();

private:
    int m_descriptor = -1;
};

/// A run's folder while it is written: a hidden folder beside the final one, locked by this process. Until `commit` it
/// is no run; a writer that ends without takes all away, and what a killed process left is found by its free lock
/// (`removeAbandoned`).
class RunWriter {
public:
    /// @param name of the final folder in `parent`; a plain name (run_name.h)
    /// @return InvalidArgument for another name, Io naming the folder
    static Result<RunWriter> begin(const std::filesystem::path& parent, const std::string& name);
    RunWriter(RunWriter&& other) noexcept = default;
    RunWriter& operator=(RunWriter&&) = delete;
    ~RunWriter();

    /// Where clip and trace are to be written: "clip.mp4", "clip.png", "trace.safetensors".
    std::filesystem::path file(const std::string& name) const { return m_folder / name; }
    Result<void> setRequest(const GenerationRequest& request);
    /// @param report JSON, docs/report-schema.md
    Result<void> setReport(std::string_view report);

    enum class Taken { Fail, Renumber };
    /// Makes everything durable and gives the folder its name.
    /// @param taken where a folder of the name exists already: fail with Io, or take "name-2", "name-3", ...
    /// @return the final folder
    Result<std::filesystem::path> commit(Taken taken = Taken::Renumber);

private:
    RunWriter(std::filesystem::path parent, std::string name, std::filesystem::path folder, Lock lock);

    std::filesystem::path m_parent;
    std::string m_name;
    std::filesystem::path m_folder; ///< empty once committed or moved from
    Lock m_lock;
};

/// Removes what writers of killed processes left in `parent`. Those of running ones stay.
void removeAbandoned(const std::filesystem::path& parent);

} // namespace toca::library
