// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/runs_panel.h"

#include "ui/runs/run_details.h"
#include "ui/runs/run_tile.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QLocale>
#include <QMenu>
#include <QPointer>
#include <QSplitter>
#include <QToolButton>

namespace toca::ui {

using library::RunRecord;

namespace {

class DeleteRuns : public QUndoCommand {
public:
    DeleteRuns(RunStore& store, const QStringList& ids)
        : QUndoCommand(RunsPanel::tr("Delete %n run(s)", "", static_cast<int>(ids.size())))
        , m_store(&store)
        , m_ids(ids)
    {
    }
    void redo() override
    {
        if (m_store) {
            m_store->remove(m_ids);
        }
    }
    void undo() override
    {
        if (m_store) {
            m_store->restore(m_ids);
        }
    }

private:
    QPointer<RunStore> m_store; ///< the stack may live longer
    QStringList m_ids;
};

} // namespace

RunsPanel::RunsPanel(RunStore& store, QUndoStack& undo, QWidget* parent)
    : QWidget(parent)
    , m_store(store)
    , m_undo(undo)
    , m_model(new RunListModel(store, this))
    , m_filter(new RunFilter(this))
    , m_search(new QLineEdit)
    , m_starred(new QToolButton)
    , m_details(new QToolButton)
    , m_order(new QComboBox)
    , m_count(new QLabel)
    , m_list(new QListView)
    , m_metadata(new RunDetails)
{
    setObjectName("runsPanel");
    m_filter->setSourceModel(m_model);
    m_search->setObjectName("runSearch");
    m_search->setPlaceholderText(tr("Search prompt, policy, model, seed"));
    m_search->setAccessibleName(tr("Search runs"));
    m_search->setClearButtonEnabled(true);
    m_starred->setObjectName("runStarredOnly");
    m_starred->setIcon(icon("star"));
    m_starred->setCheckable(true);
    m_starred->setToolTip(tr("Show starred runs only"));
    m_starred->setAccessibleName(tr("Starred runs only"));
    m_details->setObjectName("runDetails");
    m_details->setIcon(icon("info"));
    m_details->setCheckable(true);
    m_details->setToolTip(tr("Show everything known of the selected run (I)"));
    m_details->setAccessibleName(tr("Metadata"));
    auto* settings = new QToolButton;
    settings->setObjectName("librarySettings");
    settings->setIcon(icon("settings"));
    settings->setToolTip(tr("Folder and size limit of the library"));
    settings->setAccessibleName(tr("Library settings"));
    m_order->setObjectName("runOrder");
    m_order->setAccessibleName(tr("Order of the runs"));
    m_order->addItems({tr("Newest"), tr("Oldest"), tr("Time gain"), tr("PSNR"), tr("Shortest")});
    m_count->setProperty("muted", true);
    m_count->setFont(smallFont());

    m_list->setObjectName("runList");
    m_list->setAccessibleName(tr("Runs of the library"));
    m_list->setModel(m_filter);
    auto* tile = new RunTile(m_list);
    m_list->setItemDelegate(tile);
    m_list->setViewMode(QListView::IconMode);
    m_list->setResizeMode(QListView::Adjust);
    m_list->setMovement(QListView::Static);
    m_list->setUniformItemSizes(true);
    m_list->setLayoutMode(QListView::Batched);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setMouseTracking(true);
    m_list->setSpacing(1);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_list->installEventFilter(this);
    m_list->setFrameShape(QFrame::NoFrame);

    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(kSpace, kHalfSpace, kSpace, 0);
    bar->setSpacing(kHalfSpace);
    bar->addWidget(m_search, 1);
    bar->addWidget(m_starred);
    bar->addWidget(m_order);
    bar->addWidget(m_count);
    bar->addWidget(m_details);
    bar->addWidget(settings);
    auto* parts = new QSplitter(Qt::Horizontal);
    parts->addWidget(m_list);
    parts->addWidget(m_metadata);
    parts->setStretchFactor(0, 1);
    parts->setCollapsible(0, false);
    parts->setSizes({500, 220});
    m_metadata->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(bar);
    layout->addWidget(parts, 1);

    connect(m_search, &QLineEdit::textChanged, m_filter, &RunFilter::setWords);
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        m_list->setFocus();
        if (!m_list->currentIndex().isValid() && m_filter->rowCount() > 0) {
            m_list->setCurrentIndex(m_filter->index(0, 0));
        }
    });
    connect(m_starred, &QToolButton::toggled, m_filter, &RunFilter::setStarredOnly);
    connect(m_details, &QToolButton::toggled, m_metadata, &QWidget::setVisible);
    connect(settings, &QToolButton::clicked, this, &RunsPanel::settingsRequested);
    connect(m_order, &QComboBox::currentIndexChanged, this,
        [this](int index) { m_filter->setOrder(static_cast<RunOrder>(index)); });
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RunsPanel::showSelection);
    connect(m_list, &QListView::doubleClicked, this, &RunsPanel::openCurrent);
    connect(m_list, &QWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        if (current()) {
            QMenu menu(this);
            fillMenu(menu);
            menu.exec(m_list->viewport()->mapToGlobal(at));
        }
    });
    connect(tile, &RunTile::starClicked, this, [this](const QModelIndex& index) {
        m_store.setStarred(
            {index.data(RunListModel::IdRole).toString()}, !index.data(RunListModel::StarredRole).toBool());
    });
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(m_filter, signal, this, [this] { showCount(); });
    }
    connect(m_filter, &QAbstractItemModel::layoutChanged, this, &RunsPanel::showCount);
    connect(&store, &RunStore::changed, this, [this] {
        showCount();
        showSelection();
    });
    showSelection();
    showCount();
}

