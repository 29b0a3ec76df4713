// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"

#include <string>
#include <vector>

namespace toca::checkpoint {

/// How one tensor of the wanted layout is made of stored ones. A '*' stands for a number, such as a block's.
struct KeyRule {
    /// "blocks.*.attn.qkv.weight"
    std::string name;
    /// "transformer_blocks.*.attn1.to_q.weight", ..: with the same number as in `name`; several are joined along their
    /// first dimension, in this order. When only the source has a '*', the stored tensors are copies of one: they must
    /// be equal, and the one with the lowest number is read.
    std::vector<std::string> sources;
};

/// Adds the rules of a layer's weight and bias, each made of those of `sources`.
void addLayerRules(std::vector<KeyRule>& rules, const std::string& name, const std::vector<std::string>& sources);

/// The translation of a checkpoint's names from one layout to another.
///
///     const KeyMap map({{"blocks.*.attn.qkv.weight", {"layers.*.q.weight", "layers.*.k.weight", "layers.*.v.weight"}},
///                       {"head.bias", {"head.bias"}}}, {"layers.*.buffer"});
///     const auto official = map.apply(stored);
class KeyMap {
public:
    /// @param ignored  stored tensors that have no counterpart; '*' as above
    KeyMap(std::vector<KeyRule> rules, std::vector<std::string> ignored);

    /// The checkpoint under the wanted names, sharing its files. Stored tensors that no rule names keep their names, so
    /// that loading reports them. A rule without any of its sources is left out, so that loading reports its tensor as
    /// missing.
    ///
    /// @return BadCheckpoint naming the tensor: a source of a joined tensor is missing or does not fit, copies differ,
    /// or two tensors get one name; Io
    Result<Checkpoint> apply(const Checkpoint& checkpoint) const;

private:
    std::vector<KeyRule> m_rules;
    std::vector<std::string> m_ignored;
};

} // namespace toca::checkpoint
