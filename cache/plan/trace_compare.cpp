// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/trace_compare.h"

#include <algorithm>

namespace toca::plan {
namespace {

std::string placeOf(const Trace& trace, std::size_t cell)
{
    const Site site = trace.siteOf(cell);
    const int step = trace.schedule().evaluations[static_cast<std::size_t>(site.evaluation)].step;
    return "step " + std::to_string(step) + ", layer " + std::to_string(site.layer) + ", "
        + std::string(moduleName(site.module));
}

std::string words(const TraceCell& cell)
{
    return std::string(actionName(cell.action)) + " of " + std::to_string(cell.computedTokens) + " tokens";
}

} // namespace

std::optional<std::string> firstDifference(const Trace& expected, const Trace& actual)
{
    const auto differs = [](const std::string& what, const std::string& before, const std::string& now) {
        return std::optional<std::string>(what + ": " + before + " before, " + now + " now");
    };
    if (expected.layerCount() != actual.layerCount())
        return differs("layers", std::to_string(expected.layerCount()), std::to_string(actual.layerCount()));
    if (expected.geometry().grid.tokens() != actual.geometry().grid.tokens())
        return differs("tokens", std::to_string(expected.geometry().grid.tokens()),
            std::to_string(actual.geometry().grid.tokens()));
    if (expected.publishedEvaluations() != actual.publishedEvaluations())
        return differs("evaluations", std::to_string(expected.publishedEvaluations()),
            std::to_string(actual.publishedEvaluations()));
    if (expected.selectionRows() != actual.selectionRows())
        return differs(
            "rows that select", std::to_string(expected.selectionRows()), std::to_string(actual.selectionRows()));
    const std::size_t perEvaluation = Trace::cellsPerEvaluation(expected.geometry());
    for (int evaluation = 0; evaluation < expected.publishedEvaluations(); ++evaluation) {
        const auto &before = expected.evaluation(evaluation), &now = actual.evaluation(evaluation);
        if (before.decision != now.decision)
            return differs(
                "step " + std::to_string(expected.schedule().evaluations[static_cast<std::size_t>(evaluation)].step),
                std::string(evaluationDecisionName(before.decision)),
                std::string(evaluationDecisionName(now.decision)));
        for (std::size_t i = 0; i < perEvaluation; ++i) {
            const std::size_t cell = static_cast<std::size_t>(evaluation) * perEvaluation + i;
            const TraceCell &old = expected.cell(cell), &fresh = actual.cell(cell);
            if (old.action != fresh.action || old.computedTokens != fresh.computedTokens)
                return differs(placeOf(expected, cell), words(old), words(fresh));
            for (int row = 0; old.action == Action::Subset && row < expected.selectionRows(); ++row) {
                const auto chosen = expected.freshTokens(cell, row), taken = actual.freshTokens(cell, row);
                const auto [first, other] = std::mismatch(chosen.begin(), chosen.end(), taken.begin(), taken.end());
                if (first != chosen.end())
                    return placeOf(expected, cell) + ", row " + std::to_string(row) + ": token "
                        + std::to_string(first - chosen.begin())
                        + (*first ? " was computed before and is not now" : " was not computed before and is now");
            }
        }
    }
    return {};
}

} // namespace toca::plan
