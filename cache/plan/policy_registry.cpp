// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/clusca_policy.h"
#include "cache/plan/policies/dbcache.h"
#include "cache/plan/policies/deltadit_policy.h"
#include "cache/plan/policies/duca_policy.h"
#include "cache/plan/policies/easycache.h"
#include "cache/plan/policies/ebcache_policy.h"
#include "cache/plan/policies/fastercache_policy.h"
#include "cache/plan/policies/fora.h"
#include "cache/plan/policies/harmonica.h"
#include "cache/plan/policies/magcache.h"
#include "cache/plan/policies/none.h"
#include "cache/plan/policies/pab.h"
#include "cache/plan/policies/schedule_policy.h"
#include "cache/plan/policies/speca_policy.h"
#include "cache/plan/policies/taylorseer_policy.h"
#include "cache/plan/policies/teacache.h"
#include "cache/plan/policies/toca_policy.h"
#include "cache/plan/policy.h"

namespace toca::plan {
namespace {

template <class Entries>
std::string namesOf(const Entries& entries)
{
    std::string names;
    for (const auto& entry : entries)
        names += (names.empty() ? "" : ", ") + entry.name;
    return names;
}

std::string quoted(std::string_view name)
{
    return "'" + std::string(name.substr(0, 80)) + "'";
}

} // namespace

const std::vector<PolicyEntry>& policyEntries()
{
    static const std::vector<PolicyEntry> entries{
        tocaPolicyEntry(),
        foraPolicyEntry(),
        nonePolicyEntry(),
        ducaPolicyEntry(),
        taylorseerPolicyEntry(),
        teaCachePolicyEntry(),
        dbCachePolicyEntry(),
        magCachePolicyEntry(),
        easyCachePolicyEntry(),
        pabPolicyEntry(),
        ebCachePolicyEntry(),
        deltaDitPolicyEntry(),
        fasterCachePolicyEntry(),
        specaPolicyEntry(),
        cluscaPolicyEntry(),
        harmonicaPolicyEntry(),
        schedulePolicyEntry(),
    };
    return entries;
}

const PolicyEntry* findPolicy(std::string_view name)
{
    for (const PolicyEntry& entry : policyEntries())
        if (entry.name == name)
            return &entry;
    return nullptr;
}

const Preset* defaultPreset(const PolicyEntry& entry, std::string_view family)
{
    for (const Preset& preset : entry.presets)
        if (preset.family.empty() || preset.family == family)
            return &preset;
    return nullptr;
}

Result<std::unique_ptr<Policy>> makePolicy(
    std::string_view name, const ParameterValues& values, std::string_view preset, const PolicyContext& context)
{
    const PolicyEntry* entry = findPolicy(name);
    if (!entry)
        return unexpected(ErrorCode::InvalidArgument,
            "There is no policy " + quoted(name) + "; known are: " + namesOf(policyEntries()) + ".");
    ParameterValues merged;
    if (!preset.empty()) {
        const Preset* found = nullptr;
        for (const Preset& candidate : entry->presets)
            if (candidate.name == preset)
                found = &candidate;
        if (!found)
            return unexpected(ErrorCode::InvalidArgument,
                "The policy " + entry->name + " has no preset " + quoted(preset)
                    + "; known are: " + namesOf(entry->presets) + ".");
        merged = found->values;
    } else if (const Preset* standard = defaultPreset(*entry, context.family)) {
        merged = standard->values;
    }
    for (const auto& [key, value] : values)
        merged.insert_or_assign(key, value);
    auto complete = completed(entry->parameters, merged);
    if (!complete)
        return unexpected(complete.error());
    return entry->make(*complete, context);
}

} // namespace toca::plan
