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
constexpr std::size_t kLongestName = 240; // of a folder in the trash
constexpr const char* kTrash = ".trash";

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

Result<std::vector<RunFolder>> foldersBelow(const fs::path& library, std::vector<DamagedRun>& unread)
{
    std::vector<RunFolder> all;
    std::error_code error;
    for (const fs::path& folder : foldersIn(library, error)) {
        const std::string name = folder.filename().string();
        if (!isFile(folder / "sweep.json")) {
            all.push_back({folder, name});
            continue;
        }
        std::error_code inside;
        for (const fs::path& point : foldersIn(folder, inside))
            all.push_back({point, name + "/" + point.filename().string()});
        if (inside)
            unread.push_back(
                {folder, {ErrorCode::Io, "Cannot read '" + folder.string() + "': " + inside.message() + "."}});
    }
    if (error)
        return unexpected(
            ErrorCode::Io, "Cannot read the run library '" + library.string() + "': " + error.message() + ".");
    return all;
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
    std::vector<DamagedRun> unread;
    const auto found = foldersBelow(m_folder, unread);
    if (!found)
        return unexpected(found.error());
    for (const RunFolder& each : *found)
        addRun(each.folder, each.id, listing);
    listing.damaged.insert(listing.damaged.end(), unread.begin(), unread.end());
    std::stable_sort(listing.runs.begin(), listing.runs.end(),
        [](const StoredRun& a, const StoredRun& b) { return a.finished > b.finished; });
    return listing;
}

Result<std::vector<RunFolder>> RunLibrary::folders() const
{
    std::vector<DamagedRun> unread;
    return foldersBelow(m_folder, unread);
}

Result<fs::path> RunLibrary::discard(const fs::path& folder) const
{
    std::error_code error;
    const fs::path trash = m_folder / kTrash;
    fs::create_directory(trash, error);
    const std::string name = folder.lexically_relative(m_folder).generic_string();
    std::string flat;
    for (const char c : name)
        flat += c == '/' ? std::string("--") : std::string(1, c);
    if (name.empty() || name.starts_with('.') || flat.size() > kLongestName)
        return unexpected(ErrorCode::InvalidArgument, "'" + folder.string() + "' is no run of this library.");
    for (int number = 1; number < 10'000; ++number) {
        const fs::path target = trash / (number == 1 ? flat : flat + "-" + std::to_string(number));
        if (fs::exists(fs::symlink_status(target, error)))
            continue;
        fs::rename(folder, target, error);
        if (error)
            break;
        fs::last_write_time(target, fs::file_time_type::clock::now(), error);
        return target;
    }
    return unexpected(
        ErrorCode::Io, "Cannot move '" + folder.string() + "' to the trash of its library: " + error.message() + ".");
}

Result<void> RunLibrary::restore(const fs::path& trashed, const fs::path& folder) const
{
    std::error_code error;
    if (fs::exists(fs::symlink_status(folder, error)))
        return unexpected(ErrorCode::Io, "There is another run in '" + folder.string() + "' now.");
    fs::create_directories(folder.parent_path(), error);
    fs::rename(trashed, folder, error);
    if (error)
        return unexpected(
            ErrorCode::Io, "Cannot bring '" + folder.string() + "' back from the trash: " + error.message() + ".");
    return {};
}

std::vector<fs::path> RunLibrary::trash() const
{
    std::error_code error;
    std::vector<fs::path> all = foldersIn(m_folder / kTrash, error);
    std::stable_sort(
        all.begin(), all.end(), [](const fs::path& a, const fs::path& b) { return modified(a) < modified(b); });
    return all;
}

Result<void> RunLibrary::erase(const fs::path& trashed) const
{
    std::error_code error;
    if (trashed.parent_path() != m_folder / kTrash)
        return unexpected(ErrorCode::InvalidArgument, "'" + trashed.string() + "' does not lie in the trash.");
    fs::remove_all(trashed, error);
    if (error)
        return unexpected(ErrorCode::Io, "Cannot remove '" + trashed.string() + "': " + error.message() + ".");
    return {};
}

Result<RunWriter> RunLibrary::newRun(const GenerationRequest& request) const
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return RunWriter::begin(m_folder, runName(request, std::chrono::duration_cast<std::chrono::seconds>(now).count()));
}

} // namespace toca::library
