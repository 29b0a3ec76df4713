// SPDX-License-Identifier: Apache-2.0
#include "core/base/printable.h"
#include "core/checkpoint/checkpoint_data.h"

#include <algorithm>

namespace toca::checkpoint {

namespace fs = std::filesystem;

namespace {

/// What wrappers put before the names of all parameters.
constexpr std::array kWrapperPrefixes{"module.", "_orig_mod."};

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

} // namespace

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

} // namespace toca::checkpoint
