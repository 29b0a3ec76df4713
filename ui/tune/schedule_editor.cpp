// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/schedule_editor.h"

#include "ui/selection/cell_text.h"

#include <algorithm>

namespace toca::ui {

namespace {

constexpr const char* kPolicy = "schedule";

/// The order of a policy's forecasts, which its plan does not tell.
int forecastOrder(const CachingModel& caching)
{
    for (const plan::ParameterSpec& spec : caching.entry().parameters) {
        if (spec.name == "max_order" || spec.name == "order") {
            const plan::ParameterValue value = caching.value(spec.name);
            const auto* order = std::get_if<std::int64_t>(&value);
            return order ? static_cast<int>(*order) : 1;
        }
    }
    return 1;
}

} // namespace

plan::ScheduleCell ScheduleBrush::cell() const
{
    switch (kind) {
    case Kind::Compute:
        return plan::ScheduleCell::compute();
    case Kind::Ratio:
        return plan::ScheduleCell::ratio(share);
    case Kind::Forecast:
        return plan::ScheduleCell::forecast(order);
    case Kind::Reuse:
        break;
    }
    return plan::ScheduleCell::reuse();
}

QString scheduleCellText(const plan::ScheduleCell& cell)
{
    switch (cell.action) {
    case plan::Action::Subset:
        return ScheduleEditor::tr("%1 of the tokens").arg(percentText(cell.share()));
    case plan::Action::Reuse:
        return ScheduleEditor::tr("reuse");
    case plan::Action::Forecast:
        return ScheduleEditor::tr("forecast of order %1").arg(cell.amount);
    default:
        return ScheduleEditor::tr("compute");
    }
}

ScheduleEditor::ScheduleEditor(CachingModel& caching, QObject* parent)
    : QObject(parent)
    , m_caching(caching)
{
    connect(&caching, &CachingModel::changed, this, &ScheduleEditor::follow);
    follow();
}

const plan::Geometry& ScheduleEditor::geometry() const
{
    static const plan::Geometry kNone;
    return m_caching.plan() ? m_caching.plan()->geometry() : kNone;
}

void ScheduleEditor::follow()
{
    if (m_isOwnEdit) {
        return; // the table is the edit
    }
    plan::ScheduleTable table;
    QString approximation;
    if (const plan::Plan* plan = m_caching.plan()) {
        plan::DerivedSchedule derived = plan::scheduleOf(*plan, forecastOrder(m_caching));
        approximation = QString::fromStdString(derived.approximation);
        table = std::move(derived.table);
        if (isPainted()) {
            // Exact where the plan only counts tokens, and with each forecast's own order.
            const plan::ParameterValue text = m_caching.value("table");
            const plan::ParameterValue size = m_caching.value("other_size");
            const auto own = plan::ScheduleTable::parse(std::get<std::string>(text));
            const auto& names = plan::scheduleFitNames();
            const auto fit = std::find(names.begin(), names.end(), std::get<std::string>(size)) - names.begin();
            const auto schedule = plan::uniformSchedule(m_caching.runSchedule().name, m_caching.runSchedule().steps);
            if (own && !own->isEmpty()) {
                if (auto fitted = own->fitted(plan->geometry(), schedule, static_cast<plan::ScheduleFit>(fit))) {
                    table = std::move(*fitted);
                }
            }
        }
    }
    if (!isPainted()) {
        m_base = {};
    }
    m_approximation = approximation;
    m_table = std::move(table);
    Q_EMIT tableChanged();
}

void ScheduleEditor::setBrush(const ScheduleBrush& brush)
{
    if (brush != m_brush) {
        m_brush = brush;
        Q_EMIT brushChanged();
    }
}

void ScheduleEditor::beginStroke(const QString& text)
{
    m_strokeStart = m_table;
    m_strokeText = text;
    m_isInStroke = true;
    ++m_strokes;
    if (!isPainted() || m_base.steps() != m_table.steps() || m_base.layers() != m_table.layers()) {
        m_base = m_table;
    }
}

void ScheduleEditor::paint(
    const std::vector<MapCell>& cells, const std::optional<plan::ScheduleCell>& value, bool fromStart)
{
    if (m_table.isEmpty() || !m_isInStroke) {
        return;
    }
    plan::ScheduleTable next = fromStart ? m_strokeStart : m_table;
    for (const MapCell& cell : cells) {
        if (!isLocked(cell.evaluation) && cell.evaluation < next.steps() && cell.layer < next.layers()) {
            next.at(cell.evaluation, cell.layer, cell.module) =
                value ? *value : m_base.at(cell.evaluation, cell.layer, cell.module);
        }
    }
    if (next == m_table) {
        return;
    }
    CachingState state{kPolicy, {}, {}, m_caching.state().storage, m_caching.state().budget};
    if (isPainted()) {
        state = m_caching.state();
    } else {
        // Tokens are chosen as the policy did, where it chose any.
        const plan::PolicyEntry& schedule = *plan::findPolicy(kPolicy);
        const plan::Preset* preset = plan::defaultPreset(schedule, m_caching.context().family);
        for (const plan::ParameterSpec& spec : schedule.parameters) {
            const auto& own = m_caching.entry().parameters;
            const bool isPreset = preset && preset->values.contains(spec.name);
            const plan::ParameterValue& initial = isPreset ? preset->values.at(spec.name) : spec.defaultValue;
            if (std::any_of(own.begin(), own.end(), [&](const auto& each) { return each.name == spec.name; })
                && m_caching.value(spec.name) != initial) {
                state.values[spec.name] = m_caching.value(spec.name);
            }
        }
    }
    state.values["table"] = next.text();
    state.values["other_size"] = std::string("stretch");
    m_table = std::move(next);
    m_isOwnEdit = true;
    m_caching.edit(state, m_strokeText, "stroke " + std::to_string(m_strokes));
    m_isOwnEdit = false;
    m_approximation.clear();
    Q_EMIT tableChanged();
}

} // namespace toca::ui
