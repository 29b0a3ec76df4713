// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint.h"

#include "core/base/printable.h"
#include "core/checkpoint/json_config.h"
#include "core/checkpoint/mapped_file.h"
#include "core/checkpoint/stored_type.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

namespace toca::checkpoint {

namespace fs = std::filesystem;

namespace {

/// Each shard keeps one file descriptor; programs usually get 1024.
constexpr std::size_t kMaximumShards = 512;
/// An index has one short line per tensor; the largest public ones have some hundred KiB.
constexpr JsonLimits kIndexLimits{.bytes = 32u << 20, .depth = 4, .values = 500'000};
constexpr std::array kUsualNames{"model.safetensors", "model.safetensors.index.json",
    "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.safetensors.index.json"};

using File = std::shared_ptr<const MappedFile>;

bool isIndex(const fs::path& path)
{
    return path.string().ends_with(".index.json");
}

bool isPlainFileName(const std::string& name)
{
    return !name.empty() && name != "." && name != ".." && name.size() <= 255
        && name.find_first_of("/\\") == std::string::npos && !hasControlCharacters(name)
        && name.ends_with(".safetensors");
}

Unexpected badIndex(const fs::path& index, const std::string& what)
{
    return unexpected(ErrorCode::BadFormat,
        quotedPath(index.string()) + " is not a valid safetensors index: " + what
            + ". Download or export the folder again.");
}

/// Tensor name -> shard file name, as the index says.
Result<std::map<std::string, std::string, std::less<>>> readIndex(const fs::path& path)
{
    const auto document = readJsonFile(path, kIndexLimits);
    if (!document)
        return unexpected(document.error());
    if (!document->is_object() || !document->contains("weight_map") || !(*document)["weight_map"].is_object())
        return badIndex(path, "it has no object 'weight_map'");
    std::map<std::string, std::string, std::less<>> shardOf;
    for (const auto& [name, shard] : (*document)["weight_map"].items()) {
        if (!shard.is_string() || !isPlainFileName(shard.get_ref<const std::string&>()))
            return badIndex(path,
                "tensor " + printable(name) + " is said to be in "
                    + (shard.is_string() ? printable(shard.get_ref<const std::string&>())
                                         : "something that is not text")
                    + ", expected the plain name of a .safetensors file in the same folder");
        shardOf.emplace(name, shard.get<std::string>());
    }
    if (shardOf.empty())
        return badIndex(path, "its 'weight_map' is empty");
    return shardOf;
}

/// The file to open for what the user named.
Result<fs::path> resolve(const fs::path& path)
{
    std::error_code ignored;
    if (!fs::is_directory(path, ignored))
        return path;
    for (const char* name : kUsualNames) {
        if (fs::exists(path / name, ignored))
            return path / name;
    }
    return unexpected(ErrorCode::NotFound,
        "The folder '" + path.string()
            + "' holds no weights: expected model.safetensors or diffusion_pytorch_model.safetensors, or one of them "
              "with '.index.json'. Choose the folder with the model's weights.");
}

} // namespace

struct Checkpoint::Data {
    struct Place {
        std::size_t file = 0;
        std::uint64_t offset = 0; ///< from the start of the file
    };

    fs::path path;
    std::vector<File> files;
    std::vector<TensorInfo> tensors; ///< sorted by name
    std::vector<Place> places; ///< of tensors[i]
    std::vector<std::pair<std::string, std::string>> metadata;
    std::uint64_t bytes = 0;

    /// @return the index in `tensors`, or nothing
    std::optional<std::size_t> indexOf(std::string_view name) const
    {
        const auto at = std::lower_bound(tensors.begin(), tensors.end(), name,
            [](const TensorInfo& info, std::string_view wanted) { return info.name < wanted; });
        if (at == tensors.end() || at->name != name)
            return std::nullopt;
        return static_cast<std::size_t>(at - tensors.begin());
    }

    /// Maps one file and adds its header's tensors, unsorted.
    Result<void> add(const fs::path& file)
    {
        auto mapped = MappedFile::open(file);
        if (!mapped)
            return unexpected(mapped.error());
        // The header is read, not mapped: parsing cannot be hurt by a file that shrinks meanwhile.
        const std::uint64_t size = (*mapped)->size();
        auto start = (*mapped)->read(0, static_cast<std::size_t>(std::min<std::uint64_t>(8, size)));
        if (!start)
            return unexpected(start.error());
        const auto end = safetensorsHeaderEnd(*start, size, file.string());
        if (!end)
            return unexpected(end.error());
        start = (*mapped)->read(0, static_cast<std::size_t>(*end));
        if (!start)
            return unexpected(start.error());
        auto header = parseSafetensorsHeader(*start, size, file.string());
        if (!header)
            return unexpected(header.error());
        for (StoredTensor& tensor : header->tensors) {
            bytes += tensor.end - tensor.begin;
            places.push_back({files.size(), header->dataOffset + tensor.begin});
            tensors.push_back({std::move(tensor.name), toScalarType(tensor.type), std::move(tensor.shape),
                tensor.end - tensor.begin});
        }
        for (auto& entry : header->metadata) {
            const auto same = [&](const auto& known) { return known.first == entry.first; };
            if (std::none_of(metadata.begin(), metadata.end(), same))
                metadata.push_back(std::move(entry));
        }
        files.push_back(std::move(*mapped));
        return {};
    }

