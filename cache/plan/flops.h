// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

namespace toca::plan {

// Convention of the published tables: matrix products, convolutions and attention only, 2 FLOPs per multiply-add, all
// guidance rows; softmax, norms, activations and scoring are not counted.

/// FLOPs of one module when `computedTokens` of each row's tokens are computed. A subset of self-attention still
/// projects keys and values of all tokens. Text keys and values are not included: see `onceFlops`.
double moduleFlops(
    const Geometry& geometry, int layer, ModuleKind module, std::int64_t computedTokens, std::int64_t rows);

/// Embedding the timestep (and fps or picture size) and projecting modulation vectors: of one guidance row and
/// evaluation.
double conditioningFlops(const ModelShape& shape);

/// Patch embedding, timestep embedding, modulation and final layer of one evaluation.
double fixedFlops(const Geometry& geometry, std::int64_t rows);

/// Work done once per run: the caption MLP and the text keys and values of every layer's cross-attention.
double onceFlops(const Geometry& geometry);

} // namespace toca::plan
