// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/library/run_library.h"
#include "core/library/run_record.h"
#include "ui/window/background_tasks.h"
#include "ui/window/file_services.h"

#include <QImage>
#include <QObject>
#include <QString>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace toca::ui {

class RunIndex;

/// The run library as the window knows it: everything on disk happens on a thread of its own, in the order of the
/// calls; what comes back is a signal. No widgets.
class RunStore : public QObject {
    Q_OBJECT
public:
    static constexpr qint64 kDefaultQuota = qint64{4} << 30; ///< bytes

    /// @param folder of the library; "" = none. Nothing is read before `open`.
    RunStore(FileServices services, QString folder, QObject* parent = nullptr);
    ~RunStore() override;

    /// Looks at the library, makes its index and empties what has lain in the trash for a month.
    void open();
    /// Another library; the present one is left as it is.
    void setFolder(const QString& folder);
    QString folder() const { return m_folder; }
    /// False without a folder: then nothing is kept.
    bool isEnabled() const { return !m_folder.isEmpty(); }
    bool isOpen() const { return m_isOpen; }
    /// Jobs on disk that have not ended.
    bool isBusy() const { return m_tasks.isBusy(); }
    /// Waits until everything asked for is on disk, as before the program ends.
    void flush() { m_tasks.finish(); }

    /// The newest first; empty before `opened`.
    const std::vector<library::RunRecord>& records() const { return m_records; }
    const library::RunRecord* find(const std::string& id) const;
    /// The library's run of this entry of the queue; nullptr when it has none.
    const library::RunRecord* findJob(const std::string& job) const;

    /// Stores a finished run in the background, compares it with its uncached run if the library has that, and the
    /// other way round. Removes old runs where the quota is passed.
    void add(std::shared_ptr<const RunResult> result, const library::RunOrigin& origin);
    void setStarred(const QStringList& ids, bool isStarred);
    /// Moves runs to the trash; `removed` tells them, and `restore` brings them back.
    void remove(const QStringList& ids);
    void restore(const QStringList& ids);
    /// Reads a run with its trace and pixels, and its uncached run where the library has it. Answers `loaded`.
    void load(const QString& id);
    /// Reads a bundle, or a run's folder that may lie anywhere. Answers `loaded` with the path as the id.
    void loadPath(const QString& path);
    /// Writes a run of the library, or one that is not in it, into one file. Answers `bundleSaved`.
    void saveBundle(const QString& id, const QString& path);
    void saveBundle(
        std::shared_ptr<const RunResult> result, std::shared_ptr<const RunResult> baseline, const QString& path);
    /// Looks for a change made by other programs.
    void rescan();
    /// Bytes that own runs may take; 0 = no limit. Applied at once.
    void setQuota(qint64 bytes);
    qint64 quota() const { return m_quota; }
    qint64 bytes() const; ///< of all runs

    /// A run's small picture. @return a null one where it is not there or damaged. Any thread
    static QImage thumbnail(const std::filesystem::path& folder);
    /// Reads it on the library's thread. @param done is called on this object's thread
    void readThumbnail(const library::RunRecord& record, std::function<void(QImage)> done);

Q_SIGNALS:
    void opened();
    void changed(); ///< other records
    void stored(const QString& id); ///< a run of `add` is on disk
    /// A run of `add` could not be stored. @param job its origin's entry
    void storeFailed(const QString& job, const toca::Error& error);
    void removed(const QStringList& ids, const QString& why); ///< why: "" = asked for
    void loaded(const QString& id, const std::shared_ptr<const toca::RunResult>& result,
        const std::shared_ptr<const toca::RunResult>& baseline);
    void bundleSaved(const QString& path);
    void failed(const toca::Error& error);

private:
    struct Disk; ///< what the library's thread has
    using Job = std::function<BackgroundTasks::Continuation(Disk&)>;
    void run(Job job);
    void takeRecords(std::vector<library::RunRecord> records);

    FileServices m_services;
    QString m_folder;
    std::shared_ptr<Disk> m_disk;
    std::vector<library::RunRecord> m_records;
    qint64 m_quota = kDefaultQuota;
    bool m_isOpen = false;
    BackgroundTasks m_tasks; ///< last: joined first
};

} // namespace toca::ui
