// SPDX-License-Identifier: Apache-2.0
#include "core/base/atomic_file.h"
#include "core/base/printable.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/stored_type.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unordered_set>

namespace toca::checkpoint {

namespace {

struct Entry {
    std::string name;
    torch::Tensor tensor;
    StoredType type;
};

using Metadata = std::vector<std::pair<std::string, std::string>>;

Unexpected refused(const std::string& what)
{
    return unexpected(ErrorCode::InvalidArgument, what);
}

/// Invalid UTF-8 becomes U+FFFD instead of an exception; the comparison in `makeHeader` then refuses it.
std::string jsonText(const std::string& text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Length, JSON and padding. Checked by the reader, so that nothing can be written that is not read back.
Result<std::string> makeHeader(const std::vector<Entry>& entries, const Metadata& metadata)
{
    std::string json = "{";
    if (!metadata.empty()) {
        json += "\"__metadata__\":{";
        for (const auto& [key, value] : metadata) {
            json += jsonText(key) + ":" + jsonText(value);
            json += ',';
        }
        json.back() = '}';
        json += ',';
    }
    std::uint64_t offset = 0;
    for (const Entry& entry : entries) {
        const std::uint64_t end = offset + entry.tensor.nbytes();
        json += jsonText(entry.name);
        json += ":{\"dtype\":\"";
        json += storedTypeName(entry.type);
        json += "\",\"shape\":" + nlohmann::json(entry.tensor.sizes().vec()).dump();
        json += ",\"data_offsets\":[" + std::to_string(offset) + "," + std::to_string(end) + "]},";
        offset = end;
    }
    if (json.back() == ',')
        json.pop_back();
    json += '}';
    json.append((8 - json.size() % 8) % 8, ' ');
    std::string header;
    for (int i = 0; i < 8; ++i)
        header += static_cast<char>(static_cast<std::uint64_t>(json.size()) >> (8 * i) & 0xff);
    header += json;

    const auto read = parseSafetensorsHeader(header, header.size() + offset, "the file to be written");
    if (!read)
        return refused("These tensors can't be written: " + read.error().message);
    std::unordered_set<std::string> names;
    for (const StoredTensor& stored : read->tensors)
        names.insert(stored.name);
    for (const Entry& entry : entries) {
        if (!names.count(entry.name))
            return refused("The tensor name " + printable(entry.name) + " can't be written: expected UTF-8.");
    }
    if (read->metadata != metadata)
        return refused("The metadata can't be written: expected UTF-8.");
    return header;
}

Unexpected writeError(const std::filesystem::path& path, int code)
{
    return unexpected(ErrorCode::Io,
        "Cannot write '" + path.string() + "': " + std::strerror(code) + ". Choose another place or free some space.");
}

/// Streams, because the tensors may be larger than what memory has room for twice.
Result<void> writeAll(const std::filesystem::path& temporary, const std::filesystem::path& path,
    const std::string& header, const std::vector<Entry>& entries)
{
    std::FILE* file = std::fopen(temporary.c_str(), "wbxe");
    if (!file)
        return writeError(path, errno);
    bool good = std::fwrite(header.data(), 1, header.size(), file) == header.size();
    int code = errno;
    for (const Entry& entry : entries) {
        if (!good || entry.tensor.nbytes() == 0)
            continue;
        const auto tensor = entry.tensor.cpu().contiguous();
        good = std::fwrite(tensor.const_data_ptr(), 1, tensor.nbytes(), file) == tensor.nbytes();
        code = errno;
    }
    if (std::fclose(file) != 0 && good) {
        good = false;
        code = errno;
    }
    if (good)
        return {};
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    return writeError(path, code);
}

} // namespace

Result<void> writeSafetensors(const std::filesystem::path& path,
    const std::vector<std::pair<std::string, torch::Tensor>>& tensors, const Metadata& metadata)
{
    std::vector<Entry> entries;
    for (const auto& [name, tensor] : tensors) {
        if (!tensor.defined() || tensor.layout() != torch::kStrided || tensor.is_quantized())
            return refused("The tensor " + printable(name) + " can't be written: expected a dense tensor.");
        const auto type = toStoredType(tensor.scalar_type());
        if (!type)
            return refused("The tensor " + printable(name) + " can't be written: its dtype "
                + torch::toString(tensor.scalar_type()) + " has no place in a safetensors file. Convert it first.");
        entries.push_back({name, tensor.detach(), *type});
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        const auto sizeA = storedTypeBytes(a.type), sizeB = storedTypeBytes(b.type);
        return sizeA != sizeB ? sizeA > sizeB : a.name < b.name;
    });
    Metadata sorted = metadata;
    std::sort(sorted.begin(), sorted.end());

    const auto header = makeHeader(entries, sorted);
    if (!header)
        return unexpected(header.error());
    const auto temporary = temporaryBeside(path);
    if (auto written = writeAll(temporary, path, *header, entries); !written)
        return written;
    return commitTemporary(temporary, path);
}

} // namespace toca::checkpoint
