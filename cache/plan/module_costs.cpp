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
constexpr int kVersion = 2;
constexpr std::size_t kMostBytes = 1u << 20;
constexpr int kMostRuns = 1000000;
constexpr double kEqualRuns = 4, kForgetting = 0.75;
/// What else the machine does hits a few modules hard: the slowest and the quickest quarter are left out.
constexpr std::size_t kOutsideOfModules = 4, kOutsideOfEvaluations = 10;

double elementsOf(const Geometry& geometry, std::int64_t rows)
{
    return static_cast<double>(geometry.grid.tokens()) * static_cast<double>(geometry.hiddenSize)
        * static_cast<double>(rows);
}

} // namespace

ModuleCosts::Work ModuleCosts::workOf(Action action, std::int32_t tokens, Caching caching)
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
    return static_cast<Work>(caching);
}

ModuleCosts::Caching ModuleCosts::with(Caching caching, Action action)
{
    switch (action) {
    case Action::Forecast:
        return Caching::Forecast;
    case Action::Subset:
        return std::max(caching, Caching::Select);
    case Action::Reuse:
    case Action::Skip:
    case Action::Blend:
        return std::max(caching, Caching::Reuse);
    case Action::Full:
        break;
    }
    return caching;
}

ModuleCosts::Caching ModuleCosts::cachingOf(const Plan& plan)
{
    Caching caching = Caching::None;
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation) {
        if (plan.rows(evaluation) == 0)
            continue;
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules)
                if (module != ModuleKind::CrossAttention || plan.geometry().crossAttention)
                    caching = with(caching, plan.at(evaluation, layer, module).action);
    }
    return caching;
}

ModuleCosts::Caching ModuleCosts::cachingOf(const Trace& trace)
{
    Caching caching = Caching::None;
    for (int evaluation = 0; evaluation < trace.publishedEvaluations(); ++evaluation) {
        if (trace.evaluation(evaluation).decision == EvaluationDecision::ReusePrediction)
            continue;
        for (int layer = 0; layer < trace.layerCount(); ++layer)
            for (const ModuleKind module : kAllModules)
                if (module != ModuleKind::CrossAttention || trace.geometry().crossAttention)
                    caching = with(caching, trace.cell(trace.cellIndex(evaluation, layer, module)).action);
    }
    return caching;
}

std::size_t ModuleCosts::placeOf(const Geometry& geometry, int layer, ModuleKind module)
{
    return static_cast<std::size_t>(geometry.layers[static_cast<std::size_t>(layer)]) * kModuleKinds
        + static_cast<std::size_t>(module);
}

ModuleCosts::Sum ModuleCosts::middleOf(std::vector<Sum>& samples, std::size_t outside)
{
    std::sort(samples.begin(), samples.end(),
        [](const Sum& a, const Sum& b) { return a.seconds * b.elements < b.seconds * a.elements; });
    Sum sum;
    const std::size_t left = samples.size() / outside;
    for (std::size_t i = left; i + left < samples.size(); ++i) {
        sum.flops += samples[i].flops;
        sum.elements += samples[i].elements;
        sum.seconds += samples[i].seconds;
    }
    return sum;
}

void ModuleCosts::learn(const Trace& trace, double denoisingSeconds)
{
    const Geometry& geometry = trace.geometry();
    std::vector<Sum> modules[kPlaces][kWorks];
    std::vector<Sum> entered, notEntered;
    double accounted = 0;
    const int evaluations = trace.publishedEvaluations();
    const Caching caching = cachingOf(trace);
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
            notEntered.push_back({0, elements, done.seconds});
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
                const Work work = workOf(cell.action, cell.computedTokens, caching);
                modules[placeOf(geometry, layer, module)][static_cast<std::size_t>(work)].push_back(
                    {cell.flops, elements, static_cast<double>(cell.seconds)});
            }
        }
        entered.push_back({0, elements, std::max(0.0, done.seconds - inside)});
    }
    if (evaluations <= firstMeasured)
        return;
    // The sampler's own work lies between the evaluations.
    if (denoisingSeconds > accounted)
        for (Sum& each : entered)
            each.seconds += (denoisingSeconds - accounted) / evaluations;
    const auto take = [](Sum& known, std::vector<Sum>& samples, std::size_t outside) {
        const Sum measured = middleOf(samples, outside);
        if (!measured.isKnown())
            return;
        const double kept = known.runs < kEqualRuns ? 1 : kForgetting;
        known.flops = known.flops * kept + measured.flops;
        known.elements = known.elements * kept + measured.elements;
        known.seconds = known.seconds * kept + measured.seconds;
        known.runs = std::min<double>(known.runs + 1, kMostRuns);
    };
    for (std::size_t place = 0; place < kPlaces; ++place)
        for (std::size_t work = 0; work < kWorks; ++work)
            take(m_modules[place][work], modules[place][work], kOutsideOfModules);
    // Evaluations differ by more than disturbances: only the most distant ones are left out.
    take(m_entered[static_cast<std::size_t>(caching)], entered, kOutsideOfEvaluations);
    take(m_notEntered, notEntered, kOutsideOfEvaluations);
    std::vector<Sum> once{{0, 1, trace.onceSeconds()}};
    take(m_once, once, kOutsideOfEvaluations);
    m_runs = std::min(m_runs + 1, kMostRuns);
}

