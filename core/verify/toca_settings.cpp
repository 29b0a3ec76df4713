// SPDX-License-Identifier: Apache-2.0
#include "core/verify/toca_settings.h"

#include <nlohmann/json.hpp>

namespace toca::verify {

Result<plan::ParameterValues> tocaSettings(const nlohmann::json& settings, const nlohmann::json& intervals)
{
    plan::ParameterValues values;
    if (const std::string kind = settings.value("cache_type", "attention"); kind != "attention")
        return unexpected(ErrorCode::Unsupported, "The score kind '" + kind + "' (cache_type) is not supported.");
    if (const std::string rule = settings.value("force_fresh", "global"); rule != "global")
        return unexpected(ErrorCode::Unsupported, "The refresh rule '" + rule + "' (force_fresh) is not supported.");
    if (settings.contains("fresh_ratio"))
        values["fresh_ratio"] = settings["fresh_ratio"].get<double>();
    if (settings.contains("fresh_threshold"))
        values["interval"] = settings["fresh_threshold"].get<std::int64_t>();
    if (settings.contains("soft_fresh_weight"))
        values["age_weight"] = settings["soft_fresh_weight"].get<double>();
    if (settings.contains("ratio_scheduler")) {
        const std::string schedule = settings["ratio_scheduler"];
        values["ratio_schedule"] = schedule == "ToCa" ? std::string("toca") : schedule;
    }
    const std::pair<const char*, const char*> modules[] = {
        {"spat-attn", "spatial_attention_interval"},
        {"temp-attn", "temporal_attention_interval"},
        {"cross-attn", "cross_attention_interval"},
        {"mlp", "mlp_interval"},
    };
    for (const auto& [published, ours] : modules)
        if (intervals.contains(published))
            values[ours] = intervals[published].get<std::int64_t>();
    return values;
}

} // namespace toca::verify
