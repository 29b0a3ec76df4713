// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/schedule_search.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace toca::plan {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kProposals = 400; // until one fits the cost and is new
constexpr int kParents = 3; // of the best that are changed
constexpr double kCheapest = 0.90; // of the limit: what is much cheaper wastes fidelity
constexpr double kDearestParent = 1.1; // of the limit: changes may make it cheaper
constexpr double kMargin = 1.0; // dB that later prompts may still make up for
constexpr std::size_t kMostPoints = 100'000;

/// Modules of one kind in layers of one kind, which are changed together.
struct Group {
    ModuleKind module;
    LayerKind layers;
};

std::vector<Group> groupsOf(const Geometry& geometry)
{
    std::vector<Group> groups;
    for (const ModuleKind module : kAllModules) {
        if (module == ModuleKind::CrossAttention && !geometry.crossAttention)
            continue;
        for (const LayerKind kind : geometry.layers) {
            const bool isThere = std::any_of(groups.begin(), groups.end(),
                [&](const Group& group) { return group.module == module && group.layers == kind; });
            if (!isThere)
                groups.push_back({module, kind});
        }
    }
    return groups;
}

/// Applies `change` to the cells of a step in the chosen groups.
template <class Change>
void eachCell(ScheduleTable& table, const Geometry& geometry, const std::vector<Group>& groups, int step, Change change)
{
    for (const Group& group : groups)
        for (int layer = 0; layer < table.layers(); ++layer)
            if (geometry.layers[static_cast<std::size_t>(layer)] == group.layers)
                change(table.at(step, layer, group.module));
}

/// Full steps, the first one always among them: `count` places, evenly (power 1), or denser at the first (> 1) or the
/// last steps (< 1).
std::vector<bool> fullSteps(int steps, int count, double power)
{
    std::vector<bool> full(static_cast<std::size_t>(steps), false);
    for (int k = 0; k < count; ++k) {
        const double place = std::pow(static_cast<double>(k) / count, power) * steps;
        auto at = static_cast<std::size_t>(std::clamp(static_cast<int>(place + 1e-9), 0, steps - 1));
        while (at + 1 < full.size() && full[at])
            ++at;
        full[at] = true;
    }
    full[0] = true;
    return full;
}

ScheduleTable tableOf(const Geometry& geometry, int steps, const std::vector<bool>& full, ScheduleCell between)
{
    ScheduleTable table(steps, geometry.layerCount());
    const auto groups = groupsOf(geometry);
    for (int step = 1; step < steps; ++step)
        if (!full[static_cast<std::size_t>(step)])
            eachCell(table, geometry, groups, step, [&](ScheduleCell& cell) { cell = between; });
    return table;
}

} // namespace

double SearchPoint::mean() const
{
    return fidelity.empty()
        ? -std::numeric_limits<double>::infinity()
        : std::accumulate(fidelity.begin(), fidelity.end(), 0.0) / static_cast<double>(fidelity.size());
}

ScheduleSearch::ScheduleSearch(SearchProblem problem)
    : m_problem(std::move(problem))
    , m_families(families())
{
}

double ScheduleSearch::costOf(const ScheduleTable& table) const
{
    const auto policy = makePolicy("schedule", {{"table", table.text()}}, {}, m_problem.context);
    const auto planned =
        policy ? (*policy)->plan(m_problem.geometry, m_problem.schedule) : Result<Plan>(unexpected(policy.error()));
    if (!planned)
        return std::numeric_limits<double>::infinity();
    return m_problem.costs ? m_problem.costs->secondsOf(*planned).seconds : planned->totalFlops();
}

bool ScheduleSearch::isKnown(const std::string& table) const
{
    return std::any_of(
        m_points.begin(), m_points.end(), [&](const SearchPoint& point) { return point.table == table; });
}

