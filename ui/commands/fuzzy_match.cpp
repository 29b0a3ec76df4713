// SPDX-License-Identifier: Apache-2.0
#include "ui/commands/fuzzy_match.h"

#include <algorithm>
#include <vector>

namespace toca::ui {

namespace {

constexpr int kLetter = 1, kWordStart = 8, kInARow = 6, kTextStart = 4;
constexpr int kNone = -1'000'000;
/// Longer texts and patterns are cut: the table below has a cell for each pair of letters.
constexpr int kLongest = 256;

} // namespace

std::optional<FuzzyMatch> fuzzyMatch(const QString& pattern, const QString& text)
{
    QString wanted = pattern.toCaseFolded().left(kLongest);
    wanted.removeIf([](QChar letter) { return letter.isSpace(); });
    if (wanted.isEmpty()) {
        return FuzzyMatch{};
    }
    const QString given = text.left(kLongest);
    const int letters = static_cast<int>(wanted.size()), places = static_cast<int>(given.size());
    // best[i][j]: the best score of the first i + 1 typed letters where the last one is the text's letter j.
    const auto cells = static_cast<std::size_t>(letters) * static_cast<std::size_t>(places);
    std::vector<int> best(cells, kNone), from(cells, -1);
    const auto at = [&](int i, int j) {
        return static_cast<std::size_t>(i) * static_cast<std::size_t>(places) + static_cast<std::size_t>(j);
    };
    for (int i = 0; i < letters; ++i) {
        int before = kNone, beforeAt = -1; // the best end of the letters before, left of the letter just before j
        for (int j = 0; j < places; ++j) {
            if (i > 0 && j >= 2 && best[at(i - 1, j - 2)] > before) {
                before = best[at(i - 1, j - 2)];
                beforeAt = j - 2;
            }
            if (given[j].toCaseFolded() != wanted[i]) {
                continue;
            }
            const bool startsWord = j == 0 || !given[j - 1].isLetterOrNumber();
            const int own = kLetter + (startsWord ? kWordStart : 0) + (j == 0 ? kTextStart : 0);
            if (i == 0) {
                best[at(i, j)] = own;
                continue;
            }
            int score = before + own;
            int origin = beforeAt;
            if (j >= 1 && best[at(i - 1, j - 1)] + own + kInARow > score) {
                score = best[at(i - 1, j - 1)] + own + kInARow;
                origin = j - 1;
            }
            if (origin >= 0 && score > 0) {
                best[at(i, j)] = score;
                from[at(i, j)] = origin;
            }
        }
    }
    int end = -1;
    for (int j = 0; j < places; ++j) {
        if (best[at(letters - 1, j)] > 0 && (end < 0 || best[at(letters - 1, j)] > best[at(letters - 1, end)])) {
            end = j;
        }
    }
    if (end < 0) {
        return {};
    }
    FuzzyMatch match{best[at(letters - 1, end)] * kLongest - places, {}}; // of equals the shorter text
    for (int i = letters - 1, j = end; i >= 0; --i) {
        match.positions.prepend(j);
        j = from[at(i, j)];
    }
    return match;
}

} // namespace toca::ui
