// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/caching_session.h"
#include "cache/exec/ops/plain_operations.h"
#include "core/models/layers/activation_recorder.h"

namespace toca::models {

/// As CachingSession::perTimestep. While activations are recorded, only the running evaluation is computed: they are
/// compared with those of an implementation that computes one.
template <class Compute>
torch::Tensor perTimestep(
    cache::CachingSession& session, const char* name, const torch::Tensor& timestep, const Compute& compute)
{
    const bool isAlone = ActivationRecorder::current() || cache::PlainOperations::areWanted();
    return isAlone ? compute(timestep) : session.perTimestep(name, timestep, compute);
}

} // namespace toca::models
