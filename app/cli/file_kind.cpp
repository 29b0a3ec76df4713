// SPDX-License-Identifier: Apache-2.0
#include "app/cli/file_kind.h"

#include <algorithm>
#include <fstream>
#include <string_view>

namespace toca::app {
namespace {

constexpr std::size_t kLookedAt = 512;

std::string startOf(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string start(kLookedAt, '\0');
    file.read(start.data(), static_cast<std::streamsize>(start.size()));
    start.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    return start;
}

bool looksLikeSafetensors(std::string_view start)
{
    return start.size() > 8 && start[8] == '{' && start[6] == 0 && start[7] == 0;
}

} // namespace

bool isSafetensors(const std::filesystem::path& path)
{
    return looksLikeSafetensors(startOf(path));
}

std::string fileKind(const std::filesystem::path& path)
{
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return "a folder";
    if (!std::filesystem::is_regular_file(path, error))
        return "no regular file";
    const std::string start = startOf(path);
    if (start.empty())
        return "an empty file";
    const std::string_view view = start;
    if (looksLikeSafetensors(view))
        return "a safetensors file";
    if (view.starts_with("\x89PNG"))
        return "a PNG picture";
    if (view.starts_with("\xff\xd8\xff"))
        return "a JPEG picture";
    if (view.starts_with("GIF8"))
        return "a GIF picture";
    if (view.starts_with("\x1a\x45\xdf\xa3"))
        return "a WebM or MKV video";
    if (view.size() > 8 && view.substr(4, 4) == "ftyp")
        return "an MP4 video";
    if (view.starts_with("RIFF"))
        return "a WebP picture or AVI video";
    if (view.starts_with("PK\x03\x04"))
        return "a zip archive";
    const bool isText = std::none_of(view.begin(), view.end(), [](char letter) {
        const auto code = static_cast<unsigned char>(letter);
        return code == 0x7f || (code < 0x20 && letter != '\t' && letter != '\n' && letter != '\r');
    });
    const std::size_t first = view.find_first_not_of(" \t\r\n");
    if (isText && first != std::string_view::npos && (view[first] == '{' || view[first] == '['))
        return "a JSON file";
    return isText ? "a text file" : "a file of another kind";
}

} // namespace toca::app
