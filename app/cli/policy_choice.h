// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

#include <string>
#include <string_view>
#include <vector>

namespace toca::app {

/// A caching setting as the command line names it.
struct PolicyChoice {
    std::string policy;
    std::string preset; ///< "" = the family's default
    plan::ParameterValues values; ///< over the preset

    /// "toca", "toca:opensora-r85": as it was written
    std::string name() const { return policy + (preset.empty() ? "" : ":" + preset); }
};

/// Reads "key=value" by the policy's own declaration of the key; a later one replaces an earlier one.
/// @return InvalidArgument naming the option, and the keys that there are
Result<void> addSetting(
    std::string_view option, const plan::PolicyEntry& policy, std::string_view text, plan::ParameterValues& values);

/// Reads "a,b:preset,c" and the settings "a.key=value" of policies in it. A policy may be named more than once; its
/// settings then hold for all of them.
/// @return InvalidArgument naming what is unknown, or a policy that is set but not in the list
Result<std::vector<PolicyChoice>> policyChoices(std::string_view list, const std::vector<std::string>& settings);

} // namespace toca::app
