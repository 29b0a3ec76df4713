// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/schedule_table.h"

#include "cache/plan/policies/ratio_schedule.h"
#include "cache/plan/policies/stream_places.h"
#include "core/base/printable.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace toca::plan {
namespace {

constexpr std::array<std::string_view, kModuleKinds> kModuleKeys{"sa", "ca", "mlp"};

std::string numberText(int number)
{
    return std::to_string(number);
}

std::string symbolOf(const ScheduleCell& cell)
{
    switch (cell.action) {
    case Action::Reuse:
        return "u";
    case Action::Forecast:
        return cell.amount <= 1 ? "f" : "f" + numberText(cell.amount);
    case Action::Subset: {
        std::string text = "r" + numberText(cell.amount / 100);
        if (const int rest = cell.amount % 100; rest != 0) {
            text += rest < 10 ? ".0" : ".";
            text += numberText(rest % 10 == 0 ? rest / 10 : rest);
        }
        return text;
    }
    default:
        return "c";
    }
}

/// Reads the writing from left to right. Every method leaves the blanks behind what it read.
class Reader {
public:
    explicit Reader(std::string_view text)
        : m_text(text)
    {
        skipBlanks();
    }

    bool isAtEnd() const { return m_at == m_text.size(); }
    char next() const { return isAtEnd() ? '\0' : m_text[m_at]; }
    bool take(char wanted)
    {
        if (next() != wanted)
            return false;
        ++m_at;
        skipBlanks();
        return true;
    }
    /// The same without the blanks behind it.
    bool takeOne(char wanted)
    {
        const bool isThere = next() == wanted;
        m_at += isThere;
        return isThere;
    }
    bool take(std::string_view word)
    {
        if (m_text.substr(m_at, word.size()) != word)
            return false;
        m_at += word.size();
        skipBlanks();
        return true;
    }
    /// A whole number of at most six digits without blanks behind it skipped; -1 if there is none.
    int number()
    {
        int value = -1;
        const char* begin = m_text.data() + m_at;
        const char* end = begin + std::min<std::size_t>(6, m_text.size() - m_at);
        if (next() < '0' || next() > '9')
            return -1;
        const auto [after, status] = std::from_chars(begin, end, value);
        if (status != std::errc())
            return -1;
        m_at += static_cast<std::size_t>(after - begin);
        return value;
    }
    void skipBlanks()
    {
        while (next() == ' ')
            ++m_at;
    }
    Unexpected wrong(const std::string& expected) const
    {
        const std::string place = isAtEnd() ? "ends" : "has " + printable(m_text.substr(m_at), 20);
        return unexpected(ErrorCode::InvalidArgument,
            "The schedule's table " + place + " where " + expected + " should be (at character "
                + std::to_string(m_at + 1) + ").");
    }

private:
    std::string_view m_text;
    std::size_t m_at = 0;
};

/// The share behind an 'r' in hundredths of a percent; -1 if it is none.
int readAmount(Reader& reader)
{
    const int percent = reader.number();
    if (percent < 0 || percent > 100)
        return -1;
    int hundredths = 0;
    if (reader.takeOne('.')) {
        std::array<int, 2> digits{0, 0};
        int count = 0;
        while (count < 2 && reader.next() >= '0' && reader.next() <= '9') {
            digits[static_cast<std::size_t>(count++)] = reader.next() - '0';
            reader.takeOne(reader.next());
        }
        if (count == 0)
            return -1;
        hundredths = 10 * digits[0] + digits[1];
    }
    const int amount = 100 * percent + hundredths;
    return amount <= ScheduleCell::kWhole ? amount : -1;
}

Result<ScheduleCell> readSymbol(Reader& reader)
{
    if (reader.take('c'))
        return ScheduleCell::compute();
    if (reader.take('u'))
        return ScheduleCell::reuse();
    if (reader.takeOne('f')) {
        const bool isFollowed = reader.next() >= '0' && reader.next() <= '9';
        const int order = isFollowed ? reader.number() : 1;
        if (order < 1 || order > ScheduleCell::kMaxOrder)
            return reader.wrong("an order from 1 to 4");
        return ScheduleCell::forecast(order);
    }
    if (reader.takeOne('r')) {
        const int amount = readAmount(reader);
        if (amount < 0)
            return reader.wrong("a share from 0 to 100 percent");
        return ScheduleCell{Action::Subset, static_cast<std::uint16_t>(amount)};
    }
    return reader.wrong("c, u, f or r with a percentage");
}

} // namespace

ScheduleCell ScheduleCell::ratio(double share)
{
    const double kept = std::isnan(share) ? 0 : std::clamp(share, 0.0, 1.0);
    return {Action::Subset, static_cast<std::uint16_t>(std::lround(kept * kWhole))};
}

