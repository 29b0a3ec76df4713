// SPDX-License-Identifier: Apache-2.0
#include "core/training/trainer.h"

#include "core/base/printable.h"
#include "core/engine/guarded.h"
#include "core/training/gradients.h"
#include "core/training/precision.h"
#include "core/training/random.h"
#include "core/training/training_place.h"

#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <deque>
#include <numeric>

namespace toca::training {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Steps before a rising loss means anything, and how far above its usual value it has diverged. Losses of image and
/// video steps differ by less than a half.
constexpr std::int64_t kSettledSteps = 60;
constexpr double kDivergence = 3;
constexpr double kFastMean = 0.8, kSlowMean = 0.99;

/// Samples a second and the time that is left, over about the last minute.
class Pace {
public:
    void add(std::int64_t samples, double seconds)
    {
        m_steps.push_back({samples, seconds});
        m_samples += samples;
        m_seconds += seconds;
        while (m_steps.size() > 2 && m_seconds > 60) {
            m_samples -= m_steps.front().samples;
            m_seconds -= m_steps.front().seconds;
            m_steps.pop_front();
        }
    }
    double samplesPerSecond() const { return m_seconds > 0 ? static_cast<double>(m_samples) / m_seconds : 0; }
    double secondsPerStep() const { return m_steps.empty() ? 0 : m_seconds / static_cast<double>(m_steps.size()); }

private:
    struct Step {
        std::int64_t samples;
        double seconds;
    };
    std::deque<Step> m_steps;
    std::int64_t m_samples = 0;
    double m_seconds = 0;
};

OptimizerOptions optionsOf(const TrainingRequest& request)
{
    OptimizerOptions options;
    options.orthogonalizes = request.orthogonalizes;
    return options;
}

} // namespace

Trainer::Trainer(Task& task, const TrainingRequest& request, fs::path folder, bool usesBfloat16)
    : m_task(task)
    , m_request(request)
    , m_folder(std::move(folder))
    , m_usesBfloat16(usesBfloat16)
    , m_optimizer(task.parameters(), optionsOf(request))
    , m_average(task.parameters(), request.averageDecay)
{
    m_counters.schedule.warmupSteps = request.warmupSteps;
}

Result<void> Trainer::begin(const Limits& limits, TrainingLog& log, TrainingObserver& observer)
{
    auto state = this->state();
    if (fs::exists(statePath(m_folder))) {
        auto counters = readState(statePath(m_folder), state);
        if (!counters)
            return unexpected(counters.error());
        m_counters = *counters;
        m_counters.schedule.warmupSteps = m_request.warmupSteps;
        log.event("resumed", m_counters.step);
        observer.told("Going on after step " + std::to_string(m_counters.step) + ".");
        if (m_counters.schedule.isFinished(m_counters.step))
            observer.told("The learning rate has fallen to zero, so that no step follows. To go on as if it had not, "
                          "put before-decay.safetensors in the place of state.safetensors.");
    } else {
        log.event("started", 0);
        if (auto saved = save(log); !saved) // there is always a state to go back to
            return saved;
    }
    if (limits.decaySteps > 0 && !m_counters.schedule.isDecaying()) {
        // The training can be gone on with from here as if the decay had never been.
        std::error_code failed;
        fs::copy_file(
            statePath(m_folder), m_folder / "before-decay.safetensors", fs::copy_options::overwrite_existing, failed);
        if (failed)
            return unexpected(ErrorCode::Io,
                "Cannot keep the state before the decay in " + quotedPath(m_folder.string()) + ": " + failed.message()
                    + ".");
        m_counters.schedule.decayStart = m_counters.step;
        m_counters.schedule.decaySteps = limits.decaySteps;
        log.event("decay", m_counters.step, std::to_string(limits.decaySteps) + " steps");
        if (auto saved = save(log); !saved)
            return saved;
    }
    return {};
}

