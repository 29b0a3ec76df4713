// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/toca_run.h"

#include "cache/exec/ops/token_scores.h"
#include "cache/exec/scores.h"

namespace toca::cache {

using plan::Action;
using plan::ModuleKind;

TocaRun::TocaRun(std::shared_ptr<const plan::Plan> plan, plan::TocaOptions options, PolicyRunOptions runOptions)
    : PlannedRun(std::move(plan))
    , m_options(options)
    , m_runOptions(std::move(runOptions))
{
}

ModuleAction TocaRun::onModule(const plan::Site& site, const Evidence& evidence)
{
    const plan::PlannedModule& planned = plan().at(site.evaluation, site.layer, site.module);
    if (planned.action != Action::Subset)
        return PlannedRun::onModule(site, evidence);
    if (!isScored(site))
        return ModuleAction::subset(planned.tokens, {});
    const ScoreParts parts = score(site, evidence);
    if (m_runOptions.scoreObserver)
        m_runOptions.scoreObserver(site, parts);
    return ModuleAction::subset(planned.tokens, parts.final);
}

bool TocaRun::isScored(const plan::Site& site) const
{
    const plan::PlannedModule& planned = plan().at(site.evaluation, site.layer, site.module);
    return planned.action == Action::Subset && (planned.tokens > 0 || m_runOptions.scoreAlways);
}

std::optional<EvidenceKind> TocaRun::evidenceOf(ModuleKind module) const
{
    using plan::ScoreKind;
    if (module == ModuleKind::SelfAttention && m_options.score == ScoreKind::KvNorm)
        return EvidenceKind::ValueNorm;
    if (m_options.score != ScoreKind::Attention)
        return std::nullopt;
    if (module == ModuleKind::SelfAttention && m_options.selfAttentionWeight != 0.0)
        return EvidenceKind::SelfAttentionInfluence;
    if (module == ModuleKind::CrossAttention && m_options.crossAttentionWeight != 0.0)
        return EvidenceKind::CrossAttentionEntropy;
    return std::nullopt;
}

EvidenceSet TocaRun::evidenceWanted(const plan::Site& site) const
{
    const auto kind = evidenceOf(site.module);
    if (!kind)
        return 0;
    // Worth its time only if a selection reads it before this module is full again.
    for (int evaluation = site.evaluation; evaluation < plan().evaluationCount(); ++evaluation) {
        const bool isRenewed =
            evaluation > site.evaluation && plan().at(evaluation, site.layer, site.module).action == Action::Full;
        for (const ModuleKind reader : plan::kAllModules) {
            // Modules up to this one choose before it computes, those after it behind: of what this computation leaves,
            // the former see nothing in this evaluation, the latter nothing in the one that renews it.
            const bool isBefore = reader <= site.module;
            if (isBefore ? evaluation == site.evaluation : isRenewed)
                continue;
            if (isScored({evaluation, site.step, site.stream, site.layer, reader}))
                return static_cast<EvidenceSet>(*kind);
        }
        if (isRenewed)
            return 0;
    }
    return 0;
}

const torch::Tensor& TocaRun::renewed(
    EvidenceKind kind, const plan::Site& site, const Evidence& evidence, const std::function<torch::Tensor()>& make)
{
    Normalized& kept = m_normalized[{kind, site.layer}];
    const std::int64_t version = evidence.version(kind);
    if (kept.version != version || kept.stream != site.stream)
        kept = {version, site.stream, normalizedOverTokens(make())};
    return kept.score;
}

void TocaRun::addAttention(ScoreParts& parts, TokenScore& score, const plan::Site& site, const Evidence& evidence)
{
    if (m_options.crossAttentionWeight != 0.0) {
        // s2: a token whose attention over the prompt is spread out steers more of the picture.
        parts.crossAttention = renewed(
            EvidenceKind::CrossAttentionEntropy, site, evidence, [&] { return 1 + evidence.crossAttentionEntropy(); });
        score.terms.push_back(parts.crossAttention);
        score.weights.push_back(m_options.crossAttentionWeight);
    }
    if (m_options.selfAttentionWeight != 0.0) {
        // s1: a token that many others attend to spreads its error to them.
        parts.selfAttention = renewed(
            EvidenceKind::SelfAttentionInfluence, site, evidence, [&] { return evidence.selfAttentionInfluence(); });
        score.terms.push_back(parts.selfAttention);
        score.weights.push_back(m_options.selfAttentionWeight);
    }
}

torch::Tensor TocaRun::otherScore(const plan::Site& site, const Evidence& evidence)
{
    switch (m_options.score) {
    case plan::ScoreKind::KvNorm:
        return renewed(EvidenceKind::ValueNorm, site, evidence, [&] { return evidence.valueNorms(); });
    case plan::ScoreKind::Norm:
        return normalizedOverTokens(evidence.ofSelectionRows(tokenNorms(evidence.input())));
    case plan::ScoreKind::Similarity:
        return normalizedOverTokens(evidence.ofSelectionRows(tokenChanges(evidence.input(), evidence.storedOutput())));
    case plan::ScoreKind::Attention:
    case plan::ScoreKind::Random:
        break;
    }
    // As published not normalised, and the same in all guidance rows.
    const torch::Tensor score =
        randomScore(static_cast<std::uint64_t>(m_options.randomSeed), site, evidence.prompts(), evidence.tokens());
    return score.to(evidence.device()).repeat({evidence.selectionRows() / evidence.prompts(), 1});
}

ScoreParts TocaRun::score(const plan::Site& site, const Evidence& evidence)
{
    ScoreParts parts;
    TokenScore score;
    // s3: the longer a token was reused, the further it has drifted. Divided by the setting, not by the current cycle.
    score.ages = evidence.ages();
    score.ageWeight = m_options.ageWeight;
    score.interval = static_cast<double>(m_options.interval);
    if (m_options.score == plan::ScoreKind::Attention) {
        addAttention(parts, score, site, evidence);
    } else {
        score.terms.push_back(otherScore(site, evidence));
        score.weights.push_back(1);
    }
    score.grid = plan().geometry().grid;
    score.bonusCell = m_options.spatialBonusGrid;
    score.bonus = m_options.spatialBonus; // s4: spread the choice over the picture
    parts.final = scored(score);
    if (m_runOptions.scoreObserver)
        parts.age = score.ageWeight * (score.ages / score.interval);
    return parts;
}

} // namespace toca::cache
