// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// What HarmoniCa learns (arXiv 2410.01723): for each step one number per self-attention and MLP, whose sigmoid is the
/// probability that the module is worth computing.
struct RouterTable {
    /// In the published order, which follows rising timesteps: the last entry is the first, noisiest step. Each holds
    /// 2 numbers a layer: [2l] self-attention, [2l + 1] MLP.
    std::vector<std::vector<double>> routers;
    std::string source; ///< where it came from, for people

    int steps() const { return static_cast<int>(routers.size()); }
    int layers() const { return routers.empty() ? 0 : static_cast<int>(routers.front().size() / 2); }
    /// sigmoid of the number for a step of ours (0 = noisiest). @pre inside the table
    double probability(int step, int layer, bool isMlp) const;
    bool operator==(const RouterTable&) const = default;
};

/// @return InvalidArgument naming what is wrong: no entries, entries of different or odd lengths, numbers not finite
Result<void> checkRouterTable(const RouterTable& table);

/// Deterministic JSON ("format": "toca-router"). @pre checkRouterTable
std::string routerTableJson(const RouterTable& table);
/// @param fileName only for messages
/// @return BadFormat naming file and field; every size and number is checked
Result<RouterTable> routerTableFromJson(std::string_view json, const std::string& fileName);

/// Writes atomically. @return InvalidArgument or Io
Result<void> writeRouterTable(const std::filesystem::path& path, const RouterTable& table);
/// @return NotFound, Io, TooLarge or BadFormat; never trusts the file
Result<RouterTable> readRouterTable(const std::filesystem::path& path);

} // namespace toca::plan
