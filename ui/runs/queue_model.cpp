// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/queue_model.h"

#include "ui/prompt/system_memory.h"
#include "ui/theme/theme.h"

#include <QMimeData>

#include <cmath>

namespace toca::ui {

namespace {

constexpr const char* kMimeType = "application/x-toca-queue";

} // namespace

QString queueStateText(const JobQueue& queue, int index)
{
    const QueueEntry& entry = queue.entries()[static_cast<std::size_t>(index)];
    switch (entry.state) {
    case QueueEntry::State::Waiting:
        return QueueModel::tr("waiting");
    case QueueEntry::State::Running:
        return queue.step() > 0 ? QueueModel::tr("%1 of %2 steps").arg(queue.step()).arg(entry.request.steps)
                                : QueueModel::tr("starting");
    case QueueEntry::State::Saving:
        return QueueModel::tr("saving");
    case QueueEntry::State::Done:
        return QueueModel::tr("done");
    case QueueEntry::State::Failed:
        return QueueModel::tr("failed");
    case QueueEntry::State::Cancelled:
        break;
    }
    return QueueModel::tr("cancelled");
}

QueueModel::QueueModel(JobQueue& queue, QObject* parent)
    : QAbstractTableModel(parent)
    , m_queue(queue)
{
    connect(&queue, &JobQueue::changed, this, &QueueModel::update);
    connect(&queue, &JobQueue::entryChanged, this, [this] {
        // Times of all that wait change with the running one.
        if (!m_ids.isEmpty()) {
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, Columns - 1));
        }
    });
    update();
}

void QueueModel::update()
{
    QStringList ids;
    for (const QueueEntry& entry : m_queue.entries()) {
        ids += QString::fromStdString(entry.id);
    }
    // Rows keep their selection wherever they went.
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList old = persistentIndexList();
    QModelIndexList fresh;
    for (const QModelIndex& each : old) {
        const qsizetype row = ids.indexOf(m_ids.value(each.row()));
        fresh += row < 0 ? QModelIndex() : index(static_cast<int>(row), each.column());
    }
    m_ids = ids;
    changePersistentIndexList(old, fresh);
    Q_EMIT layoutChanged();
}

int QueueModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_ids.size());
}

int QueueModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : Columns;
}

QVariant QueueModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    const QString titles[]{tr("State"), tr("Prompt"), tr("Caching"), tr("Seed"), tr("Time")};
    return section < Columns ? titles[section] : QVariant();
}

QVariant QueueModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || static_cast<std::size_t>(index.row()) >= m_queue.entries().size()) {
        return {};
    }
    const QueueEntry& entry = m_queue.entries()[static_cast<std::size_t>(index.row())];
    if (role == Qt::UserRole) {
        return QString::fromStdString(entry.id);
    }
    if (role == Qt::UserRole + 1) { // share done, for the painted bar
        return entry.state == QueueEntry::State::Running ? m_queue.progress() : 0.0;
    }
    if (role == Qt::ForegroundRole && entry.isOver()) {
        return entry.state == QueueEntry::State::Failed ? theme().error : theme().mutedText;
    }
    if (role == Qt::ToolTipRole) {
        return entry.problem.isEmpty() ? QString::fromStdString(entry.request.prompt) : entry.problem;
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
    case State:
        return queueStateText(m_queue, index.row());
    case Prompt:
        return entry.request.classLabel >= 0 ? tr("class %1").arg(entry.request.classLabel)
                                             : QString::fromStdString(entry.request.prompt).simplified();
    case Policy: {
        QString text = QString::fromStdString(entry.request.policy);
        for (const auto& [name, value] : entry.request.policyParameters) {
            text += QStringLiteral(" %1=%2").arg(
                QString::fromStdString(name), QString::fromStdString(plan::toText(value)).left(24));
        }
        return text;
    }
    case Seed:
        return QString::number(entry.request.seed);
    case Time: {
        const double eta = m_queue.etaSeconds(index.row());
        if (!entry.isOver() && !std::isnan(eta)) {
            return entry.state == QueueEntry::State::Running ? tr("%1 left").arg(duration(eta))
                                                             : tr("in %1").arg(duration(eta));
        }
        return entry.seconds > 0 ? duration(entry.seconds) : QString();
    }
    default:
        return {};
    }
}

Qt::ItemFlags QueueModel::flags(const QModelIndex& index) const
{
    if (!index.isValid()) {
        return Qt::ItemIsDropEnabled;
    }
    const Qt::ItemFlags usual = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    const bool isWaiting = m_queue.entries()[static_cast<std::size_t>(index.row())].state == QueueEntry::State::Waiting;
    return isWaiting ? usual | Qt::ItemIsDragEnabled : usual;
}

QStringList QueueModel::mimeTypes() const
{
    return {QLatin1String(kMimeType)};
}

QMimeData* QueueModel::mimeData(const QModelIndexList& indexes) const
{
    QStringList ids;
    for (const QModelIndex& index : indexes) {
        if (const QString id = index.data(Qt::UserRole).toString(); !ids.contains(id)) {
            ids += id;
        }
    }
    auto* data = new QMimeData;
    data->setData(QLatin1String(kMimeType), ids.join(QLatin1Char('\n')).toUtf8());
    return data;
}

bool QueueModel::dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int, const QModelIndex& parent)
{
    if (action != Qt::MoveAction || !data->hasFormat(QLatin1String(kMimeType))) {
        return false;
    }
    std::vector<std::string> ids;
    for (const QByteArray& id : data->data(QLatin1String(kMimeType)).split('\n')) {
        ids.push_back(id.toStdString());
    }
    m_queue.move(ids, row >= 0 ? row : parent.isValid() ? parent.row() : rowCount());
    return false; // the queue has moved them: the view must not remove rows
}

} // namespace toca::ui
