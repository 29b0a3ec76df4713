// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/rank_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace toca::plan {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<double> sortedNumbers(std::span<const double> values)
{
    std::vector<double> numbers;
    std::copy_if(values.begin(), values.end(), std::back_inserter(numbers), [](double v) { return !std::isnan(v); });
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

double quantileOfSorted(const std::vector<double>& sorted, double share)
{
    if (sorted.empty())
        return kNone;
    const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], at - static_cast<double>(below));
}

double ratio(double large, double small)
{
    if (std::isnan(large) || std::isnan(small) || (large == 0 && small == 0))
        return kNone;
    return small == 0 ? std::numeric_limits<double>::infinity() : large / small;
}

} // namespace

std::vector<double> averageRanks(std::span<const double> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]])
            ++end;
        const double shared = static_cast<double>(first + end + 1) / 2; // mean of first + 1 .. end
        for (std::size_t i = first; i < end; ++i)
            ranks[order[i]] = shared;
        first = end;
    }
    return ranks;
}

double spearman(std::span<const double> x, std::span<const double> y)
{
    std::vector<double> left, right;
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
        if (std::isnan(x[i]) || std::isnan(y[i]))
            continue;
        left.push_back(x[i]);
        right.push_back(y[i]);
    }
    if (left.size() < 3)
        return kNone;
    const std::vector<double> a = averageRanks(left), b = averageRanks(right);
    const double mean = static_cast<double>(a.size() + 1) / 2;
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - mean) * (b[i] - mean);
        aa += (a[i] - mean) * (a[i] - mean);
        bb += (b[i] - mean) * (b[i] - mean);
    }
    return aa == 0 || bb == 0 ? kNone : std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0);
}

double quantile(std::span<const double> values, double share)
{
    return quantileOfSorted(sortedNumbers(values), share);
}

Spread spreadOf(std::span<const double> values)
{
    const std::vector<double> sorted = sortedNumbers(values);
    Spread spread;
    spread.count = static_cast<int>(sorted.size());
    spread.minimum = quantileOfSorted(sorted, 0);
    spread.maximum = quantileOfSorted(sorted, 1);
    spread.median = quantileOfSorted(sorted, 0.5);
    spread.largestToSmallest = ratio(spread.maximum, spread.minimum);
    spread.p95ToP5 = ratio(quantileOfSorted(sorted, 0.95), quantileOfSorted(sorted, 0.05));
    return spread;
}

} // namespace toca::plan
