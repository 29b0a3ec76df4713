// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/router_table.h"

#include <filesystem>

namespace toca::engine {

/// Reads a router as HarmoniCa's training writes it: a PyTorch file {"routers": {"0.prob": [2L], "1.prob": ..}}, or a
/// safetensors file with these tensors. Nothing in it is executed (core/checkpoint/pickle.h).
/// @return what opening a checkpoint returns, or BadCheckpoint naming the tensor that is missing, too many or of a
/// wrong
///         shape
Result<plan::RouterTable> publishedRouter(const std::filesystem::path& path);

} // namespace toca::engine
