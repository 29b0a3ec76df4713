// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/library/training_history.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace toca::library {

/// Follows the log of a training that may still be written: each call reads only what is new. A last line without its
/// end waits; a file that became shorter or other is read from the start. For one thread at a time.
class TrainingLogReader {
public:
    static constexpr std::size_t kLongestLine = 1 << 20; ///< bytes; longer lines are skipped without being held

    explicit TrainingLogReader(std::filesystem::path log)
        : m_path(std::move(log))
    {
    }

    struct Progress {
        bool hasChanged = false; ///< the history is another one than before
        bool isComplete = true; ///< all that was in the file has been read
        double share = 1; ///< of the file that has been read
    };
    /// Reads at most `budget` bytes more, so that a long log shows its first curves soon.
    /// @return NotFound when there is no such file, Io when it cannot be read
    Result<Progress> read(std::size_t budget = 8 << 20);
    const TrainingHistory& history() const { return m_history; }
    const std::filesystem::path& path() const { return m_path; }

private:
    void take(std::string_view bytes);
    void restart();

    std::filesystem::path m_path;
    TrainingHistory m_history;
    std::uint64_t m_offset = 0; ///< bytes read
    std::string m_pending; ///< begin of a line whose end has not been read
    bool m_isSkipping = false; ///< inside a line that is too long
    std::string
        m_head; ///< first bytes of the file, and the last that were read: they tell whether it is still the same
    std::string m_tail;
};

} // namespace toca::library
