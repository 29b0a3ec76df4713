// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"

#include <vector>

namespace toca::ui {

/// How far a run's latent is from its baseline's after each step, known as soon as both have made the step, whichever
/// of the two came first.
class StepErrors {
public:
    void clear();
    void setRun(std::vector<StepLatent> latents);
    void setBaseline(std::vector<StepLatent> latents);
    /// @param step >= 0; more than `kMostSteps` are ignored
    void addRun(int step, StepLatent latent);
    void addBaseline(int step, StepLatent latent);

    static constexpr int kMostSteps = 1000; ///< as a request may ask for
    /// Latent relative error by step; NaN where one of the two is missing.
    const std::vector<double>& errors() const { return m_errors; }
    bool isEmpty() const; ///< nothing can be compared (yet)
    /// First step whose error is above `threshold`; -1 = none.
    int divergence(double threshold) const;

private:
    void compare(std::size_t step);
    static bool put(std::vector<StepLatent>& latents, int step, StepLatent latent);

    std::vector<StepLatent> m_run;
    std::vector<StepLatent> m_baseline;
    std::vector<double> m_errors;
};

} // namespace toca::ui
