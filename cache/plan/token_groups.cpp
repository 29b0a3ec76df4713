// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/token_groups.h"

#include <algorithm>

namespace toca::plan {

std::string_view tokenGroupingName(TokenGrouping grouping)
{
    switch (grouping) {
    case TokenGrouping::Token:
        return "token";
    case TokenGrouping::Block:
        return "block";
    case TokenGrouping::Frame:
        break;
    }
    return "frame";
}

std::vector<std::vector<std::int32_t>> tokenGroups(const TokenGrid& grid, TokenGrouping grouping, int side)
{
    const std::int64_t height = grouping == TokenGrouping::Frame ? grid.rows
        : grouping == TokenGrouping::Block                       ? side
                                                                 : 1;
    const std::int64_t width = grouping == TokenGrouping::Frame ? grid.columns
        : grouping == TokenGrouping::Block                      ? side
                                                                : 1;
    std::vector<std::vector<std::int32_t>> groups;
    for (std::int64_t frame = 0; frame < grid.frames; ++frame)
        for (std::int64_t top = 0; top < grid.rows; top += height)
            for (std::int64_t left = 0; left < grid.columns; left += width) {
                std::vector<std::int32_t> group;
                for (std::int64_t row = top; row < std::min(top + height, grid.rows); ++row)
                    for (std::int64_t column = left; column < std::min(left + width, grid.columns); ++column)
                        group.push_back(static_cast<std::int32_t>((frame * grid.rows + row) * grid.columns + column));
                groups.push_back(std::move(group));
            }
    return groups;
}

std::vector<std::int32_t> groupOfToken(const std::vector<std::vector<std::int32_t>>& groups, std::int64_t tokens)
{
    std::vector<std::int32_t> result(static_cast<std::size_t>(tokens), -1);
    for (std::size_t group = 0; group < groups.size(); ++group)
        for (const std::int32_t token : groups[group])
            if (token >= 0 && token < tokens)
                result[static_cast<std::size_t>(token)] = static_cast<std::int32_t>(group);
    return result;
}

} // namespace toca::plan
