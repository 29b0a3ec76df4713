// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"
#include "cache/plan/plan.h"

#include <string>
#include <string_view>

namespace toca::plan {

/// How a published model is run where nothing else is said.
struct PublishedRun {
    std::string sampler; ///< "rflow", "ddim", "ddpm", "dpm-solver++"
    int steps = 0;
    double guidanceScale = 1.0;
    int frames = 1;
    int width = 0; ///< pixels
    int height = 0; ///< pixels
    double fps = 8.0; ///< frames per second
    std::int64_t textTokens = 0; ///< that the published FLOPs are counted with
};

/// @param geometry a name of `publishedShapeNames`
/// @param sampler "" = the one that the published results were made with
/// @return InvalidArgument naming the known geometries, or the samplers of this one
Result<PublishedRun> publishedRun(std::string_view geometry, std::string_view sampler = {});

/// What a sampler asks of the model, with the timesteps that the model sees, for plans that no engine makes.
/// Rectified flow with Open-Sora's timestep transform, IDDPM respacing of 1000 timesteps for DDIM and DDPM, uniform
/// times for DPM-Solver++ (reference README section 5).
/// @param height, width in pixels and frames: rectified flow shifts its timesteps by them
SamplerSchedule samplerSchedule(std::string_view sampler, int steps, int frames, int width, int height);

} // namespace toca::plan
