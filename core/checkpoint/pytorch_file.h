// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/byte_source.h"
#include "core/checkpoint/pickle_globals.h"

#include <string>
#include <string_view>
#include <vector>

namespace toca::checkpoint {

/// A tensor of a PyTorch file and where its elements lie. Once read: they lie inside the file.
struct StoredView {
    /// Keys and indices of the containers on the way, joined with '/': "ema/blocks.0.attn.qkv.weight", "optimizer/0".
    /// "" for a file that is one tensor.
    std::string path;
    PickleType type = PickleType::Float32;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides; ///< in elements, not negative; 0 repeats
    std::uint64_t offset = 0; ///< of the first element, from the start of the file
    std::uint64_t span = 0; ///< bytes from the first to the end of the last element
    bool isBigEndian = false;
    bool isConjugate = false; ///< the stored values are the conjugates
    bool isNegative = false; ///< the stored values are the negatives
};

struct PytorchFile {
    std::vector<StoredView> tensors; ///< in the order of the file's dictionaries
};

/// What a file is, by its first bytes.
enum class FileLayout { Safetensors, Zip, Stream, Tar, Unknown };

/// @param start the first bytes, 512 if the file has so many
FileLayout layoutOf(std::string_view start);
/// How many bytes `layoutOf` wants.
inline constexpr std::size_t kLayoutBytes = 512;

/// Reads a .pt, .pth or .bin file that torch.save wrote: a zip archive (PyTorch 1.6 and later), or a stream of pickles
/// and storages (before that, or `_use_new_zipfile_serialization=False`). What a pickle may do is said at `readPickle`:
/// nothing of the file is ever executed. Tensors are found in dictionaries, lists and tuples, at any depth up to 100;
/// what is inside opaque objects is left out. Tensors may share storage. Archives of a big-endian machine are read; the
/// stream's storages are always little-endian.
///
/// Names must be unique, UTF-8 without control characters and of at most kMaximumNameBytes; keys may be text, numbers,
/// truth values, None or the names of classes.
///
/// @return BadFormat, TooLarge, or Unsupported (TorchScript archives, the TAR files of its first releases, compressed
/// archives, sparse and quantized tensors, files that hold a whole model object instead of tensors)
Result<PytorchFile> readPytorchFile(const ByteSource& source, FileLayout layout);

} // namespace toca::checkpoint
