// SPDX-License-Identifier: Apache-2.0
#include "kernels/row_moves.h"

#include <cstddef>
#include <cstring>

namespace toca::kernels {
namespace {

/// Whole rows at once: memcpy is the widest move there is. The body in row_moves_body.h says what it means.
template <bool kScatter>
void moveRows(const RowMove& move, std::int64_t first, std::int64_t last)
{
    const auto bytes = static_cast<std::size_t>(move.rowBytes);
    for (std::int64_t row = first; row < last; ++row) {
        const std::int64_t k = row % move.chosen, b = row / move.chosen;
        const std::int64_t token = move.ids[(b % move.idRows) * move.chosen + k];
        auto* inTable = static_cast<std::byte*>(move.table) + (b * move.tokens + token) * move.rowBytes;
        auto* inPacked = static_cast<std::byte*>(move.packed) + row * move.rowBytes;
        if constexpr (kScatter)
            std::memcpy(inTable, inPacked, bytes);
        else
            std::memcpy(inPacked, inTable, bytes);
    }
}

} // namespace

void gatherRows(const RowMove& move, std::int64_t first, std::int64_t last)
{
    moveRows<false>(move, first, last);
}

void scatterRows(const RowMove& move, std::int64_t first, std::int64_t last)
{
    moveRows<true>(move, first, last);
}

} // namespace toca::kernels
