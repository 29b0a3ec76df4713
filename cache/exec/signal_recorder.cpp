// SPDX-License-Identifier: Apache-2.0
#include "cache/exec/signal_recorder.h"

#include "cache/exec/ops/change.h"

namespace toca::cache {

SignalRecorder::SignalRecorder(const plan::Geometry& geometry, const plan::SamplerSchedule& schedule,
    plan::SignalOptions options, std::shared_ptr<plan::SignalRecord> record)
    : m_options(options)
    , m_record(std::move(record))
{
    m_record->geometry = geometry;
    m_record->schedule = schedule;
    m_record->firstLayers = options.firstLayers;
    m_record->evaluations.assign(schedule.evaluations.size(), {});
    const double bytes = 4.0 * static_cast<double>(schedule.evaluations.size())
        * static_cast<double>(geometry.rows() * geometry.grid.tokens() * geometry.hiddenSize);
    const double limit = static_cast<double>(std::max<std::int64_t>(options.maximumBytes, 1));
    m_record->firstLayerStride = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(std::min(std::ceil(bytes / limit), static_cast<double>(geometry.grid.tokens()))));
}

EvaluationAction SignalRecorder::onEvaluation(const EvaluationView& view, FeatureStore&)
{
    plan::EvaluationSignals& now = signals(view.evaluation);
    now.latentRms = view.latent.square().mean().sqrt().item<double>();
    Kept& kept = m_kept[view.stream];
    for (const torch::Tensor& earlier : kept.latents)
        now.inputDistance.push_back(meanDistance(view.latent, earlier));
    kept.latents.push_back(view.latent); // the sampler makes a new one each step
    return {};
}

LayerAction SignalRecorder::onLayer(const LayerView& view, FeatureStore&)
{
    Kept& kept = m_kept[view.site.stream];
    if (view.site.layer == 0) {
        kept.start = view.x;
        if (view.modulatedInput) {
            const torch::Tensor modulated = view.modulatedInput();
            if (kept.modulated.defined())
                signals(view.site.evaluation).modulatedChange = relativeChange(modulated, kept.modulated);
            kept.modulated = modulated;
        }
    }
    if (view.site.layer == m_options.firstLayers && m_options.firstLayerPairs)
        recordFirstLayers(view, kept);
    return LayerAction::run();
}

void SignalRecorder::recordFirstLayers(const LayerView& view, Kept& kept)
{
    torch::Tensor residual = view.x - kept.start;
    if (const std::int64_t stride = m_record->firstLayerStride; stride > 1)
        residual = residual.slice(1, 0, residual.size(1), stride).contiguous();
    auto& changes = signals(view.site.evaluation).firstLayerChange;
    for (const torch::Tensor& earlier : kept.firstResiduals)
        changes.push_back(relativeChange(residual, earlier));
    kept.firstResiduals.push_back(std::move(residual));
}

void SignalRecorder::afterLayer(const LayerView& view, const torch::Tensor& out, FeatureStore&)
{
    if (view.site.layer + 1 != m_record->geometry.layerCount())
        return;
    Kept& kept = m_kept[view.site.stream];
    const torch::Tensor residual = out - kept.start;
    if (kept.residual.defined())
        signals(view.site.evaluation).residualRatio = meanNormRatio(residual, kept.residual);
    kept.residual = residual;
    kept.start.reset();
}

torch::Tensor SignalRecorder::onPrediction(const EvaluationView& view, torch::Tensor prediction, FeatureStore&)
{
    plan::EvaluationSignals& now = signals(view.evaluation);
    Kept& kept = m_kept[view.stream];
    const torch::Tensor part = latentPart(prediction, view.latent);
    now.outputNorm = meanAbsolute(part);
    for (const torch::Tensor& earlier : kept.outputs)
        now.outputDistance.push_back(meanDistance(part, earlier));
    if (!kept.outputs.empty())
        now.outputChange = relativeChange(part, kept.outputs.back());
    kept.outputs.push_back(part);
    return prediction;
}

} // namespace toca::cache
