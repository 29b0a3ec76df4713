// SPDX-License-Identifier: Apache-2.0
#include "ui/statistics/run_statistics_model.h"

#include "ui/selection/cell_text.h"

#include <QByteArrayList>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr int kMostSteps = 100'000; ///< a trace file may claim any step number; requests allow 1000

void addTo(double& sum, double value)
{
    sum = std::isnan(sum) ? value : sum + value;
}

bool isKnownStep(int step)
{
    return step >= 0 && step < kMostSteps;
}

} // namespace

void RunStatisticsModel::setTrace(std::shared_ptr<const plan::Trace> trace)
{
    m_trace = std::move(trace);
    rebuild();
}

void RunStatisticsModel::setPlan(const plan::Plan& plan)
{
    m_plan = plan;
    rebuild();
}

void RunStatisticsModel::clear()
{
    m_trace.reset();
    m_plan = {};
    m_baselineSeconds = 0;
    rebuild();
}

void RunStatisticsModel::setBaselineSeconds(double perStep)
{
    m_baselineSeconds = std::isfinite(perStep) && perStep > 0 ? perStep : 0;
    accumulate();
}

bool RunStatisticsModel::refresh()
{
    if (!m_trace) {
        return false;
    }
    // An evaluation is published after its cells; the second bound only guards against a trace that broke that rule.
    const std::size_t perEvaluation = plan::Trace::cellsPerEvaluation(m_trace->geometry());
    const int published = m_trace->publishedEvaluations();
    const std::size_t cells = m_trace->publishedCells();
    const int before = m_seenEvaluations;
    while (
        m_seenEvaluations < published && (static_cast<std::size_t>(m_seenEvaluations) + 1) * perEvaluation <= cells) {
        addEvaluation(m_seenEvaluations++);
    }
    if (m_seenEvaluations == before) {
        return false;
    }
    accumulate();
    return true;
}

void RunStatisticsModel::rebuild()
{
    m_steps.clear();
    m_pending.clear();
    m_tokens.clear();
    m_seenEvaluations = 0;
    const plan::SamplerSchedule& schedule = m_trace ? m_trace->schedule() : m_plan.schedule();
    const plan::Geometry& geometry = m_trace ? m_trace->geometry() : m_plan.geometry();
    if (geometry.layers.empty()) {
        return;
    }
    int steps = 0;
    for (const plan::EvaluationInfo& info : schedule.evaluations) {
        if (isKnownStep(info.step)) {
            steps = std::max(steps, info.step + 1);
        }
    }
    m_steps.resize(static_cast<std::size_t>(steps));
    m_pending.resize(m_steps.size(), 0);
    m_tokens.resize(m_steps.size());
    const plan::Plan full(geometry, schedule);
    const bool planFits =
        m_plan.evaluationCount() == full.evaluationCount() && m_plan.layerCount() == full.layerCount();
    std::vector<int> evaluationsOfStep(m_steps.size(), 0);
    for (int evaluation = 0; evaluation < full.evaluationCount(); ++evaluation) {
        const int step = schedule.evaluations[static_cast<std::size_t>(evaluation)].step;
        if (!isKnownStep(step)) {
            continue;
        }
        const auto index = static_cast<std::size_t>(step);
        ++m_pending[index];
        ++evaluationsOfStep[index];
        addTo(m_steps[index].fullFlops, full.evaluationFlops(evaluation));
        if (planFits) {
            addTo(m_steps[index].plannedFlops, m_plan.evaluationFlops(evaluation));
            addTo(m_steps[index].plannedCacheRatio, 1.0 - m_plan.freshRatio(evaluation));
        }
    }
    for (std::size_t index = 0; index < m_steps.size(); ++index) {
        m_steps[index].plannedCacheRatio /= std::max(evaluationsOfStep[index], 1);
    }
    if (!refresh()) {
        accumulate();
    }
}

