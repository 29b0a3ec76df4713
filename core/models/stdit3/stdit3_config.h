// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"
#include "core/base/expected.h"

#include <nlohmann/json_fwd.hpp>

#include <array>
#include <cstdint>
#include <string>

namespace toca::models {

/// Constructor arguments of STDiT3 (Open-Sora v1.2, `transformer/config.json`). Options that only choose between equal
/// computations (flash attention, fused norms, parallelism) or only matter in training are read and ignored.
struct Stdit3Config {
    std::int64_t inputSqSize = 512; ///< side in pixels at which the spatial position scale is 1
    std::int64_t inChannels = 4;
    std::array<std::int64_t, 3> patchSize{1, 2, 2}; ///< (frames, rows, columns)
    std::int64_t hiddenSize = 1152;
    std::int64_t depth = 28; ///< pairs of a spatial and a temporal block
    std::int64_t heads = 16;
    double mlpRatio = 4.0;
    bool predictsSigma = true;
    std::int64_t captionChannels = 4096;
    std::int64_t maxTextTokens = 300;
    bool qkNorm = true;

    std::int64_t outChannels() const { return predictsSigma ? 2 * inChannels : inChannels; }
    std::int64_t headSize() const { return hiddenSize / heads; }
    std::int64_t mlpHiddenSize() const { return static_cast<std::int64_t>(static_cast<double>(hiddenSize) * mlpRatio); }

    /// @param fileName only for messages
    static Result<Stdit3Config> fromJson(const nlohmann::json& json, const std::string& fileName);

    /// The sizes that plans depend on; the VAE's part keeps its defaults.
    plan::ModelShape shape() const;
    /// Geometry of one call, from the latent's size. @param latentFrames, latentHeight, latentWidth before patching
    plan::Geometry geometry(std::int64_t latentFrames, std::int64_t latentHeight, std::int64_t latentWidth,
        std::int64_t textTokens, int prompts, int guidanceRows) const;
};

} // namespace toca::models
