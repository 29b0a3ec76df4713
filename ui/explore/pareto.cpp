// SPDX-License-Identifier: Apache-2.0
#include "ui/explore/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace toca::ui {

namespace {

constexpr double kGiga = 1e9;
constexpr double kMebibyte = 1024.0 * 1024.0;

} // namespace

std::vector<ParetoPoint> paretoPoints(const std::vector<library::RunRecord>& records, CostAxis cost,
    FidelityAxis fidelity, const std::function<bool(const library::RunRecord&)>& isWanted)
{
    std::vector<ParetoPoint> points;
    for (const library::RunRecord& record : records) {
        if (record.isDamaged() || record.request.policy == "none" || (isWanted && !isWanted(record))) {
            continue;
        }
        const double x = cost == CostAxis::Seconds ? record.seconds
            : cost == CostAxis::Flops              ? record.flops / kGiga
                                                   : record.cacheBytes / kMebibyte;
        const double y = fidelity == FidelityAxis::Psnr ? record.psnrDb
            : fidelity == FidelityAxis::Ssim            ? record.ssim
                                                        : record.latentError * 100;
        if (std::isfinite(x) && std::isfinite(y)) {
            points.push_back({&record, x, y, false});
        }
    }
    std::stable_sort(
        points.begin(), points.end(), [](const ParetoPoint& a, const ParetoPoint& b) { return a.cost < b.cost; });
    markFront(points, fidelity == FidelityAxis::LatentError);
    return points;
}

void markFront(std::vector<ParetoPoint>& points, bool isSmallerBetter)
{
    std::vector<ParetoPoint*> order;
    for (ParetoPoint& point : points) {
        point.isOnFront = false;
        order.push_back(&point);
    }
    const auto worth = [&](const ParetoPoint& point) { return isSmallerBetter ? -point.fidelity : point.fidelity; };
    std::sort(order.begin(), order.end(), [&](const ParetoPoint* a, const ParetoPoint* b) {
        return a->cost != b->cost ? a->cost < b->cost : worth(*a) > worth(*b);
    });
    double best = -std::numeric_limits<double>::infinity();
    for (ParetoPoint* point : order) {
        if (worth(*point) > best) {
            best = worth(*point);
            point->isOnFront = true;
        }
    }
}

} // namespace toca::ui
