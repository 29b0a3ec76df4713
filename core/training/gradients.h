// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/training/parameters.h"

namespace toca::training {

/// Length of all gradients taken as one vector; parameters without a gradient count as zero.
double gradientNorm(const std::vector<TrainedParameter>& parameters);
/// Shortens the gradients to `longest` when their norm is larger. @param norm from `gradientNorm`
void clipGradients(const std::vector<TrainedParameter>& parameters, double norm, double longest);
void clearGradients(const std::vector<TrainedParameter>& parameters);

} // namespace toca::training
