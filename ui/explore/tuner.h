// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/schedule_search.h"
#include "ui/engine_port.h"
#include "ui/window/background_tasks.h"

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toca::ui {

/// What the tuner is asked for.
struct TunerQuestion {
    GenerationRequest request; ///< with the setting to beat; its prompt and seed do not matter
    std::vector<std::string> training; ///< prompts that schedules are tried on
    std::vector<std::string> heldOut; ///< prompts that only judge
    std::optional<plan::ModuleCosts> costs; ///< none: equal FLOPs instead of equal time
    int budget = 120; ///< runs of the search
};

/// What came out.
struct TunerVerdict {
    std::string table;
    double tunedDb = 0; ///< mean over the held-out prompts
    double referenceDb = 0;
    double timeRatio = 0; ///< denoising loop, tuned / reference, mean over the held-out prompts
    int betterOn = 0;
    int prompts = 0;
};

/// Searches a schedule that beats a setting at its own cost, with runs that give way to everything else. What was tried
/// is kept in a file after each run, so that the search goes on after a restart. No widgets.
class Tuner : public QObject {
    Q_OBJECT
public:
    enum class Stage { Idle, Uncached, Searching, Judging, Done };

    /// @param isOthersBusy true while the engine is wanted elsewhere
    Tuner(EnginePort& engine, std::function<bool()> isOthersBusy, QObject* parent = nullptr);

    /// Where the search is kept; "" = nowhere. What lies there can be resumed.
    void setFile(const QString& path);
    bool canResume() const { return m_saved.has_value(); }
    int savedRuns() const { return m_saved ? m_saved->runs : 0; }
    /// @return InvalidArgument or Unsupported when the question cannot be searched
    Result<void> start(const TunerQuestion& question);
    Result<void> resume();
    void stop(); ///< what was found stays for `resume`

    Stage stage() const { return m_stage; }
    bool isRunning() const { return m_stage != Stage::Idle && m_stage != Stage::Done; }
    int runs() const { return m_runs; } ///< of the search
    int budget() const { return m_question.budget; }
    int judged() const { return static_cast<int>(m_judged); } ///< runs of the verdict
    int toJudge() const { return 3 * static_cast<int>(m_question.heldOut.size()); }
    const plan::ScheduleSearch* search() const { return m_search.get(); }
    std::optional<double> startDb() const; ///< the setting to beat, on the training prompts
    const TunerVerdict& verdict() const { return m_verdict; }
    const TunerQuestion& question() const { return m_question; }

Q_SIGNALS:
    void changed();
    void finished(); ///< with a verdict
    void failed(const toca::Error& error);

private:
    struct Saved {
        TunerQuestion question;
        int runs = 0;
        std::string points;
    };
    GenerationRequest uncachedOf(const std::string& prompt, std::uint64_t seed) const;
    Result<void> begin();
    std::optional<GenerationRequest> nextRequest();
    void pump();
    void take(const RunResult& result);
    void fail(const Error& error);
    void save();
    void load();

    EnginePort& m_engine;
    std::function<bool()> m_isOthersBusy;
    QString m_file;
    std::optional<Saved> m_saved;
    TunerQuestion m_question;
    std::unique_ptr<plan::ScheduleSearch> m_search;
    Stage m_stage = Stage::Idle;
    std::vector<std::shared_ptr<const RunResult>> m_uncached; ///< of the training prompts
    std::optional<plan::SearchPoint> m_point; ///< being tried
    std::optional<GenerationRequest> m_current; ///< handed to the engine
    std::shared_ptr<const RunResult> m_judge; ///< the uncached run of the present held-out prompt
    std::vector<double> m_tunedDb, m_referenceDb, m_tunedSeconds, m_referenceSeconds;
    std::size_t m_judged = 0;
    int m_runs = 0;
    TunerVerdict m_verdict;
    QTimer m_retry;
    BackgroundTasks m_tasks; ///< writes the file
};

} // namespace toca::ui
