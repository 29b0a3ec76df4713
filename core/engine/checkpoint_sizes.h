// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/model_parts.h"
#include "core/models/dit/dit_config.h"
#include "core/models/pixart/pixart_config.h"

namespace toca::engine {

// The constructor arguments of a transformer whose checkpoint came without a config: read from the shapes of its
// tensors, under the published names. The number of heads stands in no tensor; it is known for published sizes.

/// @param part with published or diffusers names; its config.json decides where there is one
/// @return BadCheckpoint naming the tensor that is missing or has a shape of no such model
Result<models::DitConfig> ditConfigOf(const FoundPart& part);
Result<models::PixartConfig> pixartConfigOf(const FoundPart& part);

} // namespace toca::engine