ScheduleCell ScheduleCell::forecast(int order)
{
    return {Action::Forecast, static_cast<std::uint16_t>(std::clamp(order, 1, kMaxOrder))};
}

const std::vector<std::string>& scheduleFitNames()
{
    static const std::vector<std::string> names{"stretch", "repeat", "refuse"};
    return names;
}

ScheduleTable::ScheduleTable(int steps, int layers)
    : m_steps(steps)
    , m_layers(layers)
    , m_cells(static_cast<std::size_t>(steps) * static_cast<std::size_t>(layers) * kModuleKinds)
{
}

std::string ScheduleTable::text() const
{
    if (isEmpty())
        return {};
    std::string text = numberText(m_steps) + "x" + numberText(m_layers);
    const auto rowText = [this](int layer, ModuleKind module) {
        std::string row;
        for (int step = 0, end = 0; step < m_steps; step = end) {
            const ScheduleCell& cell = at(step, layer, module);
            for (end = step + 1; end < m_steps && at(end, layer, module) == cell;)
                ++end;
            row +=
                (row.empty() ? "" : " ") + (end - step > 1 ? numberText(end - step) : std::string()) + symbolOf(cell);
        }
        return row;
    };
    for (const ModuleKind module : kAllModules) {
        bool isAllComputed = true;
        for (int layer = 0; layer < m_layers && isAllComputed; ++layer)
            for (int step = 0; step < m_steps && isAllComputed; ++step)
                isAllComputed = at(step, layer, module) == ScheduleCell::compute();
        if (isAllComputed)
            continue;
        text += "; " + std::string(kModuleKeys[static_cast<std::size_t>(module)]) + " = ";
        std::string row = rowText(0, module);
        int alike = 1;
        for (int layer = 1; layer <= m_layers; ++layer) {
            std::string next = layer < m_layers ? rowText(layer, module) : std::string();
            if (next == row) {
                ++alike;
                continue;
            }
            text += (alike > 1 ? numberText(alike) + "*" : std::string()) + row + (layer < m_layers ? " / " : "");
            row = std::move(next);
            alike = 1;
        }
    }
    return text;
}

Result<ScheduleTable> ScheduleTable::parse(std::string_view text)
{
    Reader reader(text);
    if (reader.isAtEnd())
        return ScheduleTable();
    const int steps = reader.number();
    if (steps < 1 || steps > kMostSteps || !reader.take('x'))
        return reader.wrong("the table's size, such as 30x8 for 30 steps of 8 layers,");
    const int layers = reader.number();
    reader.skipBlanks();
    if (layers < 1 || layers > kMostLayers || steps * layers > kMostCells)
        return reader.wrong("a number of layers (at most " + std::to_string(kMostCells) + " cells)");
    ScheduleTable table(steps, layers);
    std::array<bool, kModuleKinds> seen{};
    while (reader.take(';')) {
        if (reader.isAtEnd())
            break;
        std::size_t kind = 0;
        while (kind < kModuleKinds && !reader.take(kModuleKeys[kind]))
            ++kind;
        if (kind == kModuleKinds || seen[kind])
            return reader.wrong("sa, ca or mlp, each once,");
        seen[kind] = true;
        if (!reader.take('='))
            return reader.wrong("'='");
        const ModuleKind module = kAllModules[kind];
        for (int layer = 0; layer < layers;) {
            // A number is a count of layers where '*' follows, else of steps.
            int count = reader.number(), alike = 1;
            reader.skipBlanks();
            if (reader.take('*')) {
                alike = count;
                count = reader.number();
                reader.skipBlanks();
            }
            if (alike < 1 || alike > layers - layer)
                return reader.wrong("no more than " + std::to_string(layers) + " layers");
            for (int step = 0; step < steps;) {
                if (step > 0) {
                    count = reader.number();
                    reader.skipBlanks();
                }
                if (count == 0 || count > steps - step)
                    return reader.wrong("as many steps as the table has (" + std::to_string(steps) + ")");
                const auto cell = readSymbol(reader);
                if (!cell)
                    return unexpected(cell.error());
                reader.skipBlanks();
                for (const int end = step + std::max(count, 1); step < end; ++step)
                    for (int same = 0; same < alike; ++same)
                        table.at(step, layer + same, module) = *cell;
            }
            layer += alike;
            if (layer < layers && !reader.take('/'))
                return reader.wrong("'/' and the next layer (" + std::to_string(layers) + " in all)");
        }
    }
    if (!reader.isAtEnd())
        return reader.wrong("';' or the end");
    return table;
}

