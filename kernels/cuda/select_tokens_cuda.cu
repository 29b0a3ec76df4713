// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/device_block.h"
#include "kernels/select_tokens.h"
#include "kernels/select_tokens_body.h"

namespace toca::kernels {

int selectTokensCuda(
    const float* score, std::int64_t rows, std::int64_t tokens, std::int64_t count, std::int64_t* ids, void* stream)
{
    const SelectTokensBody body{score, tokens, count, ids};
    return launchBlocks(body, count > 0 ? rows : 0, body.kThreads, stream);
}

int renewAgesCuda(
    float* ages, std::int64_t rows, std::int64_t tokens, const std::int64_t* ids, std::int64_t count, void* stream)
{
    const RenewAgesBody body{ages, tokens, ids, count};
    return launchBlocks(body, rows, body.kThreads, stream);
}

} // namespace toca::kernels
