// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>

#include <optional>

namespace toca::ui {

/// How well a text answers what was typed.
struct FuzzyMatch {
    int score = 0; ///< larger is better
    QList<int> positions; ///< of the letters in the text that were typed, rising
};

/// All typed letters must occur in the text in their order; capitals and blanks do not matter. Letters at beginnings of
/// words and letters in a row count more, so "cwu" finds "Compare with uncached" and "race" prefers "Race" to "trace".
/// @return nothing where letters are missing; a match without positions for an empty pattern
std::optional<FuzzyMatch> fuzzyMatch(const QString& pattern, const QString& text);

} // namespace toca::ui
