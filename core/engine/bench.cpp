// SPDX-License-Identifier: Apache-2.0
#include "core/engine/bench.h"

#include "cache/exec/ops/plain_operations.h"
#include "cache/exec/profile.h"
#include "cache/exec/stopwatch.h"
#include "core/engine/bench_model.h"
#include "core/engine/guarded.h"
#include "core/engine/machine.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace toca::engine {
namespace {

constexpr int kMostThreads = 1024;
constexpr int kMostRepetitions = 1000;
constexpr int kMostSteps = 1000;
constexpr std::size_t kMostTargets = 20;
constexpr int kCostRounds = 3; // of module costs: one alone may be disturbed

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

Result<torch::ScalarType> dtypeOf(const std::string& name)
{
    if (name == "fp32")
        return torch::kFloat32;
    if (name == "bf16")
        return torch::kBFloat16;
    return invalid("There is no dtype '" + name + "'; there are fp32 and bf16.");
}

/// Peak signal-to-noise ratio, the peak being the range of the reference. Infinity when equal.
double psnrOf(const torch::Tensor& values, const torch::Tensor& reference)
{
    const double error = (values - reference).to(torch::kFloat64).square().mean().item<double>();
    if (error == 0)
        return std::numeric_limits<double>::infinity();
    const double range = (reference.max() - reference.min()).item<double>();
    return 10 * std::log10(range * range / error);
}

std::optional<double> psnrOf(const Clip& clip, const Clip& reference)
{
    if (clip.frames.empty() || clip.frames.size() != reference.frames.size())
        return std::nullopt;
    double sum = 0, count = 0;
    for (std::size_t frame = 0; frame < clip.frames.size(); ++frame) {
        const auto &a = clip.frames[frame].rgb, &b = reference.frames[frame].rgb;
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
            sum += difference * difference;
        }
        count += static_cast<double>(a.size());
    }
    constexpr double kWhite = 255;
    return sum == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(kWhite * kWhite * count / sum);
}

/// One setting with one dtype, ready to run again and again.
struct Contestant {
    BenchModel* model = nullptr;
    std::unique_ptr<plan::Policy> policy;
    plan::Plan plan;
    BenchSeries series;
};

struct Finished {
    torch::Tensor latent;
    Clip clip;
    std::shared_ptr<const plan::Trace> trace;
};

class Bench {
public:
    Bench(const BenchRequest& request, const std::function<void(const std::string&)>& progress, std::stop_token stop)
        : m_request(request)
        , m_progress(progress)
        , m_stop(std::move(stop))
    {
    }
    Result<BenchResult> run();

private:
    Result<void> prepare();
    /// Adds a setting, and its plain form behind it where that is asked for.
    Result<void> add(BenchModel& model, const std::string& dtype, const BenchPolicy& policy);
    Result<void> addOne(BenchModel& model, const std::string& dtype, const BenchPolicy& policy, bool isPlain);
    /// Runs a contestant once. @param steps ends after so many with RunCancelled; 0 = all
    Result<Finished> runOnce(Contestant& contestant, int steps);
    Result<void> warmUp(Contestant& contestant);
    /// Each setting once. @param round from 0; the first one compares what came out
    Result<void> runRound(int round);
    /// Replaces the policies of a model by the settings that reach the targets.
    Result<void> solveTargets(BenchModel& model);
    void tell(const std::string& what) const
    {
        if (m_progress)
            m_progress(what);
    }

    const BenchRequest& m_request;
    const std::function<void(const std::string&)>& m_progress;
    std::stop_token m_stop;
    std::vector<std::unique_ptr<BenchModel>> m_models;
    std::vector<Contestant> m_contestants;
    Finished m_reference; ///< of the first contestant
    torch::Tensor m_own; ///< final latent of the last contestant that was not plain
    int m_steps = 0;
};

Result<void> checked(const BenchRequest& request)
{
    if (request.repeat < 1 || request.repeat > kMostRepetitions)
        return invalid("--repeat must be from 1 to " + std::to_string(kMostRepetitions) + ".");
    if (request.threads < 0 || request.threads > kMostThreads)
        return invalid("--threads must be from 0 to " + std::to_string(kMostThreads) + "; 0 is LibTorch's default.");
    if (request.steps && (*request.steps < 1 || *request.steps > kMostSteps))
        return invalid("--steps must be from 1 to " + std::to_string(kMostSteps) + ".");
    for (const double target : request.targets)
        if (!(target >= 1 && target <= 1000))
            return invalid("--targets must be from 1 to 1000 times faster.");
    if (request.withPlain && !request.targets.empty())
        return invalid("--plain and --targets cannot be combined: module costs are those of this program's kernels.");
    if (request.warmUpSteps < 1 || request.warmUpSteps > kMostSteps)
        return invalid("A warm-up must have from 1 to " + std::to_string(kMostSteps) + " steps.");
    if (request.targets.size() > kMostTargets)
        return invalid("--targets names more than " + std::to_string(kMostTargets) + " gains.");
    return {};
}

