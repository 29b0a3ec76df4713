// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/parameter_notes.h"

#include <algorithm>
#include <array>

namespace toca::plan {

namespace {

constexpr const char* kToCa = "ToCa, arXiv 2410.05317, section 3";
constexpr const char* kDuCa = "DuCa, arXiv 2412.18911";
constexpr const char* kTaylor = "TaylorSeer, arXiv 2503.06923";

struct Entry {
    std::string_view policies; ///< names between blanks; "*" = every policy that has the parameter
    std::string_view parameter;
    const char* formula;
    const char* source;
};

constexpr const char* kScore =
    "score of a token = w1 s1 + w2 s2 + w3 age / N; then the best token of each cell gets (1 + bonus) times its score";
constexpr const char* kRatio = "computed tokens = tokens x fresh ratio x layer factor x step factor x module factor";
constexpr const char* kTaylorSum = "forecast = F + F' x + F'' x^2 / 2 + ..., x = steps since the last full step";

constexpr std::array kEntries{
    Entry{" toca duca ", "fresh_ratio", kRatio, kToCa},
    Entry{" toca duca ", "mlp_factor", kRatio, kToCa},
    Entry{" toca duca ", "cross_attention_factor", kRatio, kToCa},
    Entry{" toca duca ", "step_weight", "step factor = 1 + w - 2 w step / steps", kToCa},
    Entry{" toca duca ", "layer_weight", "layer factor = 1 + w - 2 w layer / 27", kToCa},
    Entry{" toca duca ", "cycle_step_weight", "cycle = round(N / (1 + w - 2 w step / steps))", kToCa},
    Entry{" toca duca schedule ", "self_attention_weight",
        "s1 = attention that a token receives from all others, over its L2 norm; it is multiplied by w1", kToCa},
    Entry{" toca duca schedule ", "cross_attention_weight",
        "s2 = 1 - sum m ln m, the entropy of a token's attention over the text, over its L2 norm; multiplied by w2",
        kToCa},
    Entry{" toca duca schedule ", "age_weight", "s3 = w3 age / N, age = selections in a row without the token", kToCa},
    Entry{" toca duca schedule ", "spatial_bonus", kScore, kToCa},
    Entry{" toca duca schedule ", "spatial_bonus_grid", kScore, kToCa},
    Entry{" toca ", "interval", "s3 = w3 age / N; with cycles, everything is computed every N steps", kToCa},
    Entry{" duca ", "interval", "step mod N: 0 full, odd a subset of tokens, even nothing", kDuCa},
    Entry{" fora ", "interval", "step mod N = 0: computed, else reused", "FORA, arXiv 2407.01425"},
    Entry{" taylorseer ", "interval", kTaylorSum, kTaylor},
    Entry{" taylorseer ", "max_order", kTaylorSum, kTaylor},
    Entry{" speca ", "threshold", "full step after a drafted one with error > threshold x decay^progress",
        "SpeCa, arXiv 2509.11628"},
    Entry{" speca ", "order", kTaylorSum, kTaylor},
    Entry{" teacache ", "threshold", "skip while sum of p(|m - m'| / |m'|) < threshold, m = modulated input, p fitted",
        "TeaCache, arXiv 2411.19108"},
    Entry{" magcache ", "threshold", "skip while sum of |1 - product of g| <= threshold, g = ratio of residuals' norms",
        "MagCache, arXiv 2506.09045"},
    Entry{" magcache ", "max_continuous", "skipped steps in a row <= K", "MagCache, arXiv 2506.09045"},
    Entry{" easycache ", "threshold",
        "skip while sum of k |x - x'| / |out| < threshold, k = |change out| / |change in|",
        "EasyCache, arXiv 2507.02860"},
    Entry{" dbcache ", "threshold",
        "jump while mean |r - r'| / mean |r'| < threshold, r = residual of the first layers",
        "First-Block cache and DBCache"},
    Entry{" deltadit ", "interval", "reused difference = output of the stretch - its input",
        "Delta-DiT, arXiv 2406.01125"},
    Entry{" fastercache ", "weight", "attention = F + w (F - F of two steps before)", "FasterCache, arXiv 2410.19355"},
    Entry{" fastercache ", "low_factor", "unconditional = conditional + low difference x a1 + high difference x a2",
        "FasterCache, arXiv 2410.19355"},
    Entry{" fastercache ", "high_factor", "unconditional = conditional + low difference x a1 + high difference x a2",
        "FasterCache, arXiv 2410.19355"},
    Entry{" clusca ", "clusters", "one computed token in each of K clusters; the others move towards it",
        "ClusCa, arXiv 2509.10312"},
    Entry{" clusca ", "propagation", "other tokens = (1 - g) stored + g their cluster's fresh token",
        "ClusCa, arXiv 2509.10312"},
    Entry{" ebcache ", "noise_scale", "predicted noise = model's prediction / scale", "EB-Cache, arXiv 2503.07120"},
};

} // namespace

ParameterNote parameterNote(std::string_view policy, std::string_view parameter)
{
    const std::string wanted = " " + std::string(policy) + " ";
    const auto found = std::find_if(kEntries.begin(), kEntries.end(), [&](const Entry& entry) {
        return entry.parameter == parameter && entry.policies.find(wanted) != std::string_view::npos;
    });
    return found == kEntries.end() ? ParameterNote{} : ParameterNote{found->formula, found->source};
}

} // namespace toca::plan
