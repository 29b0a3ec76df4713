// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/engine_port.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace toca::app {

/// Runs the engine on one thread of its own and brings everything it says back to the thread of this object.
///
/// Changes of state are posted; previews wait in a list, from which the window takes all at once, so a slow window gets
/// one event for them and every step keeps its picture. A run makes at most one small preview per step, which bounds
/// the list. The engine never waits for the window. The destructor asks a running run to stop and joins: it waits for
/// one module at most.
class EngineRunner : public ui::EnginePort, private Observer {
    Q_OBJECT
public:
    explicit EngineRunner(std::unique_ptr<Engine> engine, QObject* parent = nullptr);
    ~EngineRunner() override;

    bool isRunning() const override { return m_running; }

public Q_SLOTS:
    void generate(const toca::GenerationRequest& request) override;
    void cancel() override;
    void recordSignals(const toca::GenerationRequest& request, const toca::plan::SignalOptions& options) override;
    void generateInBackground(const toca::GenerationRequest& request) override;
    void cancelBackground() override;
    void measureSensitivity(const toca::SensitivityJob& job) override;
    void probe(const toca::ProbeRequest& request) override;
    void describeModel(const QString& path) override;

private:
    class BackgroundObserver;
    using Job = std::function<void(std::stop_token)>;
    class MeasuringObserver;
    class ProbingObserver;

    void enqueue(Job job);
    void work(std::stop_token stop); ///< the engine thread
    template <class Function>
    void post(Function function); ///< from the engine thread to this object's
    /// @return false, and says so, while a run goes on
    bool begin();
    void run(const GenerationRequest& request, std::stop_token stop);

    // Observer: on the engine thread
    void stageChanged(Stage stage) override;
    void runStarted(const RunStart& start) override;
    void stepFinished(const StepReport& report) override;
    void previewReady(const Preview& preview) override;
    void decodingProgress(int done, int of) override;

    std::unique_ptr<Engine> m_engine;
    bool m_running = false; ///< on this object's thread
    std::stop_source m_runStop; ///< of the running run; on this object's thread
    bool m_background = false; ///< a background run waits or goes on; on this object's thread
    std::stop_source m_backgroundStop;

    std::mutex m_mutex; ///< guards the two below
    std::deque<Job> m_jobs;
    std::vector<Preview> m_previews; ///< not taken by the window yet
    std::condition_variable_any m_wake;
    std::jthread m_thread; ///< last: ends before anything it uses
};

} // namespace toca::app
