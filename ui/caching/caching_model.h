// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"
#include "core/api/generation_request.h"

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
    /// The value in force: own, else the preset's, else the default.
    plan::ParameterValue value(const std::string& name) const;
    /// What a reset goes back to: the preset's value, else the default.
    plan::ParameterValue initialValue(const std::string& name) const;
    bool isChanged(const std::string& name) const;

    // Each of these is one step of undo; repeated edits of the same parameter are merged.
    void setPolicy(const std::string& name);
    void setPreset(const std::string& name);
    void setValue(const std::string& name, const plan::ParameterValue& value);
    void resetValue(const std::string& name);
    void resetAll();

    /// Positions of the speed - fidelity slider for this policy, ordered from fidelity to speed; fewer than 2 when the
    /// policy has nothing to slide.
    const std::vector<plan::ParameterValues>& stops() const { return m_stops; }
    /// The stop that equals the present values, or -1 when they lie between.
    int stop() const;
    /// The stop whose planned gain is nearest to the present one, for showing a custom setting on the slider.
    int nearestStop() const;
    void setStop(int index);

    /// Takes over a request's policy fields, forgetting undo; unknown names fall back to defaults.
    void setFrom(const GenerationRequest& request);
    void applyTo(GenerationRequest& request) const;

    /// What will be run; without it there is no plan.
    void setRun(const std::optional<plan::Geometry>& geometry, int steps);
    /// The plan of the present setting, or nullptr with the reason in `problem`.
    const plan::Plan* plan() const { return m_plan ? &*m_plan : nullptr; }
    QString problem() const { return m_problem; }
    /// True when the policy is meant to cache but this setting reuses nothing.
    bool cachesNothing() const;
    /// Mean share of computed tokens over all modules and steps, in [0, 1].
    double computedShare() const;

    QUndoStack& undoStack() { return m_undo; }

Q_SIGNALS:
    void changed(); ///< state and plan
    void policyChanged(); ///< the list of parameters is another one

private:
    friend class CachingEdit;
    void push(CachingState next, const QString& text, const std::string& mergeKey = {});
    void apply(const CachingState& state);
    void makeStops();
    void replan();

    CachingState m_state;
    std::vector<plan::ParameterValues> m_stops;
    std::vector<double> m_stopGains;
    std::optional<plan::Geometry> m_geometry;
    int m_steps = 30;
    std::optional<plan::Plan> m_plan;
    QString m_problem;
    QUndoStack m_undo;
};

/// A parameter that the slider moves: every interval and the fresh ratio.
bool isSliderParameter(const plan::ParameterSpec& spec);

} // namespace toca::ui
