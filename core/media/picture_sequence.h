// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace toca::media {

/// Names of numbered pictures: "<folder>/<prefix><number, at least `digits` wide><suffix>".
struct SequenceName {
    std::filesystem::path folder;
    std::string prefix;
    std::string suffix;
    int digits = 4; ///< zero-padded to this width, [1, 9]

    std::filesystem::path file(std::size_t number) const;
};

/// The sequence that a name with exactly one field like %d or %04d in its last part means. The name is never given to
/// printf.
///
/// @return nothing if there is no such field, or several, or another use of '%'.
std::optional<SequenceName> sequenceOfPattern(const std::filesystem::path& path);

/// The sequence for a folder ("frame_%04d.png") or for a plain `name.png` ("name_%04d.png").
SequenceName sequenceOfFolder(const std::filesystem::path& folder);
SequenceName sequenceOfPicture(const std::filesystem::path& picture);

/// The existing files of a pattern, from number 1 (or 0) to the first gap, or the .png files of a folder by name; at
/// most `limit`.
///
/// @return NotFound when there is none.
Result<std::vector<std::filesystem::path>> filesOfSequence(const std::filesystem::path& path, std::size_t limit);

} // namespace toca::media
