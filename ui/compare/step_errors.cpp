// SPDX-License-Identifier: Apache-2.0
#include "ui/compare/step_errors.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toca::ui {

void StepErrors::clear()
{
    m_run.clear();
    m_baseline.clear();
    m_errors.clear();
}

bool StepErrors::put(std::vector<StepLatent>& latents, int step, StepLatent latent)
{
    if (step < 0 || step >= kMostSteps || !latent) {
        return false;
    }
    const auto place = static_cast<std::size_t>(step);
    if (latents.size() <= place) {
        latents.resize(place + 1);
    }
    latents[place] = std::move(latent);
    return true;
}

void StepErrors::compare(std::size_t step)
{
    if (step >= m_run.size() || step >= m_baseline.size()) {
        return;
    }
    if (m_errors.size() <= step) {
        m_errors.resize(step + 1, std::numeric_limits<double>::quiet_NaN());
    }
    m_errors[step] = latentRelativeError(m_run[step], m_baseline[step]);
}

void StepErrors::addRun(int step, StepLatent latent)
{
    if (put(m_run, step, std::move(latent))) {
        compare(static_cast<std::size_t>(step));
    }
}

void StepErrors::addBaseline(int step, StepLatent latent)
{
    if (put(m_baseline, step, std::move(latent))) {
        compare(static_cast<std::size_t>(step));
    }
}

void StepErrors::setRun(std::vector<StepLatent> latents)
{
    m_run = std::move(latents);
    m_errors.clear();
    for (std::size_t step = 0; step < m_run.size(); ++step) {
        compare(step);
    }
}

void StepErrors::setBaseline(std::vector<StepLatent> latents)
{
    m_baseline = std::move(latents);
    m_errors.clear();
    for (std::size_t step = 0; step < m_baseline.size(); ++step) {
        compare(step);
    }
}

bool StepErrors::isEmpty() const
{
    return std::none_of(m_errors.begin(), m_errors.end(), [](double error) { return std::isfinite(error); });
}

int StepErrors::divergence(double threshold) const
{
    const auto found =
        std::find_if(m_errors.begin(), m_errors.end(), [threshold](double error) { return error > threshold; });
    return found == m_errors.end() ? -1 : static_cast<int>(found - m_errors.begin());
}

} // namespace toca::ui
