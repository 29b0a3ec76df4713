// SPDX-License-Identifier: Apache-2.0
#include "core/models/dit/dit_layouts.h"

namespace toca::models {

using checkpoint::addLayerRules;
using checkpoint::Checkpoint;
using checkpoint::KeyMap;
using checkpoint::KeyRule;

namespace {

KeyMap makeMap()
{
    const std::string block = "transformer_blocks.*.", embedding = block + "norm1.emb.";
    std::vector<KeyRule> rules;
    addLayerRules(rules, "x_embedder.proj", {"pos_embed.proj"});
    addLayerRules(rules, "t_embedder.mlp.0", {embedding + "timestep_embedder.linear_1"});
    addLayerRules(rules, "t_embedder.mlp.2", {embedding + "timestep_embedder.linear_2"});
    rules.push_back({"y_embedder.embedding_table.weight", {embedding + "class_embedder.embedding_table.weight"}});
    addLayerRules(rules, "blocks.*.adaLN_modulation.1", {block + "norm1.linear"});
    addLayerRules(rules, "blocks.*.attn.qkv", {block + "attn1.to_q", block + "attn1.to_k", block + "attn1.to_v"});
    addLayerRules(rules, "blocks.*.attn.proj", {block + "attn1.to_out.0"});
    addLayerRules(rules, "blocks.*.mlp.fc1", {block + "ff.net.0.proj"});
    addLayerRules(rules, "blocks.*.mlp.fc2", {block + "ff.net.2"});
    addLayerRules(rules, "final_layer.adaLN_modulation.1", {"proj_out_1"});
    addLayerRules(rules, "final_layer.linear", {"proj_out_2"});
    // fuse_qkv_projections leaves the joined layers beside the single ones.
    return KeyMap(
        std::move(rules), {"pos_embed.pos_embed", block + "attn1.to_qkv.weight", block + "attn1.to_qkv.bias"});
}

} // namespace

const KeyMap& diffusersDitNames()
{
    static const KeyMap map = makeMap();
    return map;
}

bool hasDiffusersDitNames(const Checkpoint& checkpoint)
{
    return checkpoint.find("transformer_blocks.0.norm1.emb.class_embedder.embedding_table.weight") != nullptr;
}

Result<Checkpoint> withPublishedDitNames(const Checkpoint& checkpoint)
{
    if (!hasDiffusersDitNames(checkpoint))
        return checkpoint;
    return diffusersDitNames().apply(checkpoint);
}

} // namespace toca::models
