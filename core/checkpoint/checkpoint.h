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
    /// @return NotFound, Io, or BadFormat; the message names the file, what is wrong and what was expected.
    static Result<Checkpoint> open(const std::filesystem::path& path);

    const std::vector<TensorInfo>& tensors() const;
    /// @return nullptr when there is no such tensor
    const TensorInfo* find(std::string_view name) const;
    /// The stored tensor in its own dtype: a view of the mapped file (no copy; pages are read when used), which keeps
    /// the mapping alive. Must not be written to.
    /// @pre find(name)
    torch::Tensor tensor(std::string_view name) const;
    /// The safetensors `__metadata__` text map, by key.
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
    /// dtype of the parameters after loading; undefined = the stored one. Tensors are mapped without a copy when no
    /// conversion is needed.
    std::optional<torch::ScalarType> dtype;
    /// Refuse NaN and infinity, naming the tensor. Reads every page.
    bool refuseNonFinite = true;
};

/// Replaces all parameters and buffers of `module` by the checkpoint's tensors.
///
/// @return BadCheckpoint when names, shapes or dtypes (only floating-point ones) do not fit: the message lists missing
/// and
///         unexpected names (the first few, and how many more) and every wrong shape as "name: expected [..], file has
///         [..]".
Result<void> loadInto(torch::nn::Module& module, const Checkpoint& checkpoint, const LoadOptions& options = {});

/// Writes tensors as one safetensors file (atomically). For tests, tools and traces.
Result<void> writeSafetensors(const std::filesystem::path& path,
    const std::vector<std::pair<std::string, torch::Tensor>>& tensors,
    const std::vector<std::pair<std::string, std::string>>& metadata = {});

} // namespace toca::checkpoint
