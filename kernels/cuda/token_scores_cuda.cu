// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/launch.h"
#include "kernels/token_scores_body.h"

namespace toca::kernels {

int scoreTokensCuda(const TokenScores& operation, void* stream)
{
    const int error = launchEach(ScoreSumBody{operation}, stream);
    return error != 0 || operation.bonus == 0 ? error : launchEach(SpatialBonusBody{operation}, stream);
}

} // namespace toca::kernels