void RunsPanel::showCount()
{
    const QString size = QLocale().formattedDataSize(m_store.bytes(), 1);
    const int shown = m_filter->rowCount();
    const int all = m_model->rowCount();
    m_count->setText(shown == all ? tr("%1 runs, %2").arg(all).arg(size) : tr("%1 of %2 runs").arg(shown).arg(all));
    m_count->setToolTip(m_store.quota() > 0
            ? tr("The library may take %1; beyond that the oldest runs without a star go.")
                  .arg(QLocale().formattedDataSize(m_store.quota(), 1))
            : tr("The library has no limit."));
}

QStringList RunsPanel::selectedIds() const
{
    QStringList ids;
    for (const QModelIndex& index : m_list->selectionModel()->selectedIndexes()) {
        ids += index.data(RunListModel::IdRole).toString();
    }
    return ids;
}

const RunRecord* RunsPanel::current() const
{
    const QModelIndex index = m_list->currentIndex();
    return index.isValid() ? m_store.find(index.data(RunListModel::IdRole).toString().toStdString()) : nullptr;
}

void RunsPanel::select(const QString& id)
{
    for (int row = 0; row < m_filter->rowCount(); ++row) {
        const QModelIndex index = m_filter->index(row, 0);
        if (index.data(RunListModel::IdRole).toString() == id) {
            m_list->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
            m_list->scrollTo(index);
            return;
        }
    }
}

void RunsPanel::showSelection()
{
    const QStringList ids = selectedIds();
    if (ids.size() > 1) {
        qint64 bytes = 0;
        for (const QString& id : ids) {
            if (const RunRecord* record = m_store.find(id.toStdString())) {
                bytes += record->bytes;
            }
        }
        m_metadata->showCount(static_cast<int>(ids.size()), bytes);
    } else if (const RunRecord* record = ids.isEmpty() ? nullptr : m_store.find(ids.front().toStdString())) {
        m_metadata->show(*record);
    } else {
        m_metadata->showNothing(m_store.records().empty()
                ? (m_store.isOpen() ? tr("Runs appear here when they have ended.") : tr("No library is open."))
                : tr("Select a run. Return opens it."));
    }
}

void RunsPanel::openCurrent()
{
    if (const RunRecord* record = current()) {
        Q_EMIT openRequested(QString::fromStdString(record->id));
    }
}

void RunsPanel::removeSelected()
{
    if (const QStringList ids = selectedIds(); !ids.isEmpty()) {
        m_undo.push(new DeleteRuns(m_store, ids));
    }
}

void RunsPanel::starSelected()
{
    const RunRecord* record = current();
    if (const QStringList ids = selectedIds(); record && !ids.isEmpty()) {
        m_store.setStarred(ids, !record->isStarred);
    }
}

void RunsPanel::fillMenu(QMenu& menu)
{
    const RunRecord* record = current();
    if (!record) {
        return;
    }
    const QString id = QString::fromStdString(record->id);
    const bool isWhole = !record->isDamaged();
    const auto add = [&](const QString& text, const char* name, auto act) {
        QAction* item = menu.addAction(text, this, act);
        item->setObjectName(name);
        item->setEnabled(isWhole);
        return item;
    };
    QAction* open = add(tr("&Open"), "runOpen", [this, id] { Q_EMIT openRequested(id); });
    open->setShortcut(Qt::Key_Return);
    menu.setDefaultAction(open);
    menu.addSeparator();
    const auto recall = [&](const QString& text, const char* name, Recall part, const QString& tip) {
        add(text, name, [this, id, part] { Q_EMIT recallRequested(id, part); })->setToolTip(tip);
    };
    menu.setToolTipsVisible(true);
    recall(tr("Recall &all"), "recallAll", Recall::All, tr("Everything needed to make this run again"));
    recall(tr("Recall &prompt"), "recallPrompt", Recall::Prompt, {});
    recall(tr("Recall &seed"), "recallSeed", Recall::Seed, {});
    recall(tr("Recall &caching"), "recallCaching", Recall::Caching, tr("Policy, preset and parameters"));
    recall(tr("Re&mix"), "recallRemix", Recall::AllButSeed, tr("Everything but the seed"));
    menu.addSeparator();
    add(tr("Add to &queue"), "runQueue", [this, id] { Q_EMIT queueRequested(id); });
    add(tr("Save &bundle…"), "runBundle", [this, id] { Q_EMIT bundleRequested(id); });
    menu.addSeparator();
    add(record->isStarred ? tr("Remove s&tar") : tr("S&tar"), "runStar", [this] { starSelected(); });
    add(tr("&Delete"), "runDelete", [this] { removeSelected(); })->setEnabled(true);
}

void RunsPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // In a narrow dock the pictures need the room; the button still brings the metadata.
    constexpr int kRoomForBoth = 560;
    const bool isRoomy = width() >= kRoomForBoth;
    if (isRoomy != (event->oldSize().width() >= kRoomForBoth) || !event->oldSize().isValid()) {
        m_details->setChecked(isRoomy);
    }
}

bool RunsPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_list && event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
            openCurrent();
            return true;
        case Qt::Key_Delete:
            removeSelected();
            return true;
        case Qt::Key_Asterisk:
        case Qt::Key_S:
            starSelected();
            return true;
        case Qt::Key_I:
            m_details->toggle();
            return true;
        case Qt::Key_Slash:
            m_search->setFocus();
            return true;
        default:
            break;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace toca::ui
