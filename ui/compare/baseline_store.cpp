// SPDX-License-Identifier: Apache-2.0
#include "ui/compare/baseline_store.h"

namespace toca::ui {

namespace {

/// A few, since each keeps a clip: one per prompt that someone tunes on in parallel.
constexpr std::size_t kKept = 4;

} // namespace

GenerationRequest uncached(const GenerationRequest& request)
{
    GenerationRequest baseline = request;
    baseline.policy = "none";
    baseline.preset.clear();
    baseline.policyParameters.clear();
    baseline.protect.clear(); // spares tokens of a cached run only
    baseline.traceLevel = plan::TraceLevel::Decisions;
    return baseline;
}

void BaselineStore::insert(std::shared_ptr<const RunResult> baseline, std::shared_ptr<const StepClips> predictions)
{
    const GenerationRequest key = uncached(baseline->request);
    std::erase_if(m_baselines, [&key](const Kept& kept) { return uncached(kept.run->request) == key; });
    m_baselines.push_front({std::move(baseline), std::move(predictions)});
    if (m_baselines.size() > kKept) {
        m_baselines.pop_back();
    }
}

const BaselineStore::Kept* BaselineStore::place(const GenerationRequest& request) const
{
    const GenerationRequest key = uncached(request);
    for (const Kept& kept : m_baselines) {
        if (uncached(kept.run->request) == key) {
            return &kept;
        }
    }
    return nullptr;
}

std::shared_ptr<const RunResult> BaselineStore::find(const GenerationRequest& request) const
{
    const Kept* kept = place(request);
    return kept ? kept->run : nullptr;
}

std::shared_ptr<const StepClips> BaselineStore::predictionsOf(const GenerationRequest& request) const
{
    const Kept* kept = place(request);
    return kept ? kept->predictions : nullptr;
}

} // namespace toca::ui
