// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/generation_request.h"

#include <initializer_list>

namespace toca::engine {

// What pipelines check of a request alike. All return InvalidArgument with what would be valid.

/// Width and height are multiples of `pixels`.
Result<void> checkMultiple(const GenerationRequest& request, std::int64_t pixels);
/// No class is named: for models without classes.
Result<void> checkNoClass(const GenerationRequest& request);
/// The sampler is the model's own ("") or one of these.
Result<void> checkSampler(const GenerationRequest& request, std::initializer_list<const char*> known);

} // namespace toca::engine
