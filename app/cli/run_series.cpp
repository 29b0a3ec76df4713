// SPDX-License-Identifier: Apache-2.0
#include "app/cli/run_series.h"

#include <algorithm>
#include <numeric>

namespace toca::app {
namespace {

double medianOf(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

} // namespace

GenerationRequest uncached(GenerationRequest request)
{
    request.policy = "none";
    request.preset.clear();
    request.policyParameters.clear();
    request.protect.clear(); // spares tokens of a cached run only
    request.traceLevel = plan::TraceLevel::Decisions;
    return request;
}

void RunSeries::add(RunResult result)
{
    m_times.push_back(result.times);
    m_traces.push_back(result.trace);
    if (m_times.size() == 1)
        m_first = std::move(result);
}

RunResult RunSeries::median() const
{
    std::vector<std::size_t> order(m_times.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
        [this](std::size_t a, std::size_t b) { return m_times[a].denoising < m_times[b].denoising; });
    const std::size_t middle = order[(order.size() - 1) / 2];
    RunResult result = m_first;
    result.times = m_times[middle];
    result.trace = m_traces[middle];
    return result;
}

RunFigures RunSeries::medianFigures() const
{
    RunFigures figures = figuresOf(m_first);
    std::vector<double> denoising, total;
    for (const RunTimes& times : m_times) {
        denoising.push_back(times.denoising);
        total.push_back(times.total());
    }
    figures.denoising = medianOf(std::move(denoising));
    figures.total = medianOf(std::move(total));
    return figures;
}

} // namespace toca::app
