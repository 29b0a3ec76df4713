// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/runs/job_queue.h"

#include <QAbstractTableModel>

namespace toca::ui {

/// The queue as a table whose waiting rows can be dragged to another place.
class QueueModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { State, Prompt, Policy, Seed, Time, Columns };

    explicit QueueModel(JobQueue& queue, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    bool dropMimeData(
        const QMimeData* data, Qt::DropAction action, int row, int column, const QModelIndex& parent) override;

private:
    void update();
    JobQueue& m_queue;
    QStringList m_ids;
};

/// "waiting", "step 12 of 30", "done", ...
QString queueStateText(const JobQueue& queue, int index);

} // namespace toca::ui
