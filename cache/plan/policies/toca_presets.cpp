// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/toca_presets.h"

namespace toca::plan {
namespace {

ParameterValues with(ParameterValues values, const ParameterValues& more)
{
    for (const auto& [name, value] : more)
        values.insert_or_assign(name, value);
    return values;
}

/// DiT: the cycle adapts, cond and uncond rows choose apart by the attention that tokens receive.
ParameterValues dit(double freshRatio, std::int64_t interval, const char* schedule)
{
    return {{"fresh_ratio", freshRatio}, {"interval", interval}, {"ratio_schedule", std::string(schedule)},
        {"refresh", std::string("cycle")}, {"cycle_step_weight", 0.4}, {"sensitive_from", 0.2}, {"sensitive_to", 0.4},
        {"shared_selection", false}, {"cross_attention_weight", 0.0}, {"self_attention_weight", 1.0},
        {"spatial_bonus", 0.6}, {"spatial_bonus_grid", std::int64_t{2}}};
}

/// PixArt: cross-attention and MLP both compute a subset, of the same tokens in both rows.
ParameterValues pixart(double freshRatio)
{
    return {{"fresh_ratio", freshRatio}, {"interval", std::int64_t{3}}, {"refresh", std::string("cycle")},
        {"cycle_step_weight", -0.2}, {"step_weight", 0.9}, {"layer_weight", 0.6}, {"cross_attention_factor", 0.6},
        {"mlp_factor", 1.6}, {"spatial_bonus", 0.4}, {"spatial_bonus_grid", std::int64_t{4}}};
}

/// Open-Sora with other intervals for attention and MLP, and for cross-attention.
ParameterValues openSora(double freshRatio, std::int64_t interval, std::int64_t crossInterval)
{
    return {{"fresh_ratio", freshRatio}, {"interval", interval}, {"spatial_attention_interval", interval},
        {"temporal_attention_interval", interval}, {"cross_attention_interval", crossInterval},
        {"mlp_interval", interval}};
}

} // namespace

std::vector<Preset> tocaPresets()
{
    const std::string paperRow = "ToCa paper, PixArt-alpha 256, 20 steps, N = 3, cache ratio ";
    return {
        {"opensora-r85", "Open-Sora, R = 85 %",
            "ToCa paper, Open-Sora v1.2, cache ratio R = 85 % (fresh_ratio 0.10 of the published code)",
            {{"fresh_ratio", 0.10}}, "stdit3"},
        {"opensora-r80", "Open-Sora, R = 80 %",
            "derived: fresh_ratio 0.13 gives a cache ratio of 1 - 0.13 x 1.495 = 81 % and the 1439 TFLOPs that the "
            "ToCa paper reports for R = 80 %",
            {{"fresh_ratio", 0.13}}, "stdit3"},
        {"careful", "Careful", "own setting, not published: more fresh tokens, full steps every second step",
            openSora(0.30, 2, 2), "stdit3"},
        {"bold", "Bold", "own setting, not published: full steps every fifth step, cross-attention every tenth",
            openSora(0.10, 5, 10), "stdit3"},
        {"dit-ddim50", "DiT, DDIM 50 steps",
            "ToCa's published code for DiT-XL/2, DDIM-50: N = 3, fresh_ratio 0.07, schedule ToCa-ddim50",
            dit(0.07, 3, "toca-ddim50"), "dit"},
        {"dit-ddpm250", "DiT, DDPM 250 steps",
            "ToCa's published code for DiT-XL/2, DDPM-250: N = 4, fresh_ratio 0.07, schedule ToCa-ddpm250",
            dit(0.07, 4, "toca-ddpm250"), "dit"},
        {"pixart-r70", "PixArt, R = 70 %", paperRow + "R = 70 %; the published code's default (fresh_ratio 0.30)",
            pixart(0.30), "pixart"},
        {"pixart-r60", "PixArt, R = 60 %", paperRow + "R = 60 %", pixart(0.40), "pixart"},
        {"pixart-r80", "PixArt, R = 80 %", paperRow + "R = 80 %", pixart(0.20), "pixart"},
        {"pixart-r90", "PixArt, R = 90 %", paperRow + "R = 90 %", pixart(0.10), "pixart"},
    };
}

std::vector<Preset> ducaPresets()
{
    const ParameterValues perRowValues{{"score", std::string("kv-norm")}, {"shared_selection", false}};
    return {
        {"opensora", "Open-Sora, published",
            "DuCa's published code for Open-Sora v1.2: fresh_ratio 0.10, score kv-norm of each guidance row",
            with({{"fresh_ratio", 0.10}}, perRowValues), "stdit3"},
        {"dit", "DiT, published", "DuCa's published code for DiT-XL/2, DDIM-50: N = 3, fresh_ratio 0.05",
            with(dit(0.05, 3, "toca-ddim50"), {{"spatial_bonus", 0.8}}), "dit"},
        {"dit-kv-norm", "DiT, without attention maps",
            "DuCa's published code for DiT-XL/2 with cache_type kv-norm: no attention map is needed",
            with(with(dit(0.05, 3, "toca-ddim50"), {{"spatial_bonus", 0.8}}), perRowValues), "dit"},
        {"pixart", "PixArt, published", "DuCa's published code for PixArt-alpha 256, 20 steps: N = 3, fresh_ratio 0.75",
            with(pixart(0.75), {{"cycle_step_weight", 0.0}}), "pixart"},
        {"pixart-kv-norm", "PixArt, without attention maps",
            "DuCa's published code for PixArt-alpha with cache_type kv-norm, both guidance rows merged",
            with(pixart(0.30), {{"cycle_step_weight", 0.0}, {"score", std::string("kv-norm")}}), "pixart"},
    };
}

} // namespace toca::plan
