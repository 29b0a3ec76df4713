// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/labelled_clip.h"
#include "core/base/expected.h"

#include <cstdint>
#include <vector>

namespace toca::media {

struct ComparisonOptions {
    bool difference = false; ///< one more pane: |first - second| times the gain
    int gain = 4; ///< of the difference, 1 to 64
    /// Clips of less height are enlarged by a whole number until they reach it, so that labels can be read.
    int smallestHeight = 256;
};

inline constexpr std::size_t kMostPanes = 16;
inline constexpr std::int64_t kMostComparisonBytes = std::int64_t{2} << 30;

/// Two or more clips as one, side by side (from five panes on in rows), each below its label. Shown at the same
/// moments: a clip of another rate or length keeps its time, the shorter one its last frame. Sizes that differ are
/// fitted into the first clip's, whole and on black. Width and height come out even.
///
/// @return InvalidArgument for fewer than 2 or too many clips, an empty clip or a wrong gain; TooLarge
Result<Clip> comparisonClip(std::vector<LabelledClip> clips, const ComparisonOptions& options = {});

} // namespace toca::media
