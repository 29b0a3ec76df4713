// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/caching_model.h"

#include <QUndoCommand>

#include <algorithm>
#include <array>
#include <cmath>

namespace toca::ui {

namespace {

/// One position of the slider. Intervals are multiples of the policy's default, the fresh ratio is absolute; the
/// published setting (interval 3, ratio 0.1 in ToCa) lies in the middle.
struct Stop {
    double intervalFactor;
    double freshRatio;
};
constexpr std::array<Stop, 9> kStops{{{2.0 / 3, 0.4}, {2.0 / 3, 0.2}, {2.0 / 3, 0.1}, {1, 0.2}, {1, 0.1},
    {4.0 / 3, 0.1}, {5.0 / 3, 0.08}, {2, 0.05}, {8.0 / 3, 0.0}}};

} // namespace

bool isSliderParameter(const plan::ParameterSpec& spec)
{
    return spec.name == "fresh_ratio"
        || (spec.kind == plan::ParameterKind::Integer && spec.name.find("interval") != std::string::npos);
}

/// One undoable change of the whole setting.
class CachingEdit : public QUndoCommand {
public:
    CachingEdit(CachingModel& model, CachingState before, CachingState after, const QString& text, std::string mergeKey)
        : QUndoCommand(text)
        , m_model(model)
        , m_before(std::move(before))
        , m_after(std::move(after))
        , m_mergeKey(std::move(mergeKey))
    {
    }
    void undo() override { m_model.apply(m_before); }
    void redo() override { m_model.apply(m_after); }
    int id() const override { return m_mergeKey.empty() ? -1 : 1; }
    bool mergeWith(const QUndoCommand* other) override
    {
        const auto* next = static_cast<const CachingEdit*>(other);
        if (next->m_mergeKey != m_mergeKey) {
            return false;
        }
        m_after = next->m_after;
        return true;
    }

private:
    CachingModel& m_model;
    CachingState m_before;
    CachingState m_after;
    std::string m_mergeKey;
};

CachingModel::CachingModel(QObject* parent)
    : QObject(parent)
{
    if (!plan::findPolicy(m_state.policy) && !plan::policyEntries().empty()) {
        m_state.policy = plan::policyEntries().front().name;
    }
    makeStops();
}

const plan::PolicyEntry& CachingModel::entry() const
{
    return *plan::findPolicy(m_state.policy);
}

plan::ParameterValue CachingModel::initialValue(const std::string& name) const
{
    const plan::PolicyEntry& policy = entry();
    for (const plan::Preset& preset : policy.presets) {
        if (preset.name == m_state.preset && preset.values.contains(name)) {
            return preset.values.at(name);
        }
    }
    for (const plan::ParameterSpec& spec : policy.parameters) {
        if (spec.name == name) {
            return spec.defaultValue;
        }
    }
    return {};
}

plan::ParameterValue CachingModel::value(const std::string& name) const
{
    const auto own = m_state.values.find(name);
    return own != m_state.values.end() ? own->second : initialValue(name);
}

bool CachingModel::isChanged(const std::string& name) const
{
    return m_state.values.contains(name);
}

void CachingModel::push(CachingState next, const QString& text, const std::string& mergeKey)
{
    if (next != m_state) {
        m_undo.push(new CachingEdit(*this, m_state, std::move(next), text, mergeKey));
    }
}

void CachingModel::apply(const CachingState& state)
{
    const bool isOtherPolicy = state.policy != m_state.policy;
    m_state = state;
    if (isOtherPolicy) {
        makeStops();
    }
    replan();
    if (isOtherPolicy) {
        Q_EMIT policyChanged();
    }
    Q_EMIT changed();
}

void CachingModel::setPolicy(const std::string& name)
{
    if (plan::findPolicy(name) && name != m_state.policy) {
        push({name, {}, {}}, tr("choose policy %1").arg(QString::fromStdString(name)));
    }
}

void CachingModel::setPreset(const std::string& name)
{
    push({m_state.policy, name, {}}, tr("choose preset"));
}

void CachingModel::setValue(const std::string& name, const plan::ParameterValue& value)
{
    CachingState next = m_state;
    if (value == initialValue(name)) {
        next.values.erase(name);
    } else {
        next.values[name] = value;
    }
    push(std::move(next), tr("change %1").arg(QString::fromStdString(name)), name);
}

void CachingModel::resetValue(const std::string& name)
{
    CachingState next = m_state;
    next.values.erase(name);
    push(std::move(next), tr("reset %1").arg(QString::fromStdString(name)));
}

void CachingModel::resetAll()
{
    push({m_state.policy, {}, {}}, tr("reset all parameters"));
}

int CachingModel::stop() const
{
    for (std::size_t index = 0; index < m_stops.size(); ++index) {
        const bool isEqual = std::all_of(m_stops[index].begin(), m_stops[index].end(),
            [this](const auto& parameter) { return value(parameter.first) == parameter.second; });
        if (isEqual) {
            return static_cast<int>(index);
        }
    }
    return -1;
}

int CachingModel::nearestStop() const
{
    if (const int exact = stop(); exact >= 0 || !m_plan || m_stopGains.size() != m_stops.size() || m_stops.empty()) {
        return exact;
    }
    const double gain = m_plan->flopsGain();
    const auto nearest = std::min_element(m_stopGains.begin(), m_stopGains.end(),
        [gain](double left, double right) { return std::abs(left - gain) < std::abs(right - gain); });
    return static_cast<int>(nearest - m_stopGains.begin());
}

void CachingModel::setStop(int index)
{
    if (index < 0 || index >= static_cast<int>(m_stops.size())) {
        return;
    }
    CachingState next = m_state;
    for (const auto& [name, value] : m_stops[static_cast<std::size_t>(index)]) {
        if (value == initialValue(name)) {
            next.values.erase(name);
        } else {
            next.values[name] = value;
        }
    }
    push(std::move(next), tr("move the speed slider"), "speed slider");
}

void CachingModel::makeStops()
{
    m_stops.clear();
    for (const Stop& stop : kStops) {
        plan::ParameterValues values;
        for (const plan::ParameterSpec& spec : entry().parameters) {
            if (!isSliderParameter(spec)) {
                continue;
            }
            if (spec.name == "fresh_ratio") {
                values[spec.name] = std::clamp(stop.freshRatio, spec.minimum, spec.maximum);
            } else {
                const auto published = static_cast<double>(std::get<std::int64_t>(spec.defaultValue));
                values[spec.name] = static_cast<std::int64_t>(
                    std::clamp(std::round(published * stop.intervalFactor), spec.minimum, spec.maximum));
            }
        }
        if (!values.empty() && (m_stops.empty() || m_stops.back() != values)) {
            m_stops.push_back(std::move(values));
        }
    }
}

void CachingModel::setFrom(const GenerationRequest& request)
{
    const plan::PolicyEntry* policy = plan::findPolicy(request.policy);
    CachingState next;
    if (policy) {
        next.policy = request.policy;
        for (const plan::Preset& preset : policy->presets) {
            if (preset.name == request.preset) {
                next.preset = request.preset;
            }
        }
        for (const plan::ParameterSpec& spec : policy->parameters) {
            const auto given = request.policyParameters.find(spec.name);
            if (given == request.policyParameters.end()) {
                continue;
            }
            if (auto parsed = plan::parseParameter(spec, plan::toText(given->second))) {
                next.values[spec.name] = *parsed;
            }
        }
    }
    apply(next);
    m_undo.clear();
    Q_EMIT policyChanged();
    Q_EMIT changed();
}

void CachingModel::applyTo(GenerationRequest& request) const
{
    request.policy = m_state.policy;
    request.preset = m_state.preset;
    request.policyParameters = m_state.values;
}

void CachingModel::setRun(const std::optional<plan::Geometry>& geometry, int steps)
{
    if (geometry == m_geometry && steps == m_steps) {
        return;
    }
    m_geometry = geometry;
    m_steps = steps;
    replan();
    Q_EMIT changed();
}

void CachingModel::replan()
{
    m_plan.reset();
    m_stopGains.clear();
    m_problem.clear();
    if (!m_geometry) {
        m_problem = tr("There is no plan yet: the model is not loaded or the size is not possible.");
        return;
    }
    const plan::SamplerSchedule schedule = plan::uniformSchedule("rflow", m_steps);
    const auto planned = [&](const CachingState& state) -> Result<plan::Plan> {
        auto policy = plan::makePolicy(state.policy, state.values, state.preset);
        if (!policy) {
            return unexpected(policy.error());
        }
        return (*policy)->plan(*m_geometry, schedule);
    };
    auto made = planned(m_state);
    if (!made) {
        m_problem = QString::fromStdString(made.error().message);
        return;
    }
    m_plan = std::move(*made);
    for (const plan::ParameterValues& values : m_stops) {
        CachingState state = m_state;
        for (const auto& [name, value] : values) {
            state.values[name] = value;
        }
        const auto atStop = planned(state);
        m_stopGains.push_back(atStop ? atStop->flopsGain() : 1.0);
    }
}

bool CachingModel::cachesNothing() const
{
    return m_plan && m_state.policy != "none" && m_plan->cachesNothing();
}

double CachingModel::computedShare() const
{
    if (!m_plan || m_plan->evaluationCount() == 0) {
        return 1.0;
    }
    double sum = 0;
    for (int evaluation = 0; evaluation < m_plan->evaluationCount(); ++evaluation) {
        sum += m_plan->freshRatio(evaluation);
    }
    return sum / m_plan->evaluationCount();
}

} // namespace toca::ui
