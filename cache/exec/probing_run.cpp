// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/probing_run.h"

#include "cache/exec/ops/select_tokens.h"

#include <limits>

namespace toca::cache {

using plan::Action;

EvaluationAction ForwardingRun::onEvaluation(const EvaluationView& view, FeatureStore& store)
{
    return m_inner->onEvaluation(view, store);
}

LayerAction ForwardingRun::onLayer(const LayerView& view, FeatureStore& store)
{
    return m_inner->onLayer(view, store);
}

void ForwardingRun::afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store)
{
    m_inner->afterLayer(view, out, store);
}

torch::Tensor ForwardingRun::afterCheck(
    const LayerView& view, torch::Tensor drafted, const torch::Tensor& real, FeatureStore& store)
{
    return m_inner->afterCheck(view, std::move(drafted), real, store);
}

ModuleAction ForwardingRun::onModule(const plan::Site& site, const Evidence& evidence)
{
    return m_inner->onModule(site, evidence);
}

void ForwardingRun::afterModule(const plan::Site& site, RowRange rows, const torch::Tensor& output, FeatureStore& store)
{
    m_inner->afterModule(site, rows, output, store);
}

torch::Tensor ForwardingRun::afterSubset(const plan::Site& site, RowRange rows, const TokenSubset& subset,
    const torch::Tensor& fresh, torch::Tensor mixed, FeatureStore& store)
{
    return m_inner->afterSubset(site, rows, subset, fresh, std::move(mixed), store);
}

torch::Tensor ForwardingRun::onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore& store)
{
    return m_inner->onPrediction(view, std::move(prediction), store);
}

namespace {

/// (selection rows, K), the same tokens in each.
torch::Tensor idsOf(const std::vector<std::int64_t>& tokens, const Evidence& evidence)
{
    return torch::tensor(tokens, torch::TensorOptions(torch::kInt64).device(evidence.device()))
        .unsqueeze(0)
        .repeat({evidence.selectionRows(), 1});
}

/// 1 at these tokens, else 0. (1, N) bool
torch::Tensor markOf(const torch::Tensor& ids, const Evidence& evidence)
{
    const auto mark = torch::zeros({1, evidence.tokens()}, ids.options().dtype(torch::kBool));
    return mark.index_fill_(1, ids[0], true);
}

/// The marked tokens of one row.
torch::Tensor markedIds(const torch::Tensor& mark)
{
    return mark[0].nonzero().flatten().unsqueeze(0);
}

} // namespace

ModuleAction ProbingRun::onModule(const plan::Site& site, const Evidence& evidence)
{
    ModuleAction action = ForwardingRun::onModule(site, evidence);
    if (m_range.tokens.empty() || site.layer < m_range.firstLayer || site.layer > m_range.lastLayer
        || site.step > m_range.lastStep)
        return action;
    if (action.action == Action::Full)
        action.keep = true; // the range may reuse what the policy alone would not
    if (site.step < m_range.firstStep)
        return action;
    return m_range.isFresh ? keptFresh(std::move(action), evidence) : keptStale(std::move(action), evidence);
}

ModuleAction ProbingRun::keptFresh(ModuleAction action, const Evidence& evidence) const
{
    const torch::Tensor tokens = idsOf(m_range.tokens, evidence);
    const bool isChoosing = action.action == Action::Subset && action.count > 0;
    if (action.action == Action::Reuse || (action.action == Action::Subset && !isChoosing))
        return ModuleAction::subsetOf(tokens);
    if (!isChoosing)
        return action;
    if (evidence.selectionRows() == 1) { // what was chosen, and these
        const torch::Tensor chosen = action.ids.defined() ? action.ids : selectTokens(action.score, action.count);
        action.ids = markedIds(markOf(chosen, evidence).logical_or(markOf(tokens, evidence)));
        action.count = action.ids.size(1);
    } else if (action.score.defined()) { // rows with equal counts: these, and the best of the others
        action.score = action.score.masked_fill(markOf(tokens, evidence), std::numeric_limits<float>::max());
        action.count = std::min(evidence.tokens(), action.count + tokens.size(1));
    }
    return action;
}

ModuleAction ProbingRun::keptStale(ModuleAction action, const Evidence& evidence) const
{
    const bool isFull = action.action == Action::Full;
    const bool isChoosing = action.action == Action::Subset && action.count > 0;
    if ((!isFull && !isChoosing) || (isFull && !evidence.storedOutput().defined()))
        return action;
    const torch::Tensor tokens = idsOf(m_range.tokens, evidence);
    const torch::Tensor others = markOf(tokens, evidence).logical_not();
    if (isChoosing && evidence.selectionRows() > 1 && action.score.defined()) {
        action.score = action.score.masked_fill(others.logical_not(), std::numeric_limits<float>::lowest());
        action.count = std::min(action.count, evidence.tokens() - tokens.size(1));
        return action;
    }
    torch::Tensor ids;
    if (isFull)
        ids = markedIds(others).repeat({evidence.selectionRows(), 1});
    else
        ids = markedIds(others.logical_and(
            markOf(action.ids.defined() ? action.ids : selectTokens(action.score, action.count), evidence)));
    if (ids.size(1) == 0)
        return ModuleAction::reuse();
    if (isFull)
        return ModuleAction::subsetOf(ids);
    action.ids = ids;
    action.count = ids.size(1);
    return action;
}

ProtectingRun::ProtectingRun(std::unique_ptr<PolicyRun> inner, const std::vector<float>& weights, double strength)
    : ForwardingRun(std::move(inner))
{
    // Inside half a range more than beside it: at strength 1 no neighbour, however good, comes before a protected
    // token.
    const torch::Tensor ring = torch::tensor(weights, torch::kFloat32).unsqueeze(0);
    m_bonus = (ring + 0.5 * ring.ge(1.0)) * strength;
}

ModuleAction ProtectingRun::onModule(const plan::Site& site, const Evidence& evidence)
{
    ModuleAction action = ForwardingRun::onModule(site, evidence);
    if (action.action != Action::Subset || !action.score.defined() || action.count <= 0)
        return action;
    const torch::Tensor range = action.score.amax(1, /*keepdim=*/true) - action.score.amin(1, /*keepdim=*/true);
    action.score =
        action.score + m_bonus.to(action.score.device()) * torch::where(range > 0, range, torch::ones_like(range));
    return action;
}

} // namespace toca::cache