    void sortByName()
    {
        std::vector<std::size_t> order(tensors.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return tensors[a].name < tensors[b].name; });
        std::vector<TensorInfo> sortedTensors;
        std::vector<Place> sortedPlaces;
        for (const std::size_t i : order) {
            sortedTensors.push_back(std::move(tensors[i]));
            sortedPlaces.push_back(places[i]);
        }
        tensors = std::move(sortedTensors);
        places = std::move(sortedPlaces);
    }

    Result<void> addShards(const fs::path& index)
    {
        const auto shardOf = readIndex(index);
        if (!shardOf)
            return unexpected(shardOf.error());
        std::vector<std::string> shards;
        for (const auto& [name, shard] : *shardOf)
            shards.push_back(shard);
        std::sort(shards.begin(), shards.end());
        shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
        if (shards.size() > kMaximumShards)
            return badIndex(index,
                "it names " + std::to_string(shards.size()) + " files, expected at most "
                    + std::to_string(kMaximumShards));
        for (const std::string& shard : shards) {
            const std::size_t first = tensors.size();
            if (auto added = add(index.parent_path() / shard); !added)
                return added;
            for (std::size_t i = first; i < tensors.size(); ++i) {
                const auto said = shardOf->find(tensors[i].name);
                if (said == shardOf->end())
                    return badIndex(index,
                        "tensor " + printable(tensors[i].name) + " of " + printable(shard)
                            + " is not in its 'weight_map'");
                if (said->second != shard)
                    return badIndex(index,
                        "tensor " + printable(tensors[i].name) + " is in " + printable(shard) + ", but the index says "
                            + printable(said->second));
            }
        }
        sortByName();
        for (const auto& [name, shard] : *shardOf) {
            if (!indexOf(name))
                return badIndex(
                    index, "tensor " + printable(name) + " is not in " + printable(shard) + " as the index says");
        }
        return {};
    }
};

Result<Checkpoint> Checkpoint::open(const fs::path& path)
{
    const auto file = resolve(path);
    if (!file)
        return unexpected(file.error());
    auto data = std::make_shared<Data>();
    data->path = *file;
    if (auto added = isIndex(*file) ? data->addShards(*file) : data->add(*file); !added)
        return unexpected(added.error());
    if (!isIndex(*file))
        data->sortByName();
    Checkpoint checkpoint;
    checkpoint.m_data = std::move(data);
    return checkpoint;
}

const std::vector<TensorInfo>& Checkpoint::tensors() const
{
    return m_data->tensors;
}

const TensorInfo* Checkpoint::find(std::string_view name) const
{
    const auto at = m_data->indexOf(name);
    return at ? &m_data->tensors[*at] : nullptr;
}

torch::Tensor Checkpoint::tensor(std::string_view name) const
{
    const auto at = m_data->indexOf(name);
    TORCH_CHECK(at, "Checkpoint::tensor: no tensor ", std::string(name), " in ", m_data->path.string());
    const TensorInfo& info = m_data->tensors[*at];
    if (info.bytes == 0)
        return torch::empty(info.shape, info.dtype);
    const File file = m_data->files[m_data->places[*at].file];
    const std::byte* bytes = file->data() + m_data->places[*at].offset;
    // The format does not promise alignment; reading a misaligned element is undefined.
    if (reinterpret_cast<std::uintptr_t>(bytes) % c10::elementSize(info.dtype) != 0) {
        auto copy = torch::empty(info.shape, info.dtype);
        std::memcpy(copy.data_ptr(), bytes, info.bytes);
        return copy;
    }
    // LibTorch has no view of constant memory; the pages are mapped read-only, so writing would fault.
    return torch::from_blob(
        const_cast<std::byte*>(bytes), info.shape, [file](void*) {}, torch::TensorOptions(info.dtype));
}

Result<void> Checkpoint::checkFiles() const
{
    for (const File& file : m_data->files) {
        if (!file->isWhole())
            return unexpected(ErrorCode::Io,
                quotedPath(file->path().string())
                    + " became shorter while it was in use. Open the model again when the file is complete.");
    }
    return {};
}

const std::vector<std::pair<std::string, std::string>>& Checkpoint::metadata() const
{
    return m_data->metadata;
}

std::uint64_t Checkpoint::totalBytes() const
{
    return m_data->bytes;
}

const fs::path& Checkpoint::path() const
{
    return m_data->path;
}

} // namespace toca::checkpoint
