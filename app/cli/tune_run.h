// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/policy_choice.h"
#include "app/cli/progress.h"
#include "cache/plan/schedule_search.h"
#include "core/api/engine.h"
#include "core/api/model_info.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toca::app {

/// What `toca tune` is asked for.
struct TuneQuestion {
    GenerationRequest request; ///< without prompt; its seed is that of the training prompts
    PolicyChoice reference; ///< the setting to beat at its own cost: "toca"
    std::vector<std::string> training; ///< prompts that schedules are tried on
    std::vector<std::string> heldOut; ///< prompts that only judge
    int budget = 200; ///< runs of the search
    int rounds = 1; ///< of the verdict
    bool byFlops = false; ///< equal FLOPs instead of equal time
    std::uint64_t seed = 1; ///< of the search
    std::filesystem::path state; ///< where the search is kept
};

/// A prompt that both settings were run on.
struct TuneVerdict {
    std::string prompt;
    std::uint64_t seed = 0;
    Fidelity tuned;
    Fidelity reference;
    RunFigures uncachedFigures;
    RunFigures tunedFigures;
    RunFigures referenceFigures;
};

/// Searches a schedule and judges it on prompts that it was not tuned on. Everything found is in the state file after
/// each schedule; the same question goes on from there.
class TuneRun {
public:
    TuneRun(Engine& engine, TuneQuestion question, Progress& progress)
        : m_engine(engine)
        , m_question(std::move(question))
        , m_progress(progress)
    {
    }

    /// Uncached runs of the training prompts, costs of modules on this machine, the limit. @return the engine's error,
    /// or BadFormat for a state file of another question
    Result<void> prepare(std::stop_token stop);
    Result<void> search(std::stop_token stop);
    Result<void> judge(std::stop_token stop);

    const plan::ScheduleSearch& schedules() const { return *m_search; }
    const std::vector<TuneVerdict>& verdicts() const { return m_verdicts; }
    int runs() const { return m_runs; } ///< of the search
    double limit() const { return m_search->problem().limit; }
    const TuneQuestion& question() const { return m_question; }
    GenerationRequest tunedRequest() const; ///< @pre schedules().best()

private:
    /// Times of the best schedule and of the setting to beat, in turns: the limit follows what was measured.
    Result<void> measure(std::stop_token stop);
    Result<RunResult> generate(const GenerationRequest& request, const std::string& label, std::stop_token stop);
    GenerationRequest with(const std::string& prompt, std::uint64_t seed, const PolicyChoice& choice) const;
    nlohmann::ordered_json questionJson() const;
    Result<void> save() const;

    Engine& m_engine;
    TuneQuestion m_question;
    Progress& m_progress;
    std::vector<Reference> m_uncached; ///< of the training prompts
    std::unique_ptr<plan::ScheduleSearch> m_search;
    std::vector<TuneVerdict> m_verdicts;
    int m_runs = 0;
    int m_measured = 0; ///< how often the limit was held against the clock
};

/// Means over the held-out prompts; what the report and the preset's note say.
nlohmann::ordered_json tuneJson(const TuneRun& run);
std::string tuneText(const nlohmann::ordered_json& report);

} // namespace toca::app
