// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/run_store.h"

#include "core/library/run_bundle.h"
#include "core/library/run_name.h"
#include "ui/compare/baseline_store.h"
#include "ui/runs/run_index.h"

#include <QBuffer>
#include <QDir>
#include <QImageReader>
#include <QTemporaryDir>

#include <algorithm>
#include <chrono>
#include <map>

namespace toca::ui {

namespace fs = std::filesystem;
using library::RunRecord;

namespace {

constexpr int kThumbnailSide = 192; // pixels of the longer side
constexpr int kLargestThumbnail = 1024; // of a file that somebody else made
constexpr qint64 kLargestThumbnailBytes = 4 << 20;
constexpr auto kKeptInTrash = std::chrono::hours(24 * 30);

QImage thumbnailOf(const Clip& clip)
{
    if (clip.frames.empty()) {
        return {};
    }
    const Frame& frame = clip.frames[clip.frames.size() / 2];
    const QImage picture(frame.rgb.data(), frame.width, frame.height, 3 * frame.width, QImage::Format_RGB888);
    return picture.scaled(kThumbnailSide, kThumbnailSide, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

Result<void> writeThumbnail(const fs::path& path, const Clip& clip)
{
    const QImage picture = thumbnailOf(clip);
    if (picture.isNull() || picture.save(QString::fromStdString(path.string()), "PNG")) {
        return {};
    }
    return unexpected(ErrorCode::Io, "Cannot write '" + path.string() + "'. Free some space and try again.");
}

} // namespace

struct RunStore::Disk {
    explicit Disk(FileServices given)
        : services(std::move(given))
    {
    }
    /// Makes library and index where that has not been done. @return what is wrong with the folder
    Result<void> open()
    {
        if (index) {
            return {};
        }
        auto opened = library::RunLibrary::open(folder);
        if (!opened) {
            return unexpected(opened.error());
        }
        library = std::make_unique<library::RunLibrary>(std::move(*opened));
        index = std::make_unique<RunIndex>(*library);
        return index->sync();
    }
    const RunRecord* find(const std::string& id) const
    {
        const auto& all = index->records();
        const auto found = std::find_if(all.begin(), all.end(), [&](const RunRecord& r) { return r.id == id; });
        return found == all.end() ? nullptr : &*found;
    }
    /// The latest uncached run that a request can be compared with.
    const RunRecord* baselineOf(const GenerationRequest& request) const
    {
        const std::string key = library::baselineKey(request);
        const auto& all = index->records();
        const auto found = std::find_if(all.begin(), all.end(), [&](const RunRecord& r) {
            return !r.isDamaged() && r.hasTrace && r.hasPixels && r.request.policy == "none" && r.baselineKey == key;
        });
        return found == all.end() ? nullptr : &*found;
    }
    Result<void> write(library::RunWriter& writer, const RunResult& result, const RunResult* baseline,
        const library::RunOrigin& origin) const
    {
        std::string clip;
        if (services.saveClip && !result.clip.isEmpty()) {
            clip = result.clip.frames.size() == 1 ? "clip.png" : "clip.mp4";
            if (auto saved = services.saveClip(writer.file(clip), result); !saved) {
                return saved;
            }
        }
        if (auto made = writeThumbnail(writer.file("thumbnail.png"), result.clip); !made) {
            return made;
        }
        return library::writeRun(writer, result, baseline, origin, clip);
    }
    Result<std::string> add(const RunResult& result, const library::RunOrigin& origin)
    {
        std::shared_ptr<const RunResult> baseline;
        if (const RunRecord* record = result.request.policy == "none" ? nullptr : baselineOf(result.request)) {
            if (auto read = library::readResult(record->folder)) {
                baseline = std::make_shared<const RunResult>(std::move(*read));
            }
        }
        auto writer = library->newRun(result.request);
        if (!writer) {
            return unexpected(writer.error());
        }
        if (auto written = write(*writer, result, baseline.get(), origin); !written) {
            return unexpected(written.error());
        }
        const auto folderOfRun = writer->commit();
        if (!folderOfRun) {
            return unexpected(folderOfRun.error());
        }
        const std::string id = folderOfRun->filename().string();
        index->update(*folderOfRun, id);
        if (result.request.policy == "none") {
            compareOthersWith(result);
        }
        return id;
    }
    /// Runs that waited for their uncached run, and those compared with an older one: a card, the summary and an opened
    /// run then all name the gain against the newest.
    void compareOthersWith(const RunResult& baseline)
    {
        const std::string key = library::baselineKey(baseline.request);
        std::vector<std::pair<fs::path, std::string>> waiting;
        for (const RunRecord& each : index->records()) {
            if (each.isOwn && !each.isDamaged() && each.baselineKey == key && each.request.policy != "none"
                && each.hasTrace && each.hasPixels) {
                waiting.emplace_back(each.folder, each.id);
            }
        }
        for (const auto& [path, id] : waiting) {
            if (library::addComparison(path, baseline)) {
                index->update(path, id);
            }
        }
    }
    /// Removes the oldest own runs without a star until all of them fit. @param kept is never removed
    QStringList cleanUp(qint64 quota, const std::string& kept)
    {
        QStringList gone;
        if (quota <= 0) {
            return gone;
        }
        std::int64_t bytes = 0;
        for (const RunRecord& each : index->records()) {
            bytes += each.bytes;
        }
        const std::vector<RunRecord> all = index->records();
        for (auto each = all.rbegin(); each != all.rend() && bytes > quota; ++each) {
            if (!each->isOwn || each->isStarred || each->id == kept) {
                continue;
            }
            const auto discarded = library->discard(each->folder);
            if (!discarded || !library->erase(*discarded)) {
                continue;
            }
            bytes -= each->bytes;
            index->update(each->folder, each->id);
            gone += QString::fromStdString(each->id);
        }
        return gone;
    }
    void emptyOldTrash() const
    {
        for (const fs::path& each : library->trash()) {
            std::error_code error;
            const auto written = fs::last_write_time(each, error);
            if (!error && fs::file_time_type::clock::now() - written > kKeptInTrash) {
                (void)library->erase(each);
            }
        }
    }

    fs::path folder;
    FileServices services;
    std::unique_ptr<library::RunLibrary> library;
    std::unique_ptr<RunIndex> index;
    std::map<std::string, fs::path> trashed; ///< by id
};

RunStore::RunStore(FileServices services, QString folder, QObject* parent)
    : QObject(parent)
    , m_services(std::move(services))
    , m_folder(std::move(folder))
    , m_disk(std::make_shared<Disk>(m_services))
{
    m_disk->folder = m_folder.toStdString();
}

RunStore::~RunStore()
{
    // What was made is kept, also when the window closes at once; the index belongs to its thread.
    m_tasks.run([disk = std::move(m_disk)]() mutable -> BackgroundTasks::Continuation {
        disk.reset();
        return {};
    });
    m_tasks.finish();
}

void RunStore::run(Job job)
{
    if (!isEnabled()) {
        return;
    }
    m_tasks.run([this, disk = m_disk, job = std::move(job)]() -> BackgroundTasks::Continuation {
        if (auto opened = disk->open(); !opened) {
            return [this, error = opened.error()] { Q_EMIT failed(error); };
        }
        BackgroundTasks::Continuation next = job(*disk);
        return [this, next = std::move(next), records = disk->index->records()]() mutable {
            takeRecords(std::move(records));
            if (next) {
                next();
            }
        };
    });
}

void RunStore::takeRecords(std::vector<RunRecord> records)
{
    m_records = std::move(records);
    if (!m_isOpen) {
        m_isOpen = true;
        Q_EMIT opened();
    }
    Q_EMIT changed();
}

void RunStore::open()
{
    run([quota = m_quota](Disk& disk) -> BackgroundTasks::Continuation {
        disk.emptyOldTrash();
        disk.cleanUp(quota, {});
        return {};
    });
}

void RunStore::setFolder(const QString& folder)
{
    if (folder == m_folder) {
        return;
    }
    m_folder = folder;
    m_tasks.run([old = m_disk]() mutable -> BackgroundTasks::Continuation {
        old->index.reset(); // on its own thread
        return {};
    });
    m_disk = std::make_shared<Disk>(m_services);
    m_disk->folder = folder.toStdString();
    m_isOpen = false;
    open();
}

const RunRecord* RunStore::find(const std::string& id) const
{
    const auto found =
        std::find_if(m_records.begin(), m_records.end(), [&](const RunRecord& record) { return record.id == id; });
    return found == m_records.end() ? nullptr : &*found;
}

const RunRecord* RunStore::findJob(const std::string& job) const
{
    const auto found = std::find_if(m_records.begin(), m_records.end(),
        [&](const RunRecord& record) { return !job.empty() && record.origin.job == job; });
    return found == m_records.end() ? nullptr : &*found;
}

void RunStore::add(std::shared_ptr<const RunResult> result, const library::RunOrigin& origin)
{
    run([this, result = std::move(result), origin, quota = m_quota](Disk& disk) -> BackgroundTasks::Continuation {
        const auto id = disk.add(*result, origin);
        if (!id) {
            return [this, error = id.error(), job = QString::fromStdString(origin.job)] {
                Q_EMIT storeFailed(job, error);
                Q_EMIT failed(error);
            };
        }
        const QStringList gone = disk.cleanUp(quota, *id);
        return [this, id = QString::fromStdString(*id), gone] {
            Q_EMIT stored(id);
            if (!gone.isEmpty()) {
                Q_EMIT removed(gone,
                    tr("The library was above its limit: %n old run(s) removed.", "", static_cast<int>(gone.size())));
            }
        };
    });
}

void RunStore::setStarred(const QStringList& ids, bool isStarred)
{
    run([this, ids, isStarred](Disk& disk) -> BackgroundTasks::Continuation {
        std::optional<Error> problem;
        for (const QString& id : ids) {
            const RunRecord* record = disk.find(id.toStdString());
            if (!record) {
                continue;
            }
            const fs::path folder = record->folder;
            if (auto done = library::setStarred(folder, isStarred); !done) {
                problem = done.error();
            }
            disk.index->update(folder, id.toStdString());
        }
        return problem ? BackgroundTasks::Continuation([this, problem] { Q_EMIT failed(*problem); })
                       : BackgroundTasks::Continuation();
    });
}

void RunStore::remove(const QStringList& ids)
{
    run([this, ids](Disk& disk) -> BackgroundTasks::Continuation {
        QStringList gone;
        std::optional<Error> problem;
        for (const QString& id : ids) {
            const RunRecord* record = disk.find(id.toStdString());
            if (!record) {
                continue;
            }
            const fs::path folder = record->folder;
            const auto trashed = disk.library->discard(folder);
            if (!trashed) {
                problem = trashed.error();
                continue;
            }
            disk.trashed[id.toStdString()] = *trashed;
            disk.index->update(folder, id.toStdString());
            gone += id;
        }
        return [this, gone, problem] {
            if (!gone.isEmpty()) {
                Q_EMIT removed(gone, {});
            }
            if (problem) {
                Q_EMIT failed(*problem);
            }
        };
    });
}

void RunStore::restore(const QStringList& ids)
{
    run([this, ids](Disk& disk) -> BackgroundTasks::Continuation {
        std::optional<Error> problem;
        for (const QString& id : ids) {
            const auto trashed = disk.trashed.find(id.toStdString());
            if (trashed == disk.trashed.end()) {
                continue;
            }
            const fs::path folder = disk.library->folder() / id.toStdString();
            if (auto done = disk.library->restore(trashed->second, folder); !done) {
                problem = done.error();
                continue;
            }
            disk.trashed.erase(trashed);
            disk.index->update(folder, id.toStdString());
        }
        return problem ? BackgroundTasks::Continuation([this, problem] { Q_EMIT failed(*problem); })
                       : BackgroundTasks::Continuation();
    });
}

void RunStore::load(const QString& id)
{
    run([this, id](Disk& disk) -> BackgroundTasks::Continuation {
        const RunRecord* record = disk.find(id.toStdString());
        auto read = !record ? Result<RunResult>(unexpected(
                        ErrorCode::NotFound, "The run '" + id.toStdString() + "' is not in the library any more."))
                            : library::readResult(record->folder);
        if (!read) {
            return [this, error = read.error()] { Q_EMIT failed(error); };
        }
        auto result = std::make_shared<const RunResult>(std::move(*read));
        std::shared_ptr<const RunResult> baseline;
        if (const RunRecord* other = result->request.policy == "none" ? nullptr : disk.baselineOf(result->request)) {
            if (auto stored = library::readResult(other->folder)) {
                baseline = std::make_shared<const RunResult>(std::move(*stored));
            }
        }
        return [this, id, result, baseline] { Q_EMIT loaded(id, result, baseline); };
    });
}

void RunStore::loadPath(const QString& path)
{
    m_tasks.run([this, path]() -> BackgroundTasks::Continuation {
        const auto failure = [this](const Error& error) {
            return BackgroundTasks::Continuation([this, error] { Q_EMIT failed(error); });
        };
        if (fs::is_directory(path.toStdString())) {
            auto stored = library::readResult(path.toStdString());
            if (!stored) {
                return failure(stored.error());
            }
            auto result = std::make_shared<const RunResult>(std::move(*stored));
            return [this, path, result] { Q_EMIT loaded(path, result, nullptr); };
        }
        QTemporaryDir folder;
        auto writer = library::RunWriter::begin(folder.path().toStdString(), "run");
        if (!writer) {
            return failure(writer.error());
        }
        if (auto done = library::unpackBundle(path.toStdString(), *writer); !done) {
            return failure(done.error());
        }
        const std::filesystem::path unpacked = writer->file("run.json").parent_path();
        auto read = library::readResult(unpacked);
        if (!read) {
            return failure(library::inBundle(read.error(), unpacked, path.toStdString()));
        }
        auto result = std::make_shared<const RunResult>(std::move(*read));
        return [this, path, result] { Q_EMIT loaded(path, result, nullptr); };
    });
}

void RunStore::saveBundle(const QString& id, const QString& path)
{
    run([this, id, path](Disk& disk) -> BackgroundTasks::Continuation {
        const RunRecord* record = disk.find(id.toStdString());
        const auto saved = record ? library::writeBundle(path.toStdString(), record->folder)
                                  : Result<void>(unexpected(ErrorCode::NotFound,
                                      "The run '" + id.toStdString() + "' is not in the library any more."));
        if (!saved) {
            return [this, error = saved.error()] { Q_EMIT failed(error); };
        }
        return [this, path] { Q_EMIT bundleSaved(path); };
    });
}

void RunStore::saveBundle(
    std::shared_ptr<const RunResult> result, std::shared_ptr<const RunResult> baseline, const QString& path)
{
    m_tasks.run([this, result, baseline, path, disk = m_disk]() -> BackgroundTasks::Continuation {
        QTemporaryDir folder;
        auto writer = library::RunWriter::begin(folder.path().toStdString(), "run");
        auto written = writer ? disk->write(*writer, *result, baseline.get(), {"bundle", {}, {}, {}})
                              : Result<void>(unexpected(writer.error()));
        if (written) {
            written = library::writeBundle(path.toStdString(), writer->file("run.json").parent_path());
        }
        if (!written) {
            return [this, error = written.error()] { Q_EMIT failed(error); };
        }
        return [this, path] { Q_EMIT bundleSaved(path); };
    });
}

void RunStore::rescan()
{
    run([this](Disk& disk) -> BackgroundTasks::Continuation {
        if (auto done = disk.index->sync(); !done) {
            return [this, error = done.error()] { Q_EMIT failed(error); };
        }
        return {};
    });
}

void RunStore::setQuota(qint64 bytes)
{
    m_quota = bytes;
    if (!m_isOpen) {
        return;
    }
    run([this, bytes](Disk& disk) -> BackgroundTasks::Continuation {
        const QStringList gone = disk.cleanUp(bytes, {});
        return [this, gone] {
            if (!gone.isEmpty()) {
                Q_EMIT removed(gone,
                    tr("The library was above its limit: %n old run(s) removed.", "", static_cast<int>(gone.size())));
            }
        };
    });
}

qint64 RunStore::bytes() const
{
    qint64 sum = 0;
    for (const RunRecord& record : m_records) {
        sum += record.bytes;
    }
    return sum;
}

QImage RunStore::thumbnail(const fs::path& folder)
{
    const QString path = QString::fromStdString((folder / "thumbnail.png").string());
    const QFileInfo info(path);
    if (!info.isFile() || info.isSymLink() || info.size() > kLargestThumbnailBytes) {
        return {};
    }
    QImageReader reader(path, "png");
    const QSize size = reader.size();
    if (!size.isValid() || size.width() > kLargestThumbnail || size.height() > kLargestThumbnail) {
        return {};
    }
    return reader.read();
}

void RunStore::readThumbnail(const RunRecord& record, std::function<void(QImage)> done)
{
    m_tasks.run([folder = record.folder, done = std::move(done)]() -> BackgroundTasks::Continuation {
        return [done, picture = thumbnail(folder)] { done(picture); };
    });
}

} // namespace toca::ui
