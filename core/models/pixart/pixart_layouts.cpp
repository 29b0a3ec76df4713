// SPDX-License-Identifier: Apache-2.0
#include "core/models/pixart/pixart_layouts.h"

namespace toca::models {

using checkpoint::addLayerRules;
using checkpoint::Checkpoint;
using checkpoint::KeyMap;
using checkpoint::KeyRule;

namespace {

/// The two layers of an embedding of numbers.
void addEmbedder(std::vector<KeyRule>& rules, const std::string& name, const std::string& source)
{
    addLayerRules(rules, name + ".mlp.0", {"adaln_single.emb." + source + ".linear_1"});
    addLayerRules(rules, name + ".mlp.2", {"adaln_single.emb." + source + ".linear_2"});
}

KeyMap makeMap()
{
    const std::string block = "transformer_blocks.*.";
    std::vector<KeyRule> rules;
    addLayerRules(rules, "x_embedder.proj", {"pos_embed.proj"});
    addEmbedder(rules, "t_embedder", "timestep_embedder");
    addEmbedder(rules, "csize_embedder", "resolution_embedder"); // 1024 pixels only
    addEmbedder(rules, "ar_embedder", "aspect_ratio_embedder");
    addLayerRules(rules, "t_block.1", {"adaln_single.linear"});
    addLayerRules(rules, "y_embedder.y_proj.fc1", {"caption_projection.linear_1"});
    addLayerRules(rules, "y_embedder.y_proj.fc2", {"caption_projection.linear_2"});
    rules.push_back({"blocks.*.scale_shift_table", {block + "scale_shift_table"}});
    addLayerRules(rules, "blocks.*.attn.qkv", {block + "attn1.to_q", block + "attn1.to_k", block + "attn1.to_v"});
    addLayerRules(rules, "blocks.*.attn.proj", {block + "attn1.to_out.0"});
    addLayerRules(rules, "blocks.*.cross_attn.q_linear", {block + "attn2.to_q"});
    addLayerRules(rules, "blocks.*.cross_attn.kv_linear", {block + "attn2.to_k", block + "attn2.to_v"});
    addLayerRules(rules, "blocks.*.cross_attn.proj", {block + "attn2.to_out.0"});
    addLayerRules(rules, "blocks.*.mlp.fc1", {block + "ff.net.0.proj"});
    addLayerRules(rules, "blocks.*.mlp.fc2", {block + "ff.net.2"});
    addLayerRules(rules, "final_layer.linear", {"proj_out"});
    rules.push_back({"final_layer.scale_shift_table", {"scale_shift_table"}});
    // fuse_qkv_projections leaves the joined layers beside the single ones.
    return KeyMap(std::move(rules),
        {"pos_embed.pos_embed", block + "attn1.to_qkv.weight", block + "attn1.to_qkv.bias",
            block + "attn2.to_kv.weight", block + "attn2.to_kv.bias"});
}

} // namespace

const KeyMap& diffusersPixartNames()
{
    static const KeyMap map = makeMap();
    return map;
}

bool hasDiffusersPixartNames(const Checkpoint& checkpoint)
{
    return checkpoint.find("adaln_single.linear.weight") && checkpoint.find("caption_projection.linear_1.weight");
}

Result<Checkpoint> withPublishedPixartNames(const Checkpoint& checkpoint)
{
    if (!hasDiffusersPixartNames(checkpoint))
        return checkpoint;
    return diffusersPixartNames().apply(checkpoint);
}

} // namespace toca::models
