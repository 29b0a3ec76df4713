// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toca {

/// Largest JSON header accepted, in bytes: the limit of the public safetensors format.
inline constexpr std::uint64_t kMaximumHeaderBytes = 100'000'000;
/// Most dimensions of a stored tensor.
inline constexpr std::size_t kMaximumRank = 16;
/// Most tensors in one file, and most entries of its `__metadata__`: far above every public model, and small enough
/// that a header within the limit of bytes is refused or read within seconds.
inline constexpr std::size_t kMaximumTensors = 500'000;
inline constexpr std::size_t kMaximumMetadata = 10'000;
/// Longest tensor name, in bytes.
inline constexpr std::size_t kMaximumNameBytes = 1024;

/// Element types this program reads. The format's other types (F8_E4M3, U16, ...) are refused as Unsupported.
enum class StoredType { F64, F32, F16, BF16, I64, I32, I16, I8, U8, Bool };

/// The format's spelling: "F32", "BOOL".
const char* storedTypeName(StoredType type);
/// Bytes of one element.
std::uint64_t storedTypeBytes(StoredType type);

/// One entry of a header. Once parsed: 0 <= begin <= end <= dataBytes, end - begin = product of shape * element size.
struct StoredTensor {
    std::string name;
    StoredType type = StoredType::F32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0; ///< bytes after the start of the data
    std::uint64_t end = 0;
};

struct SafetensorsHeader {
    std::vector<StoredTensor> tensors; ///< in the order of their data
    std::vector<std::pair<std::string, std::string>> metadata; ///< in the file's order
    std::uint64_t dataOffset = 0; ///< where the data starts, in bytes after the file's start
    std::uint64_t dataBytes = 0;
};

/// Bytes of a file that `parseSafetensorsHeader` needs: 8 + the header's length, found in its first 8 bytes.
///
/// @param start     the first 8 bytes of the file (fewer when it is shorter)
/// @param fileBytes size of the whole file
/// @return BadFormat when the length is impossible for this file or over the limit
Result<std::uint64_t> safetensorsHeaderEnd(
    std::string_view start, std::uint64_t fileBytes, const std::string& fileName);

/// Reads the header of a safetensors file: 8 bytes little-endian length, JSON, then the data.
///
/// Nothing in it is trusted: JSON must be strict (no duplicate keys, no NaN, nothing after the object but spaces),
/// names printable, types known, shapes non-negative with a product that fits, and the tensors must fill the data
/// exactly, without overlap, holes or bytes left over. Memory stays below a small multiple of the header's length, and
/// parsing stops at the first thing wrong. No data byte is looked at.
///
/// @param start     the file's first bytes, at least `safetensorsHeaderEnd` of them
/// @param fileBytes size of the whole file
/// @param fileName  only for messages
/// @return BadFormat, or Unsupported for a known element type that is not read here; messages name the file, the
/// tensor,
///         what was found and what was expected
Result<SafetensorsHeader> parseSafetensorsHeader(
    std::string_view start, std::uint64_t fileBytes, const std::string& fileName);

} // namespace toca
