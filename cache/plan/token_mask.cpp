// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/token_mask.h"

#include "core/base/atomic_file.h"
#include "core/base/printable.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace toca::plan {
namespace {

constexpr std::int64_t kMostSide = 100000;
constexpr std::int64_t kMostTokens = std::int64_t{1} << 24;
constexpr std::size_t kMostBytes = 16u << 20;

/// Reads plain decimal numbers and single characters from the front of a text.
class Scanner {
public:
    explicit Scanner(std::string_view text)
        : m_text(text)
    {
    }
    void skipSpace()
    {
        while (!m_text.empty()
            && (m_text[0] == ' ' || m_text[0] == '\n' || m_text[0] == '\t' || m_text[0] == '\r' || m_text[0] == ','))
            m_text.remove_prefix(1);
    }
    bool number(std::int64_t& value)
    {
        const auto [end, error] = std::from_chars(m_text.data(), m_text.data() + m_text.size(), value);
        if (error != std::errc() || value < 0)
            return false;
        m_text.remove_prefix(static_cast<std::size_t>(end - m_text.data()));
        return true;
    }
    bool character(char wanted)
    {
        if (m_text.empty() || m_text[0] != wanted)
            return false;
        m_text.remove_prefix(1);
        return true;
    }
    bool isAtEnd() const { return m_text.empty(); }
    std::string_view rest() const { return m_text.substr(0, 24); }

private:
    std::string_view m_text;
};

Unexpected wrong(const std::string& problem)
{
    return unexpected(ErrorCode::BadFormat,
        "The token mask is not valid: " + problem
            + ". It is written like '5x8x8: 12-15 20': latent frames x rows x columns, then token ids.");
}

} // namespace

std::string TokenMask::text() const
{
    if (tokens.empty())
        return "";
    std::string text =
        std::to_string(grid.frames) + "x" + std::to_string(grid.rows) + "x" + std::to_string(grid.columns) + ":";
    for (std::size_t first = 0; first < tokens.size();) {
        std::size_t end = first + 1;
        while (end < tokens.size() && tokens[end] == tokens[end - 1] + 1)
            ++end;
        text += " " + std::to_string(tokens[first]);
        if (end - first > 1)
            text += "-" + std::to_string(tokens[end - 1]);
        first = end;
    }
    return text;
}

std::vector<float> TokenMask::weights(int rings) const
{
    std::vector<float> weights(static_cast<std::size_t>(grid.tokens()), 0.0F);
    for (const std::int32_t token : tokens) {
        const std::int64_t frame = token / grid.tokensPerFrame(), row = token / grid.columns % grid.rows,
                           column = token % grid.columns;
        for (std::int64_t y = std::max<std::int64_t>(0, row - rings); y <= std::min(grid.rows - 1, row + rings); ++y)
            for (std::int64_t x = std::max<std::int64_t>(0, column - rings);
                 x <= std::min(grid.columns - 1, column + rings); ++x) {
                const auto ring = static_cast<int>(std::max(std::llabs(y - row), std::llabs(x - column)));
                float& weight = weights[static_cast<std::size_t>((frame * grid.rows + y) * grid.columns + x)];
                weight = std::max(weight, 1.0F / static_cast<float>(1U << static_cast<unsigned>(ring)));
            }
    }
    return weights;
}

Result<TokenMask> tokenMaskFromText(std::string_view text)
{
    TokenMask mask;
    Scanner scanner(text);
    scanner.skipSpace();
    std::int64_t* const sides[] = {&mask.grid.frames, &mask.grid.rows, &mask.grid.columns};
    for (int i = 0; i < 3; ++i) {
        if (i > 0 && !scanner.character('x'))
            return wrong("it does not start with a grid");
        if (!scanner.number(*sides[i]) || *sides[i] < 1 || *sides[i] > kMostSide)
            return wrong("a side of the grid is not from 1 to " + std::to_string(kMostSide));
    }
    if (mask.grid.frames * mask.grid.rows > kMostTokens || mask.grid.tokens() > kMostTokens)
        return wrong("the grid has more than " + std::to_string(kMostTokens) + " tokens");
    if (!scanner.character(':'))
        return wrong("there is no ':' behind the grid");
    std::vector<bool> isMarked(static_cast<std::size_t>(mask.grid.tokens()), false);
    for (scanner.skipSpace(); !scanner.isAtEnd(); scanner.skipSpace()) {
        std::int64_t first = 0, last = 0;
        if (!scanner.number(first))
            return wrong("'" + printable(std::string(scanner.rest())) + "' is no token id");
        last = first;
        if (scanner.character('-') && !scanner.number(last))
            return wrong("a range has no end");
        if (last < first || last >= mask.grid.tokens())
            return wrong("the range " + std::to_string(first) + "-" + std::to_string(last) + " does not lie in 0-"
                + std::to_string(mask.grid.tokens() - 1));
        std::fill(isMarked.begin() + first, isMarked.begin() + last + 1, true);
    }
    for (std::size_t token = 0; token < isMarked.size(); ++token)
        if (isMarked[token])
            mask.tokens.push_back(static_cast<std::int32_t>(token));
    return mask;
}

Result<TokenMask> readTokenMask(const std::filesystem::path& path)
{
    const auto content = readFile(path, kMostBytes);
    if (!content)
        return unexpected(content.error());
    std::string text;
    for (std::size_t begin = 0; begin < content->size();) {
        const std::size_t end = std::min(content->find('\n', begin), content->size());
        if ((*content)[begin] != '#')
            text += content->substr(begin, end - begin) + " ";
        begin = end + 1;
    }
    auto mask = tokenMaskFromText(text);
    if (!mask)
        return unexpected(mask.error().code, path.string() + ": " + mask.error().message);
    return mask;
}

} // namespace toca::plan
