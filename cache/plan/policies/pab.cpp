// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/pab.h"

#include "cache/plan/policies/number_list.h"
#include "cache/plan/policies/spec_makers.h"
#include "cache/plan/policies/stream_places.h"

#include <cmath>

namespace toca::plan {
namespace {

constexpr double kTimesteps = 1000;

struct PabOptions {
    std::int64_t spatialRange = 2; ///< one computation serves so many steps; 1 = every step computes
    std::int64_t temporalRange = 4;
    std::int64_t crossRange = 6;
    double windowBegin = 450; ///< timesteps strictly between the two
    double windowEnd = 930;
    std::vector<std::int64_t> mlpTimesteps; ///< where MLP broadcasts begin
    std::int64_t mlpSkip = 2; ///< steps that reuse the MLP after each of them
    std::int64_t mlpBlocks = 5; ///< first blocks of each kind whose MLP is broadcast

    std::int64_t rangeOf(LayerKind kind, ModuleKind module) const
    {
        if (module == ModuleKind::CrossAttention)
            return crossRange;
        return kind == LayerKind::Temporal ? temporalRange : spatialRange;
    }
};

class PabPolicy final : public Policy {
public:
    PabPolicy(ParameterValues parameters, PabOptions options)
        : m_parameters(std::move(parameters))
        , m_options(std::move(options))
    {
    }

    std::string_view name() const override { return "pab"; }
    const ParameterValues& parameters() const override { return m_parameters; }

    Result<Plan> plan(const Geometry& geometry, const SamplerSchedule& schedule) const override
    {
        Plan plan(geometry, schedule);
        const std::vector<StreamPlace> places = streamPlaces(schedule);
        const std::vector<bool> reusesMlp = mlpReuse(schedule);
        for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
            const auto index = static_cast<std::size_t>(evaluation);
            // As the published code compares: the timestep cut to a whole number.
            const double timestep = std::trunc(schedule.evaluations[index].timestep);
            const bool isInside = timestep > m_options.windowBegin && timestep < m_options.windowEnd;
            std::array<std::int64_t, 3> blocks{}; // by layer kind
            for (int layer = 0; layer < plan.layerCount(); ++layer) {
                const LayerKind kind = geometry.layers[static_cast<std::size_t>(layer)];
                const std::int64_t block = blocks[static_cast<std::size_t>(kind)]++;
                for (const ModuleKind module : kAllModules) {
                    const bool isReused = module == ModuleKind::Mlp
                        ? reusesMlp[index] && block < m_options.mlpBlocks
                        : isInside && places[index].index % m_options.rangeOf(kind, module) != 0;
                    if (isReused)
                        plan.at(evaluation, layer, module) = {Action::Reuse, 0, false};
                }
            }
        }
        return plan;
    }

private:
    /// An MLP broadcast begins at the first step of each stream whose timestep is not above the given one: that step
    /// computes, the next ones reuse. With the published schedule these are the published steps.
    std::vector<bool> mlpReuse(const SamplerSchedule& schedule) const
    {
        struct State {
            double before = kTimesteps + 1; ///< timestep of the evaluation before
            std::int64_t left = 0; ///< steps that still reuse
        };
        std::array<State, 4> states; // by stream
        std::vector<bool> reuse;
        reuse.reserve(schedule.evaluations.size());
        for (const EvaluationInfo& evaluation : schedule.evaluations) {
            State& state = states[static_cast<std::size_t>(evaluation.stream)];
            const double timestep = std::trunc(evaluation.timestep);
            bool begins = false;
            for (const std::int64_t given : m_options.mlpTimesteps)
                begins |= timestep <= static_cast<double>(given) && state.before > static_cast<double>(given);
            reuse.push_back(!begins && state.left > 0);
            state.left = begins ? m_options.mlpSkip : state.left - (state.left > 0 ? 1 : 0);
            state.before = timestep;
        }
        return reuse;
    }