std::vector<SearchPoint> ScheduleSearch::families() const
{
    std::vector<SearchPoint> found;
    const auto add = [&](const ScheduleTable& table, std::string origin) {
        const double cost = costOf(table);
        const std::string text = table.text();
        const bool isThere =
            std::any_of(found.begin(), found.end(), [&](const SearchPoint& point) { return point.table == text; });
        if (cost <= m_problem.limit && !isThere)
            found.push_back({text, std::move(origin), cost, {}, false});
    };
    for (std::size_t index = 0; index < m_problem.starts.size(); ++index)
        add(scheduleOf(m_problem.starts[index]).table, "start " + std::to_string(index + 1));
    const int steps = m_problem.schedule.steps;
    struct Shape {
        double power;
        const char* name;
    };
    for (const Shape shape : {Shape{1.0, "evenly"}, Shape{1.3, "denser first"}, Shape{1.6, "much denser first"},
             Shape{2.0, "densest first"}, Shape{0.8, "denser last"}})
        for (const int order : {1, 2, 0}) {
            // The most full steps that the limit allows.
            const ScheduleCell between = order == 0 ? ScheduleCell::reuse() : ScheduleCell::forecast(order);
            for (int count = steps - 1; count > 0; --count) {
                const ScheduleTable table =
                    tableOf(m_problem.geometry, steps, fullSteps(steps, count, shape.power), between);
                if (costOf(table) > m_problem.limit)
                    continue;
                add(table,
                    std::to_string(count) + " full steps " + shape.name
                        + (order == 0 ? ", reuse" : ", forecast of order " + std::to_string(order)));
                break;
            }
        }
    return found;
}

std::optional<SearchPoint> ScheduleSearch::mutation() const
{
    std::vector<std::size_t> ranked;
    for (std::size_t index = 0; index < m_points.size(); ++index)
        if (m_points[index].isComplete && m_points[index].cost <= kDearestParent * m_problem.limit)
            ranked.push_back(index);
    if (ranked.empty())
        return {};
    std::stable_sort(ranked.begin(), ranked.end(),
        [&](std::size_t a, std::size_t b) { return m_points[a].mean() > m_points[b].mean(); });
    ranked.resize(std::min(ranked.size(), static_cast<std::size_t>(kParents)));
    std::mt19937_64 random(m_problem.seed * 1'000'003 + m_points.size());
    const auto below = [&](std::size_t count) {
        return static_cast<std::size_t>(random() % std::max<std::size_t>(count, 1));
    };
    const std::vector<Group> all = groupsOf(m_problem.geometry);
    const int steps = m_problem.schedule.steps;
    for (int proposal = 0; proposal < kProposals; ++proposal) {
        // The best one most of the time.
        const std::size_t parent = ranked[below(2) == 0 ? 0 : below(ranked.size())];
        auto parsed = ScheduleTable::parse(m_points[parent].table);
        if (!parsed || parsed->steps() != steps || steps < 3)
            return {};
        ScheduleTable table = std::move(*parsed);
        std::string words;
        const std::size_t changes = 1 + below(3);
        for (std::size_t change = 0; change < changes; ++change) {
            // One module or all of them together.
            const bool isAll = below(3) == 0;
            const std::vector<Group> groups = isAll ? all : std::vector<Group>{all[below(all.size())]};
            const int step = 1 + static_cast<int>(below(static_cast<std::size_t>(steps - 1)));
            const int other = 1 + static_cast<int>(below(static_cast<std::size_t>(steps - 1)));
            const std::string name = isAll ? "all" : std::string(moduleName(groups.front().module));
            const auto swap = [&](int a, int b) {
                for (const Group& group : groups)
                    for (int layer = 0; layer < table.layers(); ++layer)
                        if (m_problem.geometry.layers[static_cast<std::size_t>(layer)] == group.layers)
                            std::swap(table.at(a, layer, group.module), table.at(b, layer, group.module));
            };
            switch (below(5)) {
            case 0: { // a step and its neighbour
                const int neighbour = step + 1 < steps ? step + 1 : step - 1;
                if (neighbour < 1)
                    break;
                swap(step, neighbour);
                words += " swap " + name + " " + std::to_string(step) + "/" + std::to_string(neighbour);
                break;
            }
            case 1: // any two steps
                swap(step, other);
                words += " swap " + name + " " + std::to_string(step) + "/" + std::to_string(other);
                break;
            case 2: // full, or as a neighbour that is not
                eachCell(table, m_problem.geometry, groups, step, [&](ScheduleCell& cell) {
                    cell = cell.action == Action::Full ? ScheduleCell::forecast(1) : ScheduleCell::compute();
                });
                words += " turn " + name + " " + std::to_string(step);
                break;
            case 3: { // what happens between full steps, over a stretch
                static constexpr double kShares[]{0.05, 0.1, 0.15, 0.2, 0.3};
                const std::size_t kind = below(5);
                const ScheduleCell cell = kind == 0 ? ScheduleCell::reuse()
                    : kind < 3                      ? ScheduleCell::forecast(static_cast<int>(kind))
                    : kind == 3                     ? ScheduleCell::ratio(kShares[below(5)])
                                                    : ScheduleCell::forecast(1);
                const auto [first, last] = std::minmax(step, other);
                for (int each = first; each <= last; ++each)
                    eachCell(table, m_problem.geometry, groups, each, [&](ScheduleCell& old) {
                        if (old.action != Action::Full)
                            old = cell;
                    });
                words += " between " + name + " " + std::to_string(first) + ".." + std::to_string(last) + " "
                    + std::string(actionName(cell.action));
                break;
            }
            default: { // one layer at one step
                const int layer = static_cast<int>(below(static_cast<std::size_t>(table.layers())));
                ScheduleCell& cell = table.at(step, layer, groups.front().module);
                cell = cell.action == Action::Full ? ScheduleCell::forecast(1) : ScheduleCell::compute();
                words += " layer " + std::to_string(layer) + " at " + std::to_string(step);
                break;
            }
            }
        }
        std::string text = table.text();
        if (isKnown(text))
            continue;
        const double cost = costOf(table);
        if (cost > m_problem.limit || cost < kCheapest * m_problem.limit)
            continue;
        return SearchPoint{std::move(text), "from " + std::to_string(parent + 1) + ":" + words, cost, {}, false};
    }
    return {};
}

