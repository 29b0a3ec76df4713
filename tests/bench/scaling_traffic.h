// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

/// The memory traffic that an evaluation cannot avoid, for a roofline.
namespace toca::bench {

/// Bytes that one module reads and writes when each of its operations reads its inputs and writes its outputs once
/// and shares nothing with the next: weights, and rows of C values. Counted per computed row, with C = hidden size and
/// H = the MLP's:
///   norm and modulation 2 C;
///   self-attention: product to q, k, v 4 C, attention 4 C, projection 2 C;
///   cross-attention (no norm): query 2 C, attention 2 C, projection 2 C, keys and values of the text once per
///   sequence; MLP: C + H, then H + C.
/// The gated residual reads two rows and writes one of every token, computed or not.
inline double moduleBytes(
    const plan::Geometry& geometry, plan::ModuleKind module, const plan::TraceCell& cell, double bytesPerValue)
{
    if (cell.action == plan::Action::Skip)
        return 0;
    const auto width = static_cast<double>(geometry.hiddenSize), hidden = static_cast<double>(geometry.mlpHiddenSize);
    const auto rows = static_cast<double>(geometry.rows());
    const double all = rows * static_cast<double>(geometry.grid.tokens());
    const double computed = rows * static_cast<double>(cell.computedTokens);
    double values = 3 * width * all;
    if (cell.computedTokens > 0) {
        switch (module) {
        case plan::ModuleKind::SelfAttention:
            values += 4 * width * width + (2 + 4 + 4 + 2) * width * computed;
            break;
        case plan::ModuleKind::CrossAttention:
            values += 2 * width * width + (2 + 2 + 2) * width * computed
                + 2 * width * rows * static_cast<double>(geometry.textTokens);
            break;
        case plan::ModuleKind::Mlp:
            values += 2 * width * hidden + (2 * width + 2 * (width + hidden)) * computed;
            break;
        }
    }
    return values * bytesPerValue;
}

/// Of the modules of all layers in one evaluation.
inline double evaluationBytes(const plan::Trace& trace, int evaluation, double bytesPerValue)
{
    double bytes = 0;
    for (int layer = 0; layer < trace.layerCount(); ++layer)
        for (const plan::ModuleKind module : plan::kAllModules)
            bytes += moduleBytes(
                trace.geometry(), module, trace.cell(trace.cellIndex(evaluation, layer, module)), bytesPerValue);
    return bytes;
}

} // namespace toca::bench
