// SPDX-License-Identifier: Apache-2.0
#include "core/models/pixart/pixart_config.h"

#include "core/checkpoint/json_config.h"

#include <algorithm>

namespace toca::models {
namespace {

using checkpoint::ConfigReader;

// The upper limits are several times those of the published models (PixArt-XL/2).
constexpr std::int64_t kMaxWidth = 1 << 16;
constexpr std::int64_t kMaxDepth = 512;
/// Latent side of the 1024 model, the only one that is told its picture's size.
constexpr std::int64_t kSizeConditionedSide = 128;
/// Latent side from which on models take every aspect ratio.
constexpr std::int64_t kAnyAspectSide = 64;

void readPublished(ConfigReader& reader, PixartConfig& config)
{
    config.inputSize = reader.integer("input_size", 32, 1, 1 << 14);
    config.hiddenSize = reader.integer("hidden_size", 1152, 4, kMaxWidth);
    config.depth = reader.integer("depth", 28, 1, kMaxDepth);
    config.heads = reader.integer("num_heads", 16, 1, 1024);
    config.mlpRatio = reader.number("mlp_ratio", 4.0, 0.01, 64);
    config.predictsSigma = reader.boolean("pred_sigma", true);
    config.maxTextTokens = reader.integer("model_max_length", 120, 1, 1 << 16);
    config.leweiScale = reader.number("lewei_scale", 1.0, 1e-3, 1e3);
    config.hasSizeConditions = reader.boolean("micro_condition", false);
    if (reader.boolean("use_rel_pos", false) || reader.integer("window_size", 0, 0, 1 << 14) > 0)
        reader.addProblem("window_size", "and 'use_rel_pos' must be off: no published model attends in windows");
}

void readDiffusers(ConfigReader& reader, PixartConfig& config)
{
    config.inputSize = reader.integer("sample_size", ConfigReader::kRequired, 1, 1 << 14);
    config.heads = reader.integer("num_attention_heads", 16, 1, 1024);
    config.hiddenSize = config.heads * reader.integer("attention_head_dim", 72, 1, 1024);
    config.depth = reader.integer("num_layers", 28, 1, kMaxDepth);
    config.leweiScale = reader.number(
        "interpolation_scale", static_cast<double>(std::max<std::int64_t>(config.inputSize / 64, 1)), 1e-3, 1e3);
    config.hasSizeConditions = reader.boolean("use_additional_conditions", config.inputSize == kSizeConditionedSide);
    const std::int64_t out = reader.integer("out_channels", 2 * config.inChannels, 1, 8192);
    config.predictsSigma = out != config.inChannels;
    if (out != config.outChannels())
        reader.addProblem("out_channels", "must be 'in_channels' or twice as many");
    if (config.hiddenSize > kMaxWidth)
        reader.addProblem("attention_head_dim", "makes the model wider than " + std::to_string(kMaxWidth));
    if (reader.integer("cross_attention_dim", config.hiddenSize, 1, 1 << 20) != config.hiddenSize)
        reader.addProblem("cross_attention_dim", "must be 'num_attention_heads' times 'attention_head_dim'");
    reader.string("norm_type", "ada_norm_single", {"ada_norm_single"});
}

} // namespace

Result<PixartConfig> PixartConfig::fromJson(const nlohmann::json& json, const std::string& fileName)
{
    ConfigReader reader(json, fileName);
    PixartConfig config;
    config.inChannels = reader.integer("in_channels", 4, 1, 4096);
    config.patchSize = reader.integer("patch_size", 2, 1, 64);
    config.captionChannels = reader.integer("caption_channels", 4096, 1, kMaxWidth);
    if (reader.has("attention_head_dim"))
        readDiffusers(reader, config);
    else
        readPublished(reader, config);
    if (config.hiddenSize % config.heads != 0)
        reader.addProblem("num_heads", "must divide 'hidden_size'");
    if (config.hiddenSize % 4 != 0)
        reader.addProblem("hidden_size", "must be a multiple of 4 (position embedding)");
    if (config.hasSizeConditions && config.hiddenSize % 3 != 0)
        reader.addProblem("hidden_size", "must be a multiple of 3 where picture sizes are embedded");
    if (config.inputSize < config.patchSize)
        reader.addProblem("input_size", "must be at least 'patch_size'");
    if (config.mlpHiddenSize() < 1)
        reader.addProblem("mlp_ratio", "leaves no hidden units");
    if (const auto done = reader.finish(); !done)
        return unexpected(done.error());
    return config;
}

plan::ModelShape PixartConfig::shape() const
{
    plan::ModelShape shape;
    shape.family = "pixart";
    shape.hiddenSize = hiddenSize;
    shape.heads = heads;
    shape.depth = depth;
    shape.mlpRatio = mlpRatio;
    shape.inChannels = inChannels;
    shape.outChannels = outChannels();
    shape.patch = {1, patchSize, patchSize};
    shape.captionChannels = captionChannels;
    shape.maxTextTokens = maxTextTokens;
    shape.latentSide = inputSize < kAnyAspectSide ? inputSize : 0;
    shape.hasSizeConditions = hasSizeConditions;
    return shape;
}

plan::Geometry PixartConfig::geometry(
    std::int64_t latentHeight, std::int64_t latentWidth, std::int64_t textTokens, int prompts, int guidanceRows) const
{
    const auto patches = [this](std::int64_t size) { return (size + patchSize - 1) / patchSize; };
    return plan::geometryOf(
        shape(), {1, patches(latentHeight), patches(latentWidth)}, textTokens, prompts, guidanceRows);
}

} // namespace toca::models
