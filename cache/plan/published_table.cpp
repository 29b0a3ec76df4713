// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/published_table.h"

#include "cache/plan/policy.h"
#include "cache/plan/published_run.h"

namespace toca::plan {
namespace {

constexpr double kTera = 1e12;

/// A plan by our way of counting and, where the figure has one, by the table's.
struct Planned {
    bool isStatic = true;
    double teraFlops = 0;
    std::optional<double> recounted;
};

Result<Planned> plannedOf(const PublishedFigure& figure)
{
    const auto run = publishedRun(figure.geometry, figure.sampler);
    if (!run)
        return unexpected(run.error());
    const auto shape = publishedShape(figure.geometry);
    if (!shape)
        return unexpected(shape.error());
    const auto geometry = geometryFor(*shape, run->frames, run->width, run->height, run->textTokens);
    if (!geometry)
        return unexpected(geometry.error());
    PolicyContext context;
    context.family = shape->family;
    const auto policy = makePolicy(figure.policy, figure.values, figure.preset, context);
    if (!policy)
        return unexpected(policy.error());
    const auto plan =
        (*policy)->plan(*geometry, samplerSchedule(run->sampler, figure.steps, run->frames, run->width, run->height));
    if (!plan)
        return unexpected(plan.error());
    Planned planned;
    // A method that waits for data or for a calibration has nothing to be compared before the run.
    planned.isStatic = plan->isStatic() && (figure.policy == "none" || !plan->cachesNothing());
    planned.teraFlops = plan->totalFlops() / kTera;
    if (figure.recount)
        planned.recounted = flopsBy(*figure.recount, *plan) / kTera;
    return planned;
}

} // namespace

Result<std::vector<FigureComparison>> comparedFigures()
{
    std::vector<FigureComparison> rows;
    FigureComparison uncached; // of the table at hand
    for (const PublishedFigure& figure : publishedFigures()) {
        const bool isFirst = rows.empty() || rows.back().figure.table != figure.table;
        FigureComparison row;
        row.figure = figure;
        const double base = isFirst ? figure.teraFlops : uncached.publishedTeraFlops;
        row.publishedGain = figure.gain > 0 ? figure.gain : base / figure.teraFlops;
        row.publishedTeraFlops = figure.teraFlops > 0 ? figure.teraFlops : base / row.publishedGain;
        if (!findPolicy(figure.policy))
            row.state = FigureState::UnknownPolicy;
        else if (!figure.isSettingKnown)
            row.state = FigureState::SettingUnknown;
        if (row.state != FigureState::Compared) {
            rows.push_back(std::move(row));
            continue;
        }
        const auto planned = plannedOf(figure);
        if (!planned)
            return unexpected(planned.error());
        if (!planned->isStatic) {
            row.state = FigureState::DecidedAtRunTime;
            rows.push_back(std::move(row));
            continue;
        }
        row.teraFlops = planned->teraFlops;
        row.gain = isFirst ? 1 : uncached.teraFlops / row.teraFlops;
        row.gainDifference = row.gain / row.publishedGain - 1;
        row.recountedTeraFlops = planned->recounted;
        if (row.publishedTeraFlops > 0) {
            row.difference = row.teraFlops / row.publishedTeraFlops - 1;
            if (planned->recounted)
                row.recountedDifference = *planned->recounted / row.publishedTeraFlops - 1;
        }
        if (isFirst)
            uncached = row;
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace toca::plan