std::string Trainer::problemOf(double loss, double norm) const
{
    if (!std::isfinite(loss))
        return "the loss is no number";
    if (!std::isfinite(norm))
        return "the gradient is no number";
    if (m_counters.lossCount > kSettledSteps && m_counters.fastLoss > kDivergence * m_counters.slowLoss)
        return "the loss rose to more than " + std::to_string(static_cast<int>(kDivergence)) + " times its usual value";
    return {};
}

std::string Trainer::step(StepReport& report)
{
    const auto& parameters = m_task.parameters();
    clearGradients(parameters);
    const StepContext context{m_counters.step, mixed({m_request.seed, static_cast<std::uint64_t>(m_counters.attempt)})};
    StepLoss loss;
    {
        const MixedPrecision precision(m_usesBfloat16);
        loss = m_task.loss(context);
    }
    const double value = loss.loss.item<double>();
    report.loss = value;
    report.kind = loss.kind;
    if (std::isfinite(value)) {
        loss.loss.backward();
        report.gradientNorm = gradientNorm(parameters);
        // Running means; the first values weigh more.
        const auto count = static_cast<double>(m_counters.lossCount);
        const auto follow = [&](double& mean, double keep) {
            const double share = std::min(keep, count / (count + 1));
            mean = share * mean + (1 - share) * value;
        };
        follow(m_counters.fastLoss, kFastMean);
        follow(m_counters.slowLoss, kSlowMean);
        ++m_counters.lossCount;
    }
    if (auto problem = problemOf(value, report.gradientNorm); !problem.empty())
        return problem;
    report.learningRate = m_request.learningRate * m_counters.rateFactor * m_counters.schedule.factor(m_counters.step);
    clipGradients(parameters, report.gradientNorm, m_request.longestGradient);
    m_optimizer.step(report.learningRate);
    m_counters.optimizerSteps = m_optimizer.steps();
    ++m_counters.step;
    m_counters.samples += loss.samples;
    m_average.update(m_counters.step);
    report.step = m_counters.step;
    return {};
}

Result<void> Trainer::rollBack(const std::string& problem, TrainingLog& log, TrainingObserver& observer)
{
    const std::int64_t failed = m_counters.step + 1;
    const auto attempt = m_counters.attempt + 1;
    const double factor = m_counters.rateFactor;
    const auto last = m_counters.rollbackStep;
    const auto seconds = m_counters.seconds;
    auto state = this->state();
    auto counters = readState(statePath(m_folder), state);
    if (!counters)
        return unexpected(counters.error());
    const bool isAgain = last == counters->step;
    m_counters = *counters;
    m_counters.attempt = attempt;
    m_counters.seconds = seconds;
    m_counters.rollbackStep = m_counters.step;
    m_counters.rateFactor = isAgain ? factor / 2 : factor;
    m_counters.lossCount = 0; // what is usual is measured anew
    const std::string sentence = "At step " + std::to_string(failed) + " " + problem + "; going on from step "
        + std::to_string(m_counters.step) + " with the data in another order"
        + (isAgain ? " and half the learning rate." : ".");
    log.event("rolled_back", m_counters.step, sentence);
    observer.told(sentence);
    if (m_counters.rateFactor < std::pow(0.5, static_cast<double>(kMostRollbacks) - 1.5))
        return unexpected(ErrorCode::Internal,
            "The training diverged " + std::to_string(kMostRollbacks) + " times after step "
                + std::to_string(m_counters.step) + " (" + problem
                + "). Its last good state is kept; go on from it with a smaller --lr.");
    return save(log); // so that a training that is ended here remembers
}

Result<void> Trainer::save(TrainingLog& log)
{
    TrainingRequest stored = m_request;
    stored.init = storedInit(m_request.init, m_folder);
    auto written = writeState(statePath(m_folder), state(), m_counters, toJson(stored));
    if (written)
        log.event("saved", m_counters.step);
    return written;
}

