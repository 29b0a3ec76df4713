// SPDX-License-Identifier: Apache-2.0
#include "core/models/stdit3/stdit3_config.h"

#include "core/checkpoint/json_config.h"

namespace toca::models {

Result<Stdit3Config> Stdit3Config::fromJson(const nlohmann::json& json, const std::string& fileName)
{
    // The upper limits are several times those of the published model (STDiT3-XL/2).
    checkpoint::ConfigReader reader(json, fileName);
    Stdit3Config config;
    config.inputSqSize = reader.integer("input_sq_size", 512, 1, 1 << 20);
    config.inChannels = reader.integer("in_channels", 4, 1, 4096);
    const auto patch = reader.integerList("patch_size", std::vector<std::int64_t>{1, 2, 2}, 1, 64, 3, 3);
    config.hiddenSize = reader.integer("hidden_size", 1152, 4, 1 << 16);
    config.depth = reader.integer("depth", 28, 1, 512);
    config.heads = reader.integer("num_heads", 16, 1, 1024);
    config.mlpRatio = reader.number("mlp_ratio", 4.0, 0.01, 64);
    config.predictsSigma = reader.boolean("pred_sigma", true);
    config.captionChannels = reader.integer("caption_channels", 4096, 1, 1 << 16);
    config.maxTextTokens = reader.integer("model_max_length", 300, 1, 1 << 16);
    config.qkNorm = reader.boolean("qk_norm", true);
    const bool skipsCaptionMlp = reader.boolean("skip_y_embedder", false);
    if (config.hiddenSize % config.heads != 0 || config.hiddenSize / config.heads % 2 != 0)
        reader.addProblem("num_heads", "must divide 'hidden_size' into heads of even width");
    if (config.hiddenSize % 4 != 0)
        reader.addProblem("hidden_size", "must be a multiple of 4 (position embedding)");
    if (config.mlpHiddenSize() < 1)
        reader.addProblem("mlp_ratio", "leaves no hidden units");
    if (const auto done = reader.finish(); !done)
        return unexpected(done.error());
    if (skipsCaptionMlp)
        return unexpected(ErrorCode::Unsupported,
            fileName
                + ": 'skip_y_embedder' is set, but only models that project their captions themselves are supported.");
    config.patchSize = {patch[0], patch[1], patch[2]};
    return config;
}

plan::ModelShape Stdit3Config::shape() const
{
    plan::ModelShape shape;
    shape.family = "stdit3";
    shape.hiddenSize = hiddenSize;
    shape.heads = heads;
    shape.depth = depth;
    shape.mlpRatio = mlpRatio;
    shape.inChannels = inChannels;
    shape.outChannels = outChannels();
    shape.patch = patchSize;
    shape.captionChannels = captionChannels;
    shape.maxTextTokens = maxTextTokens;
    return shape;
}

plan::Geometry Stdit3Config::geometry(std::int64_t latentFrames, std::int64_t latentHeight, std::int64_t latentWidth,
    std::int64_t textTokens, int prompts, int guidanceRows) const
{
    const auto patches = [](std::int64_t size, std::int64_t patch) { return (size + patch - 1) / patch; };
    const plan::TokenGrid grid{
        patches(latentFrames, patchSize[0]), patches(latentHeight, patchSize[1]), patches(latentWidth, patchSize[2])};
    return plan::geometryOf(shape(), grid, textTokens, prompts, guidanceRows);
}

} // namespace toca::models