std::optional<SearchPoint> ScheduleSearch::next() const
{
    for (const SearchPoint& point : m_families)
        if (!isKnown(point.table))
            return point;
    return mutation();
}

const SearchPoint* ScheduleSearch::best() const
{
    const SearchPoint* found = nullptr;
    for (const SearchPoint& point : m_points)
        if (point.isComplete && point.cost <= m_problem.limit && (!found || point.mean() > found->mean()))
            found = &point;
    return found;
}

bool ScheduleSearch::isHopeless(const std::vector<double>& fidelity) const
{
    const SearchPoint* leader = best();
    if (!leader || fidelity.empty() || fidelity.size() >= leader->fidelity.size())
        return false;
    // Against the leader on the same prompts.
    double behind = 0;
    for (std::size_t index = 0; index < fidelity.size(); ++index)
        behind += leader->fidelity[index] - fidelity[index];
    return behind / static_cast<double>(fidelity.size()) > kMargin;
}

void ScheduleSearch::setLimit(double limit)
{
    m_problem.limit = limit;
    m_families = families();
}

void ScheduleSearch::tell(SearchPoint point)
{
    m_points.push_back(std::move(point));
}

std::string ScheduleSearch::pointsJson() const
{
    Json list = Json::array();
    for (const SearchPoint& point : m_points)
        list.push_back({{"table", point.table}, {"origin", point.origin}, {"cost", point.cost},
            {"fidelity_db", point.fidelity}, {"complete", point.isComplete}});
    return list.dump();
}

Result<void> ScheduleSearch::setPoints(std::string_view json)
{
    const auto wrong = [](const std::string& problem) {
        return unexpected(ErrorCode::BadFormat, "The search's list of schedules is damaged: " + problem + ".");
    };
    const Json list = Json::parse(
        json.begin(), json.end(), [](int depth, Json::parse_event_t, Json&) { return depth <= 4; }, false);
    if (!list.is_array() || list.size() > kMostPoints)
        return wrong("it is no list");
    std::vector<SearchPoint> points;
    for (const Json& each : list) {
        const auto at = [&](const char* key) { return each.is_object() ? each.value(key, Json()) : Json(); };
        const Json table = at("table"), origin = at("origin"), cost = at("cost"), fidelity = at("fidelity_db"),
                   complete = at("complete");
        if (!table.is_string() || !origin.is_string() || !cost.is_number() || !fidelity.is_array()
            || fidelity.size() > 1000 || !complete.is_boolean() || (complete.get<bool>() && fidelity.empty()))
            return wrong("an entry lacks what it needs");
        SearchPoint point{
            table.get<std::string>(), origin.get<std::string>(), cost.get<double>(), {}, complete.get<bool>()};
        if (const auto parsed = ScheduleTable::parse(point.table); !parsed)
            return wrong(parsed.error().message);
        for (const Json& value : fidelity) {
            if (!value.is_number())
                return wrong("a fidelity is no number");
            point.fidelity.push_back(value.get<double>());
        }
        points.push_back(std::move(point));
    }
    m_points = std::move(points);
    return {};
}

} // namespace toca::plan
