// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/run_result.h"

#include <deque>
#include <memory>

namespace toca::ui {

/// The same request with caching off.
GenerationRequest uncached(const GenerationRequest& request);

/// The latest uncached runs, found again by their request, so that tuning re-runs compare themselves.
class BaselineStore {
public:
    void insert(std::shared_ptr<const RunResult> baseline);
    /// The baseline of `request`, whatever its policy is; nullptr without one. Threads and device count too: they
    /// change the time.
    std::shared_ptr<const RunResult> find(const GenerationRequest& request) const;

private:
    std::deque<std::shared_ptr<const RunResult>> m_baselines; ///< latest first
};

} // namespace toca::ui
