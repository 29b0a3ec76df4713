// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/policies/spec_makers.h"
#include "cache/plan/policies/speca_policy.h"
#include "cache/plan/policies/stream_places.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace toca::plan {
namespace {

constexpr std::array<const char*, 4> kErrorNames{"relative-l1", "norm-l1", "norm-l2", "cosine"};

} // namespace

double SpecaOptions::threshold(int step, int steps) const
{
    // The published step counter runs down from steps - 1, so its progress is (steps - counter) / steps.
    const double progress = static_cast<double>(step + 1) / steps;
    return std::max(baseThreshold * std::pow(decay, progress), kLeastThreshold);
}

SpecaDecisions::Decision SpecaDecisions::next(const SpecaOptions& options, int step, int steps)
{
    Decision decision;
    decision.threshold = options.threshold(step, steps);
    decision.error = std::numeric_limits<double>::quiet_NaN();
    const bool isWarmup = step < options.warmupSteps;
    const bool mayDraft = m_hasRun && options.maxDrafts > 0;
    if (mayDraft && m_lastWasFull && (!isWarmup || options.draftsInWarmup)) {
        decision.isFull = false; // the first draft after a full step is never checked
        m_drafts = 1;
        m_error = -1;
    } else if (mayDraft && !m_lastWasFull && !isWarmup && m_drafts < options.maxDrafts) {
        decision.isChecked = m_drafts >= options.minDrafts;
        if (decision.isChecked && m_error >= 0)
            decision.error = m_error;
        decision.isFull = decision.isChecked && m_error > decision.threshold;
        if (!decision.isFull)
            ++m_drafts;
    }
    decision.isChecked &= !decision.isFull;
    m_hasRun = true;
    m_lastWasFull = decision.isFull;
    if (decision.isFull)
        m_drafts = 0;
    return decision;
}

void SpecaDecisions::measured(double error)
{
    m_error = std::isfinite(error) ? error : std::numeric_limits<double>::max();
}

SpecaPolicy::SpecaPolicy(ParameterValues parameters)
    : m_parameters(std::move(parameters))
{
    m_options.order = valueOf<std::int64_t>(m_parameters, "order");
    m_options.minDrafts = valueOf<std::int64_t>(m_parameters, "min_drafts");
    m_options.maxDrafts = valueOf<std::int64_t>(m_parameters, "max_drafts");
    m_options.baseThreshold = valueOf<double>(m_parameters, "threshold");
    m_options.decay = valueOf<double>(m_parameters, "decay");
    m_options.warmupSteps = valueOf<std::int64_t>(m_parameters, "warmup_steps");
    m_options.draftsInWarmup = valueOf<bool>(m_parameters, "drafts_in_warmup");
    m_options.checkLayer = valueOf<std::int64_t>(m_parameters, "check_layer");
    m_options.keepsChecked = valueOf<bool>(m_parameters, "keeps_checked");
    const auto& error = valueOf<std::string>(m_parameters, "error");
    m_options.error =
        static_cast<DraftError>(std::find(kErrorNames.begin(), kErrorNames.end(), error) - kErrorNames.begin());
}

Result<Plan> SpecaPolicy::plan(const Geometry& geometry, const SamplerSchedule& schedule) const
{
    if (m_options.checkLayer > geometry.layerCount())
        return unexpected(ErrorCode::InvalidArgument,
            "The parameter check_layer is " + std::to_string(m_options.checkLayer) + " but the model has "
                + std::to_string(geometry.layerCount()) + " layers; 1 is the last one.");
    const int checked = geometry.layerCount() - static_cast<int>(m_options.checkLayer);
    Plan plan(geometry, schedule);
    std::array<SpecaDecisions, 4> accepted, rejected; // by stream: the two ways that a run can go at the outside
    std::array<std::int64_t, 4> fullSteps{};
    const Action draft = m_options.order > 0 ? Action::Forecast : Action::Reuse;
    bool isAnyDrafted = false;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const EvaluationInfo& info = schedule.evaluations[static_cast<std::size_t>(evaluation)];
        const auto stream = static_cast<std::size_t>(info.stream);
        const auto whenRejected = rejected[stream].next(m_options, info.step, schedule.steps);
        fullSteps[stream] += whenRejected.isFull;
        if (whenRejected.isChecked)
            rejected[stream].measured(std::numeric_limits<double>::max());
        const auto decision = accepted[stream].next(m_options, info.step, schedule.steps);
        if (decision.isFull)
            continue;
        isAnyDrafted = true;
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules)
                if (!decision.isChecked || layer != checked)
                    plan.at(evaluation, layer, module) = {draft, 0, true};
    }
    if (!isAnyDrafted)
        return plan;
    plan.setDecidedAtRunTime();
    // Each full step gives one factor more, up to the order.
    const std::int64_t factors = std::min(m_options.order + 1, *std::max_element(fullSteps.begin(), fullSteps.end()));
    plan.setCacheContents(CacheContents::ofEveryModule(geometry, factors * rowsOfStreams(geometry, schedule)));
    return plan;
}

