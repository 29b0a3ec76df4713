// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <QStringList>

#include <cstdint>
#include <vector>

namespace toca::ui {

/// Reads "1, 2, .., 10" or "0.1, 0.15, .., 0.3" or "1, 5, 9": values parted by commas; ".." goes on with the distance
/// of the two before it, up to the one behind it. "3 .. 7" counts by ones.
/// @return InvalidArgument naming the place, also for more than `most` values
Result<std::vector<double>> numberList(const QString& text, int most = 1000);
/// The same for seeds: whole numbers from 0 to 2^53.
Result<std::vector<std::uint64_t>> seedList(const QString& text, int most = 1000);

} // namespace toca::ui
