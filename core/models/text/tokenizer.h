// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toca::models {

using TokenIds = std::vector<std::int64_t>;

/// How text becomes token ids besides what the SentencePiece model itself says.
struct TokenizerOptions {
    bool lowercase = false;
    bool strip = false; ///< remove white space at both ends
    bool appendEos = true;
    std::int64_t maxLength = 300; ///< tokens, end-of-sequence included; >= 1
    std::int64_t padId = 0;
    std::int64_t eosId = 1;
    std::int64_t unkId = 2;
};

/// Ids filled up to the tokenizer's `maxLength`.
struct PaddedTokens {
    TokenIds ids; ///< maxLength entries
    TokenIds mask; ///< 1 = token, 0 = padding
};

/// T5's tokenizer: a SentencePiece unigram model with its own normaliser, and an end-of-sequence token.
///
/// Immutable after `open`; `encode` may run on several threads at once.
class Tokenizer {
public:
    /// Text beyond this many bytes is not looked at (no prompt of 300 tokens needs a thousandth of it).
    static constexpr std::size_t kMostTextBytes = 1 << 20;

    /// @param path a SentencePiece model file (spiece.model)
    /// @return NotFound, Io, BadFormat (no SentencePiece model, or a damaged one), InvalidArgument (`options`)
    static Result<Tokenizer> open(const std::filesystem::path& path, const TokenizerOptions& options = {});

    /// Ids of `text`'s pieces and, with `appendEos`, the end-of-sequence id; at most maxLength ids, the last of which
    /// stays end-of-sequence. Takes any bytes: invalid UTF-8 becomes U+FFFD and so usually the unknown id.
    TokenIds encode(std::string_view text) const;
    /// As `encode`, filled up to `maxLength`.
    PaddedTokens encodePadded(std::string_view text) const;
    /// The pieces of `text` in order, uncut and without end-of-sequence; U+2581 stands for a space.
    std::vector<std::string> pieces(std::string_view text) const;

    std::int64_t vocabularySize() const;
    const TokenizerOptions& options() const { return m_options; }

private:
    struct Model;
    Tokenizer(std::shared_ptr<const Model> model, const TokenizerOptions& options);
    std::string prepared(std::string_view text) const;

    std::shared_ptr<const Model> m_model;
    TokenizerOptions m_options;
};

/// `text` with every Unicode letter that has a one-letter lower case replaced by it, whatever the locale; bytes that
/// are no valid UTF-8 stay as they are.
std::string lowercased(std::string_view text);
/// `text` without Unicode white space (Python's str.strip) at both ends.
std::string_view stripped(std::string_view text);

} // namespace toca::models