PolicyEntry specaPolicyEntry()
{
    const SpecaOptions defaults;
    PolicyEntry entry;
    entry.name = "speca";
    entry.title = "SpeCa: drafted and checked features";
    entry.summary = "Forecasts all features, runs one layer for real to see how good the forecast is, and computes the "
                    "next step in full when it is not.";
    entry.source = "arXiv 2509.11628";
    entry.parameters = {
        numberSpec("threshold", "Threshold",
            "The error of a drafted step above which the next step is computed in full: threshold x decay^progress, at "
            "least 0.01, progress rising from 0 to 1. Published for DiT-XL/2: 0.1 (0.3 for the samples of its table). "
            "0 "
            "gives the least threshold everywhere.",
            "Check", defaults.baseThreshold, 0, 1000, 0.05),
        numberSpec("decay", "Decay",
            "The threshold shrinks to this share of itself over the run. 1 = constant. Published for DiT-XL/2: 0.01 "
            "with "
            "threshold 0.1, 0.05 with 0.3.",
            "Check", defaults.decay, 1e-6, 1, 0.01),
        integerSpec("min_drafts", "Drafts before a check",
            "Drafted steps after a full one before the first is checked. Published: 2 (3).", "Check",
            defaults.minDrafts, 0, 1000, "steps"),
        integerSpec("max_drafts", "Drafts at most",
            "Drafted steps in a row at most; then a full step follows. 0 computes every step in full. Published: 5 "
            "(8).",
            "Check", defaults.maxDrafts, 0, 1000, "steps"),
        choiceSpec("error", "Error",
            "How far the drafted hidden state is from the real one: relative-l1 = mean of |d - r| / |r| over all "
            "numbers "
            "(published code); norm-l1 = mean |d - r| / mean |r|; norm-l2 = ||d - r|| / ||r|| (the paper's equation); "
            "cosine = 1 - cosine similarity.",
            "Check", {kErrorNames.begin(), kErrorNames.end()}, true),
        integerSpec("check_layer", "Checked layer", "Which layer is run for real, counted from the last. Published: 1.",
            "Check", defaults.checkLayer, 1, 4096, "", true),
        booleanSpec("keeps_checked", "Keep the checked layer",
            "The checked layer's real output goes on; the published code throws it away and goes on with the draft.",
            "Check", defaults.keepsChecked, true),
        integerSpec("order", "Forecast order",
            "Highest derivative of the Taylor forecast (differences of full steps); 0 reuses the last output. "
            "Published: "
            "4.",
            "Forecast", defaults.order, 0, 8, ""),
        integerSpec("warmup_steps", "Warm-up", "Number of first steps that are computed in full. Published: 3.",
            "Forecast", defaults.warmupSteps, 1, 1000, "steps"),
        booleanSpec("drafts_in_warmup", "Drafts in the warm-up",
            "Also among the first steps the one after a full step is drafted, as the published code does.", "Forecast",
            defaults.draftsInWarmup, true),
    };
    entry.presets = {
        {"dit-xl-2", "DiT-XL/2, sample.py",
            "SpeCa code (speca-dit/sample.py): order 4, threshold 0.1, decay 0.01, 2 to 5 drafts",
            {{"drafts_in_warmup", true}}, "dit"},
        {"dit-xl-2-fast", "DiT-XL/2, sample_ddp.py",
            "SpeCa code (speca-dit/sample_ddp.py): order 4, threshold 0.3, decay 0.05, 3 to 8 drafts",
            {{"drafts_in_warmup", true}, {"threshold", 0.3}, {"decay", 0.05}, {"min_drafts", std::int64_t{3}},
                {"max_drafts", std::int64_t{8}}},
            "dit"},
        {"careful", "Careful",
            "own setting, not published: order 1 after 6 full steps, the paper's error against a constant 0.02, checks "
            "from the second draft on, the checked layer kept",
            {{"order", std::int64_t{1}}, {"error", std::string("norm-l2")}, {"threshold", 0.02}, {"decay", 1.0},
                {"min_drafts", std::int64_t{1}}, {"max_drafts", std::int64_t{4}}, {"warmup_steps", std::int64_t{6}},
                {"keeps_checked", true}},
            ""},
    };
    entry.make = [](const ParameterValues& values, const PolicyContext&) -> Result<std::unique_ptr<Policy>> {
        return std::unique_ptr<Policy>(std::make_unique<SpecaPolicy>(values));
    };
    return entry;
}

} // namespace toca::plan
