// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/lanes.h"
#include "kernels/token_scores_body.h"

namespace toca::kernels {

TOCA_PER_INSTRUCTION_SET
void scoreTokens(const TokenScores& operation, std::int64_t first, std::int64_t last)
{
    const std::int64_t tokens = operation.tokens(), cells = operation.bonus != 0 ? bonusCells(operation) : 0;
    for (std::int64_t row = first; row < last; ++row) {
        std::int64_t i = row * tokens;
        const std::int64_t end = i + tokens;
        for (; i + kLanes <= end; i += kLanes)
            scoreSumAt<Lanes>(operation, i);
        for (; i < end; ++i)
            scoreSumAt<float>(operation, i);
        for (std::int64_t cell = 0; cell < cells; ++cell)
            addBonusAt(operation, row, cell);
    }
}

} // namespace toca::kernels
