// SPDX-License-Identifier: Apache-2.0
#include "ui/training/sample_store.h"

#include "core/api/generation_request.h"

#include <QDateTime>
#include <QFileInfo>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

/// Changes when a file of the same name is written anew.
qint64 stampOf(const QString& path)
{
    const QFileInfo info(path);
    return info.lastModified().toMSecsSinceEpoch() * 31 + info.size();
}

QString captionOf(const std::string& json)
{
    constexpr int kLongest = 2000;
    const auto request = requestFromJson(json);
    if (!request) {
        return {};
    }
    if (!request->prompt.empty()) {
        return QString::fromStdString(request->prompt).simplified().left(kLongest);
    }
    return request->classLabel >= 0 ? SampleStore::tr("Class %1").arg(request->classLabel) : QString();
}

DecodedSample decode(const FileServices& services, const std::filesystem::path& path)
{
    DecodedSample sample;
    if (!services.readClip) {
        sample.problem = SampleStore::tr("This build reads no clips.");
        return sample;
    }
    auto clip = services.readClip(path);
    if (!clip) {
        sample.problem = QString::fromStdString(clip.error().message);
        return sample;
    }
    for (const Frame& frame : clip->frames) {
        if (sample.frames.size() >= static_cast<std::size_t>(SampleStore::kMostFrames)) {
            break;
        }
        const QImage whole(frame.rgb.data(), frame.width, frame.height, static_cast<qsizetype>(frame.width) * 3,
            QImage::Format_RGB888);
        const QImage shown = whole.width() > SampleStore::kLargest || whole.height() > SampleStore::kLargest
            ? whole.scaled(SampleStore::kLargest, SampleStore::kLargest, Qt::KeepAspectRatio, Qt::SmoothTransformation)
            : whole;
        sample.frames.push_back(shown.convertToFormat(QImage::Format_RGB32)); // a copy that owns its pixels
    }
    if (sample.frames.empty()) {
        sample.problem = SampleStore::tr("The file holds no picture.");
    }
    sample.fps = std::isfinite(clip->fps) ? std::clamp(clip->fps, 1.0, 60.0) : 8.0;
    if (services.readRequest) {
        if (const auto json = services.readRequest(path)) {
            sample.caption = captionOf(*json);
        }
    }
    return sample;
}

std::size_t bytesOf(const DecodedSample& sample)
{
    std::size_t bytes = 0;
    for (const QImage& frame : sample.frames) {
        bytes += static_cast<std::size_t>(frame.sizeInBytes());
    }
    return bytes;
}

} // namespace

SampleStore::SampleStore(FileServices services, QObject* parent)
    : QObject(parent)
    , m_services(std::move(services))
    , m_newestRound(std::make_shared<std::atomic<qint64>>(0))
{
}

SampleStore::~SampleStore() = default;

void SampleStore::want(const QStringList& paths)
{
    ++m_round;
    m_wanted = paths;
    *m_newestRound = m_round;
    // What waits is asked for anew, in the order of now.
    m_entries.removeIf([](const auto& entry) { return !entry.value().sample; });
    for (const QString& path : paths) {
        const qint64 stamp = stampOf(path);
        Entry& entry = m_entries[path];
        if (entry.sample && entry.stamp == stamp) {
            entry.lastWanted = m_round;
            continue;
        }
        entry = {nullptr, stamp, m_round};
        m_tasks.run([this, path, round = m_round, newest = m_newestRound, services = m_services,
                        file = std::filesystem::path(path.toStdString())]() -> BackgroundTasks::Continuation {
            if (*newest != round) {
                return [] {};
            }
            auto sample = std::make_shared<const DecodedSample>(decode(services, file));
            return [this, path, round, sample] {
                const auto found = m_entries.find(path);
                if (found != m_entries.end() && (round == m_round || !found->sample)) {
                    found->sample = sample;
                    makeRoom();
                    Q_EMIT decoded(path);
                }
            };
        });
    }
    makeRoom();
}

std::shared_ptr<const DecodedSample> SampleStore::find(const QString& path) const
{
    return m_entries.value(path).sample;
}

void SampleStore::clear()
{
    want({});
    m_entries.clear();
}

/// Those that nobody has wanted for longest go first; what is shown stays.
void SampleStore::makeRoom()
{
    std::size_t bytes = 0;
    for (const Entry& entry : std::as_const(m_entries)) {
        bytes += entry.sample ? bytesOf(*entry.sample) : 0;
    }
    while (bytes > kMostBytes) {
        auto oldest = m_entries.end();
        for (auto entry = m_entries.begin(); entry != m_entries.end(); ++entry) {
            if (entry->sample && !m_wanted.contains(entry.key())
                && (oldest == m_entries.end() || entry->lastWanted < oldest->lastWanted)) {
                oldest = entry;
            }
        }
        if (oldest == m_entries.end()) {
            return;
        }
        bytes -= bytesOf(*oldest->sample);
        m_entries.erase(oldest);
    }
}

} // namespace toca::ui
