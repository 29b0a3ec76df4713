// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/key_map.h"

namespace toca::models {

/// The names of a diffusers DiT (`DiTTransformer2DModel`, earlier `Transformer2DModel` with norm_type
/// "ada_norm_zero"; as facebook/DiT-XL-2-256 has in `transformer/`) to the published ones of facebookresearch/DiT:
/// query, key and value are joined, and each block's own copy of the timestep and label embedding, which must all be
/// equal, becomes the one of the model. A stored position embedding is left out: it is computed.
const checkpoint::KeyMap& diffusersDitNames();

/// True when the tensors are named as in a diffusers DiT.
bool hasDiffusersDitNames(const checkpoint::Checkpoint& checkpoint);

/// The checkpoint under the published names, whichever of the two layouts it has.
///
/// @return BadCheckpoint when a diffusers checkpoint is incomplete, or its blocks have different embeddings
Result<checkpoint::Checkpoint> withPublishedDitNames(const checkpoint::Checkpoint& checkpoint);

} // namespace toca::models
