// SPDX-License-Identifier: Apache-2.0
#include "core/training/precision.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

namespace toca::training {

MixedPrecision::MixedPrecision(bool isOn)
    : m_isOn(isOn)
{
    if (!m_isOn)
        return;
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, true);
    at::autocast::increment_nesting();
}

MixedPrecision::~MixedPrecision()
{
    if (!m_isOn)
        return;
    if (at::autocast::decrement_nesting() == 0)
        at::autocast::clear_cache(); // copies of the weights, which the optimiser is about to change
    at::autocast::set_autocast_enabled(at::kCPU, false);
}

void makeDeterministic()
{
    at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
    // Every new tensor would be filled with NaN, which costs time and changes no result.
    at::globalContext().setDeterministicFillUninitializedMemory(false);
}

} // namespace toca::training
