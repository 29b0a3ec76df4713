// SPDX-License-Identifier: Apache-2.0
#include "core/training/clip_source.h"

#include "core/base/atomic_file.h"
#include "core/base/printable.h"
#include "core/training/random.h"
#include "core/world/world.h"

#ifdef TOCA_HAS_MEDIA
#include "core/media/clip_reader.h"
#include "core/media/clip_resize.h"
#endif

#include <algorithm>
#include <cmath>
#include <sstream>

namespace toca::training {
namespace {

namespace fs = std::filesystem;

/// Outlines reach a little beyond their radius, and a latent knows its neighbourhood.
constexpr double kObjectMargin = 1.15;

/// Cells, along one side of the picture, that something of `reach` pixels around `middle` touches.
struct CellRange {
    CellRange(double middle, double reach, int pixels, std::int64_t count)
    {
        const auto cellOf = [&](double pixel) {
            const auto cell = static_cast<std::int64_t>(std::floor(pixel * static_cast<double>(count) / pixels));
            return std::clamp<std::int64_t>(cell, 0, count - 1);
        };
        first = cellOf(middle - reach);
        last = cellOf(middle + reach);
    }
    std::int64_t first, last;
};

class WorldClips final : public ClipSource {
public:
    WorldClips(std::uint64_t firstSeed, std::int64_t count, const ClipSize& size, double pairShare)
        : m_firstSeed(firstSeed)
        , m_count(count)
    {
        m_options.width = size.width;
        m_options.height = size.height;
        m_options.frames = size.frames;
        m_options.pairShare = pairShare;
        m_options.leavesOutHeldOut = true;
    }

    std::int64_t count() const override { return m_count; }
    std::string identity() const override
    {
        return "world without held-out prompts " + std::to_string(m_firstSeed)
            + (m_options.pairShare > 0 ? "" : " single objects");
    }
    std::int64_t label(std::int64_t index) const override
    {
        const auto described = scene(index);
        return static_cast<std::int64_t>(described.colour()) * static_cast<std::int64_t>(world::kShapes)
            + static_cast<std::int64_t>(described.shape());
    }

    std::vector<float> objectCells(std::int64_t index, const ClipSize& size, std::int64_t latentFrames,
        std::int64_t rows, std::int64_t columns) const override
    {
        std::vector<float> cells(static_cast<std::size_t>(latentFrames * rows * columns), 0.0F);
        const world::Scene described = scene(index);
        const double half = std::min(size.width, size.height) / 2.0; // pixels of the world's unit
        const std::int64_t later = std::max<std::int64_t>(1, latentFrames - 1);
        const std::int64_t perLatent = std::max<std::int64_t>(1, (size.frames - 1 + later - 1) / later);
        for (int frame = 0; frame < size.frames; ++frame) {
            const double time = size.frames > 1 ? static_cast<double>(frame) / (size.frames - 1) : 0.5;
            const std::int64_t latent = frame == 0 ? 0 : std::min(latentFrames - 1, 1 + (frame - 1) / perLatent);
            for (const world::Path& path : described.paths) {
                const world::Placement at = path.at(time);
                const double reach = kObjectMargin * at.radius * half;
                const CellRange across(size.width / 2.0 + at.x * half, reach, size.width, columns);
                const CellRange down(size.height / 2.0 - at.y * half, reach, size.height, rows);
                for (std::int64_t row = down.first; row <= down.last; ++row)
                    for (std::int64_t column = across.first; column <= across.last; ++column)
                        cells[static_cast<std::size_t>((latent * rows + row) * columns + column)] = 1;
            }
        }
        return cells;
    }

    Result<std::vector<Frame>> clip(std::int64_t index, const ClipSize& size) const override
    {
        const auto frameBytes = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 3;
        std::vector<std::uint8_t> rgb(frameBytes * static_cast<std::size_t>(size.frames));
        world::render(scene(index), size.width, size.height, size.frames, rgb);
        std::vector<Frame> frames(static_cast<std::size_t>(size.frames));
        for (std::size_t i = 0; i < frames.size(); ++i) {
            const auto begin = rgb.begin() + static_cast<std::ptrdiff_t>(i * frameBytes);
            frames[i] = {size.width, size.height, {begin, begin + static_cast<std::ptrdiff_t>(frameBytes)}};
        }
        return frames;
    }

    std::string caption(std::int64_t index, std::uint64_t wordingSeed, bool isMirrored) const override
    {
        const std::string text = world::captionOf(scene(index), wordingSeed);
        return isMirrored ? world::mirrored(text) : text;
    }

private:
    world::Scene scene(std::int64_t index) const
    {
        return world::sceneOf(m_firstSeed + static_cast<std::uint64_t>(index), m_options);
    }

    std::uint64_t m_firstSeed;
    std::int64_t m_count;
    world::WorldOptions m_options;
};

/// A file and its captions.
struct CaptionedFile {
    fs::path path;
    std::uintmax_t bytes = 0;
    std::vector<std::string> captions;
};

#ifdef TOCA_HAS_MEDIA

class FileClips final : public ClipSource {
public:
    explicit FileClips(std::vector<CaptionedFile> files)
        : m_files(std::move(files))
    {
    }

