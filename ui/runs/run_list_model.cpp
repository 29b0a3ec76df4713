// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/run_list_model.h"

#include <QLocale>
#include <QPointer>

#include <cmath>

namespace toca::ui {

using library::RunRecord;

QString runCaption(const RunRecord& record)
{
    if (record.isDamaged()) {
        return QString::fromStdString(record.id);
    }
    if (record.request.classLabel >= 0) {
        return RunListModel::tr("class %1").arg(record.request.classLabel);
    }
    const QString prompt = QString::fromStdString(record.request.prompt).simplified();
    return prompt.isEmpty() ? RunListModel::tr("no prompt") : prompt;
}

QString runNumbers(const RunRecord& record)
{
    if (record.isDamaged()) {
        return RunListModel::tr("damaged");
    }
    const QLocale locale;
    QStringList parts{
        record.request.policy == "none" ? RunListModel::tr("uncached") : QString::fromStdString(record.request.policy)};
    if (!std::isnan(record.timeGain)) {
        parts += QStringLiteral("%1 ×").arg(locale.toString(record.timeGain, 'f', 2));
    }
    if (!std::isnan(record.psnrDb)) {
        parts += std::isinf(record.psnrDb) ? RunListModel::tr("identical")
                                           : RunListModel::tr("%1 dB").arg(locale.toString(record.psnrDb, 'f', 1));
    } else if (!std::isnan(record.seconds)) {
        parts += RunListModel::tr("%1 s").arg(locale.toString(record.seconds, 'f', 1));
    }
    return parts.join(QStringLiteral(" · "));
}

RunListModel::RunListModel(RunStore& store, QObject* parent)
    : QAbstractListModel(parent)
    , m_store(store)
{
    connect(&store, &RunStore::changed, this, &RunListModel::update);
    update();
}

void RunListModel::update()
{
    // New runs come in front, others leave: views keep what is selected, which a reset would lose.
    QStringList ids;
    for (const RunRecord& record : m_store.records()) {
        ids += QString::fromStdString(record.id);
    }
    if (ids == m_ids) {
        if (!ids.isEmpty()) {
            Q_EMIT dataChanged(index(0), index(static_cast<int>(ids.size()) - 1));
        }
        return;
    }
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList old = persistentIndexList();
    QHash<QString, int> rows;
    for (int row = 0; row < ids.size(); ++row) {
        rows.insert(ids[row], row);
    }
    QModelIndexList fresh;
    for (const QModelIndex& each : old) {
        const int row = rows.value(m_ids.value(each.row()), -1);
        fresh += row < 0 ? QModelIndex() : index(row);
    }
    m_ids = ids;
    changePersistentIndexList(old, fresh);
    Q_EMIT layoutChanged();
}

int RunListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_ids.size());
}

QImage RunListModel::picture(const RunRecord& record) const
{
    const QString id = QString::fromStdString(record.id);
    const auto there = m_pictures.constFind(id);
    if (there != m_pictures.constEnd()) {
        return *there;
    }
    if (record.hasThumbnail && !m_asked.contains(id)) {
        m_asked.insert(id);
        m_store.readThumbnail(record, [self = QPointer(const_cast<RunListModel*>(this)), id](const QImage& picture) {
            if (!self) {
                return;
            }
            self->m_pictures.insert(id, picture);
            if (const qsizetype row = self->m_ids.indexOf(id); row >= 0) {
                const QModelIndex changed = self->index(static_cast<int>(row));
                Q_EMIT self->dataChanged(changed, changed, {Qt::DecorationRole});
            }
        });
    }
    return {};
}

QVariant RunListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || static_cast<std::size_t>(index.row()) >= m_store.records().size()) {
        return {};
    }
    const RunRecord& record = this->record(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case CaptionRole:
        return runCaption(record);
    case NumbersRole:
        return runNumbers(record);
    case Qt::DecorationRole:
        return picture(record);
    case IdRole:
        return QString::fromStdString(record.id);
    case StarredRole:
        return record.isStarred;
    case DamagedRole:
        return record.isDamaged();
    case SearchRole:
        return QStringList{runCaption(record), QString::fromStdString(record.request.policy),
            QString::fromStdString(record.request.preset), QString::fromStdString(record.request.modelPath),
            QString::number(record.request.seed), QString::fromStdString(record.origin.title),
            QString::fromStdString(record.origin.kind)}
            .join(QLatin1Char(' '));
    case Qt::ToolTipRole:
        return record.isDamaged()
            ? QString::fromStdString(record.problem)
            : tr("%1\n%2, seed %3").arg(runCaption(record), runNumbers(record)).arg(record.request.seed);
    case Qt::AccessibleTextRole:
        return tr("%1, %2, seed %3%4")
            .arg(runCaption(record), runNumbers(record))
            .arg(record.request.seed)
            .arg(record.isStarred ? tr(", starred") : QString());
    default:
        return {};
    }
}

RunFilter::RunFilter(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setDynamicSortFilter(true);
    sort(0);
}

void RunFilter::setWords(const QString& words)
{
    m_words = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

void RunFilter::setStarredOnly(bool only)
{
    m_starredOnly = only;
    invalidateFilter();
}

void RunFilter::setOrder(RunOrder order)
{
    m_order = order;
    invalidate();
    sort(0);
}

bool RunFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    if (m_starredOnly && !index.data(RunListModel::StarredRole).toBool()) {
        return false;
    }
    const QString text = m_words.isEmpty() ? QString() : index.data(RunListModel::SearchRole).toString();
    return std::all_of(
        m_words.begin(), m_words.end(), [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

bool RunFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const auto* model = static_cast<const RunListModel*>(sourceModel());
    const RunRecord& a = model->record(left.row());
    const RunRecord& b = model->record(right.row());
    // What has no number comes last; equal ones stay with the newest first, as the library has them.
    const auto larger = [&](double x, double y) {
        if (std::isnan(x) || std::isnan(y)) {
            return std::isnan(x) == std::isnan(y) ? left.row() < right.row() : std::isnan(y);
        }
        return x != y ? x > y : left.row() < right.row();
    };
    switch (m_order) {
    case RunOrder::Newest:
        return left.row() < right.row();
    case RunOrder::Oldest:
        return left.row() > right.row();
    case RunOrder::TimeGain:
        return larger(a.timeGain, b.timeGain);
    case RunOrder::Fidelity:
        return larger(a.psnrDb, b.psnrDb);
    case RunOrder::Duration:
        break;
    }
    return larger(-a.seconds, -b.seconds);
}

} // namespace toca::ui
