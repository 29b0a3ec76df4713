// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"
#include "core/base/expected.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace toca::models {

/// Constructor arguments of PixArt-alpha (Chen et al., arXiv 2310.00426), in the names of the published code or of a
/// diffusers `transformer/config.json`. Options that only matter in training are read and ignored.
struct PixartConfig {
    std::int64_t inputSize = 32; ///< rows and columns of the latent that the model was trained around
    std::int64_t patchSize = 2;
    std::int64_t inChannels = 4;
    std::int64_t hiddenSize = 1152;
    std::int64_t depth = 28;
    std::int64_t heads = 16;
    double mlpRatio = 4.0;
    bool predictsSigma = true;
    std::int64_t captionChannels = 4096;
    std::int64_t maxTextTokens = 120;
    double leweiScale = 1.0; ///< stretches the position embedding: 1 up to 512 pixels, 2 for 1024
    bool hasSizeConditions = false; ///< picture size and aspect ratio are embedded with the timestep (PixArtMS, 1024)

    std::int64_t outChannels() const { return predictsSigma ? 2 * inChannels : inChannels; }
    std::int64_t baseSize() const { return inputSize / patchSize; } ///< token rows of a square picture
    std::int64_t mlpHiddenSize() const { return static_cast<std::int64_t>(static_cast<double>(hiddenSize) * mlpRatio); }

    /// @param fileName only for messages
    static Result<PixartConfig> fromJson(const nlohmann::json& json, const std::string& fileName);

    /// The sizes that plans depend on; the VAE's part keeps its defaults.
    plan::ModelShape shape() const;
    /// Geometry of one call, from the latent's size. @param latentHeight, latentWidth before patching
    plan::Geometry geometry(std::int64_t latentHeight, std::int64_t latentWidth, std::int64_t textTokens, int prompts,
        int guidanceRows) const;
};

} // namespace toca::models
