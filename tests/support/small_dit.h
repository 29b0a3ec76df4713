// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/denoising.h"
#include "core/models/dit/dit.h"
#include "core/schedulers/ddim.h"
#include "core/schedulers/respacing.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::test {

/// A tiny DiT with random weights and the input of one run: 4 x 4 tokens, 3 blocks, 5 classes.
struct SmallDitRun {
    models::DitConfig config;
    models::Dit model{nullptr};
    std::shared_ptr<const schedulers::GaussianDiffusion> diffusion;
    engine::DenoisingInput input;
    plan::Geometry geometry;

    explicit SmallDitRun(int steps = 6, int prompts = 1)
    {
        torch::manual_seed(19);
        config.inputSize = 8;
        config.hiddenSize = 32;
        config.depth = 3;
        config.heads = 4;
        config.classes = 5;
        model = models::Dit(config);
        for (auto& parameter : model->parameters()) {
            const double fanIn = parameter.dim() > 1 ? static_cast<double>(parameter[0].numel()) : 100.0;
            parameter.set_data(torch::randn(parameter.sizes()) / std::sqrt(fanIn));
        }
        model->eval();
        diffusion = std::make_shared<const schedulers::GaussianDiffusion>(schedulers::respacedDiffusion(
            schedulers::linearBetas(1000), *schedulers::keptTimesteps(1000, std::to_string(steps))));
        input.noise = torch::randn({prompts, config.inChannels, 1, config.inputSize, config.inputSize});
        const auto classes = torch::arange(1, prompts + 1, torch::kInt64);
        input.conditions.labels = torch::cat({classes, torch::full_like(classes, config.classes)});
        input.guidance = {1.5, models::kDitGuidedChannels};
        geometry = config.geometry(prompts, /*guidanceRows=*/2);
    }

    plan::SamplerSchedule schedule() const { return schedulers::DdimSampler(diffusion).schedule(); }
    torch::Tensor denoise(
        cache::CachingSession& session, const std::function<void(const engine::DenoisingStep&)>& after = {})
    {
        const torch::NoGradGuard noGrad;
        models::DitDenoiser denoiser(model);
        schedulers::DdimSampler sampler(diffusion);
        return engine::denoise(denoiser, sampler, input, session, after);
    }
    torch::Tensor uncached()
    {
        auto session = cache::CachingSession::uncached(geometry);
        return denoise(session);
    }
};

} // namespace toca::test
