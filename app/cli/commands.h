// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace toca::app {

/// What the command line asks for; returns the exit code. Runs after the parsing has ended.
using Action = std::function<int()>;

// Each adds its command to the program and sets `action` when the command line names it. `action` must outlive the
// program's parsing.
void addGenerateCommand(CLI::App& program, Action& action);
void addPlanCommand(CLI::App& program, Action& action);
void addCalibrateCommand(CLI::App& program, Action& action);
void addThresholdCommand(CLI::App& program, Action& action);
void addSensitivityCommand(CLI::App& program, Action& action);
void addProbeCommand(CLI::App& program, Action& action);
void addBundleCommand(CLI::App& program, Action& action);
void addReplayCommand(CLI::App& program, Action& action);
void addTuneCommand(CLI::App& program, Action& action);
void addTrainCommand(CLI::App& program, Action& action);
void addRaceCommand(CLI::App& program, Action& action);
void addCompareCommand(CLI::App& program, Action& action);
void addSweepCommand(CLI::App& program, Action& action);
void addEvalCommand(CLI::App& program, Action& action);
void addBenchCommand(CLI::App& program, Action& action);
void addVerifyCommand(CLI::App& program, Action& action);
void addInfoCommand(CLI::App& program, Action& action);
void addPoliciesCommand(CLI::App& program, Action& action);
void addModelsCommand(CLI::App& program, Action& action);
void addConvertModelCommand(CLI::App& program, Action& action);
void addConvertRouterCommand(CLI::App& program, Action& action);

} // namespace toca::app
