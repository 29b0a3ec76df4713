// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/sensitivity.h"

#include <QString>

#include <optional>
#include <vector>

namespace toca::ui {

QString titleOf(SensitivityScore score);

/// "5,10-12" as numbers below `count`. @return nothing when it cannot be read
std::optional<std::vector<int>> numbersOf(const QString& text, int count);

/// "+0.42"; a dash for what is not a number
QString signedText(double value);

/// "40 s", "11 min", "3 h"
QString roughly(double seconds);

/// "1:05"
QString clockText(double seconds);

} // namespace toca::ui
