// SPDX-License-Identifier: Apache-2.0
#include "kernels/attention_scores_body.h"
#include "kernels/cuda/device_block.h"

namespace toca::kernels {
namespace {

template <template <class T> class Body, class Operation>
int launch(const Operation& operation, void* stream)
{
    if (operation.element == Element::Float32) {
        const Body<float> body{operation};
        return launchBlocks(body, body.blocks(), body.kThreads, stream);
    }
    const Body<BFloat16> body{operation};
    return launchBlocks(body, body.blocks(), body.kThreads, stream);
}

} // namespace

int logSumExpCuda(const ReceivedAttention& operation, void* stream)
{
    return launch<LogSumExpBody>(operation, stream);
}

int receivedAttentionCuda(const ReceivedAttention& operation, void* stream)
{
    return launch<ReceivedAttentionBody>(operation, stream);
}

int attentionEntropyCuda(const AttentionEntropy& operation, void* stream)
{
    if (!AttentionEntropyBody<float>{operation}.fits())
        return static_cast<int>(cudaErrorInvalidValue);
    return launch<AttentionEntropyBody>(operation, stream);
}

} // namespace toca::kernels
