// SPDX-License-Identifier: Apache-2.0
#include "core/training/diffusion_loss.h"

#include <torch/torch.h>

#include <cmath>
#include <numeric>

namespace toca::training {
namespace {

constexpr int kSteps = 1000;

schedulers::GaussianDiffusion wholeProcess()
{
    std::vector<int> all(kSteps);
    std::iota(all.begin(), all.end(), 0);
    return schedulers::respacedDiffusion(schedulers::linearBetas(kSteps), all);
}

torch::Tensor table(const std::vector<double>& values)
{
    return torch::tensor(values, torch::kFloat64);
}

/// Distribution function of the normal distribution in the published approximation.
torch::Tensor cumulative(const torch::Tensor& x)
{
    return 0.5 * (1 + torch::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x.pow(3))));
}

/// Log-likelihood of values that were rounded to 1/127.5 in [-1, 1], in nats. As published, also where they are
/// latents.
torch::Tensor roundedLogLikelihood(const torch::Tensor& x, const torch::Tensor& mean, const torch::Tensor& logVariance)
{
    constexpr double kHalfBin = 1.0 / 255, kLeast = 1e-12, kEdge = 0.999;
    const auto inverse = torch::exp(-0.5 * logVariance);
    const auto upper = cumulative((x - mean + kHalfBin) * inverse), lower = cumulative((x - mean - kHalfBin) * inverse);
    return torch::where(x < -kEdge, upper.clamp_min(kLeast).log(),
        torch::where(x > kEdge, (1 - lower).clamp_min(kLeast).log(), (upper - lower).clamp_min(kLeast).log()));
}

} // namespace

DiffusionLoss::DiffusionLoss()
    : m_diffusion(wholeProcess())
{
    const auto product = table(m_diffusion.alphasCumprod);
    m_signal = product.sqrt();
    m_noise = (1 - product).sqrt();
    m_clean = table(m_diffusion.sqrtRecipAlphasCumprod);
    m_cleanNoise = table(m_diffusion.sqrtRecipm1AlphasCumprod);
    m_meanClean = table(m_diffusion.posteriorMeanCoef1);
    m_meanNoisy = table(m_diffusion.posteriorMeanCoef2);
    m_lowLogVariance = table(m_diffusion.posteriorLogVarianceClipped);
    m_highLogVariance = table(m_diffusion.betas).log();
}

torch::Tensor DiffusionLoss::at(const torch::Tensor& values, const torch::Tensor& t, const torch::Tensor& like) const
{
    std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
    shape[0] = t.size(0);
    return values.index_select(0, t).to(like.scalar_type()).view(shape);
}

torch::Tensor DiffusionLoss::input(const torch::Tensor& clean, const torch::Tensor& noise, const torch::Tensor& t) const
{
    return at(m_signal, t, clean) * clean + at(m_noise, t, clean) * noise;
}

torch::Tensor DiffusionLoss::stepsAt(const torch::Tensor& level) const
{
    const auto ratio = m_noise / m_signal; // grows with the step
    const auto wanted = level.to(torch::kFloat64) / (1 - level.to(torch::kFloat64)).clamp_min(1e-9);
    const auto after = torch::searchsorted(ratio, wanted).clamp(1, steps() - 1), before = after - 1;
    // Nearest in the logarithm, as signal-to-noise ratios are compared.
    const auto middle = (ratio.index_select(0, before) * ratio.index_select(0, after)).sqrt();
    return torch::where(wanted < middle, before, after);
}

torch::Tensor DiffusionLoss::velocityWeights(const torch::Tensor& t) const
{
    return (1 + (m_noise / m_signal).index_select(0, t)).square().clamp_max(kMostWeight);
}

torch::Tensor DiffusionLoss::bound(const torch::Tensor& prediction, const torch::Tensor& clean,
    const torch::Tensor& noisy, const torch::Tensor& t) const
{
    const std::int64_t channels = clean.size(1);
    const auto noise = prediction.narrow(1, 0, channels).detach();
    const auto low = at(m_lowLogVariance, t, clean), high = at(m_highLogVariance, t, clean);
    const auto share = (prediction.narrow(1, channels, channels) + 1) / 2;
    const auto logVariance = share * high + (1 - share) * low;
    const auto meanOf = [&](const torch::Tensor& x0) {
        return at(m_meanClean, t, clean) * x0 + at(m_meanNoisy, t, clean) * noisy;
    };
    const auto mean = meanOf(at(m_clean, t, clean) * noisy - at(m_cleanNoise, t, clean) * noise);
    const auto difference = (meanOf(clean) - mean).square();
    const auto divergence =
        0.5 * (logVariance - low - 1 + torch::exp(low - logVariance) + difference * torch::exp(-logVariance));
    const auto last = -roundedLogLikelihood(clean, mean, logVariance); // the step to x_0 has no posterior
    const auto perRow = torch::where(t == 0, last.flatten(1).mean(1), divergence.flatten(1).mean(1));
    return perRow / std::log(2.0);
}

torch::Tensor DiffusionLoss::operator()(const torch::Tensor& prediction, const torch::Tensor& clean,
    const torch::Tensor& noisy, const torch::Tensor& noise, const torch::Tensor& t, bool perRow,
    const LossWeights& weights) const
{
    const std::int64_t channels = clean.size(1);
    auto error = (prediction.narrow(1, 0, channels) - noise).square();
    if (weights.cells.defined())
        error = error * (weights.cells / weights.cells.mean());
    auto loss = error.flatten(1).mean(1);
    if (weights.asVelocity)
        loss = loss * velocityWeights(t).to(loss.scalar_type());
    if (prediction.size(1) == 2 * channels)
        loss = loss + bound(prediction, clean, noisy, t);
    return perRow ? loss : loss.mean();
}

} // namespace toca::training
