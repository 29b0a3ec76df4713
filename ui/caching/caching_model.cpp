// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/caching_model.h"

#include "cache/plan/cache_budget.h"

#include <QUndoCommand>

#include <algorithm>
#include <array>
#include <cmath>

namespace toca::ui {

namespace {

/// One position of the slider: multiples of the default preset's intervals, and the fresh ratio where that preset's is
/// 0.1, else as many times its own. The published setting (interval 3, ratio 0.1 in ToCa) lies in the middle.
struct Stop {
    double intervalFactor;
    double freshRatio;
};
constexpr std::array<Stop, 9> kStops{{{2.0 / 3, 0.4}, {2.0 / 3, 0.2}, {2.0 / 3, 0.1}, {1, 0.2}, {1, 0.1},
    {4.0 / 3, 0.1}, {5.0 / 3, 0.08}, {2, 0.05}, {8.0 / 3, 0.0}}};

constexpr double kPublishedRatio = 0.1;

/// Between the slider's ends; below, the policy has nothing to slide on this run.
constexpr double kLeastStopGain = 1.02;

/// Equal but for the length of the prompt, on which no policy's applicability depends.
bool areAlike(const std::optional<plan::Geometry>& left, const std::optional<plan::Geometry>& right)
{
    if (!left || !right) {
        return left.has_value() == right.has_value();
    }
    plan::Geometry other = *right;
    other.textTokens = left->textTokens;
    other.captionTokens = left->captionTokens;
    return *left == other;
}

} // namespace

bool isOfFamily(const plan::ParameterSpec& spec, const std::string& family)
{
    const bool isOfTime = spec.name.find("temporal") != std::string::npos;
    const bool isOfText = spec.name.find("cross") != std::string::npos;
    return !(isOfTime && family != "stdit3") && !(isOfText && family == "dit");
}

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

const plan::Preset* CachingModel::preset() const
{
    if (m_state.preset.empty()) {
        return plan::defaultPreset(entry(), m_context.family);
    }
    for (const plan::Preset& candidate : entry().presets) {
        if (candidate.name == m_state.preset) {
            return &candidate;
        }
    }
    return nullptr;
}

bool CachingModel::isDefaultPreset(const plan::Preset& preset) const
{
    return &preset == plan::defaultPreset(entry(), m_context.family);
}

std::vector<const plan::Preset*> CachingModel::presets() const
{
    const plan::Preset* chosen = preset();
    std::vector<const plan::Preset*> fitting;
    for (const plan::Preset& candidate : entry().presets) {
        if (&candidate == chosen || candidate.family.empty() || candidate.family == m_context.family) {
            fitting.push_back(&candidate);
        }
    }
    return fitting;
}

plan::ParameterValue CachingModel::initialValue(const std::string& name) const
{
    const plan::PolicyEntry& policy = entry();
    if (const plan::Preset* chosen = preset(); chosen && chosen->values.contains(name)) {
        return chosen->values.at(name);
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
        push({name, {}, {}, m_state.storage, m_state.budget}, tr("choose policy %1").arg(QString::fromStdString(name)));
    }
}

void CachingModel::setState(const CachingState& state)
{
    if (plan::findPolicy(state.policy)) {
        push(state, tr("take over settings"));
    }
}

void CachingModel::edit(const CachingState& state, const QString& text, const std::string& mergeKey)
{
    if (plan::findPolicy(state.policy)) {
        push(state, text, mergeKey);
    }
}

void CachingModel::setCosts(const std::optional<plan::ModuleCosts>& costs)
{
    if (costs != m_costs) {
        m_costs = costs;
        Q_EMIT changed();
    }
}

std::optional<plan::ModuleCosts::Estimate> CachingModel::plannedTime() const
{
    if (!m_plan || !m_costs || m_costs->isEmpty()) {
        return {};
    }
    return m_costs->secondsOf(*m_plan);
}

std::optional<plan::ModuleCosts::Estimate> CachingModel::uncachedTime() const
{
    if (!m_plan || !m_costs || m_costs->isEmpty()) {
        return {};
    }
    return m_costs->secondsOf(plan::Plan(m_plan->geometry(), m_plan->schedule()));
}

const std::vector<plan::ParameterValues>& CachingModel::stops() const
{
    if (m_stopsAreStale) {
        planStops();
    }
    return m_stops;
}

void CachingModel::setPreset(const std::string& name)
{
    push({m_state.policy, name, {}, m_state.storage, m_state.budget}, tr("choose preset"));
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

void CachingModel::setCacheMemory(const plan::CacheStorage& storage, std::int64_t budget)
{
    CachingState next = m_state;
    next.storage = storage;
    next.budget = budget;
    // The steps of a spin box are undone together.
    const bool isBudgetOnly = storage == m_state.storage;
    push(std::move(next), tr("change the cache's memory"), isBudgetOnly ? "cache budget" : "");
}

void CachingModel::resetAll()
{
    push({m_state.policy, {}, {}, m_state.storage, m_state.budget}, tr("reset all parameters"));
}

int CachingModel::stop() const
{
    const auto& positions = stops();
    for (std::size_t index = 0; index < positions.size(); ++index) {
        const bool isEqual = std::all_of(positions[index].begin(), positions[index].end(),
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
    if (index < 0 || index >= static_cast<int>(stops().size())) {
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
    m_allStops.clear();
    m_stops.clear();
    if (m_state.policy == "schedule") {
        return; // a table has nothing to slide
    }
    const plan::Preset* published = plan::defaultPreset(entry(), m_context.family);
    for (const Stop& stop : kStops) {
        plan::ParameterValues values;
        for (const plan::ParameterSpec& spec : entry().parameters) {
            if (!isSliderParameter(spec)) {
                continue;
            }
            plan::ParameterValue value = spec.defaultValue;
            if (published && published->values.contains(spec.name)) {
                value = published->values.at(spec.name);
            }
            if (const auto* ratio = std::get_if<double>(&value); ratio && spec.name == "fresh_ratio") {
                // As many times the published ratio as the stop's is of the 0.1 that ToCa published.
                const double scaled = stop.freshRatio * (*ratio > 0 ? *ratio / kPublishedRatio : 1.0);
                values[spec.name] = std::clamp(std::round(scaled * 1000) / 1000, spec.minimum, spec.maximum);
            } else if (const auto* interval = std::get_if<std::int64_t>(&value); interval && *interval > 1) {
                values[spec.name] = static_cast<std::int64_t>(std::clamp(
                    std::round(static_cast<double>(*interval) * stop.intervalFactor), spec.minimum, spec.maximum));
            }
        }
        if (!values.empty() && (m_allStops.empty() || m_allStops.back() != values)) {
            m_allStops.push_back(std::move(values));
        }
    }
    m_stops = m_allStops;
    m_stopsAreStale = true;
}

/// Orders the slider's positions by what they save here; without a difference there is nothing to slide.
void CachingModel::planStops() const
{
    m_stopsAreStale = false;
    std::vector<std::pair<double, const plan::ParameterValues*>> planned;
    for (const plan::ParameterValues& values : m_allStops) {
        CachingState state = m_state;
        for (const auto& [name, value] : values) {
            state.values[name] = value;
        }
        const auto atStop = planOf(state);
        planned.emplace_back(atStop ? atStop->flopsGain() : 1.0, &values);
    }
    std::stable_sort(
        planned.begin(), planned.end(), [](const auto& left, const auto& right) { return left.first < right.first; });
    m_stops.clear();
    m_stopGains.clear();
    if (planned.empty() || planned.back().first < kLeastStopGain * planned.front().first) {
        return;
    }
    for (const auto& [gain, values] : planned) {
        m_stopGains.push_back(gain);
        m_stops.push_back(*values);
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
    next.storage = request.cacheStorage;
    next.budget = request.cacheBudget;
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
    request.cacheStorage = m_state.storage;
    request.cacheBudget = m_state.budget;
}

void CachingModel::setContext(const plan::PolicyContext& context)
{
    const bool isOtherFamily = context.family != m_context.family;
    m_context = context;
    m_fits.clear();
    if (isOtherFamily) {
        // Undo would bring back settings that were made for the other family.
        const plan::Preset* chosen = m_state.preset.empty() ? nullptr : preset();
        if (chosen && !chosen->family.empty() && chosen->family != context.family) {
            m_state = {m_state.policy, {}, {}, m_state.storage, m_state.budget};
        }
        m_undo.clear();
        makeStops();
    }
    replan();
    Q_EMIT policyChanged();
    Q_EMIT changed();
    Q_EMIT fitsChanged();
}

void CachingModel::setRun(const std::optional<plan::Geometry>& geometry, const plan::SamplerSchedule& schedule)
{
    if (geometry == m_geometry && schedule == m_schedule) {
        return;
    }
    const bool isAlike = areAlike(geometry, m_geometry) && schedule == m_schedule;
    m_geometry = geometry;
    m_schedule = schedule;
    replan();
    if (!isAlike) {
        m_fits.clear();
    }
    Q_EMIT changed();
    if (!isAlike) {
        Q_EMIT fitsChanged();
    }
}

Result<plan::Plan> CachingModel::planOf(const CachingState& state) const
{
    if (!m_geometry) {
        return unexpected(
            ErrorCode::NotFound, "There is no plan yet: the model is not loaded or the size is not possible.");
    }
    auto policy = plan::makePolicy(state.policy, state.values, state.preset, m_context);
    if (!policy) {
        return unexpected(policy.error());
    }
    auto plan = (*policy)->plan(*m_geometry, m_schedule);
    if (plan) {
        if (auto settled = plan::settleStorage(*plan, state.storage, state.budget); !settled) {
            return unexpected(settled.error());
        }
    }
    return plan;
}

const std::vector<PolicyFit>& CachingModel::fits() const
{
    if (m_fits.empty()) {
        for (const plan::PolicyEntry& entry : plan::policyEntries()) {
            PolicyFit fit;
            if (const auto planned = planOf({entry.name, {}, {}, {}, 0}); m_geometry && !planned) {
                fit.isPossible = planned.error().code != ErrorCode::Unsupported;
                fit.reason = QString::fromStdString(planned.error().message);
            }
            // Its usual setting may be too much for a small model where another preset is not.
            for (const plan::Preset& preset : entry.presets) {
                const bool isOfFamily = preset.family.empty() || preset.family == m_context.family;
                if (!fit.isPossible && isOfFamily && planOf({entry.name, preset.name, {}, {}, 0})) {
                    fit = {};
                }
            }
            m_fits.push_back(fit);
        }
    }
    return m_fits;
}

void CachingModel::replan()
{
    m_plan.reset();
    m_problem.clear();
    auto made = planOf(m_state);
    if (made) {
        m_plan = std::move(*made);
    } else {
        m_problem = m_geometry ? QString::fromStdString(made.error().message)
                               : tr("There is no plan yet: the model is not loaded or the size is not possible.");
    }
    m_stopsAreStale = true;
}

bool CachingModel::cachesNothing() const
{
    return m_plan && m_state.policy != "none" && m_plan->isStatic() && m_plan->cachesNothing();
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
