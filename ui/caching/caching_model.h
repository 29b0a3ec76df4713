// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/module_costs.h"
#include "cache/plan/policy.h"
#include "core/api/generation_request.h"
#include "ui/caching/policy_groups.h"

#include <QObject>
#include <QString>
#include <QUndoStack>

#include <optional>
#include <vector>

namespace toca::ui {

/// A caching setting: what the panel edits and a run takes.
struct CachingState {
    std::string policy = "toca";
    std::string preset;
    plan::ParameterValues values; ///< only what differs from the preset
    plan::CacheStorage storage = {}; ///< how the cache holds module outputs
    std::int64_t budget = 0; ///< most bytes of the cache; 0 = no limit
    bool operator==(const CachingState&) const = default;
};

/// The caching panel's state: policy, preset, parameters, undo, and the plan that follows. No widgets. A plan takes
/// microseconds to milliseconds, so it is made at once with every change.
class CachingModel : public QObject {
    Q_OBJECT
public:
    explicit CachingModel(QObject* parent = nullptr);

    const CachingState& state() const { return m_state; }
    const plan::PolicyEntry& entry() const;
    /// The presets that were made for the open model's family or for any, and the chosen one.
    std::vector<const plan::Preset*> presets() const;
    /// The preset in force: the chosen one, else the family's default; nullptr when there is none.
    const plan::Preset* preset() const;
    /// True for the preset that a request names by "".
    bool isDefaultPreset(const plan::Preset& preset) const;
    /// The value in force: own, else the preset's, else the default.
    plan::ParameterValue value(const std::string& name) const;
    /// What a reset goes back to: the preset's value, else the default.
    plan::ParameterValue initialValue(const std::string& name) const;
    bool isChanged(const std::string& name) const;

    // Each of these is one step of undo; repeated edits of the same parameter are merged.
    void setPolicy(const std::string& name);
    /// Another setting as a whole. Unknown policies change nothing.
    void setState(const CachingState& state);
    /// As `setState`, with the words that undo shows. Edits with the same key that follow each other are one step.
    void edit(const CachingState& state, const QString& text, const std::string& mergeKey = {});
    void setPreset(const std::string& name);
    void setValue(const std::string& name, const plan::ParameterValue& value);
    void resetValue(const std::string& name);
    void setCacheMemory(const plan::CacheStorage& storage, std::int64_t budget);
    void resetAll();

    /// Positions of the speed - fidelity slider for this policy, ordered from fidelity to speed; fewer than 2 when the
    /// policy has nothing to slide.
    const std::vector<plan::ParameterValues>& stops() const;
    /// The stop that equals the present values, or -1 when they lie between.
    int stop() const;
    /// The stop whose planned gain is nearest to the present one, for showing a custom setting on the slider.
    int nearestStop() const;
    void setStop(int index);

    /// Takes over a request's policy fields, forgetting undo; unknown names fall back to defaults.
    void setFrom(const GenerationRequest& request);
    void applyTo(GenerationRequest& request) const;

    /// The model that policies will work with. A preset of another family is left for the family's default.
    void setContext(const plan::PolicyContext& context);
    const plan::PolicyContext& context() const { return m_context; }
    /// What will be run; without it there is no plan.
    void setRun(const std::optional<plan::Geometry>& geometry, const plan::SamplerSchedule& schedule);
    const std::optional<plan::Geometry>& runGeometry() const { return m_geometry; }
    const plan::SamplerSchedule& runSchedule() const { return m_schedule; }
    /// What another setting would do on this run. @return NotFound without a run, or why there is no plan
    Result<plan::Plan> planOf(const CachingState& state) const;
    /// Whether each policy of the registry applies to this run; in the registry's order. Found out when asked for.
    const std::vector<PolicyFit>& fits() const;
    /// The plan of the present setting, or nullptr with the reason in `problem`.
    const plan::Plan* plan() const { return m_plan ? &*m_plan : nullptr; }
    QString problem() const { return m_problem; }
    /// True when the plan is only what the policy expects: it decides while running, from the run's own data.
    bool isExpectation() const { return m_plan && !m_plan->isStatic(); }
    /// True when the policy is meant to cache but this setting reuses nothing.
    bool cachesNothing() const;
    /// Mean share of computed tokens over all modules and steps, in [0, 1].
    double computedShare() const;

    /// What modules cost on this machine with the open model; nothing = not measured yet.
    void setCosts(const std::optional<plan::ModuleCosts>& costs);
    const std::optional<plan::ModuleCosts>& costs() const { return m_costs; }
    /// Planned seconds of the denoising loop; nothing without a plan or before the first measured run.
    std::optional<plan::ModuleCosts::Estimate> plannedTime() const;
    /// The same for the uncached run.
    std::optional<plan::ModuleCosts::Estimate> uncachedTime() const;

    QUndoStack& undoStack() { return m_undo; }

Q_SIGNALS:
    void changed(); ///< state and plan
    void policyChanged(); ///< the list of parameters or of presets is another one
    void fitsChanged(); ///< other policies may apply

private:
    friend class CachingEdit;
    void push(CachingState next, const QString& text, const std::string& mergeKey = {});
    void apply(const CachingState& state);
    void makeStops();
    void planStops() const;
    void replan();

    CachingState m_state;
    plan::PolicyContext m_context;
    std::vector<plan::ParameterValues> m_allStops; ///< of the policy
    mutable std::vector<plan::ParameterValues> m_stops; ///< those that make a difference on this run
    mutable std::vector<double> m_stopGains;
    mutable bool m_stopsAreStale = false; ///< they are planned when asked for
    std::optional<plan::ModuleCosts> m_costs;
    std::optional<plan::Geometry> m_geometry;
    plan::SamplerSchedule m_schedule;
    std::optional<plan::Plan> m_plan;
    QString m_problem;
    mutable std::vector<PolicyFit> m_fits; ///< empty: not known yet
    QUndoStack m_undo;
};

/// False for parameters about what the family's layers have not: attention over frames in pictures, over a text in
/// class-conditional models.
bool isOfFamily(const plan::ParameterSpec& spec, const std::string& family);
/// A parameter that the slider moves: every interval and the fresh ratio.
bool isSliderParameter(const plan::ParameterSpec& spec);

} // namespace toca::ui
