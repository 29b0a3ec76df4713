// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"
#include "core/models/stdit3/stdit3.h"

namespace toca::training {

/// The configuration of the same transformer on smaller patches: positions keep their distance in pixels.
/// @param patch rows and columns of the latent in one token; divides the present patch
/// @return InvalidArgument
Result<models::Stdit3Config> finerConfig(const models::Stdit3Config& coarse, std::int64_t patch);

/// Begins a transformer on smaller patches with the weights of one on larger ones, so that it need not learn everything
/// again: all blocks are taken over. A patch of even content is embedded as before, and each token predicts the mean of
/// what the larger one predicted for its pixels; the rest is left to training.
/// @pre `fine` was made from `finerConfig` of the configuration of `coarse`
void takeOverWeights(const models::Stdit3& coarse, models::Stdit3& fine);

} // namespace toca::training
