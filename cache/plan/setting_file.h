// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/cache_storage.h"
#include "cache/plan/parameters.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// A caching setting that a user has given a name: a preset of one's own.
struct NamedSetting {
    static constexpr std::size_t kMostNameBytes = 120;
    static constexpr std::size_t kMostNoteBytes = 4000;

    std::string name; ///< one line, not empty
    std::string note; ///< what it is good for; may be empty
    std::string policy;
    std::string preset; ///< of the policy, below the values; "" = the family's default
    ParameterValues values; ///< only what differs from the preset
    CacheStorage storage = {}; ///< how the cache holds module outputs
    std::int64_t budget = 0; ///< most bytes of the cache; 0 = no limit
    bool operator==(const NamedSetting&) const = default;
};

/// Deterministic JSON ("format": "toca-settings", docs/settings-file.md).
std::string namedSettingsJson(const std::vector<NamedSetting>& settings);
/// Every name, policy, preset and value is checked against what this program knows.
/// @param fileName only for messages
/// @return BadFormat naming file and setting, and what is wrong with it
Result<std::vector<NamedSetting>> namedSettingsFromJson(std::string_view json, const std::string& fileName);

/// Writes atomically. @return Io
Result<void> writeNamedSettings(const std::filesystem::path& path, const std::vector<NamedSetting>& settings);
/// @return NotFound, Io, TooLarge or BadFormat; never trusts the file
Result<std::vector<NamedSetting>> readNamedSettings(const std::filesystem::path& path);

} // namespace toca::plan
