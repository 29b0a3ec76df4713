// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint.h"

#include "core/base/printable.h"
#include "core/checkpoint/checkpoint_files.h"
#include "core/checkpoint/mapped_file.h"
#include "core/checkpoint/pytorch_file.h"
#include "core/checkpoint/stored_type.h"

#include <algorithm>

namespace toca::checkpoint {

namespace fs = std::filesystem;

namespace {

/// Each shard keeps one file descriptor; programs usually get 1024.
constexpr std::size_t kMaximumShards = 512;
/// What wrappers put before the names of all parameters.
constexpr std::array kWrapperPrefixes{"module.", "_orig_mod."};

using File = std::shared_ptr<const MappedFile>;

/// True when `path` is inside of the container `section`.
bool isIn(const std::string& path, const std::string& section)
{
    return path.size() > section.size() && path.starts_with(section) && path[section.size()] == '/';
}

bool hasSection(const PytorchFile& file, const std::string& section)
{
    return std::any_of(
        file.tensors.begin(), file.tensors.end(), [&](const StoredView& tensor) { return isIn(tensor.path, section); });
}

/// Containers at the top that hold tensors, for a message.
std::string sectionNames(const PytorchFile& file)
{
    std::vector<std::string> names;
    for (const StoredView& tensor : file.tensors) {
        const std::string name = tensor.path.substr(0, tensor.path.find('/'));
        if (name != tensor.path && (names.empty() || names.back() != name) && names.size() < 8)
            names.push_back(name);
    }
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + printable(name);
    return text.empty() ? "none" : text;
}

/// Leaves the section's tensors, under their names inside it, and says which it was.
Result<std::string> selectSection(PytorchFile& file, const OpenOptions& options, const fs::path& path)
{
    std::string section = options.section.value_or("");
    if (!options.section) {
        for (const char* usual : kUsualSections) {
            if (section.empty() && hasSection(file, usual))
                section = usual;
        }
    } else if (section.empty()) {
        return section;
    } else if (!hasSection(file, section)) {
        return unexpected(ErrorCode::BadCheckpoint,
            quotedPath(path.string()) + " has no section " + printable(section)
                + " with tensors; its sections are: " + sectionNames(file) + ". Choose one of them.");
    }
    if (!section.empty()) {
        std::erase_if(file.tensors, [&](const StoredView& tensor) { return !isIn(tensor.path, section); });
        for (StoredView& tensor : file.tensors)
            tensor.path.erase(0, section.size() + 1);
    }
    for (const std::string prefix : kWrapperPrefixes) {
        const auto hasPrefix = [&](const StoredView& tensor) { return tensor.path.starts_with(prefix); };
        if (std::all_of(file.tensors.begin(), file.tensors.end(), hasPrefix)) {
            for (StoredView& tensor : file.tensors)
                tensor.path.erase(0, prefix.size());
        }
    }
    return section;
}

/// Reverses each `count` bytes.
void swapBytes(std::byte* bytes, std::uint64_t size, std::uint64_t count)
{
    for (std::uint64_t i = 0; i + count <= size; i += count)
        std::reverse(bytes + i, bytes + i + count);
}

} // namespace

struct Checkpoint::Data {
    struct Place {
        std::size_t file = 0;
        std::uint64_t offset = 0; ///< from the start of the file
        std::uint64_t span = 0; ///< bytes from the first to the end of the last element
        std::vector<std::int64_t> strides; ///< empty: row-major without gaps
        std::uint64_t swapped = 1; ///< bytes to reverse together; 1 = this machine's order
        bool isConjugate = false;
        bool isNegative = false;
    };

    fs::path path;
    std::string section;
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

    /// Maps one file and adds its tensors, unsorted.
    Result<void> add(const fs::path& file, const OpenOptions& options)
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

    Result<void> addSafetensors(File file, std::string_view start, FileLayout layout)
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

    Result<void> addPytorch(File file, FileLayout layout, const OpenOptions& options)
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
            sortedPlaces.push_back(std::move(places[i]));
        }
        tensors = std::move(sortedTensors);
        places = std::move(sortedPlaces);
    }

    Result<void> addShards(const fs::path& index, const OpenOptions& options)
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
                "it names " + std::to_string(shards.size()) + " files, expected at most "
                    + std::to_string(kMaximumShards));
        for (const std::string& shard : shards) {
            const std::size_t first = tensors.size();
            if (auto added = add(index.parent_path() / shard, options); !added)
                return added;
            for (std::size_t i = first; i < tensors.size(); ++i) {
                const auto said = shardOf->find(tensors[i].name);
                if (said == shardOf->end())
                    return badShardIndex(index,
                        "tensor " + printable(tensors[i].name) + " of " + printable(shard)
                            + " is not in its 'weight_map'");
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
};

Result<Checkpoint> Checkpoint::open(const fs::path& path, const OpenOptions& options)
{
    const auto file = findWeights(path);
    if (!file)
        return unexpected(file.error());
    auto data = std::make_shared<Data>();
    data->path = *file;
    const bool isIndex = isShardIndex(*file);
    if (auto added = isIndex ? data->addShards(*file, options) : data->add(*file, options); !added)
        return unexpected(added.error());
    if (!isIndex)
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
    const Data::Place& place = m_data->places[*at];
    const File file = m_data->files[place.file];
    const std::byte* bytes = file->data() + place.offset;
    const auto itemBytes = c10::elementSize(info.dtype);
    const bool isRowMajor = place.strides.empty(); // also of a tensor without dimensions
    // The formats do not promise alignment; reading a misaligned element is undefined.
    if (reinterpret_cast<std::uintptr_t>(bytes) % itemBytes != 0 || place.swapped > 1 || place.isConjugate
        || place.isNegative) {
        torch::Tensor copy = torch::empty({static_cast<std::int64_t>(place.span / itemBytes)}, info.dtype);
        // Read, not copied from the mapping: mapped pages would count beside the copy.
        const auto read = file->readInto(place.offset, {static_cast<std::byte*>(copy.data_ptr()), place.span});
        TORCH_CHECK(read, read ? "" : read.error().message);
        if (place.swapped > 1)
            swapBytes(static_cast<std::byte*>(copy.data_ptr()), place.span, place.swapped);
        copy = isRowMajor ? copy.view(info.shape) : copy.as_strided(info.shape, place.strides);
        if (place.isConjugate)
            copy = copy.conj_physical();
        return place.isNegative ? copy.neg() : copy;
    }
    // LibTorch has no view of constant memory; the pages are mapped read-only, so writing would fault.
    const auto keep = [file](void*) {};
    const torch::TensorOptions options(info.dtype);
    return isRowMajor ? torch::from_blob(const_cast<std::byte*>(bytes), info.shape, keep, options)
                      : torch::from_blob(const_cast<std::byte*>(bytes), info.shape, place.strides, keep, options);
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

const std::string& Checkpoint::section() const
{
    return m_data->section;
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
