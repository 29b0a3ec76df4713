// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toca::media {

/// Name under which a request is stored: key of the MP4 and WebM metadata, keyword of the PNG chunk, prefix of the GIF
/// comment.
inline constexpr const char* kRequestKey = "toca_request";

/// Keyword of the PNG chunk that holds the rate of a sequence, which PNG itself doesn't know.
inline constexpr const char* kFpsKey = "toca_fps";

/// Longest request that is written or read back, in bytes.
inline constexpr std::size_t kLongestRequest = std::size_t{1} << 20;

/// True when `text` is well-formed UTF-8 without NUL, so that every container can carry it.
bool isPlainUtf8(std::string_view text);

/// Adds an uncompressed iTXt chunk (UTF-8) right after the header of a PNG.
///
/// @return the new file, or nothing if `png` doesn't begin with a PNG header.
std::optional<std::string> withPngText(std::string_view png, std::string_view keyword, std::string_view text);

/// The first uncompressed iTXt chunk with this keyword, whatever else the file holds. `png` is untrusted.
std::optional<std::string> pngText(std::string_view png, std::string_view keyword);

/// True when the chunks of an (untrusted) PNG are complete up to its end mark.
bool isPngComplete(std::string_view png);

/// Adds a comment extension "<keyword>:<text>" before the first picture of a GIF.
///
/// @return the new file, or nothing if `gif` doesn't begin with a GIF header.
std::optional<std::string> withGifComment(std::string_view gif, std::string_view keyword, std::string_view text);

/// The text of the first comment that begins with "<keyword>:". `gif` is untrusted.
std::optional<std::string> gifComment(std::string_view gif, std::string_view keyword);

} // namespace toca::media
