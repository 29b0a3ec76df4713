// SPDX-License-Identifier: Apache-2.0
#include "core/engine/checkpoint_sizes.h"

#include <cmath>

namespace toca::engine {
namespace {

/// Reads sizes out of tensor shapes and keeps the first thing that does not fit.
class Sizes {
public:
    explicit Sizes(const FoundPart& part)
        : m_part(part)
    {
    }

    /// Size `axis` of a tensor with `dimensions` axes. 0 after a failure.
    std::int64_t of(const std::string& name, std::size_t dimensions, std::size_t axis)
    {
        const auto* tensor = m_part.checkpoint.find(name);
        if (!tensor || tensor->shape.size() != dimensions) {
            fail("it has no tensor '" + name + "' with " + std::to_string(dimensions) + " axes");
            return 0;
        }
        return tensor->shape[axis];
    }
    bool has(const std::string& name) const { return m_part.checkpoint.find(name) != nullptr; }
    /// Blocks "blocks.0.", "blocks.1.", ...
    std::int64_t depth(const std::string& tensorOfBlock) const
    {
        std::int64_t blocks = 0;
        while (blocks < kMostBlocks && has("blocks." + std::to_string(blocks) + "." + tensorOfBlock))
            ++blocks;
        return blocks;
    }
    /// Side of a square grid of `tokens`; fails when they form none.
    std::int64_t side(std::int64_t tokens)
    {
        const auto root =
            static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(std::max<std::int64_t>(tokens, 0)))));
        if (root * root != tokens)
            fail("its position embedding has " + std::to_string(tokens) + " tokens, which form no square");
        return root;
    }
    void fail(const std::string& what)
    {
        if (m_result)
            m_result = unexpected(ErrorCode::BadCheckpoint,
                quoted(m_part.path) + " looks like a " + partKindName(m_part.kind) + ", but " + what
                    + ". Put the config.json that belongs to it into the same folder, or choose a complete "
                      "checkpoint.");
    }
    const Result<void>& result() const { return m_result; }

private:
    static constexpr std::int64_t kMostBlocks = 1024;
    const FoundPart& m_part;
    Result<void> m_result;
};

/// What DiT and PixArt share.
template <class Config>
void readCommon(Sizes& sizes, Config& config)
{
    config.hiddenSize = sizes.of("x_embedder.proj.weight", 4, 0);
    config.inChannels = sizes.of("x_embedder.proj.weight", 4, 1);
    config.patchSize = sizes.of("x_embedder.proj.weight", 4, 2);
    config.depth = sizes.depth("attn.qkv.weight");
    const std::int64_t hidden = sizes.of("blocks.0.mlp.fc1.weight", 2, 0);
    if (!sizes.result())
        return;
    if (config.hiddenSize < 1 || config.patchSize < 1 || config.inChannels < 1 || config.depth < 1)
        return sizes.fail("one of its sizes is 0");
    config.mlpRatio = static_cast<double>(hidden) / static_cast<double>(config.hiddenSize);
    if (sizes.has("pos_embed"))
        config.inputSize = sizes.side(sizes.of("pos_embed", 3, 1)) * config.patchSize;
    const std::int64_t outputs = sizes.of("final_layer.linear.weight", 2, 0);
    const std::int64_t channels = outputs / (config.patchSize * config.patchSize);
    config.predictsSigma = channels == 2 * config.inChannels;
    if (channels * config.patchSize * config.patchSize != outputs
        || (!config.predictsSigma && channels != config.inChannels))
        sizes.fail("its final layer makes " + std::to_string(outputs) + " values of a patch");
    const auto* published = models::publishedDitSize(config.hiddenSize, config.depth);
    if (!published)
        return sizes.fail("the number of its attention heads is not known: a width of "
            + std::to_string(config.hiddenSize) + " with " + std::to_string(config.depth)
            + " blocks is no published size");
    config.heads = published->heads;
}

} // namespace

Result<models::DitConfig> ditConfigOf(const FoundPart& part)
{
    if (part.config)
        return models::DitConfig::fromJson(*part.config, part.configName);
    Sizes sizes(part);
    models::DitConfig config;
    readCommon(sizes, config);
    // One row more than classes: every published model was trained with dropped labels.
    config.classes = sizes.of("y_embedder.embedding_table.weight", 2, 0) - 1;
    if (sizes.result() && config.classes < 1)
        sizes.fail("its table of classes is empty");
    if (!sizes.result())
        return unexpected(sizes.result().error());
    return config;
}

Result<models::PixartConfig> pixartConfigOf(const FoundPart& part)
{
    if (part.config)
        return models::PixartConfig::fromJson(*part.config, part.configName);
    Sizes sizes(part);
    models::PixartConfig config;
    readCommon(sizes, config);
    config.captionChannels = sizes.of("y_embedder.y_proj.fc1.weight", 2, 1);
    config.maxTextTokens = sizes.of("y_embedder.y_embedding", 2, 0);
    config.hasSizeConditions = sizes.has("csize_embedder.mlp.0.weight");
    config.leweiScale = config.hasSizeConditions ? 2.0 : 1.0; // the published 1024 model
    if (!sizes.result())
        return unexpected(sizes.result().error());
    return config;
}

} // namespace toca::engine
