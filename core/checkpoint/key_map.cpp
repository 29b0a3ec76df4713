// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/key_map.h"

#include "core/base/printable.h"

#include <torch/types.h>

#include <algorithm>
#include <cstring>
#include <set>

namespace toca::checkpoint {

namespace {

constexpr std::size_t kMaximumDigits = 9;

/// The number that '*' stands for when `name` is of this pattern; without '*' in it, "" when they are equal.
std::optional<std::string> matched(std::string_view pattern, std::string_view name)
{
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos)
        return pattern == name ? std::optional<std::string>("") : std::nullopt;
    const std::string_view before = pattern.substr(0, star), after = pattern.substr(star + 1);
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after))
        return std::nullopt;
    const std::string_view digits = name.substr(before.size(), name.size() - before.size() - after.size());
    const bool isNumber = digits.size() <= kMaximumDigits
        && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    return isNumber ? std::optional<std::string>(digits) : std::nullopt;
}

std::string filledIn(const std::string& pattern, const std::string& number)
{
    std::string name = pattern;
    if (const std::size_t star = name.find('*'); star != std::string::npos)
        name.replace(star, 1, number);
    return name;
}

bool isEqual(const torch::Tensor& a, const torch::Tensor& b)
{
    if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes())
        return false;
    const auto first = a.contiguous(), second = b.contiguous();
    return first.nbytes() == 0 || std::memcmp(first.const_data_ptr(), second.const_data_ptr(), first.nbytes()) == 0;
}

} // namespace

void addLayerRules(std::vector<KeyRule>& rules, const std::string& name, const std::vector<std::string>& sources)
{
    for (const char* part : {".weight", ".bias"}) {
        KeyRule rule{name + part, {}};
        for (const std::string& source : sources)
            rule.sources.push_back(source + part);
        rules.push_back(std::move(rule));
    }
}

KeyMap::KeyMap(std::vector<KeyRule> rules, std::vector<std::string> ignored)
    : m_rules(std::move(rules))
    , m_ignored(std::move(ignored))
{
}

Result<Checkpoint> KeyMap::apply(const Checkpoint& checkpoint) const
{
    std::vector<JoinedTensor> tensors;
    std::set<std::string, std::less<>> used;
    for (const KeyRule& rule : m_rules) {
        // Numbers for which there is a source at all, as (digits, text) so that 9 comes before 10.
        std::set<std::pair<std::size_t, std::string>> numbers;
        for (const TensorInfo& info : checkpoint.tensors()) {
            for (const std::string& source : rule.sources) {
                if (const auto number = matched(source, info.name)) {
                    numbers.insert({number->size(), *number});
                    used.insert(info.name);
                }
            }
        }
        const bool areCopies = rule.name.find('*') == std::string::npos;
        for (auto at = numbers.begin(); at != numbers.end(); ++at) {
            JoinedTensor joined{filledIn(rule.name, at->second), {}};
            for (const std::string& source : rule.sources)
                joined.sources.push_back(filledIn(source, at->second));
            if (!areCopies || at == numbers.begin()) {
                tensors.push_back(std::move(joined));
                continue;
            }
            if (auto whole = checkpoint.checkFiles(); !whole)
                return unexpected(whole.error());
            for (std::size_t i = 0; i < joined.sources.size(); ++i) {
                const std::string& first = tensors.back().sources[i];
                if (!checkpoint.find(first) || !checkpoint.find(joined.sources[i])
                    || !isEqual(checkpoint.tensor(first), checkpoint.tensor(joined.sources[i])))
                    return unexpected(ErrorCode::BadCheckpoint,
                        quotedPath(checkpoint.path().string()) + ": tensors " + printable(first) + " and "
                            + printable(joined.sources[i]) + " differ, but " + printable(rule.name)
                            + " can only be one. Use a checkpoint that was trained with one for all blocks.");
            }
        }
    }
    for (const TensorInfo& info : checkpoint.tensors()) {
        const auto isOf = [&](const std::string& pattern) { return matched(pattern, info.name).has_value(); };
        if (!used.count(info.name) && std::none_of(m_ignored.begin(), m_ignored.end(), isOf))
            tensors.push_back({info.name, {info.name}});
    }
    return Checkpoint::renamed(checkpoint, tensors);
}

} // namespace toca::checkpoint
