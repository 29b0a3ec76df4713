// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/clusca_run.h"

#include "cache/exec/ops/cluster_tokens.h"

#include <torch/torch.h>

namespace toca::cache {

using plan::Action;
using plan::ModuleKind;

namespace {

std::string nameOf(const char* what, plan::Stream stream)
{
    return std::string("clusca.") + what + "." + std::string(plan::streamName(stream));
}

/// What a Taylor forecast adds to the stored output: sum over i > 0 of d_i x^i / i!. Undefined when there is nothing.
torch::Tensor trendOf(FeatureStore& store, const plan::Site& site, RowRange rows, int order)
{
    if (order < 1 || store.factors(site.layer, site.module, rows).derivatives.size() < 2)
        return {};
    return store.forecast(site.layer, site.module, rows, site.step, order, /*first=*/1).features();
}

} // namespace

CluscaRun::CluscaRun(std::shared_ptr<const plan::Plan> given, plan::CluscaOptions options)
    : PlannedRun(std::move(given))
    , m_options(options)
{
    for (int evaluation = 0; evaluation < plan().evaluationCount(); ++evaluation)
        if (plan().at(evaluation, 0, ModuleKind::Mlp).action != Action::Full)
            m_lastForecast = evaluation;
}

std::uint64_t CluscaRun::seedAt(const plan::Site& site) const
{
    // Every selection draws anew, whatever was drawn before it: a run that is taken up again draws the same.
    std::uint64_t seed = static_cast<std::uint64_t>(m_options.seed);
    for (const int part : {site.evaluation, site.layer})
        seed = (seed ^ static_cast<std::uint64_t>(part + 1)) * 0x9E3779B97F4A7C15ULL;
    return seed;
}

void CluscaRun::afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore& store)
{
    const plan::Site& site = view.site;
    if (site.layer != plan().layerCount() - 1 || !isForecastLater(site.evaluation)
        || plan().at(site.evaluation, 0, ModuleKind::Mlp).action != Action::Full)
        return;
    torch::Tensor& centres = store.named(nameOf("centres", site.stream));
    if (!centres.defined())
        centres = firstCentres(out, std::min(m_options.clusters, out.size(1)), seedAt(site));
    TokenClusters clusters = clusterTokens(out, centres, static_cast<int>(m_options.iterations));
    centres = std::move(clusters.centres);
    m_labels[site.stream] = clusters.labels.to(torch::kCPU);
    store.named(nameOf("labels", site.stream)) = std::move(clusters.labels);
}

ModuleAction CluscaRun::onModule(const plan::Site& site, const Evidence& evidence)
{
    const plan::PlannedModule& planned = plan().at(site.evaluation, site.layer, site.module);
    switch (planned.action) {
    case Action::Full:
        return ModuleAction::full(isForecastLater(site.evaluation));
    case Action::Subset:
        return ModuleAction::subsetOf(
            oneTokenPerCluster(evidence.features().named(nameOf("labels", site.stream)), planned.tokens, seedAt(site)));
    case Action::Forecast:
        return ModuleAction::forecast(static_cast<int>(m_options.order));
    default:
        return ModuleAction::reuse();
    }
}

torch::Tensor CluscaRun::afterSubset(const plan::Site& site, RowRange rows, const TokenSubset& subset,
    const torch::Tensor& fresh, torch::Tensor mixed, FeatureStore& store)
{
    const torch::Tensor trend = trendOf(store, site, rows, static_cast<int>(m_options.order));
    const auto spread = [&](torch::Tensor& over) { // (B, N, C)
        if (m_options.propagation == 0)
            return;
        const auto labels = store.named(nameOf("labels", site.stream)).to(torch::kInt64);
        const auto ids = labels.unsqueeze(-1).expand({-1, -1, fresh.size(2)});
        over = over.lerp(fresh.gather(1, ids), m_options.propagation);
    };
    torch::Tensor output;
    if (!trend.defined() || !m_options.isExact) {
        // Published: the zeroth factor takes over the fresh tokens, and the trend since the last full step comes on
        // top.
        spread(mixed);
        output = trend.defined() ? mixed + trend : mixed;
    } else {
        // The fresh tokens stand as they are, and what is stored is such that the forecast at this step gives them.
        output = mixed + trend;
        subset.scatter(output, fresh);
        spread(output);
        mixed = output - trend;
    }
    store.replace(site.layer, site.module, rows, mixed);
    return output;
}

} // namespace toca::cache
