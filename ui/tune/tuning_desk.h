// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/targets.h"
#include "core/api/model_info.h"
#include "core/api/run_result.h"
#include "core/library/cost_folder.h"
#include "ui/tune/preset_store.h"

#include <QObject>

#include <functional>
#include <future>
#include <vector>

class QUndoView;

namespace toca::ui {

class CachingPanel;
class CurvesPanel;
class PresetMenu;
class SchedulePanel;
class TargetCard;

/// Reads the runs of a model that were compared with their uncached ones, from wherever runs are kept.
using RecordedRunsOf = std::function<std::vector<plan::RecordedRun>(const std::string& modelPath)>;

/// All that tunes a cache by hand and eye: schedule editor, curves, history, presets, targets, and the measured costs
/// that turn plans into times. The window shows the parts in its docks and tells what runs.
class TuningDesk : public QObject {
    Q_OBJECT
public:
    /// @param costs what modules cost on this machine  @param presetFile the user's presets
    TuningDesk(
        CachingPanel& caching, library::CostFolder costs, std::filesystem::path presetFile, RecordedRunsOf recorded);

    SchedulePanel& schedule() { return *m_schedule; }
    CurvesPanel& curves() { return *m_curves; }
    QUndoView& history() { return *m_history; }
    PresetMenu& presetMenu() { return *m_presetMenu; }
    PresetStore& presets() { return m_presets; }
    TargetCard& target() { return *m_target; }

    /// The model that plans are for.
    void setModel(const ModelInfo& model);
    /// A run has ended: its modules' times are learned.
    void learn(const RunResult& run);
    /// A run was compared with its uncached one in this window.
    void addComparison(const RunResult& run, const Fidelity& fidelity);

Q_SIGNALS:
    void failed(const toca::Error& error);

private:
    std::vector<plan::RecordedRun> recordedRuns() const;

    CachingPanel& m_panel;
    library::CostFolder m_costs;
    std::future<void> m_keeping; ///< the last lesson is written beside the window's thread; waited for at the end
    PresetStore m_presets;
    RecordedRunsOf m_recorded;
    ModelInfo m_model;
    std::vector<std::pair<std::string, plan::RecordedRun>> m_compared; ///< by model path, of this session
    // owned by the window's docks and the caching panel
    SchedulePanel* m_schedule;
    CurvesPanel* m_curves;
    QUndoView* m_history;
    PresetMenu* m_presetMenu;
    TargetCard* m_target;
};

/// What a comparison says about a setting. Nothing when the setting is unknown here.
std::optional<plan::RecordedRun> recordOf(const GenerationRequest& request, const std::string& family, double psnrDb);

} // namespace toca::ui
