// SPDX-License-Identifier: Apache-2.0
#include "core/schedulers/dpm_solver.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace toca::schedulers {
namespace {

/// Below this number of steps high orders are unstable at the end of the run.
constexpr int kFewSteps = 10;

/// Piecewise linear through (x, y) with rising x; beyond the ends the outermost pieces go on.
float interpolated(const std::vector<float>& x, const std::vector<float>& y, float at)
{
    const auto above = std::lower_bound(x.begin() + 1, x.end() - 1, at);
    const auto end = static_cast<std::size_t>(above - x.begin());
    return y[end - 1] + (at - x[end - 1]) * (y[end] - y[end - 1]) / (x[end] - x[end - 1]);
}

std::vector<double> doubles(const torch::Tensor& values)
{
    const auto wide = values.to(torch::kFloat64).contiguous();
    return {wide.const_data_ptr<double>(), wide.const_data_ptr<double>() + wide.numel()};
}

/// ln sigma of a variance-preserving schedule.
torch::Tensor logSigma(const torch::Tensor& logAlpha)
{
    return 0.5 * torch::log(1.0 - torch::exp(2.0 * logAlpha));
}

} // namespace

DiscreteNoiseSchedule::DiscreteNoiseSchedule(int timesteps, double betaStart, double betaEnd)
{
    TORCH_CHECK(timesteps > 1 && betaStart > 0 && betaStart <= betaEnd && betaEnd < 1,
        "DiscreteNoiseSchedule: ", timesteps, " timesteps with betas from ", betaStart, " to ", betaEnd,
        "; there must be at least two, with betas rising between 0 and 1");
    const auto betas = torch::linspace(betaStart, betaEnd, timesteps, torch::kFloat64);
    const auto logAlphas = (0.5 * torch::log(1.0 - betas).cumsum(0)).to(torch::kFloat32);
    const auto times = torch::linspace(0.0, 1.0, timesteps + 1, torch::kFloat32).slice(0, 1).contiguous();
    m_logAlphas.assign(logAlphas.const_data_ptr<float>(), logAlphas.const_data_ptr<float>() + timesteps);
    m_times.assign(times.const_data_ptr<float>(), times.const_data_ptr<float>() + timesteps);
}

float DiscreteNoiseSchedule::logAlpha(float time) const
{
    return interpolated(m_times, m_logAlphas, time);
}

float DiscreteNoiseSchedule::timeOfLambda(float lambda) const
{
    const auto minusTwo = torch::full({1}, -2.0F * lambda, torch::kFloat32);
    const float logAlpha = -0.5F * torch::logaddexp(torch::zeros({1}), minusTwo).item<float>();
    const std::vector<float> rising(m_logAlphas.rbegin(), m_logAlphas.rend());
    const std::vector<float> falling(m_times.rbegin(), m_times.rend());
    return interpolated(rising, falling, logAlpha);
}

DpmSolverTable dpmSolverTable(const DpmSolverOptions& options)
{
    TORCH_CHECK(options.steps > 0, "DpmSolver: ", options.steps, " steps; there must be at least one");
    const DiscreteNoiseSchedule noise(options.timesteps, options.betaStart, options.betaEnd);
    const double last = 1.0 / options.timesteps;
    const auto logAlphaOf = [&](const torch::Tensor& times) {
        auto values = torch::empty_like(times);
        for (std::int64_t i = 0; i < times.size(0); ++i)
            values.data_ptr<float>()[i] = noise.logAlpha(times.const_data_ptr<float>()[i]);
        return values;
    };
    DpmSolverTable table;
    switch (options.spacing) {
    case TimeSpacing::Uniform:
        table.time = torch::linspace(1.0, last, options.steps + 1, torch::kFloat32);
        break;
    case TimeSpacing::Quadratic:
        table.time = torch::linspace(1.0, std::sqrt(last), options.steps + 1, torch::kFloat32).square();
        break;
    case TimeSpacing::LogSnr: {
        const auto logAlpha = logAlphaOf(torch::tensor({1.0, last}, torch::kFloat32));
        const auto lambda = logAlpha - logSigma(logAlpha);
        table.time = torch::linspace(lambda[0].item(), lambda[1].item(), options.steps + 1, torch::kFloat32);
        for (std::int64_t i = 0; i <= options.steps; ++i)
            table.time.data_ptr<float>()[i] = noise.timeOfLambda(table.time.const_data_ptr<float>()[i]);
        break;
    }
    }
    const auto logAlpha = logAlphaOf(table.time);
    table.alpha = torch::exp(logAlpha);
    table.sigma = torch::sqrt(1.0 - torch::exp(2.0 * logAlpha));
    table.lambda = logAlpha - logSigma(logAlpha);
    table.modelTime = (table.time.narrow(0, 0, options.steps) - last) * 1000.0;
    return table;
}

