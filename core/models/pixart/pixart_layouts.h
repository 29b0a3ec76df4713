// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/key_map.h"

namespace toca::models {

/// The names of a diffusers PixArt-alpha (`PixArtTransformer2DModel`, earlier `Transformer2DModel` with norm_type
/// "ada_norm_single"; as PixArt-alpha/PixArt-XL-2-1024-MS has in `transformer/`) to the published ones, in the order of
/// the project's own conversion (tools/convert_pixart_alpha_to_diffusers.py): query, key and value of self-attention
/// are joined, and key and value of cross-attention. Diffusers has no embedding of "no caption":
/// `y_embedder.y_embedding` is not there afterwards, since its pipelines encode the empty text instead.
const checkpoint::KeyMap& diffusersPixartNames();

/// True when the tensors are named as in a diffusers PixArt-alpha.
bool hasDiffusersPixartNames(const checkpoint::Checkpoint& checkpoint);

/// The checkpoint under the published names, whichever of the two layouts it has.
///
/// @return BadCheckpoint when a diffusers checkpoint is incomplete
Result<checkpoint::Checkpoint> withPublishedPixartNames(const checkpoint::Checkpoint& checkpoint);

} // namespace toca::models
