// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint_data.h"

#include "core/base/printable.h"
#include "core/checkpoint/checkpoint_files.h"
#include "core/checkpoint/stored_type.h"

#include <algorithm>

namespace toca::checkpoint {

namespace fs = std::filesystem;

namespace {

/// Each shard keeps one file descriptor; programs usually get 1024.
constexpr std::size_t kMaximumShards = 512;

} // namespace

std::optional<std::size_t> Checkpoint::Data::indexOf(std::string_view name) const
{
    const auto at = std::lower_bound(tensors.begin(), tensors.end(), name,
        [](const TensorInfo& info, std::string_view wanted) { return info.name < wanted; });
    if (at == tensors.end() || at->name != name)
        return std::nullopt;
    return static_cast<std::size_t>(at - tensors.begin());
}

Result<void> Checkpoint::Data::add(const fs::path& file, const OpenOptions& options)
{
    auto mapped = MappedFile::open(file);
    if (!mapped)
        return unexpected(mapped.error());
    const std::uint64_t size = (*mapped)->size();
    const auto start = (*mapped)->read(0, static_cast<std::size_t>(std::min<std::uint64_t>(kLayoutBytes, size)));
    if (!start)
        return unexpected(start.error());
    const FileLayout layout = layoutOf(*start);
    if (layout == FileLayout::Zip || layout == FileLayout::Stream || layout == FileLayout::Tar)
        return addPytorch(std::move(*mapped), layout, options);
    return addSafetensors(std::move(*mapped), std::string_view(*start).substr(0, 8), layout);
}

Result<void> Checkpoint::Data::addSafetensors(File file, std::string_view start, FileLayout layout)
{
    const std::string name = file->path().string();
    // The header is read, not mapped: parsing cannot be hurt by a file that shrinks meanwhile.
    const auto end = safetensorsHeaderEnd(start, file->size(), name);
    if (!end && layout != FileLayout::Safetensors)
        return unexpected(end.error().code,
            end.error().message + " It is no PyTorch file either (a zip archive or a stream of pickles).");
    if (!end)
        return unexpected(end.error());
    const auto bytesOfHeader = file->read(0, static_cast<std::size_t>(*end));
    if (!bytesOfHeader)
        return unexpected(bytesOfHeader.error());
    auto header = parseSafetensorsHeader(*bytesOfHeader, file->size(), name);
    if (!header)
        return unexpected(header.error());
    for (StoredTensor& tensor : header->tensors) {
        const std::uint64_t size = tensor.end - tensor.begin;
        bytes += size;
        places.push_back({files.size(), header->dataOffset + tensor.begin, size, {}});
        tensors.push_back({std::move(tensor.name), toScalarType(tensor.type), std::move(tensor.shape), size});
    }
    for (auto& entry : header->metadata) {
        const auto same = [&](const auto& known) { return known.first == entry.first; };
        if (std::none_of(metadata.begin(), metadata.end(), same))
            metadata.push_back(std::move(entry));
    }
    files.push_back(std::move(file));
    return {};
}

Result<void> Checkpoint::Data::addPytorch(File file, FileLayout layout, const OpenOptions& options)
{
    const ByteSource source{file->path().string(), file->size(),
        [&](std::uint64_t offset, std::size_t count) { return file->read(offset, count); }};
    auto read = readPytorchFile(source, layout);
    if (!read)
        return unexpected(read.error());
    auto chosen = selectSection(*read, options, file->path());
    if (!chosen)
        return unexpected(chosen.error());
    section = std::move(*chosen);
    for (StoredView& view : read->tensors) {
        std::uint64_t size = pickleTypeBytes(view.type);
        for (const std::int64_t length : view.shape)
            size *= static_cast<std::uint64_t>(length); // checked: below 2^62
        bytes += size;
        places.push_back({files.size(), view.offset, view.span, std::move(view.strides),
            view.isBigEndian ? pickleTypeComponentBytes(view.type) : 1, view.isConjugate, view.isNegative});
        tensors.push_back({std::move(view.path), toScalarType(view.type), std::move(view.shape), size});
    }
    files.push_back(std::move(file));
    return {};
}

void Checkpoint::Data::sortByName()
{
    std::vector<std::size_t> order(tensors.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::sort(
        order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return tensors[a].name < tensors[b].name; });
    std::vector<TensorInfo> sortedTensors;
    std::vector<Place> sortedPlaces;
    for (const std::size_t i : order) {
        sortedTensors.push_back(std::move(tensors[i]));
        sortedPlaces.push_back(std::move(places[i]));
    }
    tensors = std::move(sortedTensors);
    places = std::move(sortedPlaces);
}

Result<void> Checkpoint::Data::addShards(const fs::path& index, const OpenOptions& options)
{
    const auto shardOf = readShardIndex(index);
    if (!shardOf)
        return unexpected(shardOf.error());
    std::vector<std::string> shards;
    for (const auto& [name, shard] : *shardOf)
        shards.push_back(shard);
    std::sort(shards.begin(), shards.end());
    shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
    if (shards.size() > kMaximumShards)
        return badShardIndex(index,
            "it names " + std::to_string(shards.size()) + " files, expected at most " + std::to_string(kMaximumShards));
    for (const std::string& shard : shards) {
        const std::size_t first = tensors.size();
        if (auto added = add(index.parent_path() / shard, options); !added)
            return added;
        for (std::size_t i = first; i < tensors.size(); ++i) {
            const auto said = shardOf->find(tensors[i].name);
            if (said == shardOf->end())
                return badShardIndex(index,
                    "tensor " + printable(tensors[i].name) + " of " + printable(shard) + " is not in its 'weight_map'");
            if (said->second != shard)
                return badShardIndex(index,
                    "tensor " + printable(tensors[i].name) + " is in " + printable(shard) + ", but the index says "
                        + printable(said->second));
        }
    }
    sortByName();
    for (const auto& [name, shard] : *shardOf) {
        if (!indexOf(name))
            return badShardIndex(
                index, "tensor " + printable(name) + " is not in " + printable(shard) + " as the index says");
    }
    return {};
}

} // namespace toca::checkpoint
