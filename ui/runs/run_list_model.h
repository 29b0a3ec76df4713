// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/runs/run_store.h"

#include <QAbstractListModel>
#include <QHash>
#include <QImage>
#include <QSet>
#include <QSortFilterProxyModel>

namespace toca::ui {

/// The library's runs as rows. Thumbnails are read when a view first asks for them.
class RunListModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { IdRole = Qt::UserRole, CaptionRole, NumbersRole, StarredRole, DamagedRole, SearchRole, RecordRole };

    explicit RunListModel(RunStore& store, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    const library::RunRecord& record(int row) const { return m_store.records()[static_cast<std::size_t>(row)]; }

private:
    void update();
    QImage picture(const library::RunRecord& record) const;

    RunStore& m_store;
    QStringList m_ids; ///< of the rows
    mutable QHash<QString, QImage> m_pictures; ///< null ones too: they are not asked for again
    mutable QSet<QString> m_asked;
};

enum class RunOrder { Newest, Oldest, TimeGain, Fidelity, Duration };

/// Searches and sorts runs.
class RunFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit RunFilter(QObject* parent = nullptr);
    /// Words that prompt, policy, model, seed or job must hold, all of them.
    void setWords(const QString& words);
    void setStarredOnly(bool only);
    void setOrder(RunOrder order);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    QStringList m_words;
    bool m_starredOnly = false;
    RunOrder m_order = RunOrder::Newest;
};

/// "toca · 2.1 × · 38.0 dB": what a run gained and lost, in short.
QString runNumbers(const library::RunRecord& record);
/// The prompt, or the class.
QString runCaption(const library::RunRecord& record);

} // namespace toca::ui
