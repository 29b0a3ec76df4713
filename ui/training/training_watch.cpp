// SPDX-License-Identifier: Apache-2.0
#include "ui/training/training_watch.h"

#include "core/library/training_log_reader.h"

#include <QDir>
#include <QFileInfo>

namespace toca::ui {

namespace {

constexpr int kSoon = 500; ///< milliseconds from a change to the look at it
constexpr int kOften = 2000; ///< milliseconds between looks without being told of a change

} // namespace

struct TrainingWatch::Disk {
    explicit Disk(library::TrainingFolder place)
        : folder(std::move(place))
        , reader(folder.log())
    {
    }
    library::TrainingFolder folder;
    library::TrainingLogReader reader;
    bool isFirst = true;
    bool couldRead = false;
    std::filesystem::file_time_type samplesTime{};
    std::vector<library::TrainingMilestone> milestones;
};

/// What one look has found.
struct TrainingWatch::News {
    std::optional<library::TrainingCurves> curves; ///< nothing = as before
    std::optional<std::vector<library::TrainingMilestone>> milestones; ///< nothing = as before
    std::optional<Error> problem;
    bool hasModel = false;
    bool isComplete = true;
    double share = 1;
};

TrainingWatch::TrainingWatch(QObject* parent)
    : QObject(parent)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(kSoon);
    m_often.setInterval(kOften);
    connect(&m_soon, &QTimer::timeout, this, &TrainingWatch::poll);
    connect(&m_often, &QTimer::timeout, this, &TrainingWatch::poll);
    const auto later = [this] {
        if (m_isActive && !m_soon.isActive()) {
            m_soon.start();
        }
    };
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, later);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, later);
}

TrainingWatch::~TrainingWatch() = default;

void TrainingWatch::open(const QString& folder)
{
    if (const QStringList watched = m_watcher.files() + m_watcher.directories(); !watched.isEmpty()) {
        m_watcher.removePaths(watched);
    }
    m_folder = folder.isEmpty() ? QString() : QDir(folder).absolutePath();
    m_disk = m_folder.isEmpty()
        ? nullptr
        : std::make_shared<Disk>(library::TrainingFolder{std::filesystem::path(m_folder.toStdString())});
    m_curves.reset();
    m_milestones.clear();
    m_problem.reset();
    m_hasModel = false;
    m_isReading = false;
    m_share = m_folder.isEmpty() ? 1 : 0;
    m_request.range.reset();
    Q_EMIT milestonesChanged();
    Q_EMIT changed();
    poll();
}

void TrainingWatch::setRequest(const library::CurveRequest& request)
{
    if (request == m_request) {
        return;
    }
    m_request = request;
    m_isRequestNew = true;
    poll();
}

void TrainingWatch::setActive(bool isActive)
{
    if (isActive == m_isActive) {
        return;
    }
    m_isActive = isActive;
    if (isActive) {
        m_often.start();
        poll();
    } else {
        m_often.stop();
        m_soon.stop();
    }
}

void TrainingWatch::poll()
{
    if (!m_disk) {
        return;
    }
    if (m_isReading) {
        m_isStale = true;
        return;
    }
    m_isReading = true;
    m_isStale = false;
    m_tasks.run([this, disk = m_disk, request = m_request,
                    isNew = std::exchange(m_isRequestNew, false)]() -> BackgroundTasks::Continuation {
        News news;
        const auto progress = disk->reader.read();
        const bool isOther = disk->isFirst || (progress && progress->hasChanged) || disk->couldRead != bool(progress);
        disk->couldRead = bool(progress);
        if (progress) {
            news.isComplete = progress->isComplete;
            news.share = progress->share;
        } else {
            news.problem = progress.error();
        }
        if (isOther || isNew) {
            news.curves = curvesOf(disk->reader.history(), request);
        }
        // A sample that was made anew has the name of the one before: the folder's time tells.
        std::error_code ignored;
        const auto time = std::filesystem::last_write_time(disk->folder.path / "samples", ignored);
        if (disk->isFirst || (!ignored && time != disk->samplesTime)) {
            disk->samplesTime = time;
            news.milestones = disk->folder.milestones();
        }
        news.hasModel = disk->folder.hasModel();
        disk->isFirst = false;
        return [this, disk, news = std::move(news)]() mutable { take(disk, std::move(news)); };
    });
}

void TrainingWatch::take(const std::shared_ptr<Disk>& disk, News news)
{
    if (disk != m_disk) {
        return; // another folder was opened meanwhile
    }
    m_isReading = false;
    const bool isOther = news.curves || news.hasModel != m_hasModel;
    if (news.curves) {
        m_curves = std::move(news.curves);
    }
    m_problem = std::move(news.problem);
    m_share = news.share;
    m_hasModel = news.hasModel;
    watchFiles();
    if (news.milestones) {
        m_milestones = std::move(*news.milestones);
        Q_EMIT milestonesChanged();
    }
    if (isOther) {
        Q_EMIT changed();
    }
    if (!news.isComplete || m_isRequestNew) {
        poll();
    } else if (m_isStale && m_isActive) {
        m_soon.start();
    }
}

/// Files that were replaced or came later have to be asked for again.
void TrainingWatch::watchFiles()
{
    for (const char* name : {"", "/log.jsonl", "/samples"}) {
        const QString path = m_folder + QLatin1String(name);
        if (!m_watcher.files().contains(path) && !m_watcher.directories().contains(path) && QFileInfo::exists(path)) {
            m_watcher.addPath(path);
        }
    }
}

} // namespace toca::ui
