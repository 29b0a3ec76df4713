// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/counting_rule.h"

#include "cache/plan/flops.h"

namespace toca::plan {
namespace {

/// Scores and weighted sums of the self-attention, of one row.
double selfAttentionProducts(const Geometry& geometry, int layer, std::int64_t tokens)
{
    return 4.0 * static_cast<double>(tokens) * static_cast<double>(geometry.attentionSpan(layer))
        * static_cast<double>(geometry.hiddenSize);
}

} // namespace

double flopsBy(const CountingRule& rule, const Plan& plan)
{
    Geometry text = plan.geometry();
    text.textTokens = rule.textTokens;
    Geometry noText = plan.geometry();
    noText.textTokens = 0;
    const double caption = onceFlops(noText);
    const double projections = (onceFlops(text) - caption) / static_cast<double>(text.layers.size());
    // What a query meets.
    Geometry met = plan.geometry();
    met.textTokens = !rule.attentionProducts ? 0 : rule.textTokens * (rule.textAcrossRows ? met.rows() : 1);

    double sum = rule.besides;
    if (rule.textWork == CountingRule::TextWork::Once)
        sum += onceFlops(text);
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const std::int64_t rows = plan.rows(evaluation);
        if (rows == 0)
            continue;
        sum += fixedFlops(met, rows);
        if (rule.textWork != CountingRule::TextWork::Once)
            sum += caption;
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            for (const ModuleKind module : kAllModules) {
                const PlannedModule& planned = plan.at(evaluation, layer, module);
                sum += moduleFlops(met, layer, module, planned.tokens, rows);
                if (!rule.attentionProducts && module == ModuleKind::SelfAttention && planned.tokens > 0)
                    sum -= static_cast<double>(rows) * selfAttentionProducts(met, layer, planned.tokens);
            }
            const Action cross = plan.at(evaluation, layer, ModuleKind::CrossAttention).action;
            if (rule.textWork == CountingRule::TextWork::EveryEvaluation
                || (rule.textWork == CountingRule::TextWork::WithCrossAttention
                    && (cross == Action::Full || cross == Action::Subset)))
                sum += projections;
        }
    }
    return sum;
}

} // namespace toca::plan
