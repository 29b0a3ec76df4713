// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"
#include "core/api/generation_request.h"

#include <string>

namespace toca::app {

/// Request, geometry, totals and a table of the steps.
std::string traceText(const plan::TraceFile& file);
/// The same as JSON (docs/cli.md).
std::string traceJson(const plan::TraceFile& file);

/// A request that came out of a file, which may hold anything: its lines for people and how to run it again.
std::string requestText(const std::string& requestJson);
/// The `toca generate` command that repeats a request.
std::string commandOf(const GenerationRequest& request);

} // namespace toca::app