Result<void> Bench::add(BenchModel& model, const std::string& dtype, const BenchPolicy& policy)
{
    auto added = addOne(model, dtype, policy, /*isPlain=*/false);
    return added && m_request.withPlain ? addOne(model, dtype, policy, /*isPlain=*/true) : added;
}

Result<void> Bench::addOne(BenchModel& model, const std::string& dtype, const BenchPolicy& policy, bool isPlain)
{
    Contestant contestant;
    contestant.series.isPlain = isPlain;
    contestant.model = &model;
    contestant.series.policy = policy;
    contestant.series.dtype = dtype;
    plan::PolicyContext context;
    context.family = model.geometry().family;
    auto made = plan::makePolicy(policy.policy, policy.values, policy.preset, context);
    if (!made)
        return unexpected(made.error());
    contestant.policy = std::move(*made);
    const auto sampler = model.sampler(m_steps);
    if (!sampler)
        return unexpected(sampler.error());
    auto plan = contestant.policy->plan(model.geometry(), (*sampler)->schedule());
    if (!plan)
        return unexpected(plan.error());
    contestant.plan = std::move(*plan);
    contestant.plan.setStorage(policy.storage);
    m_contestants.push_back(std::move(contestant));
    return {};
}

Result<void> Bench::prepare()
{
    for (const std::string& name : m_request.dtypes) {
        const auto dtype = dtypeOf(name);
        if (!dtype)
            return unexpected(dtype.error());
        tell("making " + m_request.model + " in " + name);
        auto model = makeBenchModel(m_request, *dtype);
        if (!model)
            return unexpected(model.error());
        m_models.push_back(std::move(*model));
        m_steps = m_request.steps.value_or(m_models.back()->defaultSteps());
        if (auto added = add(*m_models.back(), name, {"none", "none", {}, {}, {}}); !added)
            return added;
        for (const BenchPolicy& policy : m_request.policies)
            if (policy.policy != "none")
                if (auto added = add(*m_models.back(), name, policy); !added)
                    return added;
    }
    return {};
}

Result<Finished> Bench::runOnce(Contestant& contestant, int steps)
{
    BenchModel& model = *contestant.model;
    auto sampler = model.sampler(m_steps);
    if (!sampler)
        return unexpected(sampler.error());
    auto policyRun = cache::startPolicy(*contestant.policy, contestant.plan);
    const int selectionRows =
        policyRun->selectsPerRow() ? static_cast<int>(model.geometry().rows()) : model.geometry().prompts;
    const auto trace = std::make_shared<plan::Trace>(model.geometry(), contestant.plan.schedule(), selectionRows);
    std::stop_source enough;
    cache::CachingSession session(
        model.geometry(), std::move(policyRun), {trace, enough.get_token(), contestant.plan.storage()});
    Finished finished;
    finished.trace = trace;
    std::array<double, cache::kParts> parts{};
    BenchRun run;
    std::optional<cache::PlainOperations> plain;
    if (contestant.series.isPlain)
        plain.emplace();
    resetPeakMemory();
    {
        const double cpuBefore = processorSeconds();
        cache::Profile profile; // nothing stands between it and the watch: the parts add up to the whole
        const cache::Stopwatch watch(nullptr);
        finished.latent = denoise(model.denoiser(), **sampler, model.input(), session, [&](const DenoisingStep& step) {
            const cache::PartScope scope(cache::Part::Preview);
            model.preview((*sampler)->cleanLatent(step.step, step.before, step.guided));
            if (m_stop.stop_requested() || (steps > 0 && step.step + 1 == steps))
                enough.request_stop();
        });
        run.seconds = watch.elapsed();
        parts = profile.seconds();
        run.cpuSeconds = processorSeconds() - cpuBefore;
    }
    {
        const cache::Stopwatch watch(&parts[static_cast<std::size_t>(cache::Part::Decoding)]);
        auto clip = model.decode(finished.latent);
        if (!clip)
            return unexpected(clip.error());
        finished.clip = std::move(*clip);
    }
    if (!finished.clip.frames.empty())
        run.decodingSeconds = parts[static_cast<std::size_t>(cache::Part::Decoding)];
    run.parts.assign(parts.begin(), parts.end());
    BenchSeries& series = contestant.series;
    series.flops = trace->flops();
    series.cacheBytes = trace->peakCacheBytes();
    series.peakBytes = std::max(series.peakBytes, peakMemory());
    series.runs.push_back(std::move(run));
    return finished;
}

Result<void> Bench::warmUp(Contestant& contestant)
{
    tell("warming up " + contestant.series.policy.name + ", " + contestant.series.dtype);
    try {
        auto run = runOnce(contestant, m_request.warmUpSteps);
        if (!run)
            return unexpected(run.error());
        contestant.series.runs.clear(); // a run shorter than the warm-up ends by itself
        contestant.series.peakBytes = 0;
    } catch (const cache::RunCancelled&) {
        if (m_stop.stop_requested())
            throw;
    }
    return {};
}