    ParameterValues m_parameters;
    PabOptions m_options;
};

Result<std::unique_ptr<Policy>> make(const ParameterValues& values, const PolicyContext&)
{
    PabOptions options;
    options.spatialRange = valueOf<std::int64_t>(values, "spatial_range");
    options.temporalRange = valueOf<std::int64_t>(values, "temporal_range");
    options.crossRange = valueOf<std::int64_t>(values, "cross_range");
    options.windowBegin = valueOf<double>(values, "window_begin");
    options.windowEnd = valueOf<double>(values, "window_end");
    options.mlpSkip = valueOf<std::int64_t>(values, "mlp_skip");
    options.mlpBlocks = valueOf<std::int64_t>(values, "mlp_blocks");
    auto timesteps = numberList("mlp_timesteps", valueOf<std::string>(values, "mlp_timesteps"), 0, 1000);
    if (!timesteps)
        return unexpected(timesteps.error());
    options.mlpTimesteps = std::move(*timesteps);
    return std::unique_ptr<Policy>(std::make_unique<PabPolicy>(values, std::move(options)));
}

std::vector<ParameterSpec> makeSpecs()
{
    const PabOptions defaults;
    const auto range = [](const char* name, const char* label, const char* what, std::int64_t byDefault) {
        return integerSpec(name, label,
            std::string(what)
                + " is computed at every step that this number divides, and its output serves the steps in between, "
                  "inside the window of timesteps. 1 computes it always. Published for Open-Sora: "
                + std::to_string(byDefault) + ".",
            "Broadcast", byDefault, 1, 1000, "steps");
    };
    const auto edge = [](const char* name, const char* label, const char* help, double byDefault) {
        return numberSpec(name, label, help, "Broadcast", byDefault, -1, kTimesteps + 1, 10);
    };
    return {
        range("spatial_range", "Spatial range",
            "The attention inside each frame, or over the whole picture in DiT and PixArt,", defaults.spatialRange),
        range("temporal_range", "Temporal range", "The attention over the frames", defaults.temporalRange),
        range("cross_range", "Cross range", "The attention over the text", defaults.crossRange),
        edge("window_begin", "Window from",
            "Attention is broadcast only at timesteps (1000 = noise, 0 = clean) above this one. Published: 450 for "
            "Open-Sora, 100 for Latte.",
            defaults.windowBegin),
        edge("window_end", "Window to",
            "Attention is broadcast only at timesteps below this one. Published: 930 for Open-Sora, 800 for Latte.",
            defaults.windowEnd),
        textSpec("mlp_timesteps", "MLP broadcasts",
            "Timesteps at which an MLP broadcast begins, with commas: the first step at or below each computes, the "
            "following ones reuse. Empty: the MLP is always computed. Published for Open-Sora: 864,788,676.",
            "MLP", ParameterKind::Text, true),
        integerSpec("mlp_skip", "MLP steps reused",
            "Steps that reuse the MLP's output after each of these timesteps. 0 computes it always. Published: 2.",
            "MLP", defaults.mlpSkip, 0, 1000, "steps", true),
        integerSpec("mlp_blocks", "MLP blocks",
            "So many first blocks (of the spatial and of the temporal ones) broadcast their MLP. Published for "
            "Open-Sora: 5.",
            "MLP", defaults.mlpBlocks, 0, 4096, "blocks", true),
    };
}

Preset videoPreset(const char* name, const char* label, const char* source, std::int64_t spatial, std::int64_t temporal,
    std::int64_t cross)
{
    return {name, label, source,
        {{"spatial_range", spatial}, {"temporal_range", temporal}, {"cross_range", cross},
            {"mlp_timesteps", std::string("864,788,676")}},
        "stdit3"};
}

} // namespace

PolicyEntry pabPolicyEntry()
{
    PolicyEntry entry;
    entry.name = "pab";
    entry.title = "PAB: pyramid attention broadcast";
    entry.summary = "Computes attention at fixed intervals inside a window of timesteps, the text's least often.";
    entry.source = "arXiv 2408.12588";
    entry.parameters = makeSpecs();
    entry.presets = {
        videoPreset("pab-246", "Open-Sora, PAB 2/4/6",
            "PAB paper and VideoSys, Open-Sora: ranges 2/4/6, window 450 to 930, MLP of 5 blocks for 2 steps", 2, 4, 6),
        videoPreset("pab-357", "Open-Sora, PAB 3/5/7", "PAB paper: ranges 3/5/7, window and MLP as for 2/4/6", 3, 5, 7),
        videoPreset("pab-579", "Open-Sora, PAB 5/7/9", "PAB paper: ranges 5/7/9, window and MLP as for 2/4/6", 5, 7, 9),
        {"latte", "Latte, PAB 2/3/6",
            "VideoSys, Latte: ranges 2/3/6, window 100 to 800, MLP of 5 blocks for 2 steps from 720, 640, 560, 480 and "
            "400",
            {{"temporal_range", std::int64_t{3}}, {"window_begin", 100.0}, {"window_end", 800.0},
                {"mlp_timesteps", std::string("720,640,560,480,400")}},
            "stdit3"},
        {"late", "Later steps",
            "own setting, not published: ranges 2/4/6 below timestep 800, where small flow models change less, and the "
            "MLP of 5 blocks for 2 steps from 700, 550, 400 and 250",
            {{"window_begin", 0.0}, {"window_end", 800.0}, {"mlp_timesteps", std::string("700,550,400,250")}},
            "stdit3"},
        {"diffusers", "Pictures, range 2",
            "diffusers' PyramidAttentionBroadcastConfig: self-attention with range 2, window 100 to 800; "
            "cross-attention always computed",
            {{"cross_range", std::int64_t{1}}, {"temporal_range", std::int64_t{1}}, {"window_begin", 100.0},
                {"window_end", 800.0}},
            ""},
    };
    entry.make = make;
    return entry;
}

} // namespace toca::plan
