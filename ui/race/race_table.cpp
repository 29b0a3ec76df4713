// SPDX-License-Identifier: Apache-2.0
#include "ui/race/race_table.h"

#include "ui/prompt/system_memory.h"
#include "ui/selection/cell_text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLocale>
#include <QSortFilterProxyModel>

#include <cmath>

namespace toca::ui {

namespace {

/// Numbers by value; what is not known comes last in both directions.
class UnknownLast : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override
    {
        const QVariant a = left.data(sortRole());
        const QVariant b = right.data(sortRole());
        if (a.typeId() == QMetaType::Double && b.typeId() == QMetaType::Double) {
            const double first = a.toDouble();
            const double second = b.toDouble();
            if (std::isnan(first) || std::isnan(second)) {
                return sortOrder() == Qt::AscendingOrder ? std::isnan(second) && !std::isnan(first)
                                                         : std::isnan(first) && !std::isnan(second);
            }
            return first < second;
        }
        return QSortFilterProxyModel::lessThan(left, right);
    }
};

bool isNumber(int column)
{
    return column > RaceTableModel::Name;
}

} // namespace

RaceTableModel::RaceTableModel(const Race& race, QObject* parent)
    : QAbstractTableModel(parent)
    , m_race(race)
{
    connect(&race, &Race::started, this, [this] {
        beginResetModel();
        endResetModel();
    });
    connect(&race, &Race::racerChanged, this, &RaceTableModel::update);
    connect(&race, &Race::progressChanged, this, [this] {
        if (m_race.current() >= 0) {
            update(m_race.current());
        }
    });
}

void RaceTableModel::update(int row)
{
    // Which values are best may change in every row.
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, Columns - 1), {Qt::DisplayRole, Qt::FontRole});
    Q_EMIT dataChanged(index(row, 0), index(row, Columns - 1));
}

int RaceTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_race.racers().size());
}

int RaceTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : Columns;
}

double RaceTableModel::value(int row, Column column) const
{
    const RaceNumbers numbers = m_race.numbers(row);
    switch (column) {
    case Seconds:
        return numbers.seconds;
    case TimeGain:
        return numbers.timeGain;
    case FlopsGain:
        return numbers.flopsGain;
    case TimePerFlops:
        return numbers.timePerFlops;
    case Psnr:
        return numbers.psnrDb;
    case Ssim:
        return numbers.ssim;
    case Cache:
        return numbers.cacheBytes;
    default:
        return RaceNumbers::kUnknown;
    }
}

QString RaceTableModel::text(int row, Column column) const
{
    const Racer& racer = m_race.racers()[static_cast<std::size_t>(row)];
    const QLocale locale;
    const double number = isNumber(column) ? value(row, column) : 0;
    const QString unknown = QStringLiteral("–");
    switch (column) {
    case Name:
        return racer.contender.title();
    case Seconds:
        if (racer.state == Racer::State::Running) {
            return tr("%1 / %2 steps").arg(m_race.step()).arg(m_race.request().steps);
        }
        if (racer.state == Racer::State::Failed) {
            return tr("failed");
        }
        if (racer.state == Racer::State::Stopped) {
            return tr("not run");
        }
        return std::isnan(number) ? tr("waiting") : secondsText(number);
    case TimeGain:
    case FlopsGain:
        return std::isnan(number) ? unknown : QStringLiteral("%1 ×").arg(locale.toString(number, 'f', 2));
    case TimePerFlops:
        return std::isnan(number) || row == 0 ? unknown : locale.toString(number, 'f', 2);
    case Psnr:
        if (row == 0 && racer.result) {
            return tr("reference");
        }
        return std::isnan(number) ? unknown
            : std::isinf(number)  ? tr("identical")
                                  : QStringLiteral("%1 dB").arg(locale.toString(number, 'f', 1));
    case Ssim:
        return std::isnan(number) ? unknown : locale.toString(number, 'f', 3);
    case Cache:
        return std::isnan(number) || row == 0 ? unknown : dataSize(static_cast<std::int64_t>(number));
    default:
        return {};
    }
}

bool RaceTableModel::isBest(int row, Column column) const
{
    const double own = isNumber(column) && row > 0 ? value(row, column) : RaceNumbers::kUnknown;
    if (std::isnan(own)) {
        return false;
    }
    int compared = 0;
    const bool lessIsBetter = column == Seconds || column == Cache;
    for (int other = 1; other < rowCount(); ++other) {
        const double theirs = value(other, column);
        compared += std::isnan(theirs) ? 0 : 1;
        if (!std::isnan(theirs) && (lessIsBetter ? theirs < own : theirs > own)) {
            return false;
        }
    }
    return compared > 1;
}

QString RaceTableModel::tip(int row, Column column) const
{
    const Racer& racer = m_race.racers()[static_cast<std::size_t>(row)];
    if (!racer.problem.isEmpty()) {
        return racer.problem;
    }
    if (column == Name) {
        QStringList lines{racer.contender.title()};
        for (const auto& [name, value] : racer.contender.caching.values) {
            lines += QString::fromStdString(name + " = " + plan::toText(value));
        }
        return lines.join('\n');
    }
    if (column == Seconds && racer.seconds.size() > 1) {
        QStringList times;
        for (const double seconds : racer.seconds) {
            times += secondsText(seconds);
        }
        return tr("Median of %1").arg(times.join(", "));
    }
    return isBest(row, column) ? tr("%1 Best of this race.").arg(help(column)) : help(column);
}