Result<void> Bench::solveTargets(BenchModel& model)
{
    plan::ModuleCosts costs;
    std::vector<Contestant> asked, others;
    for (Contestant& contestant : m_contestants)
        (contestant.model == &model ? asked : others).push_back(std::move(contestant));
    for (int round = 0; round < kCostRounds; ++round)
        for (Contestant& contestant : asked) {
            tell("module costs: " + contestant.series.policy.name + ", " + contestant.series.dtype);
            const auto finished = runOnce(contestant, 0);
            if (!finished)
                return unexpected(finished.error());
            costs.learn(*finished->trace, contestant.series.runs.back().seconds);
            contestant.series.runs.clear();
            contestant.series.peakBytes = 0;
        }
    m_contestants = std::move(others);
    const std::string dtype = asked.front().series.dtype;
    plan::TargetQuestion question;
    question.geometry = model.geometry();
    question.context.family = question.geometry.family;
    question.schedule = asked.front().plan.schedule();
    question.costs = costs;
    m_contestants.push_back(std::move(asked.front())); // the uncached one
    for (std::size_t index = 1; index < asked.size(); ++index) {
        const BenchPolicy& policy = asked[index].series.policy;
        question.policy = plan::findPolicy(policy.policy);
        question.preset = policy.preset;
        question.given = policy.values;
        for (const double gain : m_request.targets) {
            auto answer = plan::solveTarget(plan::TargetKind::Speed, gain, question);
            if (!answer)
                return unexpected(answer.error());
            BenchPolicy chosen = policy;
            chosen.values = answer->values;
            if (auto added = add(model, dtype, chosen); !added)
                return added;
            m_contestants.back().series.target = BenchTarget{gain, std::move(*answer)};
        }
    }
    return {};
}

Result<void> Bench::runRound(int round)
{
    for (std::size_t turn = 0; turn < m_contestants.size(); ++turn) {
        // Every second round backwards, so that a machine that slows down treats all alike.
        Contestant& contestant = m_contestants[round % 2 == 0 ? turn : m_contestants.size() - 1 - turn];
        BenchSeries& series = contestant.series;
        tell("round " + std::to_string(round + 1) + " of " + std::to_string(m_request.repeat) + ": "
            + series.policy.name + ", " + series.dtype + (series.isPlain ? ", plain" : ""));
        auto finished = runOnce(contestant, 0);
        if (!finished)
            return unexpected(finished.error());
        if (round > 0)
            continue;
        if (turn == 0)
            m_reference = *finished;
        if (series.isPlain)
            series.ownPsnrDb = psnrOf(finished->latent, m_own);
        else
            m_own = finished->latent;
        series.latentPsnrDb = psnrOf(finished->latent, m_reference.latent);
        series.clipPsnrDb = psnrOf(finished->clip, m_reference.clip);
    }
    return {};
}

Result<BenchResult> Bench::run()
{
    at::set_num_threads(m_request.threads > 0 ? m_request.threads : at::get_num_threads());
    if (auto ready = prepare(); !ready)
        return unexpected(ready.error());
    BenchResult result;
    result.machine = machineDescription();
    for (Contestant& contestant : m_contestants)
        if (auto warm = warmUp(contestant); !warm)
            return unexpected(warm.error());
    if (!m_request.targets.empty())
        for (const auto& model : m_models)
            if (auto solved = solveTargets(*model); !solved)
                return unexpected(solved.error());
    for (int round = 0; round < m_request.repeat && !result.isInterrupted; ++round) {
        try {
            if (auto measured = runRound(round); !measured)
                return unexpected(measured.error());
        } catch (const cache::RunCancelled&) {
            if (round == 0)
                throw;
            result.isInterrupted = true;
            for (Contestant& contestant : m_contestants)
                contestant.series.runs.resize(static_cast<std::size_t>(round));
        }
    }
    const BenchModel& model = *m_models.front();
    result.model = m_request.model;
    result.description = model.description();
    result.layers = model.geometry().layerCount();
    result.steps = m_steps;
    result.threads = at::get_num_threads();
    result.tokens = model.geometry().grid.tokens();
    result.rows = model.geometry().rows();
    for (int part = 0; part < cache::kParts; ++part)
        result.parts.emplace_back(cache::partName(static_cast<cache::Part>(part)));
    result.machine["load_at_end"] = loadAverage();
    result.versions = {{"libtorch", TORCH_VERSION}, {"mkl", at::get_mkl_version()},
        {"onednn", at::get_mkldnn_version()}, {"cpu_capability", at::get_cpu_capability()}};
    for (Contestant& contestant : m_contestants)
        result.series.push_back(std::move(contestant.series));
    return result;
}

} // namespace

Result<BenchResult> runBench(
    const BenchRequest& request, const std::function<void(const std::string&)>& progress, std::stop_token stop)
{
    return guarded([&]() -> Result<BenchResult> {
        const c10::InferenceMode inference;
        if (auto valid = checked(request); !valid)
            return unexpected(valid.error());
        return Bench(request, progress, std::move(stop)).run();
    });
}

} // namespace toca::engine
