// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/run_record.h"

#include <functional>
#include <vector>

namespace toca::ui {

/// What a run costs, to be as small as possible.
enum class CostAxis { Seconds, Flops, Memory };
/// How near it is to its uncached run.
enum class FidelityAxis { Psnr, Ssim, LatentError };

/// A run as a point of the chart.
struct ParetoPoint {
    const library::RunRecord* record = nullptr;
    double cost = 0; ///< seconds, GFLOP or MiB
    double fidelity = 0; ///< dB, 1, or the error in percent
    bool isOnFront = false; ///< no other point costs less and is nearer
};

/// The records that have both numbers; identical clips and uncached runs have none.
/// @param isWanted leaves records out; may be empty
std::vector<ParetoPoint> paretoPoints(const std::vector<library::RunRecord>& records, CostAxis cost,
    FidelityAxis fidelity, const std::function<bool(const library::RunRecord&)>& isWanted = {});
/// Marks those that no other point beats in both. Points may come in any order.
void markFront(std::vector<ParetoPoint>& points, bool isSmallerBetter);

} // namespace toca::ui
