// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/toca_run.h"

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

EvidenceSet TocaRun::evidenceWanted(const plan::Site& site) const
{
    const bool isCross = site.module == ModuleKind::CrossAttention;
    if (site.module == ModuleKind::Mlp
        || (isCross ? m_options.crossAttentionWeight : m_options.selfAttentionWeight) == 0.0)
        return 0;
    // Worth its time only if a selection reads it before this module is full again.
    const auto kind = isCross ? EvidenceKind::CrossAttentionEntropy : EvidenceKind::SelfAttentionInfluence;
    for (int evaluation = site.evaluation; evaluation < plan().evaluationCount(); ++evaluation) {
        if (evaluation > site.evaluation && plan().at(evaluation, site.layer, site.module).action == Action::Full)
            return 0;
        for (const ModuleKind reader : {ModuleKind::CrossAttention, ModuleKind::Mlp}) {
            // Cross-attention's own selection of this evaluation comes before its computation.
            if (evaluation == site.evaluation && isCross && reader == ModuleKind::CrossAttention)
                continue;
            if (isScored({evaluation, site.step, site.stream, site.layer, reader}))
                return static_cast<EvidenceSet>(kind);
        }
    }
    return 0;
}

const torch::Tensor& TocaRun::renewed(
    Normalized& kept, std::int64_t version, plan::Stream stream, const std::function<torch::Tensor()>& make)
{
    if (kept.version != version || kept.stream != stream)
        kept = {version, stream, make()};
    return kept.score;
}

ScoreParts TocaRun::score(const plan::Site& site, const Evidence& evidence)
{
    ScoreParts parts;
    // s3: the longer a token was reused, the further it has drifted. Divided by the setting, not by the current cycle.
    parts.age = m_options.ageWeight * (evidence.ages() / static_cast<double>(m_options.interval));
    parts.final = parts.age;
    if (m_options.crossAttentionWeight != 0.0) {
        // s2: a token whose attention over the prompt is spread out steers more of the picture.
        parts.crossAttention =
            renewed(m_crossAttention[site.layer], evidence.version(EvidenceKind::CrossAttentionEntropy), site.stream,
                [&] { return normalizedOverTokens(1 + evidence.crossAttentionEntropy()); });
        parts.final = parts.final + weighted(parts.crossAttention, m_options.crossAttentionWeight);
    }
    if (m_options.selfAttentionWeight != 0.0) {
        // s1: a token that many others attend to spreads its error to them.
        parts.selfAttention =
            renewed(m_selfAttention[site.layer], evidence.version(EvidenceKind::SelfAttentionInfluence), site.stream,
                [&] { return normalizedOverTokens(evidence.selfAttentionInfluence()); });
        parts.final = parts.final + weighted(parts.selfAttention, m_options.selfAttentionWeight);
    }
    if (m_options.spatialBonus != 0.0) // s4: spread the choice over the picture
        parts.final =
            withSpatialBonus(parts.final, plan().geometry().grid, m_options.spatialBonusGrid, m_options.spatialBonus);
    return parts;
}

} // namespace toca::cache