void RunStatisticsModel::addEvaluation(int evaluation)
{
    const int stepIndex = m_trace->schedule().evaluations[static_cast<std::size_t>(evaluation)].step;
    if (!isKnownStep(stepIndex)) {
        return;
    }
    const auto index = static_cast<std::size_t>(stepIndex);
    StepStatistics& step = m_steps[index];
    Tokens& tokens = m_tokens[index];
    const plan::TraceEvaluation& happened = m_trace->evaluation(evaluation);
    const auto perModule = static_cast<double>(m_trace->geometry().grid.tokens());
    bool isFull = happened.decision == plan::EvaluationDecision::Run;
    bool isSkipped = happened.decision == plan::EvaluationDecision::ReusePrediction;
    double inModules = 0;
    double selection = 0;
    for (int layer = 0; layer < m_trace->layerCount(); ++layer) {
        for (const plan::ModuleKind module : modulesOf(m_trace->geometry())) {
            const plan::TraceCell& cell = m_trace->cell(m_trace->cellIndex(evaluation, layer, module));
            const auto kind = static_cast<std::size_t>(module);
            tokens.computed[kind] += std::clamp<double>(cell.computedTokens, 0.0, perModule);
            isFull = isFull && cell.action == plan::Action::Full;
            isSkipped = isSkipped || cell.action == plan::Action::Skip;
            const double choosing = std::clamp<double>(cell.selectionSeconds, 0.0, cell.seconds);
            addTo(step.moduleSeconds[kind], cell.seconds - choosing);
            selection += choosing;
            inModules += cell.seconds;
        }
        tokens.sites += perModule;
    }
    addTo(step.selectionSeconds, selection);
    addTo(step.otherSeconds, std::max(happened.seconds - inModules, 0.0));
    addTo(step.seconds, happened.seconds);
    addTo(step.flops, happened.flops);
    step.cacheBytes = static_cast<double>(happened.cacheBytes);
    step.skipped = step.skipped || isSkipped;
    // Of several evaluations of a step the last one that decided.
    if (std::isfinite(happened.scalars.threshold)) {
        step.signal = happened.scalars.signal;
        step.accumulated = happened.scalars.accumulated;
        step.threshold = happened.scalars.threshold;
    }
    double reused = 0;
    for (const plan::ModuleKind module : modules()) {
        const auto kind = static_cast<std::size_t>(module);
        step.cacheRatio[kind] = tokens.sites > 0 ? 1.0 - tokens.computed[kind] / tokens.sites : 0.0;
        reused += step.cacheRatio[kind];
    }
    step.meanCacheRatio = reused / static_cast<double>(modules().size());
    tokens.allFull = tokens.allFull && isFull;
    --m_pending[index];
    step.happened = m_pending[index] == 0;
    step.isFull = step.happened && tokens.allFull;
}

void RunStatisticsModel::accumulate()
{
    const double reference = baselineSeconds();
    double flopsSaved = 0;
    double plannedSaved = 0;
    double secondsSaved = 0;
    for (StepStatistics& step : m_steps) {
        plannedSaved += step.fullFlops - step.plannedFlops;
        step.plannedFlopsSaved = plannedSaved;
        if (!step.happened) {
            step.flopsSaved = step.secondsSaved = StepStatistics::kUnknown;
            continue;
        }
        flopsSaved += step.fullFlops - step.flops;
        secondsSaved += reference - step.seconds;
        step.flopsSaved = flopsSaved;
        step.secondsSaved = secondsSaved;
    }
}

const std::vector<plan::ModuleKind>& RunStatisticsModel::modules() const
{
    return modulesOf(m_trace ? m_trace->geometry() : m_plan.geometry());
}

int RunStatisticsModel::happenedSteps() const
{
    return static_cast<int>(
        std::count_if(m_steps.begin(), m_steps.end(), [](const StepStatistics& step) { return step.happened; }));
}

bool RunStatisticsModel::hasDecisions() const
{
    return std::any_of(
        m_steps.begin(), m_steps.end(), [](const StepStatistics& step) { return std::isfinite(step.threshold); });
}

RunStatisticsModel::TimeReference RunStatisticsModel::timeReference() const
{
    if (m_baselineSeconds > 0) {
        return TimeReference::Baseline;
    }
    const bool anyFull =
        std::any_of(m_steps.begin(), m_steps.end(), [](const StepStatistics& step) { return step.isFull; });
    return anyFull ? TimeReference::MeanFullStep : TimeReference::None;
}

double RunStatisticsModel::baselineSeconds() const
{
    switch (timeReference()) {
    case TimeReference::None:
        return StepStatistics::kUnknown;
    case TimeReference::Baseline:
        return m_baselineSeconds;
    case TimeReference::MeanFullStep:
        break;
    }
    double sum = 0;
    int count = 0;
    for (const StepStatistics& step : m_steps) {
        if (step.isFull) {
            sum += step.seconds;
            ++count;
        }
    }
    return sum / count;
}

QByteArray RunStatisticsModel::csv() const
{
    QByteArray table = "step,cache_ratio,planned_cache_ratio,cache_ratio_self_attention,cache_ratio_cross_attention,"
                       "cache_ratio_mlp,flops,planned_flops,full_flops,flops_saved,planned_flops_saved,seconds,"
                       "seconds_saved,seconds_self_attention,seconds_cross_attention,seconds_mlp,seconds_selection,"
                       "seconds_other,cache_bytes,signal,accumulated,threshold\n";
    for (int index = 0; index < stepCount(); ++index) {
        const StepStatistics& s = step(index);
        table += QByteArray::number(index);
        for (const double value : {s.meanCacheRatio, s.plannedCacheRatio, s.cacheRatio[0], s.cacheRatio[1],
                 s.cacheRatio[2], s.flops, s.plannedFlops, s.fullFlops, s.flopsSaved, s.plannedFlopsSaved, s.seconds,
                 s.secondsSaved, s.moduleSeconds[0], s.moduleSeconds[1], s.moduleSeconds[2], s.selectionSeconds,
                 s.otherSeconds, s.cacheBytes, s.signal, s.accumulated, s.threshold}) {
            table += ',';
            if (std::isfinite(value)) {
                table += QByteArray::number(value, 'g', 12);
            }
        }
        table += '\n';
    }
    return table;
}

} // namespace toca::ui
