// SPDX-License-Identifier: Apache-2.0
#include "core/engine/memory_estimate.h"

#include <algorithm>

namespace toca::engine {

std::int64_t transformerBytes(const plan::Geometry& geometry)
{
    // Alive together in the MLP: tokens, their modulated copy, the hidden values, its output; in attention: tokens,
    // modulated copy, q k v (and the copies that norm and rotation make of q and k), output. The larger one, in widths
    // of a token.
    const double mlp = 3.0 + static_cast<double>(geometry.mlpHiddenSize) / static_cast<double>(geometry.hiddenSize);
    const double attention = 2.0 + 3.0 + 4.0 + 2.0;
    const double values = std::max(mlp, attention) * static_cast<double>(geometry.moduleOutputBytes());
    return static_cast<std::int64_t>(values);
}

std::int64_t traceBytes(const plan::Plan& plan, int selectionRows, plan::TraceLevel level)
{
    return static_cast<std::int64_t>(plan::Trace::bytesFor(plan.geometry(), plan.schedule(), selectionRows, level));
}

} // namespace toca::engine
