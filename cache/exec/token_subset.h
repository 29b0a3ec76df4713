// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

namespace toca::cache {

/// The tokens of every row that a module computes now: all of them, or K chosen ones per row.
class TokenSubset {
public:
    /// Every token, in order.
    static TokenSubset all(std::int64_t tokens) { return TokenSubset({}, tokens); }
    /// @param ids (B, K) int64, distinct within a row, values in [0, tokens)
    /// @param seconds where the time of gathering is added, may be null
    static TokenSubset chosen(torch::Tensor ids, std::int64_t tokens, double* seconds = nullptr);

    bool isAll() const { return !m_ids.defined(); }
    /// K, or the number of all tokens
    std::int64_t count() const { return isAll() ? m_tokens : m_ids.size(1); }
    std::int64_t tokens() const { return m_tokens; }
    /// @pre !isAll()  @return (B, K)
    const torch::Tensor& ids() const { return m_ids; }

    /// The chosen rows of `x`. @param x (B, N, C)  @return (B, K, C), or `x` itself when all are chosen
    torch::Tensor gather(const torch::Tensor& x) const;
    /// Writes `rows` over the chosen rows of `x`. @param x (B, N, C) contiguous, modified  @param rows (B, K, C)
    void scatter(torch::Tensor& x, const torch::Tensor& rows) const;

private:
    TokenSubset(torch::Tensor ids, std::int64_t tokens)
        : m_ids(std::move(ids))
        , m_tokens(tokens)
    {
    }

    torch::Tensor m_ids;
    std::int64_t m_tokens = 0;
    double* m_seconds = nullptr;
};

} // namespace toca::cache
