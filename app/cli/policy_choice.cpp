// SPDX-License-Identifier: Apache-2.0
#include "app/cli/policy_choice.h"

#include "app/cli/console.h"

#include <algorithm>

namespace toca::app {
namespace {

constexpr std::size_t kMostPolicies = 100;

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

Result<PolicyChoice> choiceOf(std::string_view text)
{
    const std::size_t colon = text.find(':');
    PolicyChoice choice;
    choice.policy = text.substr(0, colon);
    if (colon != std::string_view::npos)
        choice.preset = text.substr(colon + 1);
    if (colon != std::string_view::npos && choice.preset.empty())
        return invalid("--policies has '" + oneLine(text, 80) + "': a preset's name must follow the colon.");
    // Names the known policies and presets where one is wrong. Whether the setting fits the model is said later.
    const plan::PolicyEntry* entry = plan::findPolicy(choice.policy);
    const bool isKnown = entry
        && (choice.preset.empty()
            || std::any_of(entry->presets.begin(), entry->presets.end(),
                [&](const plan::Preset& preset) { return preset.name == choice.preset; }));
    if (!isKnown)
        if (auto policy = plan::makePolicy(choice.policy, {}, choice.preset); !policy)
            return unexpected(policy.error());
    return choice;
}

} // namespace

Result<void> addSetting(
    std::string_view option, const plan::PolicyEntry& policy, std::string_view text, plan::ParameterValues& values)
{
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return invalid(std::string(option) + " cannot be '" + oneLine(text, 80)
            + "'; it must be key=value, such as fresh_ratio=0.2.");
    const std::string key(text.substr(0, equals));
    const auto& specs = policy.parameters;
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const auto& each) { return each.name == key; });
    if (spec == specs.end()) {
        std::string known;
        for (const auto& each : specs)
            known += (known.empty() ? "" : ", ") + each.name;
        return invalid("The policy " + policy.name + " has no setting '" + oneLine(key, 80) + "'; "
            + (known.empty() ? "it has none." : "it has: " + known + "."));
    }
    auto value = plan::parseParameter(*spec, text.substr(equals + 1));
    if (!value)
        return unexpected(value.error());
    values[key] = std::move(*value);
    return {};
}

Result<std::vector<PolicyChoice>> policyChoices(std::string_view list, const std::vector<std::string>& settings)
{
    std::vector<PolicyChoice> choices;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        auto choice = choiceOf(list.substr(begin, end - begin));
        if (!choice)
            return unexpected(choice.error());
        choices.push_back(std::move(*choice));
        if (choices.size() > kMostPolicies)
            return invalid("--policies names more than " + std::to_string(kMostPolicies) + " policies.");
        begin = end + 1;
    }
    for (const std::string& setting : settings) {
        const std::size_t dot = setting.find('.');
        if (dot == std::string::npos || dot > setting.find('='))
            return invalid("--set cannot be '" + oneLine(setting, 80)
                + "'; with several policies it must be policy.key=value, such as toca.fresh_ratio=0.2.");
        const std::string name = setting.substr(0, dot);
        bool isFound = false;
        for (PolicyChoice& choice : choices) {
            if (choice.policy != name)
                continue;
            isFound = true;
            if (auto added = addSetting(
                    "--set", *plan::findPolicy(name), std::string_view(setting).substr(dot + 1), choice.values);
                !added)
                return unexpected(added.error());
        }
        if (!isFound)
            return invalid("--set " + oneLine(setting, 80) + " is for '" + oneLine(name, 40)
                + "', which --policies does not name.");
    }
    return choices;
}

} // namespace toca::app
