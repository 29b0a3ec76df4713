// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace torch::nn {
class Module;
}

namespace toca::checkpoint {

/// Name, dtype and shape of one stored tensor; known without reading its data.
struct TensorInfo {
    std::string name;
    torch::ScalarType dtype = torch::kFloat32;
    std::vector<std::int64_t> shape;
    std::uint64_t bytes = 0;
};

/// A read-only set of named tensors in one or several safetensors files, mapped into memory.
///
/// Everything in the files is untrusted: header length, JSON, names, dtypes, shapes, offsets (range, overlap, gaps,
/// alignment of length and shape product, duplicates) are checked in `open`, and memory use stays bounded by the
/// header's size.
class Checkpoint {
public:
    /// @param path  a .safetensors file, a `*.safetensors.index.json`, or a folder that holds one of
    ///              model.safetensors, diffusion_pytorch_model.safetensors (or a sharded index of either).
    ///
    /// Of an index, every name must be in the shard it says and nowhere else, and every tensor of a shard in the index.
    ///
    /// @return NotFound, Io, BadFormat, TooLarge, or Unsupported (a dtype not read here); the message names the file,
    /// what is wrong and what was expected.
    static Result<Checkpoint> open(const std::filesystem::path& path);

    /// Sorted by name.
    const std::vector<TensorInfo>& tensors() const;
    /// @return nullptr when there is no such tensor
    const TensorInfo* find(std::string_view name) const;
    /// The stored tensor in its own dtype: a view of the mapped file (no copy; pages are read when used), which keeps
    /// the mapping alive. Must not be written to: the pages are read-only. Data that is not aligned for its dtype is
    /// copied.
    ///
    /// @pre find(name)
    /// @throws c10::Error when there is no such tensor
    torch::Tensor tensor(std::string_view name) const;
    /// A file that another program shortens after `open` makes the system end this process when a lost page is read
    /// (SIGBUS). This asks whether all files still have their size; `loadInto` does so before it reads each tensor.
    ///
    /// @return Io naming the file that became shorter
    Result<void> checkFiles() const;
    /// The safetensors `__metadata__` text map, in the file's order; of shards, the first one's value of each key.
    const std::vector<std::pair<std::string, std::string>>& metadata() const;
    std::uint64_t totalBytes() const;
    const std::filesystem::path& path() const;

private:
    struct Data;
    std::shared_ptr<const Data> m_data;
};

struct LoadOptions {
    /// Only tensors whose name starts with this take part, and the prefix is removed ("spatial_vae.module.").
    std::string prefix;
    /// Stored name (prefix removed) -> parameter name; empty = the same. Returning "" ignores the tensor.
    std::function<std::string(const std::string&)> rename;
    /// Parameters that may be absent (they keep their constructed value).
    std::vector<std::string> optional;
    /// dtype of floating-point parameters and buffers after loading; none = the stored one. Tensors are mapped without
    /// a copy when no conversion is needed and the module is on the CPU. Integers take the module's dtype.
    std::optional<torch::ScalarType> dtype;
    /// Refuse NaN, infinity, and values that `dtype` can't hold, naming the tensor. Reads every page, allocates
    /// nothing.
    bool refuseNonFinite = true;
};

/// Replaces all parameters and buffers of `module` by the checkpoint's tensors.
///
/// @return BadCheckpoint when names, shapes or dtypes (only floating-point ones) do not fit: the message lists missing
/// and
///         unexpected names (the first few, and how many more) and every wrong shape as "name: expected [..], file has
///         [..]".
Result<void> loadInto(torch::nn::Module& module, const Checkpoint& checkpoint, const LoadOptions& options = {});

/// Writes tensors as one safetensors file, atomically: for tests, tools and traces. The same input gives the same
/// bytes: tensors are ordered by element size (largest first, so that all data is aligned) and name, metadata by key,
/// and the header is padded to a multiple of 8 bytes.
///
/// @return InvalidArgument for a tensor or name the format can't hold (the message names it), or Io
Result<void> writeSafetensors(const std::filesystem::path& path,
    const std::vector<std::pair<std::string, torch::Tensor>>& tensors,
    const std::vector<std::pair<std::string, std::string>>& metadata = {});

} // namespace toca::checkpoint
