// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/published_run.h"

#include <algorithm>
#include <cmath>

namespace toca::plan {
namespace {

constexpr double kTimesteps = 1000;

/// Open-Sora v1.2's transform: larger pictures and longer clips stay noisy for longer. As published, also where the
/// integer division makes it 0.
double transformed(double share, int frames, int width, int height)
{
    const double space = std::sqrt(static_cast<double>(height) * width / (512.0 * 512.0));
    const double time = frames == 1 ? 1.0 : std::sqrt(static_cast<double>(frames / 17 * 5));
    const double ratio = space * time;
    return ratio * share / (1 + (ratio - 1) * share);
}

/// Kept timesteps of the diffusion process, falling.
std::vector<double> respaced(int steps)
{
    std::vector<double> kept;
    const double stride = steps > 1 ? (kTimesteps - 1) / (steps - 1) : 1.0;
    double position = 0;
    for (int i = 0; i < steps; ++i, position += stride) // summed up, as published: it decides how halves round
        kept.push_back(std::nearbyint(position));
    std::reverse(kept.begin(), kept.end());
    return kept;
}

PublishedRun pictureRun(const char* sampler, int steps, double guidance, int side, std::int64_t textTokens)
{
    return {sampler, steps, guidance, 1, side, side, 8.0, textTokens};
}

} // namespace

Result<PublishedRun> publishedRun(std::string_view geometry, std::string_view sampler)
{
    const auto shape = publishedShape(geometry);
    if (!shape)
        return unexpected(shape.error());
    std::vector<PublishedRun> runs; // the first one is the default
    if (shape->family == "dit") { // facebookresearch/DiT at guidance 1.5, as in the caching papers' tables
        const int side = static_cast<int>(shape->latentSide * shape->spatialDownsample);
        runs = {pictureRun("ddim", 50, 1.5, side, 0), pictureRun("ddpm", 250, 1.5, side, 0)};
    } else if (shape->family == "pixart") { // PixArt-alpha/PixArt-alpha, scripts/inference.py
        const int side = geometry.ends_with("-1024") ? 1024 : geometry.ends_with("-512") ? 512 : 256;
        runs = {pictureRun("dpm-solver++", 20, 4.5, side, shape->maxTextTokens)};
    } else { // hpcaitech/Open-Sora v1.2, sample.py at 480p and 9:16
        runs = {{"rflow", 30, 7.0, 51, 854, 480, 24.0, 25}};
    }
    std::string known;
    for (const PublishedRun& run : runs) {
        if (sampler.empty() || run.sampler == sampler)
            return run;
        known += (known.empty() ? "" : ", ") + run.sampler;
    }
    return unexpected(ErrorCode::InvalidArgument,
        "The model " + std::string(geometry) + " is not sampled with '" + std::string(sampler.substr(0, 80))
            + "'; it is with: " + known + ".");
}

SamplerSchedule samplerSchedule(std::string_view sampler, int steps, int frames, int width, int height)
{
    SamplerSchedule schedule = uniformSchedule(std::string(sampler), steps);
    const std::vector<double> kept =
        sampler == "ddim" || sampler == "ddpm" ? respaced(schedule.steps) : std::vector<double>();
    for (EvaluationInfo& evaluation : schedule.evaluations) {
        const double share = 1 - static_cast<double>(evaluation.step) / schedule.steps;
        if (!kept.empty())
            evaluation.timestep = kept[static_cast<std::size_t>(evaluation.step)];
        else if (sampler == "dpm-solver++") // times from 1 to 1/1000; the model is told (time - 1/1000) * 1000
            evaluation.timestep = share * (kTimesteps - 1);
        else
            evaluation.timestep = transformed(share, frames, width, height) * kTimesteps;
    }
    return schedule;
}

} // namespace toca::plan
