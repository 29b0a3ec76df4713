// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// Tokens that somebody marked on the picture. As text one line: the grid and ranges of token ids,
/// "5x8x8: 12-15 20 84-87" (frames x rows x columns; ids count along a row, then down, then to the next latent frame).
struct TokenMask {
    TokenGrid grid;
    std::vector<std::int32_t> tokens; ///< ascending, each once

    bool isEmpty() const { return tokens.empty(); }
    std::string text() const; ///< "" for an empty one
    bool operator==(const TokenMask&) const = default;

    /// How strongly each token is meant: 1 inside, and around it in its frame a ring of 1/2 and one of 1/4.
    /// @param rings 0 = no ring  @return N values
    std::vector<float> weights(int rings = 2) const;
};

/// @return BadFormat naming what is wrong: the grid's sizes (each 1..100000, at most 2^24 tokens), an id outside of it,
/// a range that runs backwards
Result<TokenMask> tokenMaskFromText(std::string_view text);
/// A file with that text, at most 16 MiB; lines that start with '#' are skipped. @return NotFound, Io, BadFormat
Result<TokenMask> readTokenMask(const std::filesystem::path& path);

} // namespace toca::plan
