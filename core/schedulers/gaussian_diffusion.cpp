// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/gaussian_diffusion.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::schedulers {

std::vector<double> linearBetas(int timesteps)
{
    const double scale = 1000.0 / timesteps, first = scale * 1e-4, last = scale * 0.02;
    const double step = timesteps > 1 ? (last - first) / (timesteps - 1) : 0.0;
    std::vector<double> betas;
    for (int i = 0; i < timesteps; ++i)
        betas.push_back(i + 1 == timesteps && timesteps > 1 ? last : first + i * step);
    return betas;
}

GaussianDiffusion respacedDiffusion(const std::vector<double>& betas, const std::vector<int>& kept)
{
    GaussianDiffusion result;
    result.timesteps = kept;
    std::vector<double> cumulative; // of the whole process
    for (const double beta : betas)
        cumulative.push_back((cumulative.empty() ? 1.0 : cumulative.back()) * (1.0 - beta));
    double previousOfWhole = 1.0;
    for (const int index : kept) {
        const double product = cumulative.at(static_cast<std::size_t>(index));
        result.betas.push_back(1.0 - product / previousOfWhole);
        previousOfWhole = product;
    }
    // From here on as if these betas were a process of their own: their product differs from the whole one's by
    // rounding.
    double previous = 1.0;
    for (const double beta : result.betas) {
        const double product = previous * (1.0 - beta);
        result.alphasCumprod.push_back(product);
        result.alphasCumprodPrev.push_back(previous);
        result.posteriorVariance.push_back(beta * (1.0 - previous) / (1.0 - product));
        result.posteriorMeanCoef1.push_back(beta * std::sqrt(previous) / (1.0 - product));
        result.posteriorMeanCoef2.push_back((1.0 - previous) * std::sqrt(1.0 - beta) / (1.0 - product));
        result.sqrtRecipAlphasCumprod.push_back(std::sqrt(1.0 / product));
        result.sqrtRecipm1AlphasCumprod.push_back(std::sqrt(1.0 / product - 1.0));
        previous = product;
    }
    for (std::size_t i = 0; i < result.posteriorVariance.size(); ++i)
        result.posteriorLogVarianceClipped.push_back(
            std::log(result.posteriorVariance[i == 0 && result.posteriorVariance.size() > 1 ? 1 : i]));
    return result;
}

DiffusionSampler::DiffusionSampler(
    std::shared_ptr<const GaussianDiffusion> diffusion, const char* name, torch::Device device, StepNoise noise)
    : m_diffusion(std::move(diffusion))
    , m_device(device)
    , m_noise(std::move(noise))
{
    m_schedule.name = name;
    m_schedule.steps = m_diffusion->steps();
    for (int step = 0; step < m_schedule.steps; ++step)
        m_schedule.evaluations.push_back(
            {step, plan::Stream::Joint, static_cast<double>(m_diffusion->timesteps[indexOf(step)])});
}

std::size_t DiffusionSampler::indexOf(int evaluation) const
{
    TORCH_CHECK(evaluation >= 0 && evaluation < m_diffusion->steps(), "the sampler has no evaluation ", evaluation);
    return static_cast<std::size_t>(m_diffusion->steps() - 1 - evaluation);
}

torch::Tensor DiffusionSampler::timestep(int evaluation) const
{
    return torch::full(
        {1}, m_diffusion->timesteps[indexOf(evaluation)], torch::TensorOptions(torch::kFloat32).device(m_device));
}

torch::Tensor DiffusionSampler::cleanLatent(
    int evaluation, const torch::Tensor& x, const torch::Tensor& prediction) const
{
    const std::size_t index = indexOf(evaluation);
    const auto predictedNoise = prediction.narrow(1, 0, x.size(1));
    return static_cast<float>(m_diffusion->sqrtRecipAlphasCumprod[index]) * x
        - static_cast<float>(m_diffusion->sqrtRecipm1AlphasCumprod[index]) * predictedNoise;
}

torch::Tensor DiffusionSampler::noise(int evaluation, const torch::Tensor& like) const
{
    TORCH_CHECK(m_noise, "the sampler '", m_schedule.name, "' needs a source of noise");
    return m_noise(evaluation, like);
}

} // namespace toca::schedulers
