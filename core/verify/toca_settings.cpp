// SPDX-License-Identifier: Apache-2.0
#include "core/verify/toca_settings.h"

#include <nlohmann/json.hpp>

namespace toca::verify {
namespace {

void copyInteger(const nlohmann::json& from, const char* published, plan::ParameterValues& to, const char* ours)
{
    if (from.contains(published))
        to[ours] = from[published].get<std::int64_t>();
}

void addIntervals(const nlohmann::json& intervals, plan::ParameterValues& values)
{
    copyInteger(intervals, "spat-attn", values, "spatial_attention_interval");
    copyInteger(intervals, "temp-attn", values, "temporal_attention_interval");
    copyInteger(intervals, "cross-attn", values, "cross_attention_interval");
    copyInteger(intervals, "mlp", values, "mlp_interval");
}

/// Our name of a published schedule. "ToCa" means other weights in each code.
std::string scheduleName(const std::string& published, const std::string& family)
{
    if (published == "ToCa")
        return family == "dit" ? "toca-ddim50" : "toca"; // the others' weights are in their presets
    if (published == "linear-layerwise")
        return family == "dit" ? published : "toca"; // in PixArt's code the same numbers as "ToCa"
    if (published == "ToCa-ddim50")
        return "toca-ddim50";
    return published == "ToCa-ddpm250" ? "toca-ddpm250" : published;
}

/// Whether the published code scores both guidance rows alike.
bool rowsShareScores(const std::string& scoreKind, const std::string& family)
{
    if (scoreKind == "kv-norm")
        return family == "pixart";
    return scoreKind == "random" || (scoreKind == "attention" && family != "dit");
}

Result<plan::ParameterValues> tokenwiseValues(const std::string& family, const nlohmann::json& settings)
{
    plan::ParameterValues values;
    if (const std::string rule = settings.value("force_fresh", "global"); rule != "global")
        return unexpected(ErrorCode::Unsupported, "The refresh rule '" + rule + "' (force_fresh) is not supported.");
    const std::string kind = settings.value("cache_type", "attention");
    if (kind == "straight" || kind == "compress")
        return unexpected(ErrorCode::Unsupported, "The score kind '" + kind + "' (cache_type) is not supported.");
    values["score"] = kind;
    values["shared_selection"] = rowsShareScores(kind, family);
    if (settings.contains("fresh_ratio"))
        values["fresh_ratio"] = settings["fresh_ratio"].get<double>();
    if (settings.contains("soft_fresh_weight"))
        values["age_weight"] = settings["soft_fresh_weight"].get<double>();
    if (settings.contains("ratio_scheduler"))
        values["ratio_schedule"] = scheduleName(settings["ratio_scheduler"], family);
    copyInteger(settings, "fresh_threshold", values, "interval");
    return values;
}

} // namespace

Result<CasePolicy> casePolicy(const std::string& method, const std::string& family, const nlohmann::json& settings,
    const nlohmann::json& intervals)
{
    CasePolicy policy{method, {}};
    if (method == "toca" || method == "duca") {
        auto values = tokenwiseValues(family, settings);
        if (!values)
            return unexpected(values.error());
        policy.values = std::move(*values);
        addIntervals(intervals, policy.values);
    } else if (method == "fora") {
        if (family == "stdit3")
            addIntervals(intervals, policy.values);
        else
            copyInteger(settings, "fresh_threshold", policy.values, "interval");
    } else if (method == "taylorseer") {
        copyInteger(settings, "interval", policy.values, "interval");
        copyInteger(settings, "max_order", policy.values, "max_order");
        copyInteger(settings, "first_enhance", policy.values, "first_enhance");
    } else {
        return unexpected(ErrorCode::Unsupported, "The caching method '" + method + "' has no reference cases.");
    }
    return policy;
}

Result<std::unique_ptr<plan::Policy>> makeCasePolicy(const std::string& method, const std::string& family,
    const nlohmann::json& settings, const nlohmann::json& intervals)
{
    const auto policy = casePolicy(method, family, settings, intervals);
    if (!policy)
        return unexpected(policy.error());
    plan::PolicyContext context;
    context.family = family;
    return plan::makePolicy(policy->name, policy->values, {}, context);
}

} // namespace toca::verify
