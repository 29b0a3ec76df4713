// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

namespace toca::plan {

/// Ranks 1..n of the values, the smallest first; equal values share the mean of their ranks. @pre no NaN
std::vector<double> averageRanks(std::span<const double> values);

/// Spearman's rank correlation: Pearson's correlation of the ranks, ties averaged. Pairs with a NaN are left out.
/// @return -1..1; NaN with fewer than three pairs, or where one side is constant
double spearman(std::span<const double> x, std::span<const double> y);

/// Linear interpolation between the order statistics (type 7). NaNs are left out. @param share 0..1
/// @return NaN when there is no value
double quantile(std::span<const double> values, double share);

/// How far values lie apart.
struct Spread {
    double minimum = 0, maximum = 0, median = 0;
    double largestToSmallest = 0; ///< infinity when the smallest is 0; NaN without values
    double p95ToP5 = 0; ///< the same between the 95th and 5th percentile: no single token decides
    int count = 0; ///< values that are numbers
};
Spread spreadOf(std::span<const double> values);

} // namespace toca::plan
