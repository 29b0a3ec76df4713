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

/// What a policy may know of the model that it will work with.
struct PolicyContext {
    std::string family = "stdit3"; ///< chooses the default preset
    std::string
        modelIdentity; ///< content identity of the weights; "" when they are not known (plans of bare geometries)
    std::string calibrationFolder; ///< where the model's own calibration files lie; "" = none
};

/// A registered caching method.
struct PolicyEntry {
    std::string name; ///< "toca"
    std::string title; ///< "ToCa: token-wise caching"
    std::string summary; ///< one sentence
    std::string source; ///< "arXiv 2410.05317"
    std::vector<ParameterSpec> parameters;
    std::vector<Preset> presets; ///< the first one that fits a family is its default setting
    /// @param values complete and checked (see `completed`)
    Result<std::unique_ptr<Policy>> (*make)(const ParameterValues& values, const PolicyContext& context) = nullptr;
};

/// All methods; adding one = its file in cache/plan/policies and one line in policy_registry.cpp.
const std::vector<PolicyEntry>& policyEntries();
/// @return nullptr when unknown
const PolicyEntry* findPolicy(std::string_view name);

/// The preset that is used for a family when none is named.
const Preset* defaultPreset(const PolicyEntry& entry, std::string_view family);

/// Looks the method up, applies the preset (the family's default one if none is named), then the given values, and
/// checks all of them.
/// @return InvalidArgument listing the known names when policy, preset or parameter is unknown.
Result<std::unique_ptr<Policy>> makePolicy(std::string_view name, const ParameterValues& values = {},
    std::string_view preset = {}, const PolicyContext& context = {});

} // namespace toca::plan
