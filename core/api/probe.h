// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/token_mask.h"
#include "core/api/engine.h"

#include <vector>

namespace toca {

enum class ProbeMode : std::uint8_t {
    KeepFresh, ///< the tokens are computed at every site of the range
    KeepStale, ///< they are reused there, wherever an output is stored
};
const char* probeModeName(ProbeMode mode); ///< "fresh", "stale"

/// "What if these tokens had been computed (or not) here?" An empty mask changes nothing.
struct ProbeEdit {
    plan::TokenMask mask;
    ProbeMode mode = ProbeMode::KeepStale;
    int firstStep = 0, lastStep = 0; ///< both included
    int firstLayer = 0, lastLayer = 0; ///< both included

    bool operator==(const ProbeEdit&) const = default;
};

struct ProbeRequest {
    GenerationRequest request; ///< the run that is probed
    ProbeEdit edit;
};

/// The run with the edit, and what it damaged against the run without.
struct ProbeResult {
    std::shared_ptr<const RunResult> original; ///< made now unless the engine still had it
    RunResult edited; ///< its trace holds the original's decisions before `restartedAt`
    int restartedAt = 0; ///< the last step before the edit at which the whole state is known
    plan::TokenGrid grid;
    std::vector<float> tokenDamage; ///< per token ||d|| / r: d the final latent's change, r its RMS norm per token
    std::vector<double> frameRmse; ///< per frame, 8-bit RGB
    double latentRelativeError = 0; ///< ||d|| / ||original||
    std::int64_t computedTokens = 0, originalTokens = 0; ///< token computations in the range, of one row
    bool isIdentical = false; ///< the same clip and latent, bit for bit
};

/// Change of a latent per token, relative to the RMS norm of a token of the original.
/// @param shape (C, T, H, W), patches of the grid cover it  @return N values; empty where sizes do not fit
std::vector<float> tokenDamage(const std::vector<float>& edited, const std::vector<float>& original,
    const std::vector<std::int64_t>& shape, const plan::TokenGrid& grid);

} // namespace toca
