// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/key_map.h"

namespace toca::models {

/// The names of a diffusers DiT (`DiTTransformer2DModel`, earlier `Transformer2DModel` with norm_type
/// "ada_norm_zero"; as facebook/DiT-XL-2-256 has in `transformer/`) to the published ones of facebookresearch/DiT:
/// query, key and value are joined, and each block's own copy of the timestep and label embedding, which must all be
/// equal, becomes the one of the model. A stored position embedding is left out: it is computed.
///
/// The weights are the published ones, so the model that reads them must be the published one as well. Diffusers' own
/// code spaces the 128 frequencies of the timestep embedding over 127 steps instead of 128 (downscale_freq_shift 1 in
/// CombinedTimestepLabelEmbeddings, 0.42.1): with the weights of the reference case its output is off by 0.66 of 2.9,
/// and by 1e-6 once that is set to 0. Its PixArt-alpha has the published spacing (1.4e-6 of 3.9).
const checkpoint::KeyMap& diffusersDitNames();

/// True when the tensors are named as in a diffusers DiT.
bool hasDiffusersDitNames(const checkpoint::Checkpoint& checkpoint);

/// The checkpoint under the published names, whichever of the two layouts it has.
///
/// @return BadCheckpoint when a diffusers checkpoint is incomplete, or its blocks have different embeddings
Result<checkpoint::Checkpoint> withPublishedDitNames(const checkpoint::Checkpoint& checkpoint);

} // namespace toca::models
