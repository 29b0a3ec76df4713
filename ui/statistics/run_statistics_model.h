// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <QByteArray>

#include <array>
#include <limits>
#include <memory>
#include <vector>

namespace toca::ui {

/// What is planned and known of one denoising step. NaN = not known (yet).
struct StepStatistics {
    static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    bool happened = false; ///< all evaluations of the step have ended
    bool isFull = false; ///< happened, and every module computed every token
    std::array<double, plan::kModuleKinds> cacheRatio{
        kUnknown, kUnknown, kUnknown}; ///< reused tokens, share, by module
    double meanCacheRatio = kUnknown; ///< over all modules
    double plannedCacheRatio = kUnknown; ///< over all modules
    double flops = kUnknown; ///< counted
    double plannedFlops = kUnknown;
    double fullFlops = kUnknown; ///< of this step without the cache
    double flopsSaved = kUnknown; ///< counted, from the first step to this one
    double plannedFlopsSaved = kUnknown; ///< from the first step to this one
    double seconds = kUnknown;
    double secondsSaved = kUnknown; ///< from the first step to this one, against `baselineSeconds()`
    std::array<double, plan::kModuleKinds> moduleSeconds{kUnknown, kUnknown, kUnknown}; ///< without selection
    double selectionSeconds = kUnknown; ///< scoring, ranking, gather and scatter of all modules
    double otherSeconds = kUnknown; ///< outside of the modules: embeddings, final layer, sampler
    double cacheBytes = kUnknown; ///< held at the end of the step
    // What a step-wise policy decided from; unknown where it made no such decision
    double signal = kUnknown; ///< measured at this step
    double accumulated = kUnknown; ///< held against the threshold
    double threshold = kUnknown;
    bool skipped = false; ///< happened, and layers or whole evaluations were jumped over
};

/// Numbers over the steps of one run, from its plan and its trace. No widgets, no signals.
class RunStatisticsModel {
public:
    void setTrace(std::shared_ptr<const plan::Trace> trace);
    void setPlan(const plan::Plan& plan);
    void clear();
    /// Seconds that one uncached step takes, measured by a baseline run; 0 or less = unknown.
    void setBaselineSeconds(double perStep);
    /// Takes in evaluations published since the last call. @return whether anything changed
    bool refresh();

    bool isEmpty() const { return m_steps.empty(); }
    /// What the layers of this run consist of.
    const std::vector<plan::ModuleKind>& modules() const;
    int stepCount() const { return static_cast<int>(m_steps.size()); }
    const StepStatistics& step(int index) const { return m_steps[static_cast<std::size_t>(index)]; }
    int happenedSteps() const;
    /// True when a policy left the numbers of a step-wise decision.
    bool hasDecisions() const;

    enum class TimeReference {
        None, ///< no baseline and no full step yet: no time saved can be told
        Baseline, ///< a run without cache
        MeanFullStep, ///< this run's own full steps
    };
    TimeReference timeReference() const;
    double baselineSeconds() const; ///< of one uncached step by that reference; NaN for None

    /// All columns of StepStatistics, SI units without prefixes, empty where unknown.
    QByteArray csv() const;

private:
    void rebuild(); ///< from the plan on
    void addEvaluation(int evaluation);
    void accumulate();

    std::shared_ptr<const plan::Trace> m_trace;
    plan::Plan m_plan;
    double m_baselineSeconds = 0;
    int m_seenEvaluations = 0;
    std::vector<StepStatistics> m_steps;
    std::vector<int> m_pending; ///< evaluations of each step that have not ended
    struct Tokens {
        std::array<double, plan::kModuleKinds> computed{};
        double sites = 0; ///< tokens of one module kind over the step's evaluations and layers
        bool allFull = true; ///< in every evaluation that has ended
    };
    std::vector<Tokens> m_tokens;
};

} // namespace toca::ui
