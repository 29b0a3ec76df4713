// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/window/background_tasks.h"
#include "ui/window/file_services.h"

#include <QHash>
#include <QImage>
#include <QObject>
#include <QString>
#include <QStringList>

#include <atomic>
#include <memory>
#include <vector>

namespace toca::ui {

/// A sample of a training, ready to be drawn.
struct DecodedSample {
    std::vector<QImage> frames; ///< at most SampleStore::kLargest pixels wide and high
    double fps = 8;
    QString caption; ///< what it was made from; "" = the file does not say
    QString problem; ///< why there are no frames
};

/// Decodes samples on a thread of its own and keeps those that were seen last. No widgets.
class SampleStore : public QObject {
    Q_OBJECT
public:
    static constexpr int kLargest = 256;
    static constexpr int kMostFrames = 240;
    static constexpr std::size_t kMostBytes = std::size_t{256} << 20;

    explicit SampleStore(FileServices services, QObject* parent = nullptr);
    ~SampleStore() override;

    /// These and no others are wanted now. What is not there yet arrives with `decoded`; what waited and is not wanted
    /// any more is not decoded.
    void want(const QStringList& paths);
    /// Null while it is being decoded.
    std::shared_ptr<const DecodedSample> find(const QString& path) const;
    void clear();
    bool isBusy() const { return m_tasks.isBusy(); }

Q_SIGNALS:
    void decoded(const QString& path);

private:
    struct Entry {
        std::shared_ptr<const DecodedSample> sample; ///< null = under way
        qint64 stamp = 0; ///< of the file
        qint64 lastWanted = 0;
    };
    void makeRoom();

    FileServices m_services;
    QHash<QString, Entry> m_entries;
    QStringList m_wanted;
    qint64 m_round = 0;
    std::shared_ptr<std::atomic<qint64>> m_newestRound; ///< read by waiting jobs
    BackgroundTasks m_tasks; ///< last: joined first
};

} // namespace toca::ui
