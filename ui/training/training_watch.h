// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"
#include "core/library/training_curves.h"
#include "core/library/training_folder.h"
#include "ui/window/background_tasks.h"

#include <QFileSystemWatcher>
#include <QObject>
#include <QString>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace toca::library {
class TrainingLogReader;
}

namespace toca::ui {

/// Follows a training's folder while it is written, and after: log, samples, exported model. Everything on disk, and
/// thinning out the curves, happens on a thread of its own; what comes back are values. No widgets.
class TrainingWatch : public QObject {
    Q_OBJECT
public:
    explicit TrainingWatch(QObject* parent = nullptr);
    ~TrainingWatch() override;

    /// Another folder; "" = none. The one before is forgotten at once.
    void open(const QString& folder);
    QString folder() const { return m_folder; }
    /// What the curves are to show; answered by `changed`.
    void setRequest(const library::CurveRequest& request);
    const library::CurveRequest& request() const { return m_request; }
    /// Nothing is read while nobody looks.
    void setActive(bool isActive);
    /// Looks at the folder now instead of when it has changed.
    void poll();

    /// Nothing before the first lines were read.
    const std::optional<library::TrainingCurves>& curves() const { return m_curves; }
    const std::vector<library::TrainingMilestone>& milestones() const { return m_milestones; }
    bool hasModel() const { return m_hasModel; }
    const std::optional<Error>& problem() const { return m_problem; } ///< why the log cannot be read
    double share() const { return m_share; } ///< of the log that has been read
    bool isBusy() const { return m_tasks.isBusy(); }

Q_SIGNALS:
    void changed(); ///< curves, model or problem
    void milestonesChanged();

private:
    struct Disk; ///< of one folder; used on the worker only
    struct News;
    void take(const std::shared_ptr<Disk>& disk, News news);
    void watchFiles();

    QString m_folder;
    std::shared_ptr<Disk> m_disk;
    library::CurveRequest m_request;
    std::optional<library::TrainingCurves> m_curves;
    std::vector<library::TrainingMilestone> m_milestones;
    std::optional<Error> m_problem;
    double m_share = 1;
    bool m_hasModel = false;
    bool m_isActive = false;
    bool m_isReading = false;
    bool m_isStale = false; ///< something changed while it was read
    bool m_isRequestNew = false;
    QFileSystemWatcher m_watcher;
    QTimer m_soon; ///< after a change, so that many lines are one look
    QTimer m_often; ///< where nothing tells of changes (network drives)
    BackgroundTasks m_tasks; ///< last: joined first
};

} // namespace toca::ui
