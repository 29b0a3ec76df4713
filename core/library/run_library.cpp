// SPDX-License-Identifier: Apache-2.0
#include "core/library/run_library.h"

#include "core/base/atomic_file.h"
#include "core/library/run_name.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <sys/stat.h>

namespace toca::library {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestReport = std::size_t{256} << 20; // a thousand steps of a thousand layers
constexpr std::size_t kMostEntries = 1'000'000; // of one folder

bool isFile(const fs::path& path)
{
    std::error_code error;
    return fs::is_regular_file(fs::symlink_status(path, error));
}

fs::path clipIn(const fs::path& folder)
{
    for (const char* name : {"clip.mp4", "clip.webm", "clip.gif", "clip.png", "clip_0001.png"})
        if (isFile(folder / name))
            return folder / name;
    return {};
}

std::int64_t modified(const fs::path& path)
{
    struct stat info { };
    return ::lstat(path.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_mtim.tv_sec) : 0;
}

/// Folders that may be runs or sweeps: not hidden, no links, in the order of their names.
std::vector<fs::path> foldersIn(const fs::path& parent, std::error_code& error)
{
    std::vector<fs::path> folders;
    fs::directory_iterator entry(parent, error);
    for (const fs::directory_iterator end; !error && entry != end && folders.size() < kMostEntries;
         entry.increment(error)) {
        std::error_code ignored;
        if (!entry->path().filename().string().starts_with('.') && fs::is_directory(entry->symlink_status(ignored)))
            folders.push_back(entry->path());
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

void addRun(const fs::path& folder, const std::string& id, Listing& listing)
{
    auto run = readRun(folder);
    if (!run) {
        listing.damaged.push_back({folder, run.error()});
        return;
    }
    run->id = id;
    listing.runs.push_back(std::move(*run));
}

} // namespace

Result<StoredRun> readRun(const fs::path& folder)
{
    StoredRun run;
    run.folder = folder;
    run.id = folder.filename().string();
    for (const char* name : {"request.json", "report.json"})
        if (!isFile(folder / name))
            return unexpected(ErrorCode::NotFound,
                "The run '" + folder.string() + "' has no file " + name + "; it is damaged and can be removed.");
    const auto text = readFile(folder / "request.json");
    if (!text)
        return unexpected(text.error());
    auto request = requestFromJson(*text);
    if (!request)
        return unexpected(
            request.error().code, "'" + (folder / "request.json").string() + "': " + request.error().message);
    run.request = std::move(*request);
    run.clip = clipIn(folder);
    if (isFile(folder / "trace.safetensors"))
        run.trace = folder / "trace.safetensors";
    run.finished = modified(folder / "request.json");
    return run;
}

Result<std::string> readReport(const fs::path& folder)
{
    const fs::path path = folder / "report.json";
    if (!isFile(path))
        return unexpected(ErrorCode::NotFound, "The run '" + folder.string() + "' has no report.json.");
    auto text = readFile(path, kLongestReport);
    if (!text)
        return text;
    // Only whether it is one: whoever reads it looks at its keys.
    if (!nlohmann::json::accept(*text) || (*text)[text->find_first_not_of(" \t\r\n")] != '{')
        return unexpected(ErrorCode::BadFormat, "'" + path.string() + "' is not a JSON object; it may be damaged.");
    return text;
}

fs::path RunLibrary::defaultFolder()
{
    const char* data = std::getenv("XDG_DATA_HOME");
    if (data && *data == '/') // the specification: relative paths are ignored
        return fs::path(data) / "toca-studio" / "runs";
    const char* home = std::getenv("HOME");
    return home && *home ? fs::path(home) / ".local" / "share" / "toca-studio" / "runs" : fs::path();
}

Result<RunLibrary> RunLibrary::open(const fs::path& folder)
{
    const fs::path place = folder.empty() ? defaultFolder() : folder;
    if (place.empty())
        return unexpected(ErrorCode::InvalidArgument,
            "There is no home folder for the run library; name a folder with --library DIR.");
    std::error_code error;
    fs::create_directories(place, error);
    if (!fs::is_directory(place))
        return unexpected(ErrorCode::Io,
            "Cannot make the run library '" + place.string() + "': " + error.message()
                + ". Name another folder with --library DIR.");
    removeAbandoned(place);
    return RunLibrary(place);
}

Result<Listing> RunLibrary::list() const
{
    Listing listing;
    std::error_code error;
    for (const fs::path& folder : foldersIn(m_folder, error)) {
        const std::string name = folder.filename().string();
        if (!isFile(folder / "sweep.json")) {
            addRun(folder, name, listing);
            continue;
        }
        std::error_code inside;
        for (const fs::path& point : foldersIn(folder, inside))
            addRun(point, name + "/" + point.filename().string(), listing);
        if (inside)
            listing.damaged.push_back(
                {folder, {ErrorCode::Io, "Cannot read '" + folder.string() + "': " + inside.message() + "."}});
    }
    if (error)
        return unexpected(
            ErrorCode::Io, "Cannot read the run library '" + m_folder.string() + "': " + error.message() + ".");
    std::stable_sort(listing.runs.begin(), listing.runs.end(),
        [](const StoredRun& a, const StoredRun& b) { return a.finished > b.finished; });
    return listing;
}

Result<RunWriter> RunLibrary::newRun(const GenerationRequest& request) const
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return RunWriter::begin(m_folder, runName(request, std::chrono::duration_cast<std::chrono::seconds>(now).count()));
}

} // namespace toca::library
