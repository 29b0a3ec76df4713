// SPDX-License-Identifier: Apache-2.0
#include "core/api/model_info.h"

#include <string_view>
#include <unordered_set>

namespace toca {
namespace {

bool isLetterOrDigit(char c)
{
    // Bytes of multi-byte characters count as letters: only ASCII punctuation separates words.
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || static_cast<unsigned char>(c) >= 0x80;
}

char lowered(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::int64_t ModelInfo::parameters() const
{
    std::int64_t sum = 0;
    for (const ModelPart& part : parts)
        sum += part.parameters;
    return sum;
}

std::int64_t ModelInfo::bytes() const
{
    std::int64_t sum = 0;
    for (const ModelPart& part : parts)
        sum += part.bytes;
    return sum;
}

std::vector<std::string> unknownWords(const ModelInfo& model, const std::string& prompt, std::size_t limit)
{
    std::vector<std::string> unknown;
    if (model.vocabulary.empty())
        return unknown;
    const std::unordered_set<std::string> known(model.vocabulary.begin(), model.vocabulary.end());
    std::unordered_set<std::string> seen;
    std::string word;
    for (std::size_t i = 0; i <= prompt.size() && unknown.size() < limit; ++i) {
        const char c = i < prompt.size() ? prompt[i] : ' ';
        const bool apostrophe =
            c == '\'' && !word.empty() && i + 1 < prompt.size() && isLetterOrDigit(prompt[i + 1]); // "don't"
        if (isLetterOrDigit(c) || apostrophe) {
            word += lowered(c);
            continue;
        }
        if (!word.empty() && !known.contains(word) && seen.insert(word).second)
            unknown.push_back(word);
        word.clear();
    }
    return unknown;
}

} // namespace toca