    std::int64_t count() const override { return static_cast<std::int64_t>(m_files.size()); }
    std::string identity() const override
    {
        std::uint64_t hash = 0;
        for (const auto& file : m_files)
            hash = mixed({hash, std::hash<std::string>{}(file.path.filename().string()), file.bytes});
        return "files " + std::to_string(hash);
    }

    Result<std::vector<Frame>> clip(std::int64_t index, const ClipSize& size) const override
    {
        const auto& file = m_files[static_cast<std::size_t>(index)];
        media::ReadLimits limits;
        limits.maxFrames = static_cast<std::size_t>(size.frames);
        auto read = media::readClip(file.path, limits);
        if (!read)
            return unexpected(read.error());
        if (static_cast<int>(read->frames.size()) < size.frames)
            return unexpected(ErrorCode::BadFormat,
                quotedPath(file.path.string()) + " has " + std::to_string(read->frames.size()) + " frames, expected "
                    + std::to_string(size.frames) + ".");
        auto fitted = media::resized(*read, size.width, size.height, media::Fit::Cover);
        if (!fitted)
            return unexpected(fitted.error());
        return std::move(fitted->frames);
    }

    std::string caption(std::int64_t index, std::uint64_t wordingSeed, bool isMirrored) const override
    {
        const auto& captions = m_files[static_cast<std::size_t>(index)].captions;
        const auto& text = captions[mixed({wordingSeed}) % captions.size()];
        return isMirrored ? world::mirrored(text) : text;
    }

private:
    std::vector<CaptionedFile> m_files;
};

/// @return the captions beside a file; empty without a text file or a line in it
std::vector<std::string> captionsOf(const fs::path& path)
{
    auto textPath = path;
    textPath.replace_extension(".txt");
    const auto text = readFile(textPath, 1 << 20);
    std::vector<std::string> captions;
    if (!text)
        return captions;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        const auto first = line.find_first_not_of(" \t\r");
        if (first != std::string::npos)
            captions.push_back(line.substr(first, line.find_last_not_of(" \t\r") - first + 1));
    }
    return captions;
}

#endif

} // namespace

std::unique_ptr<ClipSource> worldClips(
    std::uint64_t firstSeed, std::int64_t count, const ClipSize& size, double pairShare)
{
    return std::make_unique<WorldClips>(firstSeed, count, size, pairShare);
}

#ifdef TOCA_HAS_MEDIA

Result<FolderClips> folderClips(const fs::path& folder, int frames)
{
    std::error_code failed;
    std::vector<fs::path> paths;
    for (fs::directory_iterator item(folder, failed), end; !failed && item != end; item.increment(failed))
        if (item->is_regular_file(failed) && item->path().extension() != ".txt")
            paths.push_back(item->path());
    if (failed)
        return unexpected(ErrorCode::NotFound,
            "Cannot read the folder " + quotedPath(folder.string()) + ": " + failed.message() + ".");
    std::sort(paths.begin(), paths.end()); // the order of a folder is the file system's

    FolderClips result;
    std::vector<CaptionedFile> clips, pictures, heldOut;
    for (const auto& path : paths) {
        CaptionedFile file{path, fs::file_size(path, failed), captionsOf(path)};
        const auto leaveOut = [&](const std::string& why) {
            result.warnings.push_back(quotedPath(path.string()) + " is left out: " + why);
        };
        if (file.captions.empty()) {
            leaveOut("it has no caption; write one into a .txt file of the same name.");
            continue;
        }
        const auto info = media::probe(path);
        if (!info)
            leaveOut(info.error().message);
        else if (info->frames == 1)
            pictures.push_back(std::move(file));
        else if (info->frames < static_cast<std::size_t>(frames))
            leaveOut(
                "it has " + std::to_string(info->frames) + " frames, the model needs " + std::to_string(frames) + ".");
        else
            clips.push_back(std::move(file));
    }
    auto& validated = clips.empty() ? pictures : clips;
    if (validated.empty())
        return unexpected(ErrorCode::BadFormat,
            quotedPath(folder.string())
                + " holds nothing to train on: expected clips or pictures, each with a caption "
                  "in a .txt file of the same name.");
    // Of very few clips none can be spared: they are validated on what they train.
    std::vector<CaptionedFile> trained;
    for (std::size_t i = 0; i < validated.size(); ++i) {
        const bool isHeldOut = i % 10 == 9 && heldOut.size() < static_cast<std::size_t>(kMostHeldOut);
        (isHeldOut ? heldOut : trained).push_back(validated[i]);
    }
    if (heldOut.empty())
        heldOut.assign(trained.begin(), trained.begin() + std::min<std::ptrdiff_t>(4, std::ssize(trained)));
    validated = std::move(trained);
    result.clips = std::make_unique<FileClips>(std::move(clips));
    result.pictures = std::make_unique<FileClips>(std::move(pictures));
    result.heldOut = std::make_unique<FileClips>(std::move(heldOut));
    return result;
}

#else

Result<FolderClips> folderClips(const fs::path& folder, int)
{
    return unexpected(ErrorCode::Unsupported,
        "Cannot read the clips of " + quotedPath(folder.string()) + ": this program was built without FFmpeg.");
}

#endif

} // namespace toca::training
