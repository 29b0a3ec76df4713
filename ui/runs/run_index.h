// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/run_library.h"
#include "core/library/run_record.h"

#include <QString>

#include <memory>
#include <vector>

namespace toca::ui {

/// An SQLite file that remembers what the folders of a run library say, so that a window with thousands of runs opens
/// at once. The folders decide: a file that is missing, damaged or of another version is made again from them, and
/// each `sync` reads every folder that has changed. For one thread.
class RunIndex {
public:
    static constexpr int kVersion = 1;

    explicit RunIndex(const library::RunLibrary& library);
    ~RunIndex();
    RunIndex(const RunIndex&) = delete;
    RunIndex& operator=(const RunIndex&) = delete;

    /// Looks at all folders and reads those that have changed. @return what went wrong with the library itself
    Result<void> sync();
    /// Reads one folder again, or forgets it when it is gone.
    void update(const std::filesystem::path& folder, const std::string& id);
    /// The newest first.
    const std::vector<library::RunRecord>& records() const { return m_records; }
    /// True when this index could not use the file that it found, or found none.
    bool wasRebuilt() const { return m_wasRebuilt; }
    /// Folders that the last `sync` read, for tests.
    int foldersRead() const { return m_foldersRead; }

    static std::filesystem::path fileIn(const std::filesystem::path& library);

private:
    struct Database;
    void openFile();
    bool open();
    bool load();
    void store(const library::RunRecord& record, std::uint64_t stamp);
    void remove(const std::string& id);
    void sort();

    library::RunLibrary m_library;
    std::unique_ptr<Database> m_database; ///< null: without a file, from the folders alone
    std::vector<library::RunRecord> m_records;
    std::vector<std::pair<std::string, std::uint64_t>> m_stamps; ///< by id, sorted
    bool m_wasRebuilt = false;
    int m_foldersRead = 0;
};

} // namespace toca::ui