QVariant RaceTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const auto column = static_cast<Column>(index.column());
    const Racer& racer = m_race.racers()[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), column);
    case Qt::AccessibleTextRole:
        return isBest(index.row(), column) ? tr("%1, best").arg(text(index.row(), column)) : text(index.row(), column);
    case Qt::ToolTipRole:
        return tip(index.row(), column);
    case kSortRole:
        return isNumber(column) ? QVariant(value(index.row(), column)) : QVariant(text(index.row(), column));
    case Qt::TextAlignmentRole:
        return QVariant(static_cast<int>((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    case Qt::DecorationRole:
        return column == Name && !racer.problem.isEmpty() ? QVariant(icon("warning")) : QVariant();
    case Qt::FontRole: {
        QFont font = isNumber(column) ? numberFont() : QFont();
        if (isBest(index.row(), column) || (column == Name && racer.state == Racer::State::Running)) {
            font.setWeight(QFont::Bold);
        }
        return font;
    }
    case Qt::ForegroundRole:
        return isNumber(column) && index.row() == 0 ? QVariant(theme().mutedText) : QVariant();
    default:
        return {};
    }
}

QString RaceTableModel::help(int column)
{
    switch (column) {
    case Name:
        return tr("Caching policy, with its preset or what was changed.");
    case Seconds:
        return tr("Wall-clock time of the denoising loop, without loading, text, previews and decoding; the median of "
                  "the rounds.");
    case TimeGain:
        return tr(
            "Denoising time of the uncached baseline divided by this one's, both measured in this race, in turns.");
    case FlopsGain:
        return tr("FLOPs counted in the uncached baseline divided by those counted in this run.");
    case TimePerFlops:
        return tr("Time gain divided by FLOPs gain: how much of the saved work became saved time. Choosing, gathering "
                  "and scattering tokens, memory traffic and work that is never skipped make it smaller than 1.");
    case Psnr:
        return tr("Peak signal-to-noise ratio against the uncached clip: 10 log10(255² / mean squared error) over all "
                  "8-bit RGB values. Higher is closer; it does not say which one is better.");
    case Ssim:
        return tr("Structural similarity with the uncached clip: luma, Gaussian window 11 × 11, sigma 1.5, mean over "
                  "frames. 1 is identical.");
    case Cache:
        return tr("Largest size of what the policy kept, counted while running.");
    default:
        return {};
    }
}

QVariant RaceTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::ToolTipRole || role == Qt::WhatsThisRole) {
        return help(section);
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(static_cast<int>((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    const QString titles[Columns]{tr("Contender"), tr("Loop time"), tr("Time gain"), tr("FLOPs gain"), tr("Ratio"),
        tr("PSNR"), tr("SSIM"), tr("Cache")};
    return section >= 0 && section < Columns ? titles[section] : QVariant();
}

RaceTable::RaceTable(const Race& race, QWidget* parent)
    : QTableView(parent)
    , m_model(new RaceTableModel(race, this))
    , m_sorted(new UnknownLast(this))
{
    setObjectName("raceTable");
    setAccessibleName(tr("Results of the race"));
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(RaceTableModel::kSortRole);
    m_sorted->setDynamicSortFilter(true);
    setModel(m_sorted);
    setSortingEnabled(true);
    m_sorted->sort(-1); // the order of the race
    horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    horizontalHeader()->setSortIndicatorClearable(true);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    horizontalHeader()->setSectionResizeMode(RaceTableModel::Name, QHeaderView::Stretch);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + kSpace + 2);
    setShowGrid(false);
    setTextElideMode(Qt::ElideMiddle);
    setFrameShape(QFrame::NoFrame);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false); // Tab leaves the table; arrows move in it
    setWordWrap(false);
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (selectedRacer() >= 0) {
            Q_EMIT racerSelected(selectedRacer());
        }
    });
    connect(this, &QTableView::doubleClicked, this,
        [this](const QModelIndex& index) { Q_EMIT racerActivated(m_sorted->mapToSource(index).row()); });
}

int RaceTable::selectedRacer() const
{
    const QModelIndexList rows = selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : m_sorted->mapToSource(rows.front()).row();
}

void RaceTable::selectRacer(int racer)
{
    const QModelIndex index = m_sorted->mapFromSource(m_model->index(racer, 0));
    if (index.isValid() && racer != selectedRacer()) {
        setCurrentIndex(index);
        selectRow(index.row());
    }
}

void RaceTable::keyPressEvent(QKeyEvent* event)
{
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && event->modifiers() == Qt::NoModifier
        && selectedRacer() >= 0) {
        Q_EMIT racerActivated(selectedRacer());
        return;
    }
    QTableView::keyPressEvent(event);
}

} // namespace toca::ui
