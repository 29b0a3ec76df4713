// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/module_costs.h"

#include "cache/plan/flops.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace toca::plan {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "toca-costs";
constexpr int kVersion = 1;
constexpr std::size_t kMostBytes = 1u << 20;
constexpr int kMostRuns = 1000000;

double elementsOf(const Geometry& geometry, std::int64_t rows)
{
    return static_cast<double>(geometry.grid.tokens()) * static_cast<double>(geometry.hiddenSize)
        * static_cast<double>(rows);
}

} // namespace

ModuleCosts::Work ModuleCosts::workOf(Action action, std::int32_t tokens)
{
    switch (action) {
    case Action::Subset:
        return tokens > 0 ? Work::Subset : Work::EmptySubset;
    case Action::Reuse:
    case Action::Skip:
        return Work::Reuse;
    case Action::Forecast:
        return Work::Forecast;
    case Action::Full:
    case Action::Blend:
        break;
    }
    return Work::Full;
}

std::size_t ModuleCosts::placeOf(const Geometry& geometry, int layer, ModuleKind module)
{
    return static_cast<std::size_t>(geometry.layers[static_cast<std::size_t>(layer)]) * kModuleKinds
        + static_cast<std::size_t>(module);
}

void ModuleCosts::learn(const Trace& trace, double denoisingSeconds)
{
    const Geometry& geometry = trace.geometry();
    std::array<std::array<Sum, kWorks>, kPlaces> modules{};
    Sum entered, notEntered;
    double accounted = 0;
    const int evaluations = trace.publishedEvaluations();
    // The first evaluation pays for what is set up once; with more of them its modules would be overrated.
    const int firstMeasured = evaluations > 3 ? 1 : 0;
    for (int evaluation = 0; evaluation < evaluations; ++evaluation) {
        const TraceEvaluation& done = trace.evaluation(evaluation);
        accounted += done.seconds;
        if (evaluation < firstMeasured)
            continue;
        const bool isJoint = trace.schedule().evaluations[static_cast<std::size_t>(evaluation)].stream == Stream::Joint;
        const std::int64_t rows =
            isJoint && done.decision == EvaluationDecision::Run ? geometry.rows() : geometry.prompts;
        const double elements = elementsOf(geometry, rows);
        if (done.decision == EvaluationDecision::ReusePrediction) {
            notEntered.elements += elements;
            notEntered.seconds += done.seconds;
            continue;
        }
        double inside = 0;
        for (int layer = 0; layer < trace.layerCount(); ++layer) {
            for (const ModuleKind module : kAllModules) {
                if (module == ModuleKind::CrossAttention && !geometry.crossAttention)
                    continue;
                const TraceCell& cell = trace.cell(trace.cellIndex(evaluation, layer, module));
                inside += static_cast<double>(cell.seconds);
                if (cell.action == Action::Skip)
                    continue;
                Sum& sum = modules[placeOf(geometry, layer, module)]
                                  [static_cast<std::size_t>(workOf(cell.action, cell.computedTokens))];
                sum.flops += cell.flops;
                sum.elements += elements;
                sum.seconds += static_cast<double>(cell.seconds);
            }
        }
        entered.elements += elements;
        entered.seconds += std::max(0.0, done.seconds - inside);
    }
    if (evaluations <= firstMeasured)
        return;
    // The sampler's own work lies between the evaluations.
    if (denoisingSeconds > accounted && entered.isKnown())
        entered.seconds += (denoisingSeconds - accounted) * (evaluations - firstMeasured) / evaluations;
    const auto take = [](Sum& known, const Sum& measured) {
        if (!measured.isKnown())
            return;
        known.flops = known.flops / 2 + measured.flops;
        known.elements = known.elements / 2 + measured.elements;
        known.seconds = known.seconds / 2 + measured.seconds;
    };
    for (std::size_t place = 0; place < kPlaces; ++place)
        for (std::size_t work = 0; work < kWorks; ++work)
            take(m_modules[place][work], modules[place][work]);
    take(m_entered, entered);
    take(m_notEntered, notEntered);
    take(m_once, {0, 1, trace.onceSeconds()});
    m_runs = std::min(m_runs + 1, kMostRuns);
}

double ModuleCosts::perFlop(std::size_t place) const
{
    const auto full = static_cast<std::size_t>(Work::Full);
    if (const Sum& here = m_modules[place][full]; here.flops > 0)
        return here.seconds / here.flops;
    Sum all;
    for (const auto& works : m_modules) {
        all.flops += works[full].flops;
        all.seconds += works[full].seconds;
    }
    return all.flops > 0 ? all.seconds / all.flops : 0;
}

