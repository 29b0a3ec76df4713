// SPDX-License-Identifier: Apache-2.0
#include "core/engine/denoising.h"

#include "cache/exec/profile.h"
#include "cache/exec/stopwatch.h"

#include <torch/torch.h>

#include <algorithm>
#include <vector>

namespace toca::engine {

torch::Tensor denoise(models::Denoiser& model, schedulers::Sampler& sampler, const DenoisingInput& input,
    cache::CachingSession& session, const std::function<void(const DenoisingStep&)>& afterStep)
{
    const bool isGuided = session.geometry().guidanceRows == 2;
    const plan::SamplerSchedule& schedule = sampler.schedule();
    torch::Tensor isGiven; // (1, 1, T, 1, 1)
    torch::Tensor z = input.start.defined() ? input.start : input.noise;
    if (input.given.defined()) {
        isGiven = input.conditions.isGiven.view({1, 1, -1, 1, 1});
        z = torch::where(isGiven, input.given, z);
    }
    const int all = static_cast<int>(schedule.evaluations.size()), end = input.end < 0 ? all : std::min(input.end, all);
    std::vector<torch::Tensor> timesteps;
    for (int evaluation = 0; evaluation < all; ++evaluation)
        timesteps.push_back(sampler.timestep(evaluation));
    const torch::Tensor known = torch::stack(timesteps); // (E, P)
    session.setTimesteps(known);
    const torch::Tensor onHost = known.select(1, 0).to(torch::kCPU, torch::kFloat64); // waits for a device once
    for (int evaluation = input.first; evaluation < end; ++evaluation) {
        const cache::Stopwatch watch(nullptr);
        const plan::EvaluationInfo& info = schedule.evaluations[static_cast<std::size_t>(evaluation)];
        const auto& t = timesteps[static_cast<std::size_t>(evaluation)];
        const cache::EvaluationView view{
            evaluation, info.step, schedule.steps, info.stream, onHost[evaluation].item<double>(), z};
        const auto prediction = session.evaluate(
            view, [&](cache::RowRange rows) { return model.predict(z, t, input.conditions, rows, session); });
        torch::Tensor guided, after;
        {
            const cache::PartScope scope(cache::Part::Sampler);
            guided = schedulers::guided(prediction, input.guidance, isGuided);
            after = sampler.step(evaluation, z, guided);
            if (isGiven.defined())
                after = torch::where(isGiven, input.given, after);
        }
        const double seconds = watch.elapsed();
        if (afterStep)
            afterStep({info.step, t, z, prediction, guided, after, seconds});
        z = std::move(after);
    }
    return z;
}

} // namespace toca::engine