Result<ScheduleTable> ScheduleTable::fitted(
    const Geometry& geometry, const SamplerSchedule& schedule, ScheduleFit fit) const
{
    const int layers = geometry.layerCount();
    if (!isEmpty() && fit == ScheduleFit::Refuse && (schedule.steps != m_steps || layers != m_layers))
        return unexpected(ErrorCode::InvalidArgument,
            "The schedule was made for " + std::to_string(m_steps) + " steps of " + std::to_string(m_layers)
                + " layers but the run has " + std::to_string(schedule.steps) + " of " + std::to_string(layers)
                + "; set other_size to stretch or repeat, or change the run.");
    ScheduleTable table(static_cast<int>(schedule.evaluations.size()), layers);
    if (isEmpty())
        return table;
    const bool hasPairs = layers >= 2 && m_layers >= 2 && layers % 2 == 0 && m_layers % 2 == 0
        && geometry.layers[0] != geometry.layers[1];
    std::vector<int> rowOf;
    for (int layer = 0; layer < layers; ++layer) {
        const auto stretched = [](int at, int of, int to) { return std::min(at * to / of, to - 1); };
        rowOf.push_back(hasPairs ? 2 * stretched(layer / 2, layers / 2, m_layers / 2) + layer % 2
                                 : stretched(layer, layers, m_layers));
    }
    const std::vector<StreamPlace> places = streamPlaces(schedule);
    for (int evaluation = 0; evaluation < table.steps(); ++evaluation) {
        const auto at = static_cast<std::size_t>(evaluation);
        if (places[at].index == 0)
            continue; // nothing is stored yet
        const std::int64_t step = schedule.evaluations[at].step;
        const std::int64_t column = m_steps == schedule.steps ? step
            : fit == ScheduleFit::Repeat                      ? step % m_steps
                                                              : step * m_steps / std::max(schedule.steps, 1);
        const int from = static_cast<int>(std::clamp<std::int64_t>(column, 0, m_steps - 1));
        for (int layer = 0; layer < layers; ++layer)
            for (const ModuleKind module : kAllModules)
                if (module != ModuleKind::CrossAttention || geometry.crossAttention)
                    table.at(evaluation, layer, module) =
                        this->at(from, rowOf[static_cast<std::size_t>(layer)], module);
    }
    return table;
}

DerivedSchedule scheduleOf(const Plan& plan, int order)
{
    const std::int64_t tokens = std::max<std::int64_t>(plan.geometry().grid.tokens(), 1);
    const auto subsetOf = [tokens](std::int32_t computed) {
        // Rounded up first: a run truncates, and must find the same number of tokens.
        auto amount =
            static_cast<int>((static_cast<std::int64_t>(computed) * ScheduleCell::kWhole + tokens - 1) / tokens);
        while (amount < ScheduleCell::kWhole
            && tokenCount(static_cast<double>(amount) / ScheduleCell::kWhole, tokens) < computed)
            ++amount;
        return ScheduleCell{Action::Subset, static_cast<std::uint16_t>(std::min(amount, ScheduleCell::kWhole))};
    };
    DerivedSchedule derived{ScheduleTable(plan.schedule().steps, plan.layerCount()), {}};
    bool isOpen = !plan.isStatic(), hasSkips = false, hasPredictions = false, hasBlends = false;
    std::vector<bool> seen(static_cast<std::size_t>(std::max(plan.schedule().steps, 0)));
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const int step = plan.schedule().evaluations[static_cast<std::size_t>(evaluation)].step;
        if (step < 0 || step >= plan.schedule().steps || seen[static_cast<std::size_t>(step)])
            continue;
        seen[static_cast<std::size_t>(step)] = true;
        const EvaluationDecision decision = plan.decision(evaluation);
        hasPredictions |= decision != EvaluationDecision::Run;
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            for (const ModuleKind module : kAllModules) {
                if (module == ModuleKind::CrossAttention && !plan.geometry().crossAttention)
                    continue;
                const PlannedModule& planned = plan.at(evaluation, layer, module);
                ScheduleCell& cell = derived.table.at(step, layer, module);
                if (decision == EvaluationDecision::ReusePrediction || planned.action == Action::Skip) {
                    cell = ScheduleCell::reuse();
                    hasSkips |= decision != EvaluationDecision::ReusePrediction;
                } else if (planned.action == Action::Subset) {
                    cell = subsetOf(planned.tokens);
                } else if (planned.action == Action::Reuse) {
                    cell = ScheduleCell::reuse();
                } else if (planned.action == Action::Forecast) {
                    cell = order > 0 ? ScheduleCell::forecast(order) : ScheduleCell::reuse();
                }
                hasBlends |= planned.action == Action::Blend;
            }
        }
    }
    const auto add = [&derived](bool applies, const char* sentence) {
        if (applies)
            derived.approximation += (derived.approximation.empty() ? "" : " ") + std::string(sentence);
    };
    add(isOpen, "The policy decides while running; the table holds what it expects.");
    add(hasSkips, "Skipped modules became reused ones.");
    add(hasPredictions, "Reused predictions became reused modules.");
    add(hasBlends, "Blended modules became computed ones.");
    return derived;
}

} // namespace toca::plan
