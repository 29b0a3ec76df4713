// SPDX-License-Identifier: Apache-2.0
#include "core/models/dit/dit_config.h"

#include "core/checkpoint/json_config.h"

#include <algorithm>

namespace toca::models {

namespace {

using checkpoint::ConfigReader;

void readPublished(ConfigReader& reader, DitConfig& config)
{
    config.inputSize = reader.integer("input_size", 32, 1, 4096);
    config.hiddenSize = reader.integer("hidden_size", 1152, 4, 1 << 16);
    config.depth = reader.integer("depth", 28, 1, 512);
    config.heads = reader.integer("num_heads", 16, 1, 1024);
    config.mlpRatio = reader.number("mlp_ratio", 4.0, 0.01, 64);
    config.classes = reader.integer("num_classes", 1000, 1, 1 << 16);
    config.hasNullClass = reader.number("class_dropout_prob", 0.1, 0, 1) > 0;
    config.predictsSigma = reader.boolean("learn_sigma", true);
}

/// diffusers' DiTTransformer2DModel, or Transformer2DModel with "ada_norm_zero".
void readDiffusers(ConfigReader& reader, DitConfig& config)
{
    config.inputSize = reader.integer("sample_size", ConfigReader::kRequired, 1, 4096);
    config.heads = reader.integer("num_attention_heads", 16, 1, 1024);
    config.hiddenSize = config.heads * reader.integer("attention_head_dim", 72, 1, 64);
    config.depth = reader.integer("num_layers", 28, 1, 512);
    config.classes = reader.integer("num_embeds_ada_norm", 1000, 1, 1 << 16);
    const std::int64_t out = reader.integer("out_channels", 2 * config.inChannels, 1, 8192);
    config.predictsSigma = out != config.inChannels;
    if (out != config.outChannels())
        reader.addProblem("out_channels", "must be 'in_channels' or twice as many");
    reader.string("norm_type", "ada_norm_zero", {"ada_norm_zero"});
}

} // namespace

Result<DitConfig> DitConfig::fromJson(const nlohmann::json& json, const std::string& fileName)
{
    // The upper limits are several times those of the largest published model (DiT-XL/2 at 512 pixels).
    checkpoint::ConfigReader reader(json, fileName);
    DitConfig config;
    config.patchSize = reader.integer("patch_size", 2, 1, 64);
    config.inChannels = reader.integer("in_channels", 4, 1, 4096);
    if (reader.has("attention_head_dim"))
        readDiffusers(reader, config);
    else
        readPublished(reader, config);
    if (config.inputSize % config.patchSize != 0)
        reader.addProblem("input_size", "must be a multiple of 'patch_size'");
    if (config.hiddenSize % config.heads != 0)
        reader.addProblem("num_heads", "must divide 'hidden_size'");
    if (config.hiddenSize % 4 != 0)
        reader.addProblem("hidden_size", "must be a multiple of 4 (position embedding)");
    if (config.mlpHiddenSize() < 1)
        reader.addProblem("mlp_ratio", "leaves no hidden units");
    if (const auto done = reader.finish(); !done)
        return unexpected(done.error());
    return config;
}

plan::ModelShape DitConfig::shape() const
{
    plan::ModelShape shape;
    shape.family = "dit";
    shape.hiddenSize = hiddenSize;
    shape.heads = heads;
    shape.depth = depth;
    shape.mlpRatio = mlpRatio;
    shape.inChannels = inChannels;
    shape.outChannels = outChannels();
    shape.patch = {1, patchSize, patchSize};
    shape.classes = classes;
    shape.latentSide = inputSize;
    return shape;
}

plan::Geometry DitConfig::geometry(int prompts, int guidanceRows) const
{
    return plan::geometryOf(shape(), {1, gridSize(), gridSize()}, /*textTokens=*/0, prompts, guidanceRows);
}

const std::vector<PublishedDitSize>& publishedDitSizes()
{
    static const std::vector<PublishedDitSize> sizes{
        {"S", 384, 12, 6},
        {"B", 768, 12, 12},
        {"L", 1024, 24, 16},
        {"XL", 1152, 28, 16},
    };
    return sizes;
}

const std::vector<std::int64_t>& publishedDitPatches()
{
    static const std::vector<std::int64_t> patches{2, 4, 8};
    return patches;
}

std::optional<DitConfig> publishedDit(const std::string& name, std::int64_t pictureSide)
{
    constexpr std::int64_t kVaeFactor = 8;
    for (const auto& size : publishedDitSizes())
        for (const std::int64_t patch : publishedDitPatches())
            if (name == "DiT-" + size.name + "/" + std::to_string(patch)) {
                if (pictureSide <= 0 || pictureSide % (kVaeFactor * patch) != 0)
                    return std::nullopt;
                DitConfig config;
                config.inputSize = pictureSide / kVaeFactor;
                config.patchSize = patch;
                config.hiddenSize = size.hiddenSize;
                config.depth = size.depth;
                config.heads = size.heads;
                return config;
            }
    return std::nullopt;
}

const PublishedDitSize* publishedDitSize(std::int64_t hiddenSize, std::int64_t depth)
{
    const auto& sizes = publishedDitSizes();
    const auto found = std::find_if(sizes.begin(), sizes.end(),
        [&](const PublishedDitSize& size) { return size.hiddenSize == hiddenSize && size.depth == depth; });
    return found == sizes.end() ? nullptr : &*found;
}

} // namespace toca::models
