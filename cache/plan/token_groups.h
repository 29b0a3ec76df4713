// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <string_view>
#include <vector>

namespace toca::plan {

/// How tokens are put together where one after the other would be too many.
enum class TokenGrouping : std::uint8_t {
    Token, ///< each alone
    Block, ///< n x n blocks of one latent frame; smaller at the border
    Frame, ///< all tokens of a latent frame
};
inline constexpr int kTokenGroupings = 3;
std::string_view tokenGroupingName(TokenGrouping grouping); ///< "token", "block", "frame"

/// Token ids of each group, ascending; every token is in exactly one. Blocks come in the order (frame, row, column).
/// @pre side >= 1, of blocks
std::vector<std::vector<std::int32_t>> tokenGroups(const TokenGrid& grid, TokenGrouping grouping, int side);

/// The group of each token. @return N values
std::vector<std::int32_t> groupOfToken(const std::vector<std::vector<std::int32_t>>& groups, std::int64_t tokens);

} // namespace toca::plan
