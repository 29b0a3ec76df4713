// SPDX-License-Identifier: Apache-2.0
#include "core/engine/denoising.h"

#include "cache/exec/stopwatch.h"

#include <torch/torch.h>

namespace toca::engine {

torch::Tensor denoise(models::Stdit3& model, const DenoisingInput& input, cache::CachingSession& session,
    const std::function<void(const DenoisingStep&)>& afterStep)
{
    const std::int64_t prompts = input.noise.size(0), channels = input.noise.size(1);
    const int guidanceRows = session.geometry().guidanceRows;
    const bool isGuided = guidanceRows == 2;
    const int steps = static_cast<int>(input.timesteps.size(0));
    torch::Tensor given; // (1, 1, T, 1, 1)
    torch::Tensor z = input.noise;
    if (input.condition.defined()) {
        given = input.isGiven.view({1, 1, -1, 1, 1});
        z = torch::where(given, input.condition, z);
    }
    // A mask of P rows is repeated by the model; one of all rows is cut like them.
    const bool maskPerRow = input.mask.defined() && input.mask.size(0) != prompts;

    for (int step = 0; step < steps; ++step) {
        const cache::Stopwatch watch(nullptr);
        const auto t = input.timesteps[step];
        cache::EvaluationView view{step, step, steps, plan::Stream::Joint, t[0].item<double>(), z};
        const auto prediction = session.evaluate(view, [&](cache::RowRange rows) {
            models::Stdit3Input call;
            call.x = z.repeat({rows.count / prompts, 1, 1, 1, 1});
            call.timestep = t.repeat({rows.count / prompts});
            call.y = rows.of(input.text);
            call.mask = maskPerRow ? rows.of(input.mask) : input.mask;
            call.fps = input.fps;
            call.height = input.height;
            call.width = input.width;
            if (given.defined())
                call.xMask = input.isGiven.logical_not().unsqueeze(0).expand({rows.count, -1});
            return model->forward(call, session);
        });
        const auto velocity = schedulers::guided(prediction.narrow(1, 0, channels), input.guidanceScale, isGuided);
        const auto next = step + 1 < steps ? input.timesteps[step + 1] : torch::zeros_like(t);
        auto after = schedulers::rectifiedFlowStep(z, velocity, t, next, input.timestepScale);
        if (given.defined())
            after = torch::where(given, input.condition, after);
        const double seconds = watch.elapsed();
        if (afterStep)
            afterStep({step, t, z, prediction, velocity, after, seconds});
        z = std::move(after);
    }
    return z;
}

} // namespace toca::engine
