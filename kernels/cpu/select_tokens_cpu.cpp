// SPDX-License-Identifier: Apache-2.0
#include "kernels/select_tokens.h"

#include "kernels/score_key.h"

#include <algorithm>
#include <functional>

namespace toca::kernels {

void selectTokens(
    const float* score, std::int64_t tokens, std::int64_t count, std::int64_t* ids, std::vector<std::uint64_t>& scratch)
{
    // Score and token in one number: a single comparison decides both, ties for the lower token.
    scratch.resize(static_cast<std::size_t>(tokens));
    for (std::int64_t token = 0; token < tokens; ++token)
        scratch[static_cast<std::size_t>(token)] = static_cast<std::uint64_t>(scoreKey(score[token])) << 32
            | (0xFFFFFFFFU - static_cast<std::uint32_t>(token));
    if (count < tokens)
        std::nth_element(scratch.begin(), scratch.begin() + count, scratch.end(), std::greater<>());
    for (std::int64_t k = 0; k < count; ++k)
        ids[k] =
            static_cast<std::int64_t>(0xFFFFFFFFU - static_cast<std::uint32_t>(scratch[static_cast<std::size_t>(k)]));
    std::sort(ids, ids + count); // ascending ids read and write memory in order
}

void renewAges(float* ages, std::int64_t tokens, const std::int64_t* ids, std::int64_t count)
{
    for (std::int64_t token = 0; token < tokens; ++token)
        ages[token] += 1;
    for (std::int64_t k = 0; k < count; ++k)
        ages[ids[k]] = 0;
}

} // namespace toca::kernels
