// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"

#include <memory>
#include <vector>

namespace toca::app {

/// Steps of a warm-up run: enough to pass through full and partial ones with the default intervals.
inline constexpr int kWarmUpSteps = 6;

/// The request without caching.
GenerationRequest uncached(GenerationRequest request);

/// Repetitions of one request. Clip and latent are kept once: they are the same each time.
class RunSeries {
public:
    void add(RunResult result);
    std::size_t count() const { return m_times.size(); }
    const std::vector<RunTimes>& times() const { return m_times; } ///< in the order of running
    const RunResult& first() const { return m_first; }
    /// The repetition with the median denoising time (the lower of two). @pre count() > 0
    RunResult median() const;
    /// Medians of each time by itself. @pre count() > 0
    RunFigures medianFigures() const;

private:
    RunResult m_first;
    std::vector<RunTimes> m_times;
    std::vector<std::shared_ptr<const plan::Trace>> m_traces;
};

} // namespace toca::app
