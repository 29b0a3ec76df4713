// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"

#include <deque>
#include <map>
#include <memory>

namespace toca::ui {

/// The same request with caching off.
GenerationRequest uncached(const GenerationRequest& request);

/// The clips that an uncached run predicted on its way, by step.
using StepClips = std::map<int, Clip>;

/// The latest uncached runs, found again by their request, so that tuning re-runs compare themselves.
class BaselineStore {
public:
    void insert(std::shared_ptr<const RunResult> baseline, std::shared_ptr<const StepClips> predictions = nullptr);
    /// The baseline of `request`, whatever its policy is; nullptr without one. Threads and device count too: they
    /// change the time.
    std::shared_ptr<const RunResult> find(const GenerationRequest& request) const;
    /// What that baseline predicted on its way; nullptr where it was not kept.
    std::shared_ptr<const StepClips> predictionsOf(const GenerationRequest& request) const;

private:
    struct Kept {
        std::shared_ptr<const RunResult> run;
        std::shared_ptr<const StepClips> predictions;
    };
    const Kept* place(const GenerationRequest& request) const;

    std::deque<Kept> m_baselines; ///< latest first
};

} // namespace toca::ui
