// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

/// PyTorch files byte by byte, as torch.save writes them and as it never would.
namespace toca::tests {

inline std::string littleEndian(std::uint64_t value, int bytes)
{
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

template <class T>
std::string bytesOf(const std::vector<T>& values)
{
    std::string bytes(values.size() * sizeof(T), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

struct ZipRecord {
    std::string name;
    std::string data;
    int method = 0;
    int flags = 0;
};

/// A zip archive of these records. Data begins at multiples of `alignment`, by a longer extra field.
inline std::string zipBytes(const std::vector<ZipRecord>& records, std::size_t alignment = 64)
{
    std::string file, directory;
    for (const ZipRecord& record : records) {
        const std::size_t header = file.size();
        const std::size_t padding = (alignment - (header + 30 + record.name.size()) % alignment) % alignment;
        const std::string size = littleEndian(record.data.size(), 4);
        const std::string common = littleEndian(static_cast<std::uint64_t>(record.flags), 2)
            + littleEndian(static_cast<std::uint64_t>(record.method), 2) + std::string(8, '\0') + size + size
            + littleEndian(record.name.size(), 2);
        file += "PK\x03\x04" + std::string(2, '\0') + common + littleEndian(padding, 2) + record.name
            + std::string(padding, 'F') + record.data;
        directory += "PK\x01\x02" + std::string(4, '\0') + common + std::string(12, '\0') + littleEndian(header, 4)
            + record.name;
    }
    const std::string count = littleEndian(records.size(), 2);
    return file + directory + "PK\x05\x06" + std::string(4, '\0') + count + count + littleEndian(directory.size(), 4)
        + littleEndian(file.size(), 4) + std::string(2, '\0');
}

/// Parts of a pickle. They are put together by +.
namespace pickled {

inline std::string text(const std::string& value)
{
    return std::string("X").append(littleEndian(value.size(), 4)).append(value);
}
inline std::string number(std::int64_t value)
{
    return std::string("\x8a\x08") + littleEndian(static_cast<std::uint64_t>(value), 8);
}
inline std::string tuple(const std::string& items)
{
    return "(" + items + "t";
}
inline std::string global(const std::string& module, const std::string& name)
{
    return "c" + module + "\n" + name + "\n";
}
/// {key: value, ..}
inline std::string dictionary(const std::vector<std::pair<std::string, std::string>>& items)
{
    std::string all = "}(";
    for (const auto& [key, value] : items)
        all += text(key) + value;
    return all + "u";
}
inline std::string storage(
    const std::string& key, const std::string& type, std::int64_t elements, const std::string& afterwards = "")
{
    return tuple(text("storage") + global("torch", type) + text(key) + text("cpu") + number(elements) + afterwards)
        + "Q";
}
inline std::string numbers(const std::vector<std::int64_t>& values)
{
    std::string all;
    for (const std::int64_t value : values)
        all += number(value);
    return tuple(all);
}
/// torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, False, OrderedDict())
inline std::string tensor(const std::string& storage, std::int64_t offset, const std::vector<std::int64_t>& shape,
    const std::vector<std::int64_t>& strides, const std::string& afterwards = "")
{
    return global("torch._utils", "_rebuild_tensor_v2")
        + tuple(storage + number(offset) + numbers(shape) + numbers(strides) + "\x89"
            + global("collections", "OrderedDict") + ")R" + afterwards)
        + "R";
}
/// A whole pickle of protocol 2.
inline std::string whole(const std::string& value)
{
    return "\x80\x02" + value + ".";
}

} // namespace pickled

/// A zip archive whose main pickle is `pickle`, with storages by key.
inline std::string torchZip(const std::string& pickle, const std::vector<std::pair<std::string, std::string>>& storages,
    std::size_t alignment = 64)
{
    std::vector<ZipRecord> records{{"archive/data.pkl", pickle}};
    for (const auto& [key, data] : storages)
        records.push_back({"archive/data/" + key, data});
    records.push_back({"archive/version", "3\n"});
    return zipBytes(records, alignment);
}

/// What precedes the main pickle of a stream.
inline std::string streamStart()
{
    using namespace pickled;
    return std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15)
        + std::string("\x80\x02M\xe9\x03.", 6) + whole("}");
}

struct StreamStorage {
    std::string key;
    std::uint64_t elements = 0;
    std::string data;
};

/// A stream: magic number, version, machine, pickle, keys, storages.
inline std::string torchStream(const std::string& pickle, const std::vector<StreamStorage>& storages)
{
    std::string keys = "](", data;
    for (const StreamStorage& storage : storages) {
        keys += pickled::text(storage.key);
        data += littleEndian(storage.elements, 8) + storage.data;
    }
    return streamStart() + pickle + pickled::whole(keys + "e") + data;
}

} // namespace toca::tests
