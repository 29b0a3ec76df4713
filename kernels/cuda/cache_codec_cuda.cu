// SPDX-License-Identifier: Apache-2.0
#include "kernels/cache_codec_body.h"
#include "kernels/cuda/device_block.h"
#include "kernels/cuda/launch.h"

namespace toca::kernels {
namespace {

template <class Body>
int launchRows(const Body& body, void* stream)
{
    return launchBlocks(body, body.blocks(), body.kThreads, stream);
}

/// `launch(body)` with the body for the operation's elements and codes.
template <template <class T, class Code> class Body, class Operation, class Launch>
int ofFormats(const Operation& operation, const Launch& launch)
{
    if (operation.element == Element::Float32)
        return operation.code == CacheCode::Int8 ? launch(Body<float, std::int8_t>{operation})
                                                 : launch(Body<float, BFloat16>{operation});
    return operation.code == CacheCode::Int8 ? launch(Body<BFloat16, std::int8_t>{operation})
                                             : launch(Body<BFloat16, BFloat16>{operation});
}

} // namespace

int encodeRowsCuda(const EncodeRows& operation, void* stream)
{
    return ofFormats<EncodeRowsBody>(operation, [&](const auto& body) { return launchRows(body, stream); });
}

int decodeRowsCuda(const DecodeRows& operation, void* stream)
{
    return ofFormats<DecodeRowsBody>(operation, [&](const auto& body) { return launchEach(body, stream); });
}

int renewFactorsCuda(const RenewFactors& operation, void* stream)
{
    return ofFormats<RenewFactorsBody>(operation, [&](const auto& body) { return launchRows(body, stream); });
}

} // namespace toca::kernels
