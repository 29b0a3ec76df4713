// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/task.h"
#include "core/training/train.h"
#include "core/training/training_log.h"
#include "core/training/training_state.h"

#include <functional>
#include <stop_token>

namespace toca::training {

/// The loop of every training: steps, states, validations, rollbacks. Knows no model.
///
/// A step whose loss or gradient is no number, or a loss that has risen far above its usual value, takes the training
/// back to its last state, from which it goes on with the data in another order; from the second time at the same state
/// on at half the rate. After `kMostRollbacks` at one state it gives up.
class Trainer {
public:
    static constexpr std::int64_t kMostRollbacks = 6;

    /// @param folder of the state, the log and what is exported; must exist
    /// @param usesBfloat16 for the forward pass
    Trainer(Task& task, const TrainingRequest& request, std::filesystem::path folder, bool usesBfloat16);

    /// Goes on from the folder's state if there is one.
    /// @return the number of steps made so far; Cancelled never (being stopped is an end like any other)
    Result<std::int64_t> run(const Limits& limits, TrainingObserver& observer, std::stop_token stop);
    /// Called with the folder of a model that was just exported, to make samples of it.
    void setSampler(std::function<Result<void>(const std::filesystem::path& model, std::int64_t step)> sampler)
    {
        m_sampler = std::move(sampler);
    }
    const Counters& counters() const { return m_counters; }
    const MovingAverage& average() const { return m_average; }

    static std::filesystem::path statePath(const std::filesystem::path& folder) { return folder / "state.safetensors"; }
    /// Where the model folder with the averaged weights is written.
    static std::filesystem::path modelPath(const std::filesystem::path& folder) { return folder / "model"; }

private:
    Result<void> begin(const Limits& limits, TrainingLog& log, TrainingObserver& observer);
    /// @return why the step must be taken back; empty when it was made
    std::string step(StepReport& report);
    std::string problemOf(double loss, double norm) const;
    Result<void> rollBack(const std::string& problem, TrainingLog& log, TrainingObserver& observer);
    Result<void> save(TrainingLog& log);
    Result<void> exportAverage(TrainingLog& log);
    Result<void> validate(TrainingLog& log, TrainingObserver& observer);
    TrainingState state() { return {m_task.parameters(), m_optimizer, m_average}; }

    Task& m_task;
    TrainingRequest m_request;
    std::filesystem::path m_folder;
    bool m_usesBfloat16;
    Optimizer m_optimizer;
    MovingAverage m_average;
    Counters m_counters;
    std::function<Result<void>(const std::filesystem::path&, std::int64_t)> m_sampler;
};

} // namespace toca::training
