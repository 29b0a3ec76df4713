// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <cstdint>

namespace toca::engine {

/// Bytes of activations that one evaluation of the transformer holds at its peak, in float32.
std::int64_t transformerBytes(const plan::Geometry& geometry);

/// Bytes that a run's trace will take. @param selectionRows see plan::Trace
std::int64_t traceBytes(const plan::Plan& plan, int selectionRows, plan::TraceLevel level);

} // namespace toca::engine
