// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/schedulers/dpm_solver.h"
#include "core/verify/comparison.h"

namespace toca::verify {

/// Solver settings from a case's published names (`steps`, `order`, `skip_type`, `lower_order_final`).
/// @return Unsupported for anything but the multistep solver in its "dpmsolver" form on the linear schedule
Result<schedulers::DpmSolverOptions> dpmSolverSettings(const nlohmann::json& settings);

/// The part of a schedulers case whose tensors start with `dpm/`: tables and toy runs.
Result<void> runDpmSolver(const ReferenceCase& reference, CaseReport& report);

} // namespace toca::verify
