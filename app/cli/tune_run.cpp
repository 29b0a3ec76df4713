// SPDX-License-Identifier: Apache-2.0
#include "app/cli/tune_run.h"

#include "app/cli/console.h"
#include "app/cli/run_series.h"
#include "core/base/atomic_file.h"

#include <algorithm>
#include <cmath>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kHeldOutSeed = 1001; // seeds that no training prompt has
constexpr std::size_t kCostRounds = 3;
constexpr int kTimeRounds = 5; // of a measurement
constexpr double kPhases[]{0.6, 0.85, 1.0}; // of the budget, after which times are measured
constexpr double kMostDb = 99; // of identical clips
constexpr std::size_t kLargestState = std::size_t{64} << 20;

double decibels(const Fidelity& fidelity)
{
    return fidelity.identical ? kMostDb : std::min(fidelity.psnrDb, kMostDb);
}

Result<Fidelity> fidelityTo(const RunResult& run, const Reference& reference)
{
    return fidelity(run.clip, reference.clip, run.latent, reference.latent);
}

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

} // namespace

GenerationRequest TuneRun::with(const std::string& prompt, std::uint64_t seed, const PolicyChoice& choice) const
{
    GenerationRequest request = m_question.request;
    request.prompt = prompt;
    request.seed = seed;
    request.policy = choice.policy;
    request.preset = choice.preset;
    request.policyParameters = choice.values;
    return request;
}

Result<RunResult> TuneRun::generate(const GenerationRequest& request, const std::string& label, std::stop_token stop)
{
    m_progress.begin(label);
    return m_engine.generate(request, m_progress, std::move(stop));
}

Json TuneRun::questionJson() const
{
    Json question;
    question["request"] = Json::parse(toJson(m_question.request));
    question["reference"] = m_question.reference.name();
    for (const auto& [name, value] : m_question.reference.values)
        question["reference_values"][name] = plan::toText(value);
    question["training"] = m_question.training;
    question["by"] = m_question.byFlops ? "flops" : "time";
    question["seed"] = m_question.seed;
    return question;
}