int dpmSolverOrder(const DpmSolverOptions& options, int evaluation)
{
    const int order = std::min(options.order, evaluation + 1);
    return options.lowerOrderFinal && options.steps < kFewSteps ? std::min(order, options.steps - evaluation) : order;
}

DpmSolver::DpmSolver(const DpmSolverOptions& options)
    : m_options(options)
    , m_table(dpmSolverTable(options))
    , m_alpha(doubles(m_table.alpha))
    , m_sigma(doubles(m_table.sigma))
    , m_lambda(doubles(m_table.lambda))
{
    TORCH_CHECK(options.order >= 1 && options.order <= 3, "DpmSolver: order ", options.order, "; it must be 1, 2 or 3");
    m_schedule.name = "dpm-solver++";
    m_schedule.steps = options.steps;
    for (int step = 0; step < options.steps; ++step)
        m_schedule.evaluations.push_back({step, plan::Stream::Joint, m_table.modelTime[step].item<double>()});
}

torch::Tensor DpmSolver::timestep(int evaluation) const
{
    return m_table.modelTime.narrow(0, evaluation, 1);
}

torch::Tensor DpmSolver::cleanLatent(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction) const
{
    const auto index = static_cast<std::size_t>(evaluation);
    return (x - m_sigma[index] * prediction.narrow(1, 0, x.size(1))) / m_alpha[index];
}

torch::Tensor DpmSolver::step(int evaluation, const torch::Tensor& x, const torch::Tensor& prediction)
{
    if (evaluation == 0) {
        m_clean.clear();
        m_next = 0;
    }
    TORCH_CHECK(evaluation == m_next && evaluation < m_options.steps, "DpmSolver: evaluation ", evaluation,
        " does not follow ", m_next - 1, " in a run of ", m_options.steps, " steps");
    ++m_next;
    m_clean.push_front(cleanLatent(evaluation, x, prediction));
    if (m_clean.size() > static_cast<std::size_t>(m_options.order))
        m_clean.pop_back();

    const auto from = static_cast<std::size_t>(evaluation), to = from + 1;
    const double h = lambda(evaluation + 1) - lambda(evaluation);
    const double phi1 = std::expm1(-h);
    auto next = (m_sigma[to] / m_sigma[from]) * x - (m_alpha[to] * phi1) * m_clean[0];
    const int order = dpmSolverOrder(m_options, evaluation);
    if (order == 1)
        return next;

    // Differences of clean latents per lambda, in units of this step: the solver's derivatives.
    const double r0 = (lambda(evaluation) - lambda(evaluation - 1)) / h;
    const auto slope = (m_clean[0] - m_clean[1]) / r0;
    if (order == 2)
        return next.sub_((0.5 * m_alpha[to] * phi1) * slope);

    const double r1 = (lambda(evaluation - 1) - lambda(evaluation - 2)) / h;
    const auto earlierSlope = (m_clean[1] - m_clean[2]) / r1;
    const auto bend = (slope - earlierSlope) / (r0 + r1);
    const double phi2 = phi1 / h + 1.0;
    const double phi3 = phi2 / h - 0.5;
    return next.add_((m_alpha[to] * phi2) * (slope + r0 * bend)).sub_((m_alpha[to] * phi3) * bend);
}

} // namespace toca::schedulers
