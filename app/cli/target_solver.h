// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/progress.h"
#include "app/cli/target_options.h"
#include "core/library/cost_folder.h"

#include <stop_token>

namespace toca::app {

/// Finds the setting of the request's policy that meets a target.
class TargetSolver {
public:
    /// @param isQuiet says nothing about measurements
    TargetSolver(Engine& engine, const ModelInfo& model, library::CostFolder costs, bool isQuiet)
        : m_engine(engine)
        , m_model(model)
        , m_costs(std::move(costs))
        , m_isQuiet(isQuiet)
    {
    }

    /// Times come from the module costs of this machine. Where they are not known for the request's size, the request
    /// is run uncached and cached first, and what is learned is kept for window and command line.
    /// @return the errors of `plan::solveTarget` and of the engine
    Result<SolvedTarget> solve(const Target& target, const GenerationRequest& request, std::stop_token stop);

private:
    Result<plan::ModuleCosts> measured(const GenerationRequest& request, plan::ModuleCosts known, std::stop_token stop);

    Engine& m_engine;
    const ModelInfo& m_model;
    library::CostFolder m_costs;
    bool m_isQuiet;
};

/// Without a machine: by FLOPs.
/// @return InvalidArgument for targets that need runs
Result<SolvedTarget> solveByPlan(const Target& target, const plan::TargetQuestion& question);

} // namespace toca::app