Result<void> TuneRun::save() const
{
    const plan::SearchProblem& problem = m_search->problem();
    Json state{{"format", "toca-tune-state"}, {"version", 1}, {"question", questionJson()}, {"limit", problem.limit},
        {"measured", m_measured}, {"costs", problem.costs ? Json(problem.costs->json()) : Json(nullptr)},
        {"runs", m_runs}, {"points", Json::parse(m_search->pointsJson())}};
    return writeFileAtomically(m_question.state, state.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Result<void> TuneRun::prepare(std::stop_token stop)
{
    const PolicyChoice none{"none", {}, {}};
    const auto seed = m_question.request.seed;
    const auto& first = m_question.training.front();
    GenerationRequest few = with(first, seed, none);
    few.steps = std::min(few.steps, kWarmUpSteps);
    if (auto warmed = generate(few, "warm-up", stop); !warmed)
        return unexpected(warmed.error());
    for (std::size_t index = 0; index < m_question.training.size(); ++index) {
        auto made =
            generate(with(m_question.training[index], seed, none), "uncached " + std::to_string(index + 1), stop);
        if (!made)
            return unexpected(made.error());
        m_uncached.push_back(referenceOf(std::move(*made)));
    }
    // What modules cost here, from a few settings that together do everything a schedule can ask for.
    plan::ModuleCosts costs;
    plan::SearchProblem problem;
    problem.seed = m_question.seed;
    std::optional<plan::Plan> reference;
    const PolicyChoice known[]{none, m_question.reference, {"taylorseer", {}, {}}, {"fora", {}, {}},
        {"schedule", {},
            {{"table", std::string("3x1; sa = c 2f; ca = c 2f; mlp = c 2f2")}, {"other_size", std::string("repeat")}}}};
    // Several rounds: a machine that does something else meanwhile must not spoil all of it.
    for (std::size_t turn = 0; turn < kCostRounds * std::size(known); ++turn) {
        const PolicyChoice& choice = known[turn % std::size(known)];
        const auto made = generate(with(first, seed, choice), "costs of " + choice.name(), stop);
        if (!made)
            return unexpected(made.error());
        costs.learn(*made->trace, made->times.denoising);
        problem.geometry = made->plan.geometry();
        problem.schedule = made->plan.schedule();
        problem.context.family = problem.geometry.family;
        if (turn >= std::size(known))
            continue;
        if (choice.policy == "taylorseer")
            problem.starts.push_back(made->plan);
        if (choice.name() == m_question.reference.name() && choice.policy != "none") {
            if (!made->plan.isStatic())
                return unexpected(ErrorCode::Unsupported,
                    "--against " + choice.name()
                        + " decides while running, so its cost is not known before; choose a setting with a plan.");
            problem.starts.insert(problem.starts.begin(), made->plan);
            reference = made->plan;
        }
    }
    if (!reference)
        return unexpected(ErrorCode::InvalidArgument, "--against names no setting that caches.");
    if (!m_question.byFlops)
        problem.costs = costs;
    problem.limit = m_question.byFlops ? reference->totalFlops() : costs.secondsOf(*reference).seconds;
    // A table is the reference's plan, bit for bit; a little more than its cost lets it in.
    problem.limit *= 1.0 + 1e-9;

    const auto text = readFile(m_question.state, kLargestState);
    if (!text) {
        m_search = std::make_unique<plan::ScheduleSearch>(std::move(problem));
        return text.error().code == ErrorCode::NotFound ? Result<void>() : unexpected(text.error());
    }
    const Json state = Json::parse(*text, nullptr, false);
    const auto refused = [&](const std::string& why) {
        return unexpected(ErrorCode::BadFormat,
            "'" + m_question.state.string() + "' " + why + "; give another --state, or remove it to begin anew.");
    };
    if (!state.is_object() || state.value("format", Json()) != "toca-tune-state" || !state.contains("question")
        || !state.contains("points") || !state.value("limit", Json()).is_number()
        || !state.value("runs", Json()).is_number_unsigned())
        return refused("holds no state of a search");
    if (state["question"] != questionJson())
        return refused("belongs to another search");
    // The limit and the costs of the beginning: all points were judged by them.
    problem.limit = state["limit"].get<double>();
    if (!m_question.byFlops && state["costs"].is_string()) {
        auto read = plan::ModuleCosts::fromJson(state["costs"].get<std::string>());
        if (!read)
            return refused("holds damaged costs");
        problem.costs = std::move(*read);
    }
    m_search = std::make_unique<plan::ScheduleSearch>(std::move(problem));
    m_runs = state["runs"].get<int>();
    if (const Json measured = state.value("measured", Json()); measured.is_number_unsigned())
        m_measured = static_cast<int>(std::min<std::uint64_t>(measured.get<std::uint64_t>(), std::size(kPhases)));
    if (const auto taken = m_search->setPoints(state["points"].dump()); !taken)
        return refused("holds damaged schedules (" + taken.error().message + ")");
    return {};
}

Result<void> TuneRun::measure(std::stop_token stop)
{
    const plan::SearchPoint* best = m_search->best();
    if (m_question.byFlops || !best)
        return {};
    const PolicyChoice tuned{"schedule", {}, {{"table", best->table}}};
    std::vector<double> ratios;
    for (int round = 0; round < kTimeRounds; ++round) {
        double seconds[2]{};
        for (int turn = 0; turn < 2; ++turn) {
            const int which = (turn + round) % 2;
            const auto made = generate(
                with(m_question.training.front(), m_question.request.seed, which == 0 ? tuned : m_question.reference),
                "measuring times", stop);
            if (!made)
                return unexpected(made.error());
            seconds[which] = made->times.denoising;
        }
        ratios.push_back(seconds[0] / seconds[1]);
    }
    // What the best one should have cost to take the same time; one measurement moves the limit by a fifth at most.
    const double ratio = median(ratios);
    m_search->setLimit(std::clamp(best->cost / ratio, 0.8 * limit(), 1.2 * limit()) * (1 + 1e-9));
    return {};
}

Result<void> TuneRun::search(std::stop_token stop)
{
    while (m_runs < m_question.budget || m_measured < static_cast<int>(std::size(kPhases))) {
        auto point = m_runs < m_question.budget ? m_search->next() : std::optional<plan::SearchPoint>();
        const bool isPhaseOver = m_measured < static_cast<int>(std::size(kPhases))
            && (!point || m_runs >= kPhases[m_measured] * m_question.budget);
        if (isPhaseOver) {
            ++m_measured;
            if (auto done = measure(stop); !done)
                return done;
            if (auto saved = save(); !saved)
                return saved;
            continue;
        }
        if (!point)
            break; // nothing new to try
        point->isComplete = true;
        const PolicyChoice choice{"schedule", {}, {{"table", point->table}}};
        for (std::size_t index = 0; index < m_question.training.size(); ++index) {
            const plan::SearchPoint* best = m_search->best();
            std::string label = "run " + std::to_string(m_runs + 1) + "/" + std::to_string(m_question.budget);
            if (best)
                label += ", best " + fixedText(best->mean(), 2) + " dB";
            const auto made = generate(with(m_question.training[index], m_question.request.seed, choice), label, stop);
            if (!made)
                return unexpected(made.error());
            ++m_runs;
            const auto distance = fidelityTo(*made, m_uncached[index]);
            if (!distance)
                return unexpected(distance.error());
            point->fidelity.push_back(decibels(*distance));
            if (m_search->isHopeless(point->fidelity)) {
                point->isComplete = false;
                break;
            }
        }
        m_search->tell(std::move(*point));
        if (auto saved = save(); !saved)
            return saved;
    }
    m_progress.clear();
    return {};
}

GenerationRequest TuneRun::tunedRequest() const
{
    return with({}, m_question.request.seed, {"schedule", {}, {{"table", m_search->best()->table}}});
}

Result<void> TuneRun::judge(std::stop_token stop)
{
    const PolicyChoice tuned{"schedule", {}, {{"table", m_search->best()->table}}};
    const PolicyChoice none{"none", {}, {}};
    for (std::size_t index = 0; index < m_question.heldOut.size(); ++index) {
        TuneVerdict verdict;
        verdict.prompt = m_question.heldOut[index];
        verdict.seed = kHeldOutSeed + index;
        RunSeries runs[3];
        const PolicyChoice* choices[]{&none, &tuned, &m_question.reference};
        for (int round = 0; round < m_question.rounds; ++round)
            for (std::size_t turn = 0; turn < 3; ++turn) {
                // The order rotates, so that no one always follows the same one.
                const std::size_t which = (turn + static_cast<std::size_t>(round) + index) % 3;
                auto made = generate(with(verdict.prompt, verdict.seed, *choices[which]),
                    "verdict " + std::to_string(index + 1) + "/" + std::to_string(m_question.heldOut.size()), stop);
                if (!made)
                    return unexpected(made.error());
                runs[which].add(std::move(*made));
            }
        const Reference uncachedRun = referenceOf(runs[0].median());
        const auto distance = fidelityTo(runs[1].first(), uncachedRun);
        const auto other = fidelityTo(runs[2].first(), uncachedRun);
        if (!distance || !other)
            return unexpected(!distance ? distance.error() : other.error());
        verdict.tuned = *distance;
        verdict.reference = *other;
        verdict.uncachedFigures = runs[0].medianFigures();
        verdict.tunedFigures = runs[1].medianFigures();
        verdict.referenceFigures = runs[2].medianFigures();
        m_verdicts.push_back(std::move(verdict));
    }
    m_progress.clear();
    return {};
}

Json tuneJson(const TuneRun& run)
{
    const TuneQuestion& question = run.question();
    Json report{{"format", "toca-tune"}, {"version", 1}, {"reference", question.reference.name()},
        {"equal", question.byFlops ? "flops" : "time"}, {"training_prompts", question.training},
        {"training_seed", question.request.seed}, {"search_runs", run.runs()},
        {"schedules_tried", run.schedules().points().size()}};
    const auto& points = run.schedules().points();
    const plan::SearchPoint* best = run.schedules().best();
    const auto start = std::find_if(points.begin(), points.end(),
        [](const plan::SearchPoint& point) { return point.origin == "start 1" && point.isComplete; });
    report["training_db"] = best ? Json(best->mean()) : Json(nullptr);
    report["training_reference_db"] = start != points.end() ? Json(start->mean()) : Json(nullptr);
    if (best) {
        report["table"] = best->table;
        report["found"] = best->origin;
    }
    std::vector<double> differences, times, flops;
    double tunedDb = 0, referenceDb = 0, tunedSsim = 0, referenceSsim = 0;
    std::vector<double> tunedGain, referenceGain;
    int wins = 0;
    Json rows = Json::array();
    for (const TuneVerdict& each : run.verdicts()) {
        const double tuned = decibels(each.tuned), reference = decibels(each.reference);
        differences.push_back(tuned - reference);
        wins += tuned > reference ? 1 : 0;
        times.push_back(each.tunedFigures.denoising / each.referenceFigures.denoising);
        flops.push_back(each.tunedFigures.flops / each.referenceFigures.flops);
        tunedGain.push_back(each.uncachedFigures.denoising / each.tunedFigures.denoising);
        referenceGain.push_back(each.uncachedFigures.denoising / each.referenceFigures.denoising);
        tunedDb += tuned;
        referenceDb += reference;
        tunedSsim += each.tuned.ssim;
        referenceSsim += each.reference.ssim;
        rows.push_back({{"prompt", each.prompt}, {"seed", each.seed}, {"tuned_db", tuned}, {"reference_db", reference},
            {"tuned_ssim", each.tuned.ssim}, {"reference_ssim", each.reference.ssim},
            {"tuned_seconds", each.tunedFigures.denoising}, {"reference_seconds", each.referenceFigures.denoising},
            {"uncached_seconds", each.uncachedFigures.denoising}});
    }
    if (const auto count = static_cast<double>(differences.size()); count > 0) {
        double mean = 0, square = 0;
        for (const double difference : differences)
            mean += difference / count;
        for (const double difference : differences)
            square += (difference - mean) * (difference - mean);
        report["held_out"] = {{"prompts", differences.size()}, {"rounds", question.rounds},
            {"tuned_db", tunedDb / count}, {"reference_db", referenceDb / count}, {"difference_db", mean},
            {"standard_error_db", count > 1 ? std::sqrt(square / (count - 1) / count) : 0.0},
            {"smallest_difference_db", *std::min_element(differences.begin(), differences.end())}, {"better_on", wins},
            {"tuned_ssim", tunedSsim / count}, {"reference_ssim", referenceSsim / count}, {"time_ratio", median(times)},
            {"flops_ratio", median(flops)}, {"tuned_time_gain", median(tunedGain)},
            {"reference_time_gain", median(referenceGain)}, {"runs", rows}};
    }
    return report;
}

std::string tuneText(const Json& report)
{
    std::string text = std::to_string(report["schedules_tried"].get<std::size_t>()) + " schedules tried in "
        + std::to_string(report["search_runs"].get<int>()) + " runs on "
        + std::to_string(report["training_prompts"].size()) + " prompts\n";
    if (report["training_db"].is_number())
        text += "on these prompts: " + fixedText(report["training_db"].get<double>(), 2) + " dB"
            + (report["training_reference_db"].is_number() ? ", " + report["reference"].get<std::string>() + " "
                        + fixedText(report["training_reference_db"].get<double>(), 2) + " dB"
                                                           : "")
            + "\n";
    if (!report.contains("held_out"))
        return text;
    const Json& held = report["held_out"];
    const auto number = [&](const char* key, int decimals) { return fixedText(held[key].get<double>(), decimals); };
    const double difference = held["difference_db"].get<double>();
    text += "on " + std::to_string(held["prompts"].get<std::size_t>()) + " prompts not tuned on: "
        + number("tuned_db", 2) + " dB, " + report["reference"].get<std::string>() + " " + number("reference_db", 2)
        + " dB: " + (difference >= 0 ? "+" : "") + number("difference_db", 2) + " dB (standard error "
        + number("standard_error_db", 2) + ", better on " + std::to_string(held["better_on"].get<int>()) + " of "
        + std::to_string(held["prompts"].get<std::size_t>()) + ")\n";
    text += "time of the denoising loop, tuned / " + report["reference"].get<std::string>() + ": "
        + number("time_ratio", 3) + "; FLOPs " + number("flops_ratio", 3) + "; gains over uncached "
        + number("tuned_time_gain", 2) + " and " + number("reference_time_gain", 2) + "\n";
    return text;
}

} // namespace toca::app
