// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"
#include "core/base/expected.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toca::models {

/// Constructor arguments of DiT (facebookresearch/DiT, `models.py`).
struct DitConfig {
    std::int64_t inputSize = 32; ///< rows and columns of the latent
    std::int64_t patchSize = 2;
    std::int64_t inChannels = 4;
    std::int64_t hiddenSize = 1152;
    std::int64_t depth = 28;
    std::int64_t heads = 16;
    double mlpRatio = 4.0;
    std::int64_t classes = 1000;
    bool hasNullClass = true; ///< the label table has a row for "no class": guidance is possible
    bool predictsSigma = true; ///< as many channels again interpolate the variance

    std::int64_t outChannels() const { return predictsSigma ? 2 * inChannels : inChannels; }
    std::int64_t gridSize() const { return inputSize / patchSize; } ///< rows and columns of tokens
    std::int64_t mlpHiddenSize() const { return static_cast<std::int64_t>(static_cast<double>(hiddenSize) * mlpRatio); }

    /// @param fileName only for messages  @return BadFormat
    static Result<DitConfig> fromJson(const nlohmann::json& json, const std::string& fileName);

    /// The sizes that plans depend on; the VAE's part keeps its defaults.
    plan::ModelShape shape() const;
    plan::Geometry geometry(int prompts, int guidanceRows) const;

    bool operator==(const DitConfig&) const = default;
};

/// One of the transformer widths that DiT was published in (arXiv 2212.09748, table 1).
struct PublishedDitSize {
    std::string name; ///< "S", "B", "L", "XL"
    std::int64_t hiddenSize = 0;
    std::int64_t depth = 0;
    std::int64_t heads = 0;
};
const std::vector<PublishedDitSize>& publishedDitSizes();
/// Patch sizes in which each width was published: "DiT-XL/2" is width XL with patch 2.
const std::vector<std::int64_t>& publishedDitPatches();

/// A published model by name. @param name "DiT-XL/2" to "DiT-S/8"  @param pictureSide 256 or 512 pixels, or any
/// multiple of 8 patches  @return nothing for another name
std::optional<DitConfig> publishedDit(const std::string& name, std::int64_t pictureSide);
/// The published width with these sizes: tells the number of heads, which no tensor of a checkpoint shows.
const PublishedDitSize* publishedDitSize(std::int64_t hiddenSize, std::int64_t depth);

} // namespace toca::models
