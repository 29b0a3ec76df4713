// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/mapped_file.h"
#include "core/checkpoint/pytorch_file.h"

namespace toca::checkpoint {

/// What a Checkpoint knows: its files and where in them each tensor is. Or, of a renamed one, which tensors of another
/// each of its tensors is made of.
struct Checkpoint::Data {
    using File = std::shared_ptr<const MappedFile>;

    struct Place {
        std::size_t file = 0;
        std::uint64_t offset = 0; ///< from the start of the file
        std::uint64_t span = 0; ///< bytes from the first to the end of the last element
        std::vector<std::int64_t> strides; ///< empty: row-major without gaps
        std::uint64_t swapped = 1; ///< bytes to reverse together; 1 = this machine's order
        bool isConjugate = false;
        bool isNegative = false;
    };

    std::filesystem::path path;
    std::string section;
    std::vector<File> files;
    std::vector<TensorInfo> tensors; ///< sorted by name
    std::vector<Place> places; ///< of tensors[i]
    std::vector<std::pair<std::string, std::string>> metadata;
    std::uint64_t bytes = 0;
    std::shared_ptr<const Data> base; ///< of a renamed one
    std::vector<std::vector<std::size_t>> parts; ///< of a renamed one: what tensors[i] is joined from, in `base`

    /// @return the index in `tensors`, or nothing
    std::optional<std::size_t> indexOf(std::string_view name) const;
    /// Maps one file and adds its tensors, unsorted.
    Result<void> add(const std::filesystem::path& file, const OpenOptions& options);
    /// Adds all files of an index, sorted.
    Result<void> addShards(const std::filesystem::path& index, const OpenOptions& options);
    void sortByName();
    /// Adds a tensor to a renamed one. @pre names come in order
    Result<void> join(const JoinedTensor& wanted);

    /// @throws c10::Error when the file can't be read
    torch::Tensor tensorAt(std::size_t index) const;

private:
    Result<void> addSafetensors(File file, std::string_view start, FileLayout layout);
    Result<void> addPytorch(File file, FileLayout layout, const OpenOptions& options);
    torch::Tensor joined(std::size_t index) const;
    /// Reads the elements in order into `rows`, which is contiguous. @return false when they are not stored in order
    bool readRows(std::size_t index, const torch::Tensor& rows) const;
};

/// Leaves the tensors of the section that `options` asks for, under their names inside it, without what wrappers put
/// before all names. @return the section
/// @return BadCheckpoint when it is not there
Result<std::string> selectSection(PytorchFile& file, const OpenOptions& options, const std::filesystem::path& path);

} // namespace toca::checkpoint
