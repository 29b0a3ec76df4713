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
    baseline.traceLevel = plan::TraceLevel::Decisions;
    return baseline;
}

void BaselineStore::insert(std::shared_ptr<const RunResult> baseline)
{
    const GenerationRequest key = uncached(baseline->request);
    std::erase_if(m_baselines, [&key](const auto& kept) { return uncached(kept->request) == key; });
    m_baselines.push_front(std::move(baseline));
    if (m_baselines.size() > kKept) {
        m_baselines.pop_back();
    }
}

std::shared_ptr<const RunResult> BaselineStore::find(const GenerationRequest& request) const
{
    const GenerationRequest key = uncached(request);
    for (const auto& kept : m_baselines) {
        if (uncached(kept->request) == key) {
            return kept;
        }
    }
    return nullptr;
}

} // namespace toca::ui
