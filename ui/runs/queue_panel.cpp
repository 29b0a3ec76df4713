// SPDX-License-Identifier: Apache-2.0
#include "ui/runs/queue_panel.h"

#include "ui/prompt/system_memory.h"
#include "ui/runs/queue_model.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>
#include <QTreeView>

#include <algorithm>
#include <cmath>

namespace toca::ui {

using State = QueueEntry::State;

QToolButton* QueuePanel::addButton(QHBoxLayout& bar, const char* name, const char* iconName, const QString& tip)
{
    auto* button = new QToolButton;
    button->setObjectName(name);
    button->setIcon(icon(iconName));
    button->setToolTip(tip);
    button->setAccessibleName(tip.section(QLatin1String(" ("), 0, 0));
    bar.addWidget(button);
    return button;
}

QueuePanel::QueuePanel(JobQueue& queue, QWidget* parent)
    : QWidget(parent)
    , m_queue(queue)
    , m_model(new QueueModel(queue, this))
    , m_list(new QTreeView)
    , m_summary(new QLabel)
    , m_progress(new QProgressBar)
{
    setObjectName("queuePanel");
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(kSpace, kHalfSpace, kSpace, 0);
    bar->setSpacing(kHalfSpace);
    m_add = addButton(*bar, "queueAdd", "add", tr("Add runs: many prompts, seeds and settings at once (Ctrl+J)"));
    m_pause = addButton(*bar, "queuePause", "pause", tr("Pause after the running entry (Space)"));
    m_cancel = addButton(*bar, "queueCancel", "stop", tr("Cancel the running entry"));
    m_front = addButton(*bar, "queueFront", "front", tr("Move the selected entries to the front (Alt+Home)"));
    m_retry = addButton(*bar, "queueRetry", "redo", tr("Try failed and cancelled entries again"));
    m_clear = addButton(*bar, "queueClear", "trash", tr("Take finished entries from the list; their runs stay"));
    m_summary->setProperty("muted", true);
    m_summary->setFont(smallFont());
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_summary->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_summary->setObjectName("queueSummary");
    bar->addWidget(m_summary, 1);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress of the running entry"));

    m_list->setObjectName("queueList");
    m_list->setAccessibleName(tr("Queued runs"));
    m_list->setModel(m_model);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setDragDropMode(QAbstractItemView::InternalMove);
    m_list->setDefaultDropAction(Qt::MoveAction);
    m_list->setDropIndicatorShown(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->installEventFilter(this);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(QueueModel::Prompt, QHeaderView::Stretch);
    // As wide as their headings in any language, and as what they usually hold.
    const QFontMetrics metrics(m_list->font());
    const auto setWidth = [&](QueueModel::Column column, const QString& usual) {
        const QString heading = m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        m_list->setColumnWidth(
            column, std::max(metrics.horizontalAdvance(heading), metrics.horizontalAdvance(usual)) + 3 * kSpace);
    };
    setWidth(QueueModel::State, QStringLiteral("88 / 88"));
    setWidth(QueueModel::Policy, QStringLiteral("taylorseer"));
    setWidth(QueueModel::Seed, QStringLiteral("8888"));
    setWidth(QueueModel::Time, QStringLiteral("88.8 s"));
    m_list->setTextElideMode(Qt::ElideRight);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(bar);
    auto* progressRow = new QHBoxLayout;
    progressRow->setContentsMargins(kSpace, 0, kSpace, 0);
    progressRow->addWidget(m_progress);
    layout->addLayout(progressRow);
    layout->addWidget(m_list, 1);

    connect(m_add, &QToolButton::clicked, this, &QueuePanel::addRequested);
    connect(m_pause, &QToolButton::clicked, this, [this] { m_queue.setPaused(!m_queue.isPaused()); });
    connect(m_cancel, &QToolButton::clicked, &queue, &JobQueue::cancelCurrent);
    connect(m_front, &QToolButton::clicked, this, [this] { m_queue.moveToFront(selected()); });
    connect(m_retry, &QToolButton::clicked, &queue, &JobQueue::retryFailed);
    connect(m_clear, &QToolButton::clicked, &queue, &JobQueue::clearFinished);
    connect(&queue, &JobQueue::changed, this, &QueuePanel::update);
    connect(&queue, &JobQueue::runningChanged, this, &QueuePanel::update);
    connect(&queue, &JobQueue::entryChanged, this, &QueuePanel::update);
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this, &QueuePanel::update);
    connect(m_list, &QTreeView::activated, this, [this](const QModelIndex& index) {
        const QueueEntry& entry = m_queue.entries()[static_cast<std::size_t>(index.row())];
        if (!entry.run.isEmpty()) {
            Q_EMIT openRequested(entry.run);
        }
    });
    update();
}

std::vector<std::string> QueuePanel::selected() const
{
    std::vector<std::string> ids;
    for (const QModelIndex& index : m_list->selectionModel()->selectedRows()) {
        ids.push_back(index.data(Qt::UserRole).toString().toStdString());
    }
    return ids;
}

void QueuePanel::update()
{
    const auto& entries = m_queue.entries();
    const auto count = [&](auto of) { return static_cast<int>(std::count_if(entries.begin(), entries.end(), of)); };
    const int failed = count([](const QueueEntry& entry) { return entry.state == State::Failed; });
    const int retried = failed + count([](const QueueEntry& entry) { return entry.state == State::Cancelled; });
    const int over = count([](const QueueEntry& entry) { return entry.isOver(); });
    const int waiting = m_queue.waiting();
    m_pause->setIcon(icon(m_queue.isPaused() ? "play" : "pause"));
    m_pause->setToolTip(
        m_queue.isPaused() ? tr("Go on with the queue (Space)") : tr("Pause after the running entry (Space)"));
    m_pause->setAccessibleName(m_queue.isPaused() ? tr("Go on with the queue") : tr("Pause"));
    m_pause->setEnabled(waiting > 0 || m_queue.isPaused());
    m_cancel->setEnabled(m_queue.isRunning());
    m_front->setEnabled(!selected().empty() && waiting > 1);
    m_retry->setEnabled(retried > 0);
    m_clear->setEnabled(over > 0);
    m_progress->setVisible(m_queue.isRunning());
    m_progress->setValue(static_cast<int>(m_queue.progress() * 1000));
    QStringList parts;
    if (entries.empty()) {
        parts += tr("Nothing queued. Ctrl+J adds runs.");
    } else {
        parts += tr("%1 of %2 done").arg(over - retried).arg(entries.size());
        if (failed > 0) {
            parts += tr("%n failed", "", failed);
        }
        if (m_queue.isPaused() && waiting > 0) {
            parts += tr("paused");
        } else if (waiting > 0) {
            for (int last = static_cast<int>(entries.size()) - 1; last >= 0; --last) {
                if (entries[static_cast<std::size_t>(last)].state == State::Waiting) {
                    if (const double eta = m_queue.etaSeconds(last); !std::isnan(eta)) {
                        parts += tr("all in %1").arg(duration(eta));
                    }
                    break;
                }
            }
        }
    }
    m_summary->setText(parts.join(QStringLiteral(" · ")));
}

bool QueuePanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_list && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool isMoving = key->modifiers().testFlag(Qt::AltModifier);
        if (isMoving && (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down)) {
            m_queue.shift(selected(), key->key() == Qt::Key_Up ? -1 : 1);
            return true;
        }
        if (key->key() == Qt::Key_Delete) {
            m_queue.remove(selected());
            return true;
        }
        if (key->key() == Qt::Key_Space) {
            m_queue.setPaused(!m_queue.isPaused());
            return true;
        }
        if (key->key() == Qt::Key_Home && isMoving) {
            m_queue.moveToFront(selected());
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace toca::ui
