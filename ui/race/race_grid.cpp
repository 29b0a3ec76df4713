// SPDX-License-Identifier: Apache-2.0
#include "ui/race/race_grid.h"

#include "ui/race/race_tile.h"
#include "ui/theme/theme.h"

#include <QButtonGroup>
#include <QGridLayout>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr double kTextRoom = 44; ///< below a tile's picture, logical pixels
constexpr double kNothingSaved = 1.001; ///< FLOPs gain below which a setting did nothing
constexpr double kEdge = 12; ///< of a tile around its picture, both sides together

QString numbersText(const RaceNumbers& numbers, bool isBaseline)
{
    const QLocale locale;
    if (isBaseline) {
        return std::isnan(numbers.seconds) ? QString()
                                           : RaceGrid::tr("%1 s").arg(locale.toString(numbers.seconds, 'f', 2));
    }
    QStringList parts;
    if (!std::isnan(numbers.timeGain)) {
        parts += RaceGrid::tr("%1 × faster").arg(locale.toString(numbers.timeGain, 'f', 2));
    }
    if (numbers.flopsGain < kNothingSaved) {
        parts += RaceGrid::tr("computed everything");
    }
    if (std::isinf(numbers.psnrDb)) {
        parts += RaceGrid::tr("identical");
    } else if (!std::isnan(numbers.psnrDb)) {
        parts += RaceGrid::tr("%1 dB").arg(locale.toString(numbers.psnrDb, 'f', 1));
    }
    return parts.join(QStringLiteral("  ·  "));
}

} // namespace

RaceGrid::RaceGrid(const Race& race, PlayerModel& time, QWidget* parent)
    : QWidget(parent)
    , m_race(race)
    , m_time(time)
    , m_grid(new QGridLayout(this))
    , m_group(new QButtonGroup(this))
{
    setAccessibleName(tr("Clips of the race"));
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(kSpace);
    m_group->setExclusive(true);
    connect(m_group, &QButtonGroup::idToggled, this, [this](int racer, bool on) {
        if (on) {
            Q_EMIT selectedChanged(racer);
        }
    });
    connect(&race, &Race::started, this, &RaceGrid::build);
    connect(&race, &Race::racerChanged, this, &RaceGrid::showRacer);
    connect(&race, &Race::progressChanged, this, [this] {
        if (m_race.current() >= 0) {
            showRacer(m_race.current());
        }
    });
    connect(&race, &Race::previewReady, this, [this](int racer, const Preview& preview) {
        if (auto* shown = tile(racer); shown && !shown->hasClip()) {
            shown->setPreview(makeClipSource(preview.clip));
        }
    });
}

RaceTile* RaceGrid::tile(int racer) const
{
    return racer >= 0 && static_cast<std::size_t>(racer) < m_tiles.size() ? m_tiles[static_cast<std::size_t>(racer)]
                                                                          : nullptr;
}

void RaceGrid::build()
{
    for (RaceTile* old : m_tiles) {
        m_group->removeButton(old);
        delete old;
    }
    m_tiles.clear();
    m_clips.clear();
    m_pictures.clear();
    const int count = static_cast<int>(m_race.racers().size());
    m_clips.resize(static_cast<std::size_t>(count));
    for (int racer = 0; racer < count; ++racer) {
        auto* made = new RaceTile(m_time, m_pictures, this);
        made->setObjectName(QStringLiteral("raceTile%1").arg(racer));
        m_group->addButton(made, racer);
        connect(made, &RaceTile::opened, this, [this, racer] { Q_EMIT opened(racer); });
        m_tiles.push_back(made);
    }
    m_columns = 0;
    arrange();
    for (int racer = 0; racer < count; ++racer) {
        showRacer(racer);
    }
    if (count > 0) {
        m_tiles.front()->setChecked(true);
    }
}

void RaceGrid::showRacer(int index)
{
    RaceTile* shown = tile(index);
    if (!shown) {
        return;
    }
    const Racer& racer = m_race.racers()[static_cast<std::size_t>(index)];
    ClipSourcePtr& clip = m_clips[static_cast<std::size_t>(index)];
    if (racer.result && !clip) {
        clip = makeClipSource(racer.result->clip);
        shown->setClip(clip);
        if (m_showsDifferences) {
            setDifferences(true);
        }
    }
    shown->setTexts(racer.contender.title(), numbersText(m_race.numbers(index), index == 0));
    switch (racer.state) {
    case Racer::State::Waiting:
        shown->setNote(racer.result ? QString() : tr("waiting"));
        break;
    case Racer::State::Running:
        shown->setNote(tr("%1 of %2 steps").arg(m_race.step()).arg(m_race.request().steps),
            static_cast<double>(m_race.step()) / std::max(1, m_race.request().steps));
        break;
    case Racer::State::Failed:
        shown->setNote(tr("failed: %1").arg(racer.problem));
        break;
    case Racer::State::Stopped:
        shown->setNote(tr("not run"));
        break;
    case Racer::State::Done:
        shown->setNote({});
        break;
    }
}

int RaceGrid::selected() const
{
    return m_group->checkedId();
}

void RaceGrid::select(int racer)
{
    if (RaceTile* chosen = tile(racer)) {
        chosen->setChecked(true);
    }
}

void RaceGrid::setDifferences(bool on)
{
    m_showsDifferences = on;
    for (std::size_t index = 1; index < m_tiles.size(); ++index) {
        m_tiles[index]->setDifferenceTo(on ? m_clips.front() : nullptr);
    }
}

void RaceGrid::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

/// As many columns as give the largest pictures.
void RaceGrid::arrange()
{
    const int count = static_cast<int>(m_tiles.size());
    if (count == 0) {
        return;
    }
    const QSize wanted(m_race.request().width, m_race.request().height);
    const double aspect = wanted.isEmpty() ? 1.0 : static_cast<double>(wanted.width()) / wanted.height();
    int best = 1;
    double bestWidth = 0;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const double across = (width() - kSpace * (columns - 1)) / static_cast<double>(columns) - kEdge;
        const double down = (height() - kSpace * (rows - 1)) / static_cast<double>(rows) - kTextRoom - kEdge;
        const double pictureWidth = std::min(across, down * aspect);
        if (pictureWidth > bestWidth) {
            bestWidth = pictureWidth;
            best = columns;
        }
    }
    if (best == m_columns) {
        return;
    }
    const int columnsBefore = m_grid->columnCount();
    const int rowsBefore = m_grid->rowCount();
    m_columns = best;
    for (RaceTile* each : m_tiles) {
        m_grid->removeWidget(each);
    }
    for (int index = 0; index < count; ++index) {
        m_grid->addWidget(m_tiles[static_cast<std::size_t>(index)], index / best, index % best);
    }
    const int rows = (count + best - 1) / best;
    for (int column = 0; column < std::max(columnsBefore, best); ++column) {
        m_grid->setColumnStretch(column, column < best ? 1 : 0);
    }
    for (int row = 0; row < std::max(rowsBefore, rows); ++row) {
        m_grid->setRowStretch(row, row < rows ? 1 : 0);
    }
}

} // namespace toca::ui
