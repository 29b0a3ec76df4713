// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/denoising.h"
#include "core/models/pixart/pixart.h"
#include "core/schedulers/dpm_solver.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::test {

/// Random weights that keep activations near 1.
inline void randomizeWeights(torch::nn::Module& model)
{
    for (auto& parameter : model.parameters()) {
        const double fanIn = parameter.dim() > 1 ? static_cast<double>(parameter[0].numel()) : 100.0;
        parameter.set_data(torch::randn(parameter.sizes()) / std::sqrt(fanIn));
    }
    for (auto& buffer : model.buffers())
        buffer.set_data(torch::randn(buffer.sizes()));
}

/// A tiny PixArt with random weights and the input of one run: 4 x 4 tokens, 3 blocks.
struct SmallPixart {
    models::PixartConfig config;
    models::Pixart model{nullptr};
    engine::DenoisingInput input;
    schedulers::DpmSolverOptions solver;
    plan::Geometry geometry;

    explicit SmallPixart(int steps = 6, int prompts = 1, bool hasSizeConditions = false)
    {
        torch::manual_seed(5);
        config.inputSize = 8;
        config.hiddenSize = 24;
        config.depth = 3;
        config.heads = 2;
        config.captionChannels = 12;
        config.maxTextTokens = 6;
        config.hasSizeConditions = hasSizeConditions;
        model = models::Pixart(config);
        randomizeWeights(*model);
        model->eval();
        const std::int64_t p = prompts;
        input.noise = torch::randn({p, config.inChannels, 1, 8, 8});
        auto& conditions = input.conditions;
        conditions.text = torch::randn({2 * p, 1, config.maxTextTokens, config.captionChannels});
        conditions.mask = torch::ones({p, config.maxTextTokens}, torch::kInt64);
        conditions.height = torch::full({p}, 64.0);
        conditions.width = torch::full({p}, 64.0);
        input.guidance = {3.0, config.inChannels};
        solver.steps = steps;
        geometry = config.geometry(8, 8, config.maxTextTokens, prompts, 2);
    }

    plan::SamplerSchedule schedule() const { return schedulers::DpmSolver(solver).schedule(); }
    torch::Tensor denoise(
        cache::CachingSession& session, const std::function<void(const engine::DenoisingStep&)>& after = {})
    {
        const torch::NoGradGuard noGrad;
        models::PixartDenoiser denoiser(model);
        schedulers::DpmSolver sampler(solver);
        return engine::denoise(denoiser, sampler, input, session, after);
    }
    torch::Tensor uncached()
    {
        auto session = cache::CachingSession::uncached(geometry);
        return denoise(session);
    }
    /// One evaluation of all rows.
    torch::Tensor predict()
    {
        const torch::NoGradGuard noGrad;
        auto session = cache::CachingSession::uncached(geometry);
        models::PixartDenoiser denoiser(model);
        return denoiser.predict(input.noise, torch::full({1}, 500.0), input.conditions,
            cache::RowRange::of(geometry, plan::Stream::Joint), session);
    }
};

} // namespace toca::test
