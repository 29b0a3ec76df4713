// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/policies/easycache_run.h"

#include "cache/exec/ops/change.h"

#include <cmath>

namespace toca::cache {

namespace {

std::string nameOf(const char* what, const EvaluationView& view)
{
    return std::string("easycache.") + what + "." + std::string(plan::streamName(view.stream));
}

} // namespace

EasyCacheRun::EasyCacheRun(const plan::Plan& plan, plan::EasyCacheOptions options)
    : m_places(std::make_shared<const std::vector<plan::StreamPlace>>(plan::streamPlaces(plan.schedule())))
    , m_options(options)
{
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation)
        m_isActive = m_isActive || maySkip(evaluation);
}

bool EasyCacheRun::maySkip(int evaluation) const
{
    return evaluation >= 0 && m_options.threshold > 0
        && !plan::EasyCacheDecisions::isForced(m_options, m_places->at(static_cast<std::size_t>(evaluation)));
}

EvaluationAction EasyCacheRun::onEvaluation(const EvaluationView& view, FeatureStore& store)
{
    m_decision = {};
    m_decision.isForced = true;
    m_decision.scalars.threshold = m_options.threshold;
    if (!m_isActive)
        return {};
    const plan::StreamPlace& place = m_places->at(static_cast<std::size_t>(view.evaluation));
    const bool isDecided = maySkip(view.evaluation);
    const std::string seen = nameOf("seen_latent", view);
    const double change = isDecided ? meanDistance(view.latent, store.named(seen)) : 0.0;
    m_decision = m_streams[view.stream].decisions.decide(m_options, place, change);
    if (maySkip(place.next))
        store.named(seen) = view.latent; // the sampler makes a new one each step
    else
        store.dropNamed(seen);
    return {m_decision.isSkipped ? plan::EvaluationDecision::ReusePrediction : plan::EvaluationDecision::Run};
}

torch::Tensor EasyCacheRun::moved(const EvaluationView& view, FeatureStore& store, double sign) const
{
    torch::Tensor out = store.named(nameOf("output", view)).clone();
    const std::int64_t prompts = view.latent.size(0), channels = view.latent.size(1);
    const torch::Tensor movement = sign * (view.latent - store.named(nameOf("input", view)));
    out.narrow(1, 0, channels).add_(movement.repeat({out.size(0) / prompts, 1, 1, 1, 1}));
    return out;
}

torch::Tensor EasyCacheRun::onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore& store)
{
    if (!m_isActive)
        return prediction;
    State& state = m_streams[view.stream];
    if (m_decision.isSkipped)
        return m_options.followsLatent ? moved(view, store, state.sign) : store.named(nameOf("output", view));

    const plan::StreamPlace& place = m_places->at(static_cast<std::size_t>(view.evaluation));
    const std::string input = nameOf("input", view), output = nameOf("output", view);
    const torch::Tensor part = latentPart(prediction, view.latent);
    if (place.index == 0)
        state.sign = (part * view.latent).sum().item<double>() < 0 ? -1.0 : 1.0;
    const bool isNextDecided = maySkip(place.next);
    if (isNextDecided) {
        const bool hasBefore = store.hasNamed(output);
        state.decisions.computed(meanAbsolute(part),
            hasBefore ? meanDistance(view.latent, store.named(input)) : std::nan(""),
            hasBefore ? meanDistance(part, latentPart(store.named(output), view.latent)) : std::nan(""));
    }
    // Kept for what may be skipped next, and for the rate at the evaluation before such a one.
    const int afterNext = place.next < 0 ? -1 : m_places->at(static_cast<std::size_t>(place.next)).next;
    if (isNextDecided || maySkip(afterNext)) {
        store.named(input) = view.latent;
        store.named(output) = prediction;
    } else {
        store.dropNamed(input);
        store.dropNamed(output);
    }
    return prediction;
}

} // namespace toca::cache
