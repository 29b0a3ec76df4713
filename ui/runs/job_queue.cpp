// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/job_queue.h"

#include "core/base/atomic_file.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <mutex>

namespace toca::ui {

namespace fs = std::filesystem;
using State = QueueEntry::State;

namespace {

constexpr int kRetryMilliseconds = 250;
constexpr std::size_t kLargestFile = std::size_t{64} << 20;
constexpr const char* kStates[]{"waiting", "running", "saving", "done", "failed", "cancelled"};

QString shape(const GenerationRequest& request)
{
    return QStringLiteral("%1 %2 %3 %4 %5 %6")
        .arg(QString::fromStdString(request.modelPath))
        .arg(request.steps)
        .arg(request.frames)
        .arg(request.width)
        .arg(request.height)
        .arg(QString::fromStdString(request.policy));
}

} // namespace

/// Only the latest state is worth writing: a job that comes late finds newer content.
struct JobQueue::File {
    fs::path path;
    std::mutex mutex;
    QByteArray content;
    bool isPending = false;
};

fs::path JobQueue::fileIn(const fs::path& folder)
{
    return folder / ".queue.json";
}

JobQueue::JobQueue(EnginePort& engine, RunStore& store, std::function<bool()> isOthersBusy, QObject* parent)
    : QObject(parent)
    , m_engine(engine)
    , m_store(store)
    , m_isOthersBusy(std::move(isOthersBusy))
{
    m_retry.setInterval(kRetryMilliseconds);
    connect(&m_retry, &QTimer::timeout, this, &JobQueue::runNext);
    connect(&engine, &EnginePort::stepFinished, this, [this](const StepReport& report) {
        if (isRunning()) {
            m_step = report.step + 1;
            m_progress = report.steps > 0 ? static_cast<double>(m_step) / report.steps : 0;
            m_runningEta = report.etaSeconds;
            Q_EMIT entryChanged(m_running);
        }
    });
    connect(&engine, &EnginePort::previewReady, this, [this](const Preview& preview) {
        if (isRunning()) {
            Q_EMIT previewReady(preview);
        }
    });
    connect(&engine, &EnginePort::finished, this, &JobQueue::onFinished);
    connect(&engine, &EnginePort::failed, this, &JobQueue::onFailed);
    connect(&store, &RunStore::stored, this, &JobQueue::reconcile);
    connect(&store, &RunStore::opened, this, &JobQueue::reconcile);
    connect(&store, &RunStore::storeFailed, this, [this](const QString& job, const Error& error) {
        if (const int index = indexOf(job.toStdString()); index >= 0) {
            setState(index, State::Failed, QString::fromStdString(error.message));
        }
    });
}

JobQueue::~JobQueue()
{
    m_tasks.finish();
}

int JobQueue::indexOf(const std::string& id) const
{
    const auto found =
        std::find_if(m_entries.begin(), m_entries.end(), [&](const QueueEntry& entry) { return entry.id == id; });
    return found == m_entries.end() ? -1 : static_cast<int>(found - m_entries.begin());
}

int JobQueue::waiting() const
{
    return static_cast<int>(std::count_if(
        m_entries.begin(), m_entries.end(), [](const QueueEntry& entry) { return entry.state == State::Waiting; }));
}

double JobQueue::expectedSeconds(const GenerationRequest& request) const
{
    // Of entries alike, else of all.
    double alike = 0, all = 0;
    int alikeCount = 0, count = 0;
    const QString wanted = shape(request);
    for (const QueueEntry& entry : m_entries) {
        if (entry.seconds > 0) {
            all += entry.seconds;
            ++count;
            if (shape(entry.request) == wanted) {
                alike += entry.seconds;
                ++alikeCount;
            }
        }
    }
    return alikeCount > 0 ? alike / alikeCount : count > 0 ? all / count : std::numeric_limits<double>::quiet_NaN();
}

double JobQueue::etaSeconds(int index) const
{
    const QueueEntry& entry = m_entries[static_cast<std::size_t>(index)];
    if (entry.state == State::Running) {
        const double expected = expectedSeconds(entry.request);
        const double left = expected - static_cast<double>(m_clock.elapsed()) / 1000;
        return std::isnan(expected) ? m_runningEta : std::max(left, std::isnan(m_runningEta) ? 0 : m_runningEta);
    }
    if (entry.state != State::Waiting) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    double sum = 0;
    for (int each = 0; each <= index; ++each) {
        const QueueEntry& before = m_entries[static_cast<std::size_t>(each)];
        if (before.state == State::Waiting) {
            sum += expectedSeconds(before.request);
        } else if (before.state == State::Running) {
            sum += etaSeconds(each);
        }
    }
    return sum;
}

bool JobQueue::add(const std::vector<GenerationRequest>& requests, const library::RunOrigin& origin, bool atFront)
{
    if (requests.empty() || m_entries.size() + requests.size() > static_cast<std::size_t>(kMostEntries)) {
        return false;
    }
    std::vector<QueueEntry> fresh;
    for (const GenerationRequest& request : requests) {
        QueueEntry entry;
        entry.id = QStringLiteral("%1-%2-%3")
                       .arg(QDateTime::currentMSecsSinceEpoch(), 0, 36)
                       .arg(QCoreApplication::applicationPid(), 0, 36)
                       .arg(m_counter++, 0, 36)
                       .toStdString();
        entry.request = request;
        entry.origin = origin;
        entry.origin.job = entry.id;
        fresh.push_back(std::move(entry));
    }
    auto place = m_entries.end();
    if (atFront) {
        place = std::find_if(
            m_entries.begin(), m_entries.end(), [](const QueueEntry& each) { return each.state == State::Waiting; });
    }
    m_entries.insert(place, fresh.begin(), fresh.end());
    m_running = -1;
    for (std::size_t index = 0; index < m_entries.size(); ++index) {
        if (m_entries[index].state == State::Running) {
            m_running = static_cast<int>(index);
        }
    }
    save();
    Q_EMIT changed();
    QTimer::singleShot(0, this, &JobQueue::runNext);
    return true;
}

void JobQueue::setPaused(bool paused)
{
    if (paused == m_isPaused) {
        return;
    }
    m_isPaused = paused;
    save();
    Q_EMIT changed();
    runNext();
}

void JobQueue::runNext()
{
    const auto next = std::find_if(
        m_entries.begin(), m_entries.end(), [](const QueueEntry& entry) { return entry.state == State::Waiting; });
    if (isRunning() || m_isPaused || next == m_entries.end()) {
        m_retry.stop();
        return;
    }
    if (m_engine.isRunning() || m_isOthersBusy()) {
        m_retry.start();
        return;
    }
    m_retry.stop();
    m_running = static_cast<int>(next - m_entries.begin());
    m_progress = 0;
    m_step = 0;
    m_runningEta = std::numeric_limits<double>::quiet_NaN();
    m_isCancelled = false;
    m_clock.start();
    setState(m_running, State::Running);
    Q_EMIT runningChanged();
    m_engine.generate(next->request);
}

void JobQueue::end(int index)
{
    m_entries[static_cast<std::size_t>(index)].seconds = static_cast<double>(m_clock.elapsed()) / 1000;
    m_running = -1;
}

void JobQueue::onFinished(const RunResult& result)
{
    if (!isRunning()) {
        return;
    }
    const int index = m_running;
    end(index);
    auto kept = std::make_shared<const RunResult>(result);
    setState(index, m_store.isEnabled() ? State::Saving : State::Done);
    m_store.add(kept, m_entries[static_cast<std::size_t>(index)].origin);
    Q_EMIT runningChanged();
    Q_EMIT entryFinished(index, kept);
    // The window may want the engine first.
    QTimer::singleShot(0, this, &JobQueue::runNext);
}

void JobQueue::onFailed(const Error& error)
{
    if (!isRunning()) {
        return;
    }
    const int index = m_running;
    end(index);
    m_entries[static_cast<std::size_t>(index)].seconds = 0;
    setState(index, error.code == ErrorCode::Cancelled ? State::Cancelled : State::Failed,
        error.code == ErrorCode::Cancelled ? QString() : QString::fromStdString(error.message));
    Q_EMIT runningChanged();
    QTimer::singleShot(0, this, &JobQueue::runNext);
}

void JobQueue::cancelCurrent()
{
    if (isRunning()) {
        m_isCancelled = true;
        m_engine.cancel();
    }
}

void JobQueue::remove(const std::vector<std::string>& ids)
{
    const auto isNamed = [&](const QueueEntry& entry) {
        return std::find(ids.begin(), ids.end(), entry.id) != ids.end();
    };
    if (isRunning() && isNamed(m_entries[static_cast<std::size_t>(m_running)])) {
        cancelCurrent();
    }
    const std::string running = isRunning() ? m_entries[static_cast<std::size_t>(m_running)].id : std::string();
    std::erase_if(m_entries, [&](const QueueEntry& entry) {
        return isNamed(entry) && entry.state != State::Running && entry.state != State::Saving;
    });
    m_running = running.empty() ? -1 : indexOf(running);
    save();
    Q_EMIT changed();
}

void JobQueue::retryFailed()
{
    for (QueueEntry& entry : m_entries) {
        if (entry.state == State::Failed || entry.state == State::Cancelled) {
            entry.state = State::Waiting;
            entry.problem.clear();
        }
    }
    save();
    Q_EMIT changed();
    runNext();
}

void JobQueue::clearFinished()
{
    std::vector<std::string> ids;
    for (const QueueEntry& entry : m_entries) {
        if (entry.isOver()) {
            ids.push_back(entry.id);
        }
    }
    remove(ids);
}

void JobQueue::move(const std::vector<std::string>& ids, int to)
{
    std::vector<QueueEntry> moved;
    std::vector<QueueEntry> others;
    const std::string running = isRunning() ? m_entries[static_cast<std::size_t>(m_running)].id : std::string();
    std::size_t place = 0;
    for (std::size_t index = 0; index < m_entries.size(); ++index) {
        QueueEntry& entry = m_entries[index];
        if (entry.state == State::Waiting && std::find(ids.begin(), ids.end(), entry.id) != ids.end()) {
            moved.push_back(std::move(entry));
        } else {
            place += index < static_cast<std::size_t>(std::max(to, 0)) ? 1 : 0;
            others.push_back(std::move(entry));
        }
    }
    // What is over or running stays in front of what waits.
    std::size_t first = 0;
    for (std::size_t index = 0; index < others.size(); ++index) {
        if (others[index].state == State::Running || others[index].state == State::Saving) {
            first = index + 1;
        }
    }
    place = std::max(place, first);
    others.insert(others.begin() + static_cast<std::ptrdiff_t>(place), moved.begin(), moved.end());
    m_entries = std::move(others);
    m_running = running.empty() ? -1 : indexOf(running);
    save();
    Q_EMIT changed();
}

void JobQueue::moveToFront(const std::vector<std::string>& ids)
{
    for (std::size_t index = 0; index < m_entries.size(); ++index) {
        if (m_entries[index].state == State::Waiting) {
            move(ids, static_cast<int>(index));
            return;
        }
    }
}

void JobQueue::shift(const std::vector<std::string>& ids, int by)
{
    int first = static_cast<int>(m_entries.size());
    int last = -1;
    for (int index = 0; index < static_cast<int>(m_entries.size()); ++index) {
        const QueueEntry& entry = m_entries[static_cast<std::size_t>(index)];
        if (entry.state == State::Waiting && std::find(ids.begin(), ids.end(), entry.id) != ids.end()) {
            first = std::min(first, index);
            last = std::max(last, index);
        }
    }
    if (last >= 0) {
        move(ids, by < 0 ? first - 1 : last + 2);
    }
}

void JobQueue::setState(int index, State state, const QString& problem)
{
    QueueEntry& entry = m_entries[static_cast<std::size_t>(index)];
    entry.state = state;
    entry.problem = problem;
    save();
    Q_EMIT entryChanged(index);
    if (entry.isOver()
        && std::all_of(m_entries.begin(), m_entries.end(), [](const QueueEntry& each) { return each.isOver(); })) {
        Q_EMIT idle();
    }
}

/// What the library has need not be made again, whatever the file says.
void JobQueue::reconcile()
{
    for (int index = 0; index < static_cast<int>(m_entries.size()); ++index) {
        QueueEntry& entry = m_entries[static_cast<std::size_t>(index)];
        if (entry.state != State::Saving && entry.state != State::Waiting) {
            continue;
        }
        if (const library::RunRecord* record = m_store.findJob(entry.id)) {
            entry.run = QString::fromStdString(record->id);
            setState(index, State::Done);
        }
    }
}

QByteArray JobQueue::json() const
{
    QJsonArray list;
    for (const QueueEntry& entry : m_entries) {
        QJsonObject object;
        object["id"] = QString::fromStdString(entry.id);
        object["state"] = QLatin1String(kStates[static_cast<int>(entry.state)]);
        // As text: JSON's numbers would round a large seed.
        object["request"] = QString::fromStdString(toJson(entry.request));
        object["kind"] = QString::fromStdString(entry.origin.kind);
        object["group"] = QString::fromStdString(entry.origin.group);
        object["title"] = QString::fromStdString(entry.origin.title);
        if (!entry.problem.isEmpty()) {
            object["problem"] = entry.problem;
        }
        if (entry.seconds > 0) {
            object["seconds"] = entry.seconds;
        }
        if (!entry.run.isEmpty()) {
            object["run"] = entry.run;
        }
        list.append(object);
    }
    return QJsonDocument(
        QJsonObject{{"format", "toca-queue"}, {"version", 1}, {"paused", m_isPaused}, {"entries", list}})
        .toJson(QJsonDocument::Indented);
}

bool JobQueue::read(const QByteArray& json)
{
    const QJsonObject file = QJsonDocument::fromJson(json).object();
    const QJsonArray list = file["entries"].toArray();
    if (file["format"].toString() != QLatin1String("toca-queue") || file["version"].toInt() != 1
        || !file["entries"].isArray() || list.size() > kMostEntries) {
        return false;
    }
    std::vector<QueueEntry> entries;
    for (const QJsonValue& value : list) {
        const QJsonObject object = value.toObject();
        QueueEntry entry;
        entry.id = object["id"].toString().left(200).toStdString();
        auto request = requestFromJson(object["request"].toString().toStdString());
        const auto state = std::find(std::begin(kStates), std::end(kStates), object["state"].toString());
        const bool isTwice =
            std::any_of(entries.begin(), entries.end(), [&](const QueueEntry& other) { return other.id == entry.id; });
        if (!request || entry.id.empty() || isTwice || state == std::end(kStates)) {
            return false;
        }
        entry.request = std::move(*request);
        entry.state = static_cast<State>(state - std::begin(kStates));
        if (entry.state == State::Running || entry.state == State::Saving) {
            entry.state = State::Waiting; // the program ended before it did
        }
        entry.problem = object["problem"].toString().left(4000);
        entry.seconds = std::clamp(object["seconds"].toDouble(), 0.0, 1e9);
        entry.run = object["run"].toString().left(500);
        entry.origin = {object["kind"].toString().left(80).toStdString(),
            object["group"].toString().left(200).toStdString(), entry.id,
            object["title"].toString().left(500).toStdString()};
        entries.push_back(std::move(entry));
    }
    m_entries = std::move(entries);
    return true;
}

void JobQueue::open(const QString& folder)
{
    const fs::path path = folder.toStdString();
    std::error_code error;
    fs::create_directories(path, error);
    const fs::path lock = path / ".queue.lock";
    std::ofstream(lock, std::ios::app).flush();
    auto taken = library::Lock::take(lock);
    m_file.reset();
    if (!taken) {
        Q_EMIT failed({ErrorCode::InvalidArgument,
            "The queue of '" + path.string()
                + "' belongs to another window; what is queued here is not kept after this window closes."});
        return;
    }
    m_lock = std::move(*taken);
    const fs::path file = fileIn(path);
    if (fs::exists(fs::symlink_status(file, error))) {
        const auto content = readFile(file, kLargestFile);
        const std::vector<QueueEntry> present = m_entries;
        if (!content || !read(QByteArray::fromStdString(*content))) {
            const fs::path aside = file.string() + ".damaged";
            fs::rename(file, aside, error);
            Q_EMIT failed({ErrorCode::BadFormat,
                "'" + file.string() + "' holds no queue of this program; it is now '" + aside.filename().string()
                    + "' and the queue is empty."});
        }
        m_entries.insert(m_entries.end(), present.begin(), present.end());
    }
    m_file = std::make_shared<File>();
    m_file->path = file;
    // Nobody wants a machine that starts to work by itself.
    m_isPaused = waiting() > 0;
    if (m_store.isOpen()) {
        reconcile();
    }
    Q_EMIT changed();
}

void JobQueue::save()
{
    if (!m_file) {
        return;
    }
    const std::lock_guard lock(m_file->mutex);
    m_file->content = json();
    if (m_file->isPending) {
        return;
    }
    m_file->isPending = true;
    m_tasks.run([this, file = m_file]() -> BackgroundTasks::Continuation {
        QByteArray content;
        {
            const std::lock_guard inner(file->mutex);
            file->isPending = false;
            content = file->content;
        }
        const auto written = writeFileAtomically(
            file->path, std::string_view(content.constData(), static_cast<std::size_t>(content.size())));
        if (!written) {
            return [this, error = written.error()] { Q_EMIT failed(error); };
        }
        return {};
    });
}

} // namespace toca::ui
