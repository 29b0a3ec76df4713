// SPDX-License-Identifier: Apache-2.0
#include "core/library/run_bundle.h"

#include "core/base/atomic_file.h"
#include "core/base/crc32.h"
#include "core/base/printable.h"
#include "core/base/safetensors_header.h"
#include "core/library/run_library.h"
#include "core/library/run_name.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace toca::library {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFormat = "toca-bundle";
constexpr std::size_t kLargestBundle = std::size_t{16} << 30;
constexpr std::uint64_t kSearchedHeader = std::uint64_t{8} << 20;
constexpr std::size_t kMostFiles = 2000; // a clip may be numbered pictures

/// Files that a run may have: nothing else goes in, and nothing else comes out.
bool isRunFile(std::string_view name)
{
    static constexpr std::array<std::string_view, 6> kNames{
        "report.json", "request.json", "run.json", "pixels.safetensors", "thumbnail.png", "trace.safetensors"};
    const bool isClip = name.starts_with("clip")
        && (name.ends_with(".mp4") || name.ends_with(".webm") || name.ends_with(".gif") || name.ends_with(".png"));
    return isPlainName(name) && (isClip || std::find(kNames.begin(), kNames.end(), name) != kNames.end());
}

Unexpected noBundle(const fs::path& path, const std::string& problem)
{
    return unexpected(
        ErrorCode::BadFormat, "The file " + quotedPath(path.string()) + " is no bundle of a run: " + problem + ".");
}

/// The metadata that holds a file's checksum.
std::string checksumKey(std::string_view name)
{
    return "crc32 " + std::string(name);
}

std::string checksumOf(std::string_view content)
{
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(crc32(content)));
    return digits;
}

/// Where one file has a checksum, all must.
bool hasChecksums(const SafetensorsHeader& header)
{
    return std::any_of(header.metadata.begin(), header.metadata.end(),
        [](const auto& entry) { return entry.first.starts_with("crc32 "); });
}

bool isIntact(const SafetensorsHeader& header, std::string_view name, std::string_view content)
{
    return std::any_of(header.metadata.begin(), header.metadata.end(),
        [&](const auto& entry) { return entry.first == checksumKey(name) && entry.second == checksumOf(content); });
}

bool isMarked(const SafetensorsHeader& header)
{
    return std::any_of(header.metadata.begin(), header.metadata.end(),
        [](const auto& entry) { return entry.first == "format" && entry.second == kFormat; });
}

} // namespace

Result<void> writeBundle(const fs::path& bundle, const fs::path& runFolder)
{
    if (const auto run = readRun(runFolder); !run)
        return unexpected(run.error());
    std::vector<fs::path> files;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(runFolder, error))
        if (isRunFile(entry.path().filename().string()) && fs::is_regular_file(entry.symlink_status(error)))
            files.push_back(entry.path());
    if (error)
        return unexpected(ErrorCode::Io, "Cannot read the run '" + runFolder.string() + "': " + error.message() + ".");
    if (files.size() > kMostFiles)
        return unexpected(ErrorCode::TooLarge, "The run '" + runFolder.string() + "' has too many files for a bundle.");
    std::sort(files.begin(), files.end());
    nlohmann::ordered_json header;
    header["__metadata__"] = {{"format", kFormat}, {"version", "1"}};
    std::string data;
    for (const fs::path& file : files) {
        const auto content = readFile(file, kLargestBundle);
        if (!content)
            return unexpected(content.error());
        header[file.filename().string()] = {{"dtype", "U8"}, {"shape", {content->size()}},
            {"data_offsets", {data.size(), data.size() + content->size()}}};
        header["__metadata__"][checksumKey(file.filename().string())] = checksumOf(*content);
        data += *content;
        if (data.size() > kLargestBundle)
            return unexpected(
                ErrorCode::TooLarge, "The run '" + runFolder.string() + "' is larger than 16 GiB: no bundle is made.");
    }
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t length = text.size();
    std::string content(sizeof length, '\0');
    std::memcpy(content.data(), &length, sizeof length);
    content += text;
    content += data;
    return writeFileAtomically(bundle, content);
}

bool isBundle(const fs::path& path)
{
    std::error_code error;
    const std::uint64_t bytes = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
    std::ifstream file(path, std::ios::binary);
    std::string start(8, '\0');
    if (error || !file.read(start.data(), 8))
        return false;
    const auto end = safetensorsHeaderEnd(start, bytes, path.string());
    if (!end || *end > kSearchedHeader)
        return false;
    start.resize(static_cast<std::size_t>(*end));
    if (!file.read(start.data() + 8, static_cast<std::streamsize>(*end - 8)))
        return false;
    const auto header = parseSafetensorsHeader(start, bytes, path.string());
    return header && isMarked(*header);
}

Result<void> unpackBundle(const fs::path& bundle, RunWriter& writer)
{
    const auto content = readFile(bundle, kLargestBundle);
    if (!content)
        return unexpected(content.error());
    const auto header = parseSafetensorsHeader(*content, content->size(), bundle.string());
    if (!header)
        return unexpected(header.error());
    if (!isMarked(*header))
        return noBundle(bundle, "it does not say \"format\": \"toca-bundle\"");
    if (header->tensors.size() > kMostFiles)
        return noBundle(bundle, "it holds too many files");
    const bool isChecked = hasChecksums(*header);
    for (const StoredTensor& each : header->tensors) {
        if (!isRunFile(each.name) || each.type != StoredType::U8)
            return noBundle(bundle, "it holds " + printable(each.name.substr(0, 80)) + ", which no run has");
        const std::string_view file = std::string_view(*content).substr(
            static_cast<std::size_t>(header->dataOffset + each.begin), static_cast<std::size_t>(each.end - each.begin));
        if (isChecked && !isIntact(*header, each.name, file))
            return unexpected(ErrorCode::BadFormat,
                "The bundle " + quotedPath(bundle.string()) + " is damaged: its file '" + each.name
                    + "' differs from its checksum. Copy or download it again.");
        if (auto written = writeFileAtomically(writer.file(each.name), file); !written)
            return written;
    }
    const fs::path folder = writer.file("request.json").parent_path();
    const auto run = readRun(folder);
    if (!run)
        return unexpected(inBundle(run.error(), folder, bundle));
    return {};
}

Error inBundle(Error error, const fs::path& unpacked, const fs::path& bundle)
{
    const std::string folder = unpacked.string();
    const std::string& name = bundle.string();
    for (std::size_t at = error.message.find(folder); !folder.empty() && at != std::string::npos;
         at = error.message.find(folder, at + name.size()))
        error.message.replace(at, folder.size(), name);
    if (error.message.find(name) == std::string::npos)
        error.message = "In the bundle " + quotedPath(name) + ": " + error.message;
    return error;
}

} // namespace toca::library
