// SPDX-License-Identifier: Apache-2.0
// What a measurement starts from: latents, features and scores of the uncached run.
#include "core/engine/sensitivity.h"

#include "cache/exec/scores.h"

#include <torch/torch.h>

#include <algorithm>
#include <set>

namespace toca::engine {

using cache::CapturingRun;
using cache::RowRange;

std::vector<float> valuesOf(const torch::Tensor& values)
{
    if (!values.defined())
        return {};
    const torch::Tensor plain = values.to(torch::kCPU, torch::kFloat32).contiguous();
    return {plain.const_data_ptr<float>(), plain.const_data_ptr<float>() + plain.numel()};
}

/// Prompt 0's rows of a tensor of all slots.
torch::Tensor firstSlot(const torch::Tensor& rows, std::int64_t slots)
{
    return rows.slice(0, 0, rows.size(0), slots).contiguous();
}

void SensitivityMeter::recordLatents()
{
    std::set<int> steps;
    for (const SensitivitySite& site : m_record.sites)
        for (const int step : {site.step, std::max(0, site.step - 1)})
            steps.insert(step);
    const std::unique_ptr<schedulers::Sampler> sampler = m_subject.sampler->clone();
    cache::CachingSession session =
        cache::CachingSession::uncached(m_subject.geometry, cache::SessionOptions{nullptr, m_stop});
    if (steps.contains(0))
        m_samplers[0] = sampler->clone();
    DenoisingInput input = *m_subject.input;
    input.end = *steps.rbegin() + 1;
    denoise(*m_subject.model, *sampler, input, session, [&](const DenoisingStep& done) {
        if (steps.contains(done.step))
            m_latents[done.step] = done.before;
        if (steps.contains(done.step + 1))
            m_samplers[done.step + 1] = sampler->clone();
    });
}

void SensitivityMeter::capture(int step)
{
    if (m_capturedStep == step)
        return;
    m_capturedStep = -1;
    CapturingRun::State& state = *m_captured;
    state = {CapturingRun::Phase::Off, {}, state.hasCrossAttention, {}, {}, {}};
    for (const SensitivitySite& site : m_record.sites)
        if (site.step == step)
            state.wanted.insert({site.layer, site.module});
    const plan::SamplerSchedule& schedule = m_subject.sampler->schedule();
    const auto evaluate = [&](int evaluation, CapturingRun::Phase phase) {
        state.phase = phase;
        const plan::EvaluationInfo& info = schedule.evaluations[static_cast<std::size_t>(evaluation)];
        const torch::Tensor latents = m_latents.at(evaluation).repeat({m_slots, 1, 1, 1, 1});
        const torch::Tensor t = m_subject.sampler->timestep(evaluation);
        const cache::EvaluationView view{
            evaluation, info.step, schedule.steps, info.stream, t[0].item<double>(), latents};
        m_capturing->evaluate(view,
            [&](RowRange rows) { return m_subject.model->predict(latents, t, m_conditions, rows, *m_capturing); });
        state.phase = CapturingRun::Phase::Off;
    };
    evaluate(std::max(0, step - 1), CapturingRun::Phase::Before);
    evaluate(step, CapturingRun::Phase::Now);
    m_capturedStep = step;
    for (SensitivitySite& site : m_record.sites)
        if (site.step == step)
            fillScores(site);
}

void SensitivityMeter::fillScores(SensitivitySite& site)
{
    const cache::ModulePlace place{site.layer, site.module};
    const cache::CapturedScores& captured = m_captured->scores.at(place);
    const auto part = [&](SensitivityScore score) -> std::vector<float>& {
        return site.scores[static_cast<std::size_t>(score)];
    };
    part(SensitivityScore::SelfAttention) = valuesOf(captured.selfAttention);
    part(SensitivityScore::CrossAttention) = valuesOf(captured.crossAttention);
    part(SensitivityScore::ValueNorm) = valuesOf(captured.valueNorm);
    part(SensitivityScore::InputNorm) = valuesOf(captured.inputNorm);
    part(SensitivityScore::Similarity) = valuesOf(captured.similarity);
    const torch::Tensor now = firstSlot(m_captured->now.outputs.at(place), m_slots).to(torch::kFloat32),
                        before = firstSlot(m_captured->before.outputs.at(place), m_slots).to(torch::kFloat32);
    const auto tokenNorm = [](const torch::Tensor& rows) { return rows.square().sum(-1).sum(0).sqrt(); };
    const torch::Tensor typical = tokenNorm(now).square().mean().sqrt().clamp_min(1e-12);
    part(SensitivityScore::Change) = valuesOf(tokenNorm(now - before) / typical);

    // ToCa's sum (section 3.3), of the parts that exist here.
    const plan::TocaOptions& options = m_subject.scores;
    const auto normalized = [](const torch::Tensor& values) {
        return cache::normalizedOverTokens(values.unsqueeze(0));
    };
    torch::Tensor sum = torch::zeros({1, m_record.grid.tokens()}, now.options());
    if (m_subject.ages && site.step > 0) {
        const auto ages = m_subject.ages->ages(m_subject.ages->cellIndex(site.step - 1, site.layer, site.module));
        std::vector<float>& own = part(SensitivityScore::Age);
        own.clear();
        for (const std::int32_t age : ages)
            own.push_back(static_cast<float>(age + 1)); // if it were not computed here either
        sum += options.ageWeight
            * (torch::tensor(own).to(now.device()).unsqueeze(0) / static_cast<double>(options.interval));
    }
    using plan::ScoreKind;
    if (options.score == ScoreKind::Attention && options.crossAttentionWeight != 0.0
        && captured.crossAttention.defined())
        sum += options.crossAttentionWeight * normalized(1 + captured.crossAttention);
    if (options.score == ScoreKind::Attention && options.selfAttentionWeight != 0.0)
        sum += options.selfAttentionWeight * normalized(captured.selfAttention);
    if (options.score == ScoreKind::KvNorm)
        sum += normalized(captured.valueNorm);
    if (options.score == ScoreKind::Norm)
        sum += normalized(captured.inputNorm);
    if (options.score == ScoreKind::Similarity)
        sum += normalized(captured.similarity);
    const torch::Tensor lifted = cache::withSpatialBonus(sum, m_record.grid, options.spatialBonusGrid, 1.0);
    part(SensitivityScore::SpatialBonus) = valuesOf(lifted.ne(sum)[0]);
    part(SensitivityScore::Combined) = valuesOf(options.spatialBonus == 0.0
            ? sum[0]
            : cache::withSpatialBonus(sum, m_record.grid, options.spatialBonusGrid, options.spatialBonus)[0]);
}

} // namespace toca::engine
