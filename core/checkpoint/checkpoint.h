// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <torch/types.h>

#include <array>
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

struct OpenOptions {
    /// Of a PyTorch file that holds several dictionaries of tensors (a training checkpoint with "model", "ema", "opt"):
    /// the path of the one to read. Its tensors get their names inside it.
    ///  - nothing: the first there is of `kUsualSections`, or if there is none of them, the whole file;
    ///  - "": the whole file, every tensor under its full path joined with '/' ("ema/blocks.0.attn.qkv.weight").
    ///
    /// Unless it is "", a prefix that wrappers put before all names ("module." of DataParallel, "_orig_mod." of
    /// torch.compile) is removed. Safetensors files have no sections: there this says nothing.
    std::optional<std::string> section;
};

/// Where training programs keep the weights meant for sampling, in the order in which the published loaders prefer
/// them: DiT's and PixArt's `find_model` take "ema" if there is one; PixArt's, Latte's and Open-Sora's programs write
/// "state_dict", fast-DiT "model", others "module" (DeepSpeed).
inline constexpr std::array kUsualSections{"ema", "state_dict", "model", "module"};

/// A tensor of a renamed checkpoint: the rows (first dimension) of the stored tensors, one after another.
struct JoinedTensor {
    std::string name;
    std::vector<std::string> sources;
};

/// A read-only set of named tensors in one or several files, mapped into memory: safetensors files, and what torch.save
/// writes (.pt, .pth, .bin: zip archives and the older streams). What a file is, its content says, never its name.
///
/// Everything in the files is untrusted. Of safetensors, header length, JSON, names, dtypes, shapes, offsets (range,
/// overlap, gaps, alignment of length and shape product, duplicates) are checked in `open`, and memory use stays
/// bounded by the header's size. Of PyTorch files, the archive's directory and the pickle are: nothing in them is ever
/// executed (the rule is at `readPickle`), and every tensor lies inside of the file.
class Checkpoint {
public:
    /// @param path  a safetensors or PyTorch file, a `*.safetensors.index.json` or `*.bin.index.json`, or a folder that
    ///              holds one of model.safetensors, diffusion_pytorch_model.safetensors, pytorch_model.bin,
    ///              diffusion_pytorch_model.bin (or a sharded index of one), or else a single weight file.
    ///
    /// Of an index, every name must be in the shard it says and nowhere else, and every tensor of a shard in the index.
    ///
    /// @return NotFound, Io, BadFormat, TooLarge, Unsupported (a dtype, kind of tensor or layout not read here), or
    /// BadCheckpoint when the section is not there; the message names the file, what is wrong and what was expected.
    static Result<Checkpoint> open(const std::filesystem::path& path, const OpenOptions& options = {});

    /// The same files under other names. What is made of one stored tensor is that tensor; what is joined from several
    /// is read together when it is asked for. See key_map.h for rules that make such a list.
    ///
    /// @return BadCheckpoint when a source is missing, sources don't fit each other, or a name is there twice
    static Result<Checkpoint> renamed(const Checkpoint& of, const std::vector<JoinedTensor>& tensors);

    /// Sorted by name.
    const std::vector<TensorInfo>& tensors() const;
    /// @return nullptr when there is no such tensor
    const TensorInfo* find(std::string_view name) const;
    /// The stored tensor in its own dtype: a view of the mapped file (no copy; pages are read when used), which keeps
    /// the mapping alive. Must not be written to: the pages are read-only. Copied is only what is not aligned for its
    /// dtype (most storages of PyTorch's older streams), in the other byte order, or stored conjugated. Tensors of
    /// PyTorch files have the strides they were saved with, and may show the same bytes as others.
    ///
    /// @pre find(name)
    /// @throws c10::Error when there is no such tensor
    torch::Tensor tensor(std::string_view name) const;
    /// A file that another program shortens after `open` makes the system end this process when a lost page is read
    /// (SIGBUS). This asks whether all files still have their size; `loadInto` does so before it reads each tensor.
    ///
    /// @return Io naming the file that became shorter
    Result<void> checkFiles() const;
    /// The section that was read; "" for a whole file and for safetensors.
    const std::string& section() const;
    /// The safetensors `__metadata__` text map, in the file's order; of shards, the first one's value of each key.
    const std::vector<std::pair<std::string, std::string>>& metadata() const;
    /// Of all tensors together; what several of them show counts several times.
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
