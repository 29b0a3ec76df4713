// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pytorch_file.h"

#include "core/base/printable.h"
#include "core/base/safetensors_header.h"
#include "core/checkpoint/pickle.h"
#include "core/checkpoint/pickle_tree.h"
#include "core/checkpoint/zip_directory.h"

#include <algorithm>
#include <unordered_map>

namespace toca::checkpoint {

namespace {

/// 0x1950a86a20f9469cfc6c, the first value of a stream, as a pickle's bytes and as its text.
constexpr std::string_view kMagicBytes = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::string_view kMagicDigits = "119547037146038801333356";
constexpr std::int64_t kStreamVersion = 1001;
/// The values before a stream's main pickle are a few numbers.
constexpr std::uint64_t kMaximumPreambleBytes = 64u << 10;

/// Where each storage of a pickle begins in the file.
using Places = std::vector<std::uint64_t>;

class PytorchReader {
public:
    explicit PytorchReader(const ByteSource& source)
        : m_source(source)
    {
    }

    Result<PytorchFile> readZip();
    Result<PytorchFile> readStream();

private:
    Unexpected bad(const std::string& what) const
    {
        return unexpected(ErrorCode::BadFormat,
            quotedPath(m_source.name) + " is not a valid PyTorch file: " + what + ". Download or export it again.");
    }

    Result<Pickle> readAt(std::uint64_t& position, std::uint64_t limit) const;
    Result<void> readPreamble(std::uint64_t& position) const;
    Result<Places> placesOfKeys(const Pickle& pickle, const Pickle& keys, std::uint64_t position) const;
    Result<PytorchFile> finish(const Pickle& pickle, const Places& places, bool isBigEndian) const;

