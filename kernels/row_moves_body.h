// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/host_device.h"
#include "kernels/row_moves.h"

namespace toca::kernels {

/// Moves word `i` of all packed words: the meaning of a row move, once for every device. `Word` is 2 or 4 bytes wide.
template <class Word, bool kScatter>
struct RowMoveBody {
    RowMove move;

    TOCA_HD std::int64_t words() const { return move.rowBytes / static_cast<std::int64_t>(sizeof(Word)); }
    TOCA_HD std::int64_t count() const { return move.batches * move.chosen * words(); }
    TOCA_HD void operator()(std::int64_t i) const
    {
        const std::int64_t word = i % words(), row = i / words();
        const std::int64_t k = row % move.chosen, b = row / move.chosen;
        const std::int64_t token = move.ids[(b % move.idRows) * move.chosen + k];
        Word& inTable = static_cast<Word*>(move.table)[(b * move.tokens + token) * words() + word];
        Word& inPacked = static_cast<Word*>(move.packed)[i];
        if (kScatter)
            inTable = inPacked;
        else
            inPacked = inTable;
    }
};

} // namespace toca::kernels