double ModuleCosts::perFlop(std::size_t place, Work full) const
{
    if (const Sum& here = m_modules[place][static_cast<std::size_t>(full)]; here.flops > 0)
        return here.seconds / here.flops;
    Sum like; // at this place in other runs, else anywhere
    const auto add = [&like](const auto& works) {
        for (std::size_t work = 0; work < kCachings; ++work) {
            like.flops += works[work].flops;
            like.seconds += works[work].seconds;
        }
    };
    add(m_modules[place]);
    if (like.flops <= 0)
        for (const auto& works : m_modules)
            add(works);
    return like.flops > 0 ? like.seconds / like.flops : 0;
}

double ModuleCosts::secondsOf(Work work, std::size_t place, double flops, double elements, bool& isMeasured) const
{
    const Sum& measured = m_modules[place][static_cast<std::size_t>(work)];
    if (isFull(work) || work == Work::Subset)
        isMeasured &= measured.isKnown();
    if (isFull(work))
        return flops * perFlop(place, work);
    if (work == Work::Subset) {
        const double each = perFlop(place, Work::FullSelect);
        // Choosing, gathering and scattering come on top of the computation.
        return measured.isKnown()
            ? std::max(0.0, flops * each + elements * (measured.seconds - measured.flops * each) / measured.elements)
            : flops * each;
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
    const Caching caching = cachingOf(plan);
    Sum entered = m_entered[static_cast<std::size_t>(caching)];
    if (!entered.isKnown()) // as in any other run
        for (const Sum& other : m_entered) {
            entered.elements += other.elements;
            entered.seconds += other.seconds;
        }
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
        if (entered.isKnown())
            estimate.seconds += elements * entered.seconds / entered.elements;
        for (int layer = 0; layer < plan.layerCount(); ++layer) {
            for (const ModuleKind module : kAllModules) {
                if (module == ModuleKind::CrossAttention && !geometry.crossAttention)
                    continue;
                const PlannedModule& planned = plan.at(evaluation, layer, module);
                if (planned.action == Action::Skip)
                    continue;
                const double flops =
                    planned.tokens > 0 ? moduleFlops(geometry, layer, module, planned.tokens, rows) : 0;
                estimate.seconds += secondsOf(workOf(planned.action, planned.tokens, caching),
                    placeOf(geometry, layer, module), flops, elements, estimate.isMeasured);
            }
        }
    }
    return estimate;
}

std::string ModuleCosts::json() const
{
    const auto sumJson = [](const Sum& sum) { return Json{sum.flops, sum.elements, sum.seconds, sum.runs}; };
    Json json;
    json["format"] = kFormat;
    json["version"] = kVersion;
    json["runs"] = m_runs;
    json["evaluation"] = {sumJson(m_notEntered), sumJson(m_once)};
    for (const Sum& sum : m_entered)
        json["evaluation"].push_back(sumJson(sum));
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
        if (!entry.is_array() || entry.size() != 4)
            return false;
        double* const fields[]{&sum.flops, &sum.elements, &sum.seconds, &sum.runs};
        for (std::size_t i = 0; i < 4; ++i) {
            if (!entry[i].is_number())
                return false;
            *fields[i] = entry[i].get<double>();
            if (!std::isfinite(*fields[i]) || *fields[i] < 0)
                return false;
        }
        return true;
    };
    const Json evaluation = json.value("evaluation", Json()), modules = json.value("modules", Json());
    if (!evaluation.is_array() || evaluation.size() != 2 + kCachings || !read(evaluation[0], costs.m_notEntered)
        || !read(evaluation[1], costs.m_once))
        return wrong("'evaluation' is not every sum");
    for (std::size_t i = 0; i < kCachings; ++i)
        if (!read(evaluation[2 + i], costs.m_entered[i]))
            return wrong("a sum in 'evaluation' is not four numbers");
    if (!modules.is_array() || modules.size() != kPlaces * kWorks)
        return wrong("'modules' does not hold every kind of work");
    for (std::size_t i = 0; i < modules.size(); ++i)
        if (!read(modules[i], costs.m_modules[i / kWorks][i % kWorks]))
            return wrong("a sum in 'modules' is not four numbers");
    return costs;
}

} // namespace toca::plan
