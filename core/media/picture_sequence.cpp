// SPDX-License-Identifier: Apache-2.0
#include "core/media/picture_sequence.h"

#include <algorithm>
#include <cctype>

namespace toca::media {

namespace fs = std::filesystem;

std::filesystem::path SequenceName::file(std::size_t number) const
{
    std::string text = std::to_string(number);
    if (text.size() < static_cast<std::size_t>(digits))
        text.insert(0, static_cast<std::size_t>(digits) - text.size(), '0');
    return folder / (prefix + text + suffix);
}

std::optional<SequenceName> sequenceOfPattern(const std::filesystem::path& path)
{
    const std::string name = path.filename().string();
    const auto begin = name.find('%');
    if (begin == std::string::npos || name.find('%', begin + 1) != std::string::npos)
        return std::nullopt;
    const auto end = name.find('d', begin);
    if (end == std::string::npos)
        return std::nullopt;
    const std::string width = name.substr(begin + 1, end - begin - 1); // "", "4" or "04"
    if (width.size() > 2 || !std::all_of(width.begin(), width.end(), [](char c) { return c >= '0' && c <= '9'; })
        || (width.size() == 2 && width[0] != '0'))
        return std::nullopt;
    const int digits = width.empty() ? 1 : std::max(1, width.back() - '0');
    return SequenceName{path.parent_path(), name.substr(0, begin), name.substr(end + 1), digits};
}

SequenceName sequenceOfFolder(const std::filesystem::path& folder)
{
    return {folder, "frame_", ".png", 4};
}

SequenceName sequenceOfPicture(const std::filesystem::path& picture)
{
    return {picture.parent_path(), picture.stem().string() + "_", picture.extension().string(), 4};
}

Result<std::vector<std::filesystem::path>> filesOfSequence(const std::filesystem::path& path, std::size_t limit)
{
    std::vector<fs::path> files;
    std::error_code error;
    if (fs::is_directory(path, error)) {
        // Names beyond this are not looked at, so that a folder of millions costs little.
        constexpr std::size_t kMostEntries = 200'000;
        std::size_t entries = 0;
        for (fs::directory_iterator it(path, error), end; !error && it != end && entries < kMostEntries;
             it.increment(error), ++entries) {
            std::string extension = it->path().extension().string();
            std::transform(extension.begin(), extension.end(), extension.begin(),
                [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            if (extension == ".png" && it->path().filename().string().front() != '.')
                files.push_back(it->path());
        }
        if (error)
            return unexpected(
                ErrorCode::Io, "Cannot read the folder '" + path.string() + "': " + error.message() + ".");
        std::sort(files.begin(), files.end());
        if (files.size() > limit)
            files.resize(limit);
    } else if (const auto sequence = sequenceOfPattern(path)) {
        std::size_t number = fs::exists(sequence->file(1), error) ? 1 : 0;
        for (; files.size() < limit && fs::exists(sequence->file(number), error); ++number)
            files.push_back(sequence->file(number));
    }
    if (files.empty())
        return unexpected(ErrorCode::NotFound,
            "There are no pictures at '" + path.string()
                + "'. Give a folder with .png files or a name like frame_%04d.png.");
    return files;
}

} // namespace toca::media
