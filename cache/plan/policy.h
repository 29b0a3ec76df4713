// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/parameters.h"
#include "cache/plan/plan.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// A caching method with its options: the first of a policy's three ages (description, plan, state of one run).
/// Immutable and callable from any thread. The run state lives in cache/exec/policy_run.h.
class Policy {
public:
    virtual ~Policy() = default;
    /// Stored in run records ("none", "fora", "toca").
    virtual std::string_view name() const = 0;
    virtual const ParameterValues& parameters() const = 0;
    /// What will be computed where: FLOPs, tokens and bytes follow from it.
    /// @return Unsupported with the reason when the method does not apply to this geometry.
    virtual Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const = 0;
};

/// A registered caching method.
struct PolicyEntry {
    std::string name; ///< "toca"
    std::string title; ///< "ToCa: token-wise caching"
    std::string summary; ///< one sentence
    std::string source; ///< "arXiv 2410.05317"
    std::vector<ParameterSpec> parameters;
    std::vector<Preset> presets; ///< the first one is the default setting
    /// @param values complete and checked (see `completed`)
    Result<std::unique_ptr<Policy>> (*make)(const ParameterValues& values) = nullptr;
};

/// All methods; adding one = its file in cache/plan/policies and one line in policy_registry.cpp.
const std::vector<PolicyEntry>& policyEntries();
/// @return nullptr when unknown
const PolicyEntry* findPolicy(std::string_view name);

/// Looks the method up, applies the preset (if any), then the given values, and checks all of them.
/// @return InvalidArgument listing the known names when policy, preset or parameter is unknown.
Result<std::unique_ptr<Policy>> makePolicy(
    std::string_view name, const ParameterValues& values = {}, std::string_view preset = {});

} // namespace toca::plan
