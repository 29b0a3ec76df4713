// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/runs/job_queue.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QProgressBar;
class QToolButton;
class QTreeView;

namespace toca::ui {

class QueueModel;

/// The queue's list with its controls.
class QueuePanel : public QWidget {
    Q_OBJECT
public:
    explicit QueuePanel(JobQueue& queue, QWidget* parent = nullptr);
    QTreeView& list() { return *m_list; }

Q_SIGNALS:
    void addRequested();
    void openRequested(const QString& run); ///< of the library

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void update();
    std::vector<std::string> selected() const;
    QToolButton* addButton(QHBoxLayout& bar, const char* name, const char* icon, const QString& tip);

    JobQueue& m_queue;
    QueueModel* m_model;
    QTreeView* m_list;
    QToolButton* m_add;
    QToolButton* m_pause;
    QToolButton* m_cancel;
    QToolButton* m_front;
    QToolButton* m_retry;
    QToolButton* m_clear;
    QLabel* m_summary;
    QProgressBar* m_progress;
};

} // namespace toca::ui
