// SPDX-License-Identifier: Apache-2.0
#include "core/verify/selection_check.h"

#include "cache/exec/ops/select_tokens.h"

#include <torch/torch.h>

#include <sstream>

namespace toca::verify {

CheckedRun::CheckedRun(std::unique_ptr<cache::PolicyRun> inner, const ReferenceCase& reference,
    const std::string& prefix, const SlotIndex& slots, SelectionLog& log, bool unconditionalFirst)
    : m_inner(std::move(inner))
    , m_slots(slots)
    , m_log(log)
    , m_indices(reference.vector(prefix + "indices").to(torch::kInt64))
    , m_score(reference.vector(prefix + "score"))
    , m_margin(reference.vector(prefix + "margin"))
    , m_prefix(prefix)
    , m_roll(unconditionalFirst ? m_score.size(2) / 2 : 0)
{
    for (torch::Tensor* stored : {&m_indices, &m_score, &m_margin})
        *stored = stored->roll(m_roll, 2);
}

cache::ModuleAction CheckedRun::onModule(const plan::Site& site, const cache::Evidence& evidence)
{
    cache::ModuleAction action = m_inner->onModule(site, evidence);
    const auto slot = m_slots.find({site.layer, site.module});
    if (action.action != plan::Action::Subset || slot == m_slots.end())
        return action;
    m_log.topk[site.step][slot->second] = action.count;
    return compared(site, std::move(action), slot->second);
}

cache::ModuleAction CheckedRun::compared(const plan::Site& site, cache::ModuleAction action, std::int64_t slot)
{
    const std::int64_t rows = m_score.size(2);
    const std::int64_t repeats = rows / action.score.size(0); // rows that share a selection
    const auto score = action.score.repeat({repeats, 1});
    m_log.score[site.step][slot].copy_(score.roll(m_roll, 0));
    if (action.count == 0)
        return action;
    auto ids = cache::selectTokens(action.score, action.count);
    bool followStored = false;
    for (std::int64_t row = 0; row < rows; ++row) {
        ++m_log.compared;
        const auto storedRow = m_indices[site.step][slot][row];
        const auto stored = std::get<0>(storedRow.masked_select(storedRow.ge(0)).sort());
        const auto own = std::get<0>(ids[row % ids.size(0)].sort());
        const double scoreError = (score[row] - m_score[site.step][slot][row]).abs().max().item<double>();
        m_log.largestScoreError = std::max(m_log.largestScoreError, scoreError);
        if (stored.sizes() == own.sizes() && stored.eq(own).all().item<bool>())
            continue;
        if (stored.sizes() == own.sizes() && m_margin[site.step][slot][row].item<double>() <= 2 * scoreError) {
            ++m_log.ties;
            followStored = true;
            continue;
        }
        if (m_log.different++ == 0) {
            std::ostringstream text;
            text << "first at iteration " << site.step << ", slot " << slot << ", row " << row;
            m_log.firstDifference = text.str();
        }
    }
    if (!followStored)
        return cache::ModuleAction::subsetOf(ids);
    const auto kept = m_indices[site.step][slot].narrow(0, 0, action.score.size(0)).narrow(1, 0, action.count);
    return cache::ModuleAction::subsetOf(kept.contiguous());
}

std::unique_ptr<cache::PolicyRun> CheckedRun::clone() const
{
    return std::make_unique<CheckedRun>(*this);
}

void reportSelections(const SelectionLog& log, const std::string& name, CaseReport& report)
{
    Verdict verdict;
    verdict.passed = log.different == 0 && log.ties * 100 <= log.compared;
    verdict.largestError = static_cast<double>(log.different);
    verdict.remark = std::to_string(log.compared) + " choices, " + std::to_string(log.ties) + " ties";
    if (log.different > 0)
        verdict.remark += ", " + std::to_string(log.different) + " different, " + log.firstDifference;
    report.selections += log.compared;
    report.ties += log.ties;
    report.add(name, verdict);
}

} // namespace toca::verify
