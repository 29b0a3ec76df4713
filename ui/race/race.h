// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/caching/caching_model.h"
#include "ui/engine_port.h"

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace toca::ui {

class BackgroundTasks;

/// One caching setting that takes part in a race.
struct Contender {
    CachingState caching;
    QString name; ///< "ToCa"
    QString setting; ///< "Open-Sora, R = 85 %"
    double plannedGain = 1; ///< FLOPs gain as far as it is known before; weighs the progress
    QString title() const { return setting.isEmpty() ? name : name + QStringLiteral(", ") + setting; }
};

/// A contender with what it has come to so far.
struct Racer {
    enum class State { Waiting, Running, Done, Failed, Stopped };
    Contender contender;
    State state = State::Waiting;
    QString problem; ///< why it failed
    std::vector<double> seconds; ///< of the denoising loop, one for each round that ended
    std::shared_ptr<const RunResult> result; ///< of the first round
    std::optional<Fidelity> fidelity;
};

/// A racer's numbers; NaN = not known (yet).
struct RaceNumbers {
    static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
    double seconds = kUnknown; ///< denoising loop, median of the rounds
    double timeGain = kUnknown; ///< over the uncached baseline's median
    double flopsGain = kUnknown; ///< counted
    double timePerFlops = kUnknown; ///< time gain / FLOPs gain
    double psnrDb = kUnknown; ///< infinity when identical
    double ssim = kUnknown;
    double cacheBytes = kUnknown; ///< largest size held
};

/// Runs several policies on one request, in turns with the uncached baseline, and compares them with it. One job for
/// the engine: it can be cancelled as a whole, and what has ended until then stays. No widgets.
///
/// A round runs the baseline and every contender once; the order rotates from round to round, so that no one always
/// follows the same one. A short uncached run that is not measured comes first. Fidelity is computed when nothing is
/// measured any more, because it would take a processor from the engine.
class Race : public QObject {
    Q_OBJECT
public:
    static constexpr int kMostRounds = 9;
    static constexpr int kMostContenders = 24;

    Race(EnginePort& engine, BackgroundTasks& tasks, QObject* parent = nullptr);

    /// @return false while the engine is running, without contenders or with too many
    bool start(const GenerationRequest& request, std::vector<Contender> contenders, int rounds);
    void cancel();

    bool isRunning() const { return m_isRunning; }
    /// True until all that can be compared has been.
    bool isComparing() const { return m_toCompare > 0; }
    const GenerationRequest& request() const { return m_request; }
    int rounds() const { return m_rounds; }
    /// The first one is the uncached baseline; empty before the first race.
    const std::vector<Racer>& racers() const { return m_racers; }
    RaceNumbers numbers(int racer) const;
    /// The racer that is running; -1 = none, also while warming up.
    int current() const { return m_isRunning && m_turn < m_turns.size() ? m_turns[m_turn] : -1; }
    int turnsDone() const { return static_cast<int>(m_turn); }
    int turns() const { return static_cast<int>(m_turns.size()); }
    int step() const { return m_step; } ///< steps done of the present turn
    double progress() const; ///< of the whole race, [0, 1]
    double etaSeconds() const; ///< NaN while there is nothing to judge by
    /// One line per racer: policy, setting, parameters, all numbers and every measured time.
    QByteArray csv() const;

Q_SIGNALS:
    void started(); ///< other racers
    void runningChanged();
    void progressChanged();
    void racerChanged(int racer);
    void previewReady(int racer, const toca::Preview& preview);
    /// Ended; with an error when the baseline failed, so that there is nothing to compare with.
    void finished();
    void failed(const toca::Error& error);

private:
    static constexpr int kWarmUp = -1;
    void runNext();
    void onFinished(const RunResult& result);
    void onFailed(const Error& error);
    void end();
    void compare();
    double weight(int racer) const;
    void setState(int racer, Racer::State state, const QString& problem = {});

    EnginePort& m_engine;
    BackgroundTasks& m_tasks;
    GenerationRequest m_request;
    std::vector<Racer> m_racers;
    std::vector<int> m_turns; ///< racers in the order of their runs
    std::size_t m_turn = 0;
    int m_rounds = 1;
    int m_step = 0;
    int m_toCompare = 0;
    std::uint64_t m_race = 0; ///< counts up, so that a late comparison of an earlier race is dropped
    bool m_isRunning = false;
    bool m_isCancelled = false;
    QElapsedTimer m_clock;
};

} // namespace toca::ui