double ModuleCosts::secondsOf(Work work, std::size_t place, double flops, double elements, bool& isMeasured) const
{
    const Sum& measured = m_modules[place][static_cast<std::size_t>(work)];
    switch (work) {
    case Work::Full:
        isMeasured &= measured.isKnown();
        return flops * perFlop(place);
    case Work::Subset:
        isMeasured &= measured.isKnown();
        if (!measured.isKnown())
            return flops * perFlop(place);
        // Choosing, gathering and scattering come on top of the computation.
        return std::max(0.0,
            flops * perFlop(place)
                + elements * (measured.seconds - measured.flops * perFlop(place)) / measured.elements);
    case Work::EmptySubset:
    case Work::Reuse:
    case Work::Forecast:
        break;
    }
    if (measured.isKnown())
        return elements * measured.seconds / measured.elements;
    isMeasured = false;
    for (const Work like : {Work::Reuse, Work::EmptySubset})
        if (const Sum& other = m_modules[place][static_cast<std::size_t>(like)]; other.isKnown())
            return elements * other.seconds / other.elements;
    return 0;
}

ModuleCosts::Estimate ModuleCosts::secondsOf(const Plan& plan) const
{
    const Geometry& geometry = plan.geometry();
    Estimate estimate;
    estimate.seconds = m_once.isKnown() ? m_once.seconds / m_once.elements : 0;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        const std::int64_t rows = plan.rows(evaluation);
        if (rows == 0) {
            estimate.isMeasured &= m_notEntered.isKnown();
            if (m_notEntered.isKnown())
                estimate.seconds +=
                    elementsOf(geometry, geometry.prompts) * m_notEntered.seconds / m_notEntered.elements;
            continue;
        }
        const double elements = elementsOf(geometry, rows);
        if (m_entered.isKnown())
            estimate.seconds += elements * m_entered.seconds / m_entered.elements;
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            for (const ModuleKind module : kAllModules) {
                if (module == ModuleKind::CrossAttention && !geometry.crossAttention)
                    continue;
                const PlannedModule& planned = plan.at(evaluation, layer, module);
                if (planned.action == Action::Skip)
                    continue;
                const double flops =
                    planned.tokens > 0 ? moduleFlops(geometry, layer, module, planned.tokens, rows) : 0;
                estimate.seconds += secondsOf(workOf(planned.action, planned.tokens), placeOf(geometry, layer, module),
                    flops, elements, estimate.isMeasured);
            }
        }
    }
    return estimate;
}

std::string ModuleCosts::json() const
{
    const auto sumJson = [](const Sum& sum) { return Json{sum.flops, sum.elements, sum.seconds}; };
    Json json;
    json["format"] = kFormat;
    json["version"] = kVersion;
    json["runs"] = m_runs;
    json["evaluation"] = {sumJson(m_entered), sumJson(m_notEntered), sumJson(m_once)};
    json["modules"] = Json::array();
    for (const auto& works : m_modules)
        for (const Sum& sum : works)
            json["modules"].push_back(sumJson(sum));
    return json.dump();
}

Result<ModuleCosts> ModuleCosts::fromJson(std::string_view text)
{
    const auto wrong = [](const char* problem) {
        return unexpected(ErrorCode::BadFormat,
            std::string("The measured module costs cannot be read: ") + problem + ". They are measured anew.");
    };
    if (text.size() > kMostBytes)
        return wrong("they are too long");
    const Json json = Json::parse(
        text.begin(), text.end(), [](int depth, Json::parse_event_t, Json&) { return depth <= 4; }, false);
    if (!json.is_object() || json.value("format", Json()) != kFormat || json.value("version", Json()) != kVersion)
        return wrong("they are no costs of this version");
    ModuleCosts costs;
    const Json runs = json.value("runs", Json());
    if (!runs.is_number_integer() || runs < 1 || runs > kMostRuns)
        return wrong("'runs' is no number of runs");
    costs.m_runs = runs.get<int>();
    const auto read = [](const Json& entry, Sum& sum) {
        if (!entry.is_array() || entry.size() != 3)
            return false;
        double* const fields[]{&sum.flops, &sum.elements, &sum.seconds};
        for (std::size_t i = 0; i < 3; ++i) {
            if (!entry[i].is_number())
                return false;
            *fields[i] = entry[i].get<double>();
            if (!std::isfinite(*fields[i]) || *fields[i] < 0)
                return false;
        }
        return true;
    };
    const Json evaluation = json.value("evaluation", Json()), modules = json.value("modules", Json());
    if (!evaluation.is_array() || evaluation.size() != 3 || !read(evaluation[0], costs.m_entered)
        || !read(evaluation[1], costs.m_notEntered) || !read(evaluation[2], costs.m_once))
        return wrong("'evaluation' is not three sums");
    if (!modules.is_array() || modules.size() != kPlaces * kWorks)
        return wrong("'modules' does not hold every kind of work");
    for (std::size_t i = 0; i < modules.size(); ++i)
        if (!read(modules[i], costs.m_modules[i / kWorks][i % kWorks]))
            return wrong("a sum in 'modules' is not three numbers");
    return costs;
}

} // namespace toca::plan