Result<void> Trainer::exportAverage(TrainingLog& log)
{
    const ExchangedValues averaged(m_task.parameters(), m_average.values());
    const torch::NoGradGuard noGradients;
    auto exported = m_task.exportModel(modelPath(m_folder));
    if (exported)
        log.event("exported", m_counters.step);
    return exported;
}

Result<void> Trainer::validate(TrainingLog& log, TrainingObserver& observer)
{
    {
        const ExchangedValues averaged(m_task.parameters(), m_average.values());
        const torch::NoGradGuard noGradients;
        const auto loss = m_task.validationLoss();
        if (!loss)
            return unexpected(loss.error());
        log.validation(m_counters.step, *loss, m_counters.seconds);
        observer.validated(m_counters.step, *loss);
    }
    if (auto exported = exportAverage(log); !exported)
        return exported;
    if (m_sampler) {
        if (auto sampled = m_sampler(modelPath(m_folder), m_counters.step); !sampled) {
            // Samples are for looking at: a training does not end for want of one.
            log.event("not_sampled", m_counters.step, sampled.error().message);
            observer.told("No samples were made: " + sampled.error().message);
        } else {
            log.event("sampled", m_counters.step);
        }
    }
    return {};
}

Result<std::int64_t> Trainer::run(const Limits& limits, TrainingObserver& observer, std::stop_token stop)
{
    auto log = TrainingLog::open(m_folder / "log.jsonl");
    if (!log)
        return unexpected(log.error());
    const auto outcome = engine::guarded([&]() -> Result<void> {
        if (auto begun = begin(limits, *log, observer); !begun)
            return begun;
        const auto start = Clock::now();
        Pace pace;
        std::int64_t saved = m_counters.step, validated = m_counters.step;
        const auto isOver = [&] {
            return stop.stop_requested() || (limits.steps > 0 && m_counters.step >= limits.steps)
                || (limits.minutes > 0 && secondsSince(start) >= 60 * limits.minutes)
                || m_counters.schedule.isFinished(m_counters.step);
        };
        while (!isOver()) {
            if (auto prepared = m_task.prepare(m_counters.step, stop); !prepared) {
                if (prepared.error().code == ErrorCode::Cancelled)
                    break;
                return prepared;
            }
            const auto stepStart = Clock::now();
            const std::int64_t samplesBefore = m_counters.samples;
            StepReport report;
            const std::string problem = step(report);
            if (!problem.empty()) {
                if (auto back = rollBack(problem, *log, observer); !back)
                    return back;
                saved = m_counters.step;
                validated = std::min(validated, m_counters.step);
                continue;
            }
            const double seconds = secondsSince(stepStart);
            m_counters.seconds += seconds;
            pace.add(m_counters.samples - samplesBefore, seconds);
            const auto& schedule = m_counters.schedule;
            report.lastStep = schedule.isDecaying() ? schedule.decayStart + schedule.decaySteps : limits.steps;
            report.samplesPerSecond = pace.samplesPerSecond();
            report.etaSeconds = report.lastStep > 0
                ? static_cast<double>(report.lastStep - report.step) * pace.secondsPerStep()
                : limits.minutes > 0 ? std::max(0.0, 60 * limits.minutes - secondsSince(start))
                                     : -1;
            log->step(report);
            observer.stepFinished(report);
            if (m_counters.step - saved >= m_request.saveEvery) {
                if (auto done = save(*log); !done)
                    return done;
                saved = m_counters.step;
            }
            if (m_counters.step - validated >= m_request.validateEvery) {
                if (auto done = validate(*log, observer); !done)
                    return done;
                validated = m_counters.step;
            }
        }
        if (m_counters.step > saved)
            if (auto done = save(*log); !done)
                return done;
        if (m_counters.step > validated) {
            // Who interrupts wants the program back soon.
            if (auto done = stop.stop_requested() ? exportAverage(*log) : validate(*log, observer); !done)
                return done;
        }
        log->event("stopped", m_counters.step);
        return {};
    });
    if (!outcome)
        return unexpected(outcome.error());
    return m_counters.step;
}

} // namespace toca::training
