// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

namespace toca::plan {

/// PAB, Pyramid Attention Broadcast (arXiv 2408.12588): inside a window of timesteps an attention's output is broadcast
/// to the following steps, cross-attention's over more steps than temporal attention's, and that over more than spatial
/// attention's. The published code is VideoSys' pab_mgr.py.
PolicyEntry pabPolicyEntry();

} // namespace toca::plan
