// SPDX-License-Identifier: Apache-2.0
#include "ui/race/race.h"

#include "ui/compare/baseline_store.h"
#include "ui/window/background_tasks.h"

#include <QTimer>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr int kWarmUpSteps = 2; ///< of the run that is not measured
constexpr double kWarmUpWeight = 0.05; ///< of the progress, in uncached runs

double median(std::vector<double> values)
{
    if (values.empty()) {
        return RaceNumbers::kUnknown;
    }
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// A field of a table with commas: quoted where it has to be.
QByteArray csvField(const QString& text)
{
    QString field = text;
    if (field.contains('"') || field.contains(',') || field.contains('\n')) {
        field = '"' + field.replace("\"", "\"\"") + '"';
    }
    return field.toUtf8();
}

} // namespace

Race::Race(EnginePort& engine, BackgroundTasks& tasks, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
    , m_tasks(tasks)
{
    connect(&engine, &EnginePort::stepFinished, this, [this](const StepReport& report) {
        if (m_isRunning) {
            m_step = report.step + 1;
            Q_EMIT progressChanged();
        }
    });
    connect(&engine, &EnginePort::previewReady, this, [this](const Preview& preview) {
        if (current() >= 0) {
            Q_EMIT previewReady(current(), preview);
        }
    });
    connect(&engine, &EnginePort::finished, this, &Race::onFinished);
    connect(&engine, &EnginePort::failed, this, &Race::onFailed);
}

bool Race::start(const GenerationRequest& request, std::vector<Contender> contenders, int rounds)
{
    if (m_isRunning || m_engine.isRunning() || contenders.empty()
        || contenders.size() > static_cast<std::size_t>(kMostContenders)) {
        return false;
    }
    ++m_race;
    m_request = uncached(request);
    m_rounds = std::clamp(rounds, 1, kMostRounds);
    m_racers.clear();
    m_racers.push_back({{{"none", {}, {}}, tr("Uncached"), tr("the baseline"), 1.0}, {}, {}, {}, {}, {}});
    for (Contender& contender : contenders) {
        m_racers.push_back({std::move(contender), {}, {}, {}, {}, {}});
    }
    m_turns = {kWarmUp};
    const int count = static_cast<int>(m_racers.size());
    for (int round = 0; round < m_rounds; ++round) {
        for (int place = 0; place < count; ++place) {
            m_turns.push_back((place + round) % count);
        }
    }
    m_turn = 0;
    m_toCompare = 0;
    m_isCancelled = false;
    m_isRunning = true;
    m_clock.start();
    Q_EMIT started();
    Q_EMIT runningChanged();
    runNext();
    return true;
}

void Race::runNext()
{
    while (m_turn < m_turns.size() && m_turns[m_turn] >= 0
        && m_racers[static_cast<std::size_t>(m_turns[m_turn])].state == Racer::State::Failed) {
        ++m_turn; // failed in an earlier round
    }
    if (m_isCancelled || m_turn >= m_turns.size()) {
        end();
        return;
    }
    m_step = 0;
    GenerationRequest request = m_request;
    if (const int racer = m_turns[m_turn]; racer == kWarmUp) {
        request.steps = std::min(request.steps, kWarmUpSteps);
    } else {
        const CachingState& caching = m_racers[static_cast<std::size_t>(racer)].contender.caching;
        request.policy = caching.policy;
        request.preset = caching.preset;
        request.policyParameters = caching.values;
        setState(racer, Racer::State::Running);
    }
    Q_EMIT progressChanged();
    if (m_isCancelled) { // by someone who heard of this turn
        end();
        return;
    }
    m_engine.generate(request);
}

void Race::cancel()
{
    if (m_isRunning) {
        m_isCancelled = true;
        m_engine.cancel();
    }
}

void Race::onFinished(const RunResult& result)
{
    if (!m_isRunning) {
        return;
    }
    if (const int index = m_turns[m_turn]; index >= 0) {
        Racer& racer = m_racers[static_cast<std::size_t>(index)];
        racer.seconds.push_back(result.times.denoising);
        if (!racer.result) {
            racer.result = std::make_shared<const RunResult>(result);
        }
        setState(
            index, static_cast<int>(racer.seconds.size()) == m_rounds ? Racer::State::Done : Racer::State::Waiting);
    }
    ++m_turn;
    m_step = 0;
    Q_EMIT progressChanged();
    // The window paints what has come before the engine takes the processors again.
    QTimer::singleShot(0, this, [this, race = m_race] {
        if (m_isRunning && race == m_race) {
            runNext();
        }
    });
}

void Race::onFailed(const Error& error)
{
    if (!m_isRunning) {
        return;
    }
    const int index = m_turns[m_turn];
    if (error.code == ErrorCode::Cancelled) {
        m_isCancelled = true;
        end();
        return;
    }
    if (index >= 0) {
        setState(index, Racer::State::Failed, QString::fromStdString(error.message));
    }
    if (index <= 0) {
        // Without the baseline there is nothing to compare with.
        m_isCancelled = true;
        end();
        Q_EMIT failed(error);
        return;
    }
    ++m_turn;
    QTimer::singleShot(0, this, [this, race = m_race] {
        if (m_isRunning && race == m_race) {
            runNext();
        }
    });
}

void Race::end()
{
    for (std::size_t index = 0; index < m_racers.size(); ++index) {
        const Racer& racer = m_racers[index];
        if (racer.state == Racer::State::Waiting || racer.state == Racer::State::Running) {
            setState(static_cast<int>(index), racer.seconds.empty() ? Racer::State::Stopped : Racer::State::Done);
        }
    }
    m_isRunning = false;
    compare();
    Q_EMIT runningChanged();
    Q_EMIT finished();
}

void Race::compare()
{
    const auto baseline = m_racers.front().result;
    for (std::size_t index = 1; index < m_racers.size() && baseline; ++index) {
        const auto run = m_racers[index].result;
        if (!run) {
            continue;
        }
        ++m_toCompare;
        m_tasks.run([this, race = m_race, index, run, baseline]() -> BackgroundTasks::Continuation {
            auto measured = toca::fidelity(run->clip, baseline->clip, run->latent, baseline->latent);
            return [this, race, index, measured = std::move(measured)] {
                if (race != m_race) {
                    return;
                }
                --m_toCompare;
                if (measured) {
                    m_racers[index].fidelity = *measured;
                } else {
                    m_racers[index].problem = QString::fromStdString(measured.error().message);
                }
                Q_EMIT racerChanged(static_cast<int>(index));
            };
        });
    }
}

void Race::setState(int racer, Racer::State state, const QString& problem)
{
    Racer& changed = m_racers[static_cast<std::size_t>(racer)];
    changed.state = state;
    changed.problem = problem;
    Q_EMIT racerChanged(racer);
}

RaceNumbers Race::numbers(int racer) const
{
    RaceNumbers numbers;
    const Racer& own = m_racers[static_cast<std::size_t>(racer)];
    const Racer& baseline = m_racers.front();
    numbers.seconds = median(own.seconds);
    if (!own.result) {
        return numbers;
    }
    if (own.result->trace) {
        numbers.cacheBytes = static_cast<double>(own.result->trace->peakCacheBytes());
    }
    if (!baseline.result) {
        return numbers;
    }
    numbers.timeGain = median(baseline.seconds) / numbers.seconds;
    numbers.flopsGain = gains(*own.result, *baseline.result).flops;
    numbers.timePerFlops = numbers.timeGain / numbers.flopsGain;
    if (own.fidelity) {
        numbers.psnrDb = own.fidelity->psnrDb;
        numbers.ssim = own.fidelity->ssim;
    }
    return numbers;
}

double Race::weight(int racer) const
{
    if (racer == kWarmUp) {
        return kWarmUpWeight;
    }
    const double gain = m_racers[static_cast<std::size_t>(racer)].contender.plannedGain;
    return 1.0 / (std::isfinite(gain) && gain > 0 ? gain : 1.0);
}

double Race::progress() const
{
    if (m_turns.empty()) {
        return 0;
    }
    double all = 0;
    double done = 0;
    for (std::size_t turn = 0; turn < m_turns.size(); ++turn) {
        const double part = weight(m_turns[turn]);
        all += part;
        if (turn < m_turn) {
            done += part;
        } else if (turn == m_turn && m_request.steps > 0) {
            done += part * std::min(1.0, static_cast<double>(m_step) / m_request.steps);
        }
    }
    return done / all;
}

double Race::etaSeconds() const
{
    const double done = progress();
    // The warm-up says nothing: the model may have been loaded in it.
    if (!m_isRunning || m_turn == 0 || done <= 0) {
        return RaceNumbers::kUnknown;
    }
    return static_cast<double>(m_clock.elapsed()) / 1000 * (1 - done) / done;
}

QByteArray Race::csv() const
{
    QByteArray table = "policy,preset,parameters,label,state,seconds,time_gain,flops_gain,time_gain_per_flops_gain,"
                       "psnr_db,ssim,cache_bytes,seconds_of_rounds\n";
    constexpr const char* kStates[]{"waiting", "running", "done", "failed", "stopped"};
    for (std::size_t index = 0; index < m_racers.size(); ++index) {
        const Racer& racer = m_racers[index];
        QStringList parameters;
        for (const auto& [name, value] : racer.contender.caching.values) {
            parameters += QString::fromStdString(name + "=" + plan::toText(value));
        }
        table += csvField(QString::fromStdString(racer.contender.caching.policy)) + ','
            + csvField(QString::fromStdString(racer.contender.caching.preset)) + ',' + csvField(parameters.join(' '))
            + ',' + csvField(racer.contender.title()) + ',' + kStates[static_cast<int>(racer.state)];
        const RaceNumbers numbers = this->numbers(static_cast<int>(index));
        for (const double value : {numbers.seconds, numbers.timeGain, numbers.flopsGain, numbers.timePerFlops,
                 numbers.psnrDb, numbers.ssim, numbers.cacheBytes}) {
            table += ',';
            if (!std::isnan(value)) {
                table += std::isinf(value) ? QByteArray("inf") : QByteArray::number(value, 'g', 10);
            }
        }
        QStringList times;
        for (const double seconds : racer.seconds) {
            times += QString::number(seconds, 'g', 8);
        }
        table += ',' + times.join(' ').toUtf8() + '\n';
    }
    return table;
}

} // namespace toca::ui
