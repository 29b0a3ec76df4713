// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/small_stdit3.h"

#include <QtTest>

#include <string>

namespace toca::test {

/// One run of a registered policy on a small model.
struct PolicyOutcome {
    torch::Tensor latent;
    std::shared_ptr<plan::Trace> trace;
    plan::Plan plan;
};

inline std::unique_ptr<plan::Policy> policyNamed(const std::string& name, const plan::ParameterValues& values = {},
    const std::string& preset = {}, const plan::PolicyContext& context = {})
{
    auto policy = plan::makePolicy(name, values, preset, context);
    if (!policy)
        qFatal("%s", policy.error().message.c_str());
    return std::move(*policy);
}

inline plan::Plan planOf(
    const plan::Policy& policy, const plan::Geometry& geometry, const plan::SamplerSchedule& schedule)
{
    auto plan = policy.plan(geometry, schedule);
    if (!plan)
        qFatal("%s", plan.error().message.c_str());
    return *plan;
}

/// @tparam Run SmallRun, or another family's small model with the same members
template <class Run>
PolicyOutcome runPolicy(
    Run& run, const std::string& name, const plan::ParameterValues& values = {}, const std::string& preset = {})
{
    plan::PolicyContext context;
    context.family = run.geometry.family;
    const auto policy = policyNamed(name, values, preset, context);
    auto plan = planOf(*policy, run.geometry, run.schedule());
    auto trace = std::make_shared<plan::Trace>(run.geometry, run.schedule(), run.geometry.prompts);
    cache::CachingSession session(run.geometry, cache::startPolicy(*policy, plan), {trace, {}});
    auto latent = run.denoise(session);
    return {latent, trace, plan};
}

/// "" when the trace holds just what the plan said: actions, computed tokens, decisions, FLOPs and bytes.
inline QString differenceFromPlan(const PolicyOutcome& outcome)
{
    const auto& [latent, trace, plan] = outcome;
    if (!plan.isStatic())
        return "the plan is not static";
    if (trace->publishedCells() != trace->cellCount())
        return QString("%1 of %2 cells were published").arg(trace->publishedCells()).arg(trace->cellCount());
    for (std::size_t cell = 0; cell < trace->publishedCells(); ++cell) {
        const plan::Site site = trace->siteOf(cell);
        const plan::PlannedModule& planned = plan.at(site.evaluation, site.layer, site.module);
        const plan::TraceCell& done = trace->cell(cell);
        if (site.module == plan::ModuleKind::CrossAttention && !plan.geometry().crossAttention)
            continue;
        if (plan.decision(site.evaluation) == plan::EvaluationDecision::ReusePrediction)
            continue;
        if (done.action != planned.action
            || (done.action == plan::Action::Subset && done.computedTokens != planned.tokens))
            return QString("evaluation %1, layer %2, module %3: planned %4 (%5 tokens), done %6 (%7)")
                .arg(site.evaluation)
                .arg(site.layer)
                .arg(int(site.module))
                .arg(int(planned.action))
                .arg(planned.tokens)
                .arg(int(done.action))
                .arg(done.computedTokens);
    }
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const plan::TraceEvaluation& done = trace->evaluation(evaluation);
        const double planned = plan.evaluationFlops(evaluation);
        if (done.decision != plan.decision(evaluation) || std::abs(done.flops - planned) > 1e-9 * planned)
            return QString("evaluation %1: planned %2 FLOPs, counted %3").arg(evaluation).arg(planned).arg(done.flops);
    }
    if (trace->peakCacheBytes() != plan.cacheBytes())
        return QString("planned %1 bytes, held %2").arg(plan.cacheBytes()).arg(trace->peakCacheBytes());
    return {};
}

/// Goes on with a run from the latent before evaluation `first`.
inline torch::Tensor denoiseFrom(SmallRun& run, cache::CachingSession& session, torch::Tensor latent, int first)
{
    const torch::NoGradGuard noGrad;
    models::Stdit3Denoiser denoiser(run.model);
    schedulers::RectifiedFlowSampler sampler(run.timesteps, 1000);
    const bool isGuided = run.geometry.guidanceRows == 2;
    for (int step = first; step < run.steps(); ++step) {
        const auto t = run.timesteps[step];
        const cache::EvaluationView view{step, step, run.steps(), plan::Stream::Joint, t[0].item<double>(), latent};
        const auto prediction = session.evaluate(view,
            [&](cache::RowRange rows) { return denoiser.predict(latent, t, run.input.conditions, rows, session); });
        latent = sampler.step(step, latent, schedulers::guided(prediction, run.input.guidance, isGuided));
    }
    return latent;
}

/// The final latents of an uninterrupted run, and of one that went back to its state after `step` and went on from
/// there.
template <class Run>
std::pair<torch::Tensor, torch::Tensor> wholeAndResumed(
    Run& run, const std::string& name, const plan::ParameterValues& values, int step)
{
    plan::PolicyContext context;
    context.family = run.geometry.family;
    const auto policy = policyNamed(name, values, {}, context);
    const auto plan = planOf(*policy, run.geometry, run.schedule());
    cache::CachingSession session(run.geometry, cache::startPolicy(*policy, plan));
    cache::SessionState state{nullptr, cache::FeatureStore(run.geometry), cache::EvidenceStore(run.geometry)};
    torch::Tensor latent;
    const auto whole = run.denoise(session, [&](const engine::DenoisingStep& done) {
        if (done.step != step)
            return;
        state = session.save();
        latent = done.after.clone();
    });
    session.restore(state);
    return {whole, denoiseFrom(run, session, latent, step + 1)};
}

} // namespace toca::test
