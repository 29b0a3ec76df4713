// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/checkpoint_files.h"

#include "core/base/printable.h"
#include "core/checkpoint/json_config.h"

#include <algorithm>
#include <array>
#include <vector>

namespace toca::checkpoint {

namespace fs = std::filesystem;

namespace {

/// An index has one short line per tensor; the largest public ones have some hundred KiB.
constexpr JsonLimits kIndexLimits{.bytes = 32u << 20, .depth = 4, .values = 500'000};
constexpr std::array kUsualNames{"model.safetensors", "model.safetensors.index.json",
    "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.safetensors.index.json", "pytorch_model.bin",
    "pytorch_model.bin.index.json", "diffusion_pytorch_model.bin", "diffusion_pytorch_model.bin.index.json"};
/// What weight files are called. It says nothing about their content.
constexpr std::array kExtensions{".safetensors", ".bin", ".pt", ".pth", ".ckpt"};
constexpr std::size_t kMaximumFolderEntries = 10'000;

bool isWeightName(const std::string& name)
{
    return std::any_of(
        kExtensions.begin(), kExtensions.end(), [&](const char* extension) { return name.ends_with(extension); });
}

bool isPlainFileName(const std::string& name)
{
    return !name.empty() && name != "." && name != ".." && name.size() <= 255
        && name.find_first_of("/\\") == std::string::npos && !hasControlCharacters(name) && isWeightName(name);
}

/// Files of the folder that may hold weights, sorted.
std::vector<fs::path> weightFiles(const fs::path& folder)
{
    std::vector<fs::path> files;
    std::error_code error;
    std::size_t seen = 0;
    for (auto entry = fs::directory_iterator(folder, error);
         !error && entry != fs::directory_iterator() && seen < kMaximumFolderEntries; entry.increment(error), ++seen) {
        std::error_code ignored;
        if (isWeightName(entry->path().filename().string()) && entry->is_regular_file(ignored))
            files.push_back(entry->path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

bool isShardIndex(const fs::path& path)
{
    return path.string().ends_with(".index.json");
}

Unexpected badShardIndex(const fs::path& index, const std::string& what)
{
    return unexpected(ErrorCode::BadFormat,
        quotedPath(index.string()) + " is not a valid index of weight files: " + what
            + ". Download or export the folder again.");
}

Result<ShardMap> readShardIndex(const fs::path& path)
{
    const auto document = readJsonFile(path, kIndexLimits);
    if (!document)
        return unexpected(document.error());
    if (!document->is_object() || !document->contains("weight_map") || !(*document)["weight_map"].is_object())
        return badShardIndex(path, "it has no object 'weight_map'");
    ShardMap shardOf;
    for (const auto& [name, shard] : (*document)["weight_map"].items()) {
        if (!shard.is_string() || !isPlainFileName(shard.get_ref<const std::string&>()))
            return badShardIndex(path,
                "tensor " + printable(name) + " is said to be in "
                    + (shard.is_string() ? printable(shard.get_ref<const std::string&>())
                                         : "something that is not text")
                    + ", expected the plain name of a .safetensors, .bin, .pt or .pth file in the same folder");
        shardOf.emplace(name, shard.get<std::string>());
    }
    if (shardOf.empty())
        return badShardIndex(path, "its 'weight_map' is empty");
    return shardOf;
}

Result<fs::path> findWeights(const fs::path& path)
{
    std::error_code ignored;
    if (!fs::is_directory(path, ignored))
        return path;
    for (const char* name : kUsualNames) {
        if (fs::exists(path / name, ignored))
            return path / name;
    }
    const auto files = weightFiles(path);
    if (files.size() == 1)
        return files.front();
    if (files.empty())
        return unexpected(ErrorCode::NotFound,
            "The folder " + quotedPath(path.string())
                + " holds no weights: expected model.safetensors, diffusion_pytorch_model.safetensors, "
                  "pytorch_model.bin or diffusion_pytorch_model.bin, one of them with '.index.json', or a single .pt "
                  "or "
                  ".pth file. Choose the folder with the model's weights.");
    return unexpected(ErrorCode::InvalidArgument,
        "The folder " + quotedPath(path.string()) + " holds " + std::to_string(files.size()) + " weight files ("
            + printable(files[0].filename().string()) + ", " + printable(files[1].filename().string())
            + (files.size() > 2 ? ", .." : "") + ") and none has a usual name. Choose one of them.");
}

} // namespace toca::checkpoint
