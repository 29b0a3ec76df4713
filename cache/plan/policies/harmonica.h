// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/policy.h"

namespace toca::plan {

/// HarmoniCa (arXiv 2410.01723): follows a learned table that says for each step, layer and module whether it is
/// computed or reused. The published code is ModelTC/HarmoniCa (models/dynamic_models.py). A table holds two entries a
/// layer; where a model attends to a text as well, that goes with self-attention.
PolicyEntry harmonicaPolicyEntry();

} // namespace toca::plan
