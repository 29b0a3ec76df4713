// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/score_parts.h"

#include "cache/plan/policies/toca_policy.h"

#include <algorithm>
#include <cmath>

namespace toca::plan {
namespace {

/// Selections that each token has been passed over in since it was last computed, as the policy saw them before it
/// chose at `cell`: what s3 counts. Not the trace's ages, which also count evaluations without a selection.
std::vector<int> passedOver(const Trace& trace, std::size_t cell, int row)
{
    const std::size_t perEvaluation = Trace::cellsPerEvaluation(trace.geometry());
    const auto& evaluations = trace.schedule().evaluations;
    const Stream stream = evaluations[cell / perEvaluation].stream;
    std::vector<int> passed(static_cast<std::size_t>(trace.geometry().grid.tokens()), -1);
    std::size_t open = passed.size();
    int selections = 0;
    for (std::size_t evaluation = cell / perEvaluation; evaluation-- > 0 && open > 0;) {
        if (evaluations[evaluation].stream != stream)
            continue;
        const std::size_t at = evaluation * perEvaluation + cell % perEvaluation;
        const TraceCell& before = trace.cell(at);
        const bool isFull = before.action == Action::Full;
        if (!isFull && !before.selected)
            continue;
        for (std::size_t token = 0; token < passed.size(); ++token) {
            if (passed[token] < 0 && (isFull || trace.isFresh(at, row, static_cast<std::int64_t>(token)))) {
                passed[token] = selections;
                --open;
            }
        }
        ++selections;
    }
    std::replace(passed.begin(), passed.end(), -1, selections);
    return passed;
}

/// Takes the bonus off the best token of each block: a bonus keeps it the best, so it is found again.
void takeBonus(
    const TokenGrid& grid, std::int64_t side, double bonus, std::vector<float>& score, std::vector<float>& taken)
{
    for (std::int64_t frame = 0; frame < grid.frames; ++frame) {
        for (std::int64_t top = 0; top < grid.rows; top += side) {
            for (std::int64_t left = 0; left < grid.columns; left += side) {
                std::size_t best = 0;
                bool any = false;
                for (std::int64_t y = top; y < std::min(top + side, grid.rows); ++y) {
                    for (std::int64_t x = left; x < std::min(left + side, grid.columns); ++x) {
                        const auto token = static_cast<std::size_t>((frame * grid.rows + y) * grid.columns + x);
                        if (!any || score[token] > score[best])
                            best = token;
                        any = true;
                    }
                }
                const double before = static_cast<double>(score[best]) / (1 + bonus);
                taken[best] = static_cast<float>(static_cast<double>(score[best]) - before);
                score[best] = static_cast<float>(before);
            }
        }
    }
}

std::string evidenceNameOf(const TocaOptions& options)
{
    switch (options.score) {
    case ScoreKind::KvNorm:
        return "value norm";
    case ScoreKind::Norm:
        return "input norm";
    case ScoreKind::Similarity:
        return "change of the input";
    case ScoreKind::Random:
        return "random";
    case ScoreKind::Attention:
        break;
    }
    const bool self = options.selfAttentionWeight != 0, text = options.crossAttentionWeight != 0;
    return self && text ? "s1 + s2, attention" : self ? "s1, attention received" : text ? "s2, text entropy" : "none";
}

} // namespace

std::optional<TocaOptions> tokenwiseOptions(
    const std::string& policy, const ParameterValues& values, const std::string& preset, const std::string& family)
{
    PolicyContext context;
    context.family = family;
    const auto made = makePolicy(policy, values, preset, context);
    const auto* tokenwise = made ? dynamic_cast<const TokenwisePolicy*>(made->get()) : nullptr;
    return tokenwise ? std::optional(tokenwise->options()) : std::nullopt;
}

std::optional<ScoreShares> scoreShares(const Trace& trace, std::size_t cell, int row, const TocaOptions& options)
{
    if (cell >= trace.publishedCells() || row < 0 || row >= trace.selectionRows())
        return std::nullopt;
    ScoreShares shares;
    shares.evidence = trace.scores(cell, row);
    if (shares.evidence.empty())
        return std::nullopt;
    shares.evidenceName = evidenceNameOf(options);
    shares.bonus.assign(shares.evidence.size(), 0.0F);
    if (options.spatialBonus != 0.0 && options.spatialBonusGrid > 0)
        takeBonus(trace.geometry().grid, options.spatialBonusGrid, options.spatialBonus, shares.evidence, shares.bonus);
    const auto passed = passedOver(trace, cell, row);
    shares.age.resize(shares.evidence.size());
    const auto interval = static_cast<double>(std::max<std::int64_t>(1, options.interval));
    for (std::size_t token = 0; token < shares.age.size(); ++token) {
        shares.age[token] = static_cast<float>(options.ageWeight * passed[token] / interval);
        shares.evidence[token] -= shares.age[token];
    }
    return shares;
}

} // namespace toca::plan