    const ByteSource& m_source;
};

Result<PytorchFile> PytorchReader::readZip()
{
    auto directory = ZipDirectory::read(m_source);
    if (!directory)
        return unexpected(directory.error());
    const auto main = directory->findName([](std::string_view name) {
        return name.ends_with("/data.pkl") && std::count(name.begin(), name.end(), '/') == 1;
    });
    if (!main)
        return bad("the zip archive has no record FOLDER/data.pkl, so torch.save did not write it");
    const std::string folder = main->substr(0, main->size() - std::string_view("data.pkl").size());
    if (directory->has(folder + "constants.pkl"))
        return unexpected(ErrorCode::Unsupported,
            quotedPath(m_source.name)
                + " is a TorchScript archive, which holds a program. Save the model's state_dict with torch.save.");
    bool isBigEndian = false;
    if (directory->has(folder + "byteorder")) {
        const auto at = directory->find(folder + "byteorder");
        if (!at)
            return unexpected(at.error());
        const auto order = m_source.read(at->offset, static_cast<std::size_t>(std::min<std::uint64_t>(at->size, 16)));
        if (!order)
            return unexpected(order.error());
        if (*order != "little" && *order != "big")
            return bad("its byte order is " + printable(*order) + ", expected 'little' or 'big'");
        isBigEndian = *order == "big";
    }
    const auto at = directory->find(*main);
    if (!at)
        return unexpected(at.error());
    ByteStream stream(m_source, at->offset, at->offset + at->size);
    const auto pickle = readPickle(stream);
    if (!pickle)
        return unexpected(pickle.error());
    Places places;
    for (const PickleStorage& storage : pickle->storages()) {
        if (storage.isView)
            return bad("a storage is a part of another, which only streams have");
        const auto record = directory->find(folder + "data/" + storage.key);
        if (!record)
            return unexpected(record.error());
        const std::uint64_t bytes = storage.elements * pickleTypeBytes(storage.type);
        if (record->size != bytes)
            return bad("record " + printable(folder + "data/" + storage.key) + " has " + std::to_string(record->size)
                + " bytes, expected " + std::to_string(bytes) + " for " + std::to_string(storage.elements) + " x "
                + pickleTypeName(storage.type));
        places.push_back(record->offset);
    }
    return finish(*pickle, places, isBigEndian);
}

/// Reads the pickle at `position` and moves it behind.
Result<Pickle> PytorchReader::readAt(std::uint64_t& position, std::uint64_t limit) const
{
    ByteStream stream(m_source, position, position + std::min(limit, m_source.size - position));
    auto pickle = readPickle(stream);
    position = stream.position();
    return pickle;
}

/// The magic number, the version, and facts about the machine that wrote it.
Result<void> PytorchReader::readPreamble(std::uint64_t& position) const
{
    const auto magic = readAt(position, kMaximumPreambleBytes);
    if (!magic)
        return unexpected(magic.error());
    const std::string_view value = magic->text(magic->root());
    if (value != kMagicBytes && value != kMagicDigits)
        return bad("it is a pickle, but does not begin with PyTorch's magic number");
    const auto version = readAt(position, kMaximumPreambleBytes);
    if (!version)
        return unexpected(version.error());
    if (version->integer(version->root()) != kStreamVersion)
        return bad("its stream has an unknown version, expected " + std::to_string(kStreamVersion));
    // Sizes of C types and the byte order. Storages are little-endian on every machine, so nothing depends on it.
    const auto machine = readAt(position, kMaximumPreambleBytes);
    return machine ? Result<void>() : unexpected(machine.error());
}

Result<PytorchFile> PytorchReader::readStream()
{
    std::uint64_t position = 0;
    if (auto read = readPreamble(position); !read)
        return unexpected(read.error());
    const auto pickle = readAt(position, kMaximumPickleBytes);
    if (!pickle)
        return unexpected(pickle.error());
    const auto keys = readAt(position, kMaximumPickleBytes);
    if (!keys)
        return unexpected(keys.error());
    const auto places = placesOfKeys(*pickle, *keys, position);
    return places ? finish(*pickle, *places, false) : unexpected(places.error());
}

/// Walks the storages that follow the list of keys: each is its number of elements and their bytes.
Result<Places> PytorchReader::placesOfKeys(const Pickle& pickle, const Pickle& keys, std::uint64_t position) const
{
    const auto& storages = pickle.storages();
    std::unordered_map<std::string_view, std::uint32_t> indexOf;
    for (std::uint32_t i = 0; i < storages.size(); ++i) {
        if (!storages[i].isView)
            indexOf.emplace(storages[i].key, i);
    }
    Places places(storages.size(), 0);
    const auto listed = keys.items(keys.root());
    if (keys.kind(keys.root()) != ValueKind::List)
        return bad("after its main pickle there is no list of storages");
    for (const ValueId id : listed) {
        const auto number = keys.integer(id);
        const std::string key = number ? std::to_string(*number) : std::string(keys.text(id));
        const auto known = indexOf.find(key);
        if (known == indexOf.end())
            return bad("it lists the storage " + printable(key) + ", which no tensor uses or which is listed twice");
        const PickleStorage& storage = storages[known->second];
        const std::uint64_t bytes = storage.elements * pickleTypeBytes(storage.type);
        if (m_source.size - position < 8 || m_source.size - position - 8 < bytes)
            return bad("it is cut in storage " + printable(key) + ": " + std::to_string(m_source.size - position)
                + " bytes are left, expected 8 + " + std::to_string(bytes));
        const auto length = m_source.read(position, 8);
        if (!length)
            return unexpected(length.error());
        std::uint64_t elements = 0;
        for (int i = 7; i >= 0; --i)
            elements = elements << 8 | static_cast<unsigned char>((*length)[static_cast<std::size_t>(i)]);
        if (elements != storage.elements)
            return bad("storage " + printable(key) + " has " + std::to_string(elements) + " elements, expected "
                + std::to_string(storage.elements));
        places[known->second] = position + 8;
        position += 8 + bytes;
        indexOf.erase(known);
    }
    if (!indexOf.empty())
        return bad("storage " + printable(indexOf.begin()->first) + " is not in the file");
    for (std::uint32_t i = 0; i < storages.size(); ++i) {
        if (storages[i].isView)
            places[i] = places[storages[i].root] + storages[i].rootOffset * pickleTypeBytes(storages[i].type);
    }
    return places;
}

Result<PytorchFile> PytorchReader::finish(const Pickle& pickle, const Places& places, bool isBigEndian) const
{
    auto named = tensorsOf(pickle, m_source.name);
    if (!named)
        return unexpected(named.error());
    PytorchFile file;
    file.tensors.reserve(named->size());
    for (NamedTensor& entry : *named) {
        const PickleTensor& tensor = pickle.tensor(entry.tensor);
        StoredView view{std::move(entry.path), tensor.type, tensor.shape, tensor.strides, 0, tensor.span,
            isBigEndian && pickleTypeComponentBytes(tensor.type) > 1, tensor.conjugate, tensor.negative};
        if (tensor.span > 0)
            view.offset = places[tensor.storage] + tensor.offset;
        file.tensors.push_back(std::move(view));
    }
    return file;
}

} // namespace

FileLayout layoutOf(std::string_view start)
{
    // Eight bytes of length, then JSON; no archive or pickle has a brace there.
    if (start.size() > 8 && start[8] == '{')
        return FileLayout::Safetensors;
    if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06"))
        return FileLayout::Zip;
    if ((start.size() > 2 && start[0] == '\x80') || start.starts_with(std::string("L").append(kMagicDigits)))
        return FileLayout::Stream;
    if (start.size() >= 262 && start.substr(257, 5) == "ustar")
        return FileLayout::Tar;
    return FileLayout::Unknown;
}

Result<PytorchFile> readPytorchFile(const ByteSource& source, FileLayout layout)
{
    switch (layout) {
    case FileLayout::Zip:
        return PytorchReader(source).readZip();
    case FileLayout::Stream:
        return PytorchReader(source).readStream();
    case FileLayout::Tar:
        return unexpected(ErrorCode::Unsupported,
            quotedPath(source.name)
                + " is a TAR archive, as the first releases of PyTorch wrote. Load it there and save it again with a "
                  "current torch.save.");
    default:
        return unexpected(
            ErrorCode::BadFormat, quotedPath(source.name) + " is no PyTorch file. Choose a .pt, .pth or .bin file.");
    }
}

} // namespace toca::checkpoint
