// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/eval_plan.h"
#include "core/engine/vae_round_trip.h"
#include "core/world/checker.h"

#include <chrono>

namespace toca::app {

/// Runs what is missing of an evaluation: for each prompt every contestant, the true rendering and its round trip
/// through the VAE, all of them measured.
class Evaluation {
public:
    /// @param contestants the uncached run first
    Evaluation(Engine& engine, VaeRoundTrip& vae, const std::vector<Racer>& contestants,
        const std::vector<EvalCase>& cases, const EvalFolder& folder, Progress& progress);

    /// @return Cancelled with what is done, or the first error of a run: the same evaluation goes on from there
    Result<void> run(std::stop_token stop);
    /// The results of the cases in their order, as they lie in the folder.
    const std::vector<nlohmann::ordered_json>& results() const { return m_results; }

private:
    Result<nlohmann::ordered_json> evaluate(const EvalCase& each, std::stop_token stop);
    Result<nlohmann::ordered_json> evaluateSeeds(const EvalCase& each, std::stop_token stop);
    Result<RunResult> generate(const Racer& contestant, const EvalCase& each, std::uint64_t seed, std::stop_token stop);
    nlohmann::ordered_json measured(const EvalCase& each, const Clip& clip) const;
    Clip truth(const EvalCase& each, std::uint64_t seed) const;

    Engine& m_engine;
    VaeRoundTrip& m_vae;
    const std::vector<Racer>& m_contestants;
    const std::vector<EvalCase>& m_cases;
    const EvalFolder& m_folder;
    Progress& m_progress;
    world::Checker m_checker;
    std::vector<nlohmann::ordered_json> m_results;
    std::size_t m_runs = 0; ///< of the whole evaluation
    std::size_t m_done = 0; ///< of them, those of earlier calls included
    std::size_t m_made = 0; ///< by this call
    std::chrono::steady_clock::time_point m_start;
};

} // namespace toca::app
