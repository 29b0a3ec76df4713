// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/denoising.h"
#include "core/models/stdit3/stdit3_denoiser.h"
#include "core/schedulers/rectified_flow.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::test {

/// A tiny STDiT3 with random weights and the input of one run: 3 frames of 4 x 3 tokens, 2 pairs of blocks.
struct SmallRun {
    models::Stdit3Config config;
    models::Stdit3 model{nullptr};
    engine::DenoisingInput input;
    torch::Tensor timesteps; ///< (steps, P)
    plan::Geometry geometry;

    explicit SmallRun(int steps = 6, int prompts = 1, double weightScale = 1.0)
    {
        torch::manual_seed(7);
        config.inputSqSize = 64;
        config.inChannels = 4;
        config.hiddenSize = 32;
        config.depth = 2;
        config.heads = 4;
        config.captionChannels = 12;
        config.maxTextTokens = 5;
        model = models::Stdit3(config);
        for (auto& parameter : model->parameters()) {
            const double fanIn = parameter.dim() > 1 ? static_cast<double>(parameter[0].numel()) : 100.0;
            parameter.set_data(torch::randn(parameter.sizes()) * (weightScale / std::sqrt(fanIn)));
        }
        for (auto& buffer : model->buffers())
            buffer.set_data(torch::randn(buffer.sizes()));
        model->eval();
        const std::int64_t p = prompts;
        input.noise = torch::randn({p, config.inChannels, 3, 8, 6});
        auto& conditions = input.conditions;
        conditions.text = torch::randn({2 * p, 1, config.maxTextTokens, config.captionChannels});
        conditions.mask = torch::ones({p, config.maxTextTokens}, torch::kInt64);
        conditions.fps = torch::full({p}, 8.0);
        conditions.height = torch::full({p}, 64.0);
        conditions.width = torch::full({p}, 48.0);
        timesteps = torch::linspace(1000, 1000.0 / steps, steps).view({-1, 1}).expand({steps, p});
        input.guidance = {3.0, config.inChannels};
        geometry = config.geometry(3, 8, 6, config.maxTextTokens, prompts, 2);
    }

    int steps() const { return static_cast<int>(timesteps.size(0)); }
    plan::SamplerSchedule schedule() const { return plan::uniformSchedule("rflow", steps()); }
    torch::Tensor denoise(
        cache::CachingSession& session, const std::function<void(const engine::DenoisingStep&)>& after = {})
    {
        const torch::NoGradGuard noGrad;
        return denoiseWithGradients(session, after);
    }
    torch::Tensor denoiseWithGradients(
        cache::CachingSession& session, const std::function<void(const engine::DenoisingStep&)>& after = {})
    {
        models::Stdit3Denoiser denoiser(model);
        schedulers::RectifiedFlowSampler sampler(timesteps, 1000);
        return engine::denoise(denoiser, sampler, input, session, after);
    }
    torch::Tensor uncached()
    {
        auto session = cache::CachingSession::uncached(geometry);
        return denoise(session);
    }
};

} // namespace toca::test
