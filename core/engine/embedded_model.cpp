// SPDX-License-Identifier: Apache-2.0
#include "core/engine/make_engine.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace toca {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultModel = "toca-miniature-2";

/// The folder with all models that come with the program; empty when there is none.
fs::path modelsFolder()
{
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    for (const fs::path& candidate :
        {program.parent_path() / "../share/toca-studio/models", fs::path(TOCA_SOURCE_MODELS)})
        if (fs::is_directory(candidate / kDefaultModel, error))
            return candidate.lexically_normal();
    return {};
}

} // namespace

std::string embeddedModelPath()
{
    if (const char* wanted = std::getenv("TOCA_MODEL"); wanted && *wanted)
        return wanted;
    const fs::path folder = modelsFolder();
    return folder.empty() ? std::string() : (folder / kDefaultModel).string();
}

std::vector<std::string> embeddedModelNames()
{
    std::vector<std::string> names;
    const fs::path folder = modelsFolder();
    std::error_code error;
    if (!folder.empty())
        for (const auto& entry : fs::directory_iterator(folder, error))
            if (entry.is_directory(error))
                names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
        return std::pair(a != kDefaultModel, a) < std::pair(b != kDefaultModel, b);
    });
    return names;
}

std::string modelFolderOf(const std::string& modelPath)
{
    if (modelPath.empty())
        return embeddedModelPath();
    if (modelPath.find('/') != std::string::npos)
        return modelPath;
    const auto names = embeddedModelNames();
    if (std::find(names.begin(), names.end(), modelPath) == names.end())
        return modelPath;
    return (modelsFolder() / modelPath).string();
}

} // namespace toca
