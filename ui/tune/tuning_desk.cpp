// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/tuning_desk.h"

#include "ui/caching/caching_panel.h"
#include "ui/tune/curves_panel.h"
#include "ui/tune/preset_menu.h"
#include "ui/tune/schedule_panel.h"
#include "ui/tune/target_card.h"

#include <QUndoView>

#include <algorithm>
#include <limits>

namespace toca::ui {

TuningDesk::TuningDesk(
    CachingPanel& caching, library::CostFolder costs, std::filesystem::path presetFile, RecordedRunsOf recorded)
    : m_panel(caching)
    , m_costs(std::move(costs))
    , m_presets(std::move(presetFile), caching.model().undoStack())
    , m_recorded(std::move(recorded))
    , m_schedule(new SchedulePanel(caching.model()))
    , m_curves(new CurvesPanel(caching.model()))
    , m_history(new QUndoView(&caching.model().undoStack()))
    , m_presetMenu(new PresetMenu(caching.model(), m_presets))
    , m_target(new TargetCard(caching.model()))
{
    m_history->setEmptyLabel(tr("Settings as opened"));
    m_history->setAccessibleName(tr("History of the settings"));
    m_history->setToolTip(tr("Every change of the settings; click one to go back to it (Ctrl+Z, Ctrl+Shift+Z)"));
    m_history->setObjectName("history");
    caching.addBesidePreset(m_presetMenu);
    caching.addBelowForecast(m_target);
    m_target->setRecords([this] { return recordedRuns(); });
    connect(m_presetMenu, &PresetMenu::failed, this, &TuningDesk::failed);
}

void TuningDesk::setModel(const ModelInfo& model)
{
    m_model = model;
    m_panel.model().setCosts(m_costs.latest(model));
}

void TuningDesk::learn(const RunResult& run)
{
    if (run.request.modelPath != m_model.path) {
        return;
    }
    if (auto lesson = m_costs.lesson(m_model, run)) {
        m_panel.model().setCosts(lesson->costs);
        // What cannot be kept is measured anew.
        m_keeping =
            std::async(std::launch::async, [lesson = std::move(*lesson)] { (void)library::CostFolder::keep(lesson); });
    }
}

std::optional<plan::RecordedRun> recordOf(const GenerationRequest& request, const std::string& family, double psnrDb)
{
    plan::PolicyContext context;
    context.family = family;
    const auto policy = plan::makePolicy(request.policy, request.policyParameters, request.preset, context);
    if (!policy || request.policy == "none") {
        return {};
    }
    return plan::RecordedRun{request.policy, (*policy)->parameters(), request.steps, psnrDb};
}

void TuningDesk::addComparison(const RunResult& run, const Fidelity& fidelity)
{
    const double psnr = fidelity.identical ? std::numeric_limits<double>::infinity() : fidelity.psnrDb;
    if (const auto record = recordOf(run.request, run.plan.geometry().family, psnr)) {
        m_compared.emplace_back(run.request.modelPath, *record);
    }
}

std::vector<plan::RecordedRun> TuningDesk::recordedRuns() const
{
    std::vector<plan::RecordedRun> runs;
    if (m_recorded) {
        runs = m_recorded(m_model.path);
    }
    for (const auto& [model, run] : m_compared) {
        if (model == m_model.path) {
            runs.push_back(run);
        }
    }
    return runs;
}

} // namespace toca::ui
