// SPDX-License-Identifier: Apache-2.0
#include "ui/race/race_panel.h"

#include "ui/elided_label.h"
#include "ui/player/scrubber.h"
#include "ui/prompt/system_memory.h"
#include "ui/race/contender_list.h"
#include "ui/race/race_grid.h"
#include "ui/race/race_table.h"
#include "ui/statistics/figure_file.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWhatsThis>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr int kLeastChoiceWidth = 300;
constexpr int kMostChoiceWidth = 440;
constexpr int kProgressSteps = 1000;
constexpr int kGridHeight = 420; ///< of the clips before the user moves the splitter
constexpr int kTableHeight = 260;

QLabel* mutedLabel(const QString& text = {})
{
    auto* label = new QLabel(text);
    label->setProperty("muted", true);
    return label;
}

QToolButton* toolButton(const QString& iconName, const QString& text, const QString& tip)
{
    auto* button = new QToolButton;
    button->setIcon(icon(iconName));
    button->setIconSize({16, 16});
    button->setText(text);
    button->setToolTip(tip);
    button->setAccessibleName(text);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

} // namespace

RacePanel::RacePanel(Race& race, const CachingModel& caching, BackgroundTasks& tasks, QWidget* parent)
    : QWidget(parent)
    , m_race(race)
    , m_contenders(new ContenderList(caching, tasks))
    , m_rounds(new QSpinBox)
    , m_count(mutedLabel())
    , m_start(new QPushButton(tr("Start the race")))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_progress(new QProgressBar)
    , m_progressText(mutedLabel())
    , m_grid(new RaceGrid(race, m_time))
    , m_table(new RaceTable(race))
    , m_scrubber(new FrameScrubber(m_time, m_noTokens))
    , m_play(toolButton("play", tr("Play"), tr("Play or pause all clips together")))
    , m_frameText(mutedLabel())
    , m_difference(toolButton("difference", tr("Difference"),
          tr("Show |clip − uncached clip| per colour channel, times 4, instead of the clips")))
    , m_open(new QPushButton(tr("Open this run")))
    , m_use(new QPushButton(tr("Use these settings")))
    , m_export(toolButton("export", tr("Export"), tr("Export the table with all measured times as CSV")))
    , m_note(mutedLabel())
{
    setProperty("panel", true);
    setAttribute(Qt::WA_StyledBackground);
    m_time.setPlaying(false);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace + 2, kSpace, kSpace + 2, kSpace + 2);
    layout->setSpacing(kWideSpace);
    layout->addWidget(makeChoice(), 2);
    layout->addWidget(makeResults(), 3);

    connect(m_contenders, &ContenderList::chosenChanged, this, &RacePanel::sync);
    connect(m_rounds, &QSpinBox::valueChanged, this, &RacePanel::sync);
    connect(m_start, &QPushButton::clicked, this, &RacePanel::startRequested);
    connect(m_cancel, &QPushButton::clicked, this, &RacePanel::cancelRequested);
    connect(&race, &Race::started, this, [this] {
        m_time.clear();
        m_pages->setCurrentIndex(1);
    });
    connect(&race, &Race::runningChanged, this, [this] {
        // Playing clips would take part of a processor from what is being measured.
        m_time.setPlaying(!m_race.isRunning() && m_wantsPlaying && isVisible());
        sync();
    });
    connect(&race, &Race::progressChanged, this, &RacePanel::sync);
    connect(&race, &Race::racerChanged, this, [this](int racer) {
        if (racer == 0) {
            takeClips();
        }
        sync();
    });
    connect(m_grid, &RaceGrid::selectedChanged, this, &RacePanel::select);
    connect(m_grid, &RaceGrid::opened, this, &RacePanel::openRequested);
    connect(m_table, &RaceTable::racerSelected, this, &RacePanel::select);
    connect(m_table, &RaceTable::racerActivated, this, &RacePanel::openRequested);
    connect(m_open, &QPushButton::clicked, this, [this] { Q_EMIT openRequested(m_grid->selected()); });
    connect(m_use, &QPushButton::clicked, this, [this] { Q_EMIT settingsRequested(m_grid->selected()); });
    sync();
    syncTime();
}

QWidget* RacePanel::makeChoice()
{
    auto* title = new QLabel(tr("Contenders"));
    title->setProperty("heading", true);
    auto* keep = toolButton("add", tr("Keep present settings"),
        tr("Adds the caching panel's present settings as a contender of their own, so that several can take part"));
    keep->setObjectName("raceKeep");
    auto* none = toolButton("uncheck", tr("Uncheck all"), tr("Uncheck all"));
    none->setObjectName("raceUncheck");
    auto* head = new QHBoxLayout;
    head->setSpacing(2);
    head->addWidget(title, 1);
    head->addWidget(keep);
    head->addWidget(none);

    m_rounds->setObjectName("raceRounds");
    m_rounds->setRange(1, Race::kMostRounds);
    m_rounds->setAccessibleName(tr("Rounds"));
    m_rounds->setToolTip(
        tr("How often each contender and the uncached baseline run, in turns. Times are the medians: with three rounds "
           "and more, what else this machine does matters less."));
    auto* rounds = new QHBoxLayout;
    rounds->setSpacing(kSpace);
    auto* roundsLabel = mutedLabel(tr("Rounds"));
    roundsLabel->setBuddy(m_rounds);
    rounds->addWidget(roundsLabel);
    rounds->addWidget(m_rounds);
    rounds->addWidget(m_count, 1);
    m_count->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_count->setObjectName("raceCount");

    m_start->setObjectName("raceStart");
    m_start->setProperty("primary", true);
    m_start->setMinimumHeight(32);
    m_cancel->setObjectName("raceCancel");
    m_cancel->setMinimumHeight(32);
    m_cancel->setToolTip(tr("Stops the race; what has ended stays (Esc)"));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addWidget(m_start, 1);
    buttons->addWidget(m_cancel);
    m_progress->setRange(0, kProgressSteps);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress of the race"));
    m_progressText->setFont(smallFont());
    m_progressText->setWordWrap(true);
    m_progressText->setObjectName("raceProgress");

    auto* area = new QWidget;
    area->setMinimumWidth(kLeastChoiceWidth);
    area->setMaximumWidth(kMostChoiceWidth);
    auto* layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addLayout(head);
    layout->addWidget(m_contenders, 1);
    layout->addLayout(rounds);
    layout->addLayout(buttons);
    layout->addWidget(m_progress);
    layout->addWidget(m_progressText);
    connect(keep, &QToolButton::clicked, m_contenders, &ContenderList::keepPresent);
    connect(none, &QToolButton::clicked, m_contenders, &ContenderList::uncheckAll);
    return area;
}

QWidget* RacePanel::makeResults()
{
    auto* empty = new QLabel(tr(
        "<p><b>Which cache is the best one here?</b></p>"
        "<p>The checked contenders run the present request one after the other, in turns with the uncached baseline. "
        "Then their clips play together, and a table compares times, FLOPs, fidelity and memory.</p>"
        "<p>Compare settings of about the same planned gain: anyone is faster who computes less.</p>"));
    empty->setWordWrap(true);
    empty->setAlignment(Qt::AlignCenter);
    empty->setProperty("muted", true);
    empty->setMaximumWidth(460);
    auto* emptyPage = new QWidget;
    auto* emptyLayout = new QHBoxLayout(emptyPage);
    emptyLayout->addWidget(empty);

    auto* upper = new QWidget;
    auto* upperLayout = new QVBoxLayout(upper);
    upperLayout->setContentsMargins(0, 0, 0, 0);
    upperLayout->setSpacing(kSpace);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(m_grid);
    m_transport = makeTransport();
    upperLayout->addWidget(scroll, 1);
    upperLayout->addWidget(m_transport);
    auto* lower = new QWidget;
    auto* lowerLayout = new QVBoxLayout(lower);
    lowerLayout->setContentsMargins(0, 0, 0, 0);
    lowerLayout->setSpacing(kSpace);
    lowerLayout->addWidget(makeActions());
    lowerLayout->addWidget(m_table, 1);
    m_note->setFont(smallFont());
    m_note->setWordWrap(true);
    lowerLayout->addWidget(m_note);
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(upper);
    splitter->addWidget(lower);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setSizes({kGridHeight, kTableHeight});
    auto* resultPage = new QWidget;
    auto* resultLayout = new QVBoxLayout(resultPage);
    resultLayout->setContentsMargins(0, 0, 0, 0);
    resultLayout->addWidget(splitter);

    auto* area = new QWidget;
    m_pages = new QStackedLayout(area);
    m_pages->addWidget(emptyPage);
    m_pages->addWidget(resultPage);
    return area;
}

QWidget* RacePanel::makeTransport()
{
    m_play->setObjectName("racePlay");
    m_scrubber->setObjectName("raceScrubber");
    m_scrubber->setAccessibleName(tr("Frame of all clips"));
    m_frameText->setFont(smallFont());
    m_frameText->setMinimumWidth(QFontMetrics(smallFont()).horizontalAdvance(QStringLiteral("8888 / 8888")));
    m_frameText->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* bar = new QWidget;
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_play);
    layout->addWidget(m_scrubber, 1);
    layout->addWidget(m_frameText);
    connect(m_play, &QToolButton::clicked, this, [this] {
        m_wantsPlaying = !m_time.isPlaying();
        m_time.setPlaying(m_wantsPlaying);
    });
    connect(m_scrubber, &Scrubber::dragged, this, [this](int frame) {
        m_wantsPlaying = false;
        m_time.setPlaying(false);
        m_time.setFrame(frame);
    });
    connect(m_scrubber, &Scrubber::walked, this, [this](int by) {
        m_wantsPlaying = false;
        m_time.stepFrame(by);
    });
    connect(m_scrubber, &Scrubber::jumped, this,
        [this](bool toEnd) { m_time.setFrame(toEnd ? m_time.frameCount() - 1 : 0); });
    for (const auto signal : {&PlayerModel::contentChanged, &PlayerModel::shownChanged}) {
        connect(&m_time, signal, this, &RacePanel::syncTime);
    }
    connect(&m_time, &PlayerModel::frameChanged, this, &RacePanel::syncTime);
    connect(&m_time, &PlayerModel::playingChanged, this, &RacePanel::syncTime);
    return bar;
}

QWidget* RacePanel::makeActions()
{
    m_open->setObjectName("raceOpen");
    m_open->setIcon(icon("single"));
    m_open->setToolTip(tr("Shows the selected run in the other workspaces, with its selection map, tokens and "
                          "statistics; nothing is run again"));
    m_use->setObjectName("raceUse");
    m_use->setIcon(icon("settings"));
    m_use->setToolTip(tr("Takes the selected contender's policy and parameters over into the caching panel"));
    m_difference->setObjectName("raceDifference");
    m_difference->setCheckable(true);
    m_difference->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_export->setObjectName("raceExport");
    auto* help = toolButton("info", tr("What the columns mean"), tr("What the columns mean"));
    help->setObjectName("raceHelp");
    auto* bar = new QWidget;
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_open);
    layout->addWidget(m_use);
    layout->addWidget(m_difference);
    layout->addStretch(1);
    layout->addWidget(help);
    layout->addWidget(m_export);
    connect(m_difference, &QToolButton::toggled, m_grid, &RaceGrid::setDifferences);
    connect(m_export, &QToolButton::clicked, this, &RacePanel::askAndExport);
    connect(help, &QToolButton::clicked, this, &RacePanel::showHelp);
    return bar;
}

int RacePanel::rounds() const
{
    return m_rounds->value();
}

void RacePanel::setBlocked(bool blocked, const QString& reason)
{
    m_isBlocked = blocked;
    m_blockReason = reason;
    sync();
}

void RacePanel::select(int racer)
{
    m_grid->select(racer);
    m_table->selectRacer(racer);
    sync();
}

/// The baseline's clip makes the time line of all.
void RacePanel::takeClips()
{
    const auto baseline = m_race.racers().front().result;
    if (baseline && !m_time.hasFinal()) {
        m_time.setClip(baseline->clip);
    }
}

QString RacePanel::statusText() const
{
    if (!m_race.isRunning()) {
        return m_race.isComparing() ? tr("Comparing the clips…") : QString();
    }
    const int current = m_race.current();
    const QString who =
        current < 0 ? tr("Warming up") : m_race.racers()[static_cast<std::size_t>(current)].contender.title();
    // The first turn is the warm-up.
    QString text = tr("Race: run %1 of %2, %3").arg(std::max(1, m_race.turnsDone())).arg(m_race.turns() - 1).arg(who);
    if (const double eta = m_race.etaSeconds(); !std::isnan(eta)) {
        text += tr(", about %1 left").arg(duration(eta));
    }
    return text;
}

void RacePanel::sync()
{
    const bool isRunning = m_race.isRunning();
    const int chosen = static_cast<int>(m_contenders->chosen().size());
    m_contenders->setEnabled(!isRunning);
    m_rounds->setEnabled(!isRunning);
    m_start->setEnabled(!isRunning && !m_isBlocked && chosen > 0 && chosen <= Race::kMostContenders);
    m_cancel->setEnabled(isRunning);
    const QString why = chosen == 0      ? tr("Check what takes part.")
        : chosen > Race::kMostContenders ? tr("At most %1 contenders fit into one race.").arg(Race::kMostContenders)
                                         : m_blockReason;
    m_start->setToolTip(m_start->isEnabled() || isRunning
            ? tr("Runs the checked contenders and the uncached baseline on the present request, one after the other")
            : why);
    m_count->setText(tr("%1 runs").arg((chosen + 1) * m_rounds->value()));
    m_count->setToolTip(tr("%1 contenders and the uncached baseline, %2 rounds").arg(chosen).arg(m_rounds->value()));
    m_progress->setVisible(isRunning);
    m_progress->setValue(static_cast<int>(std::clamp(m_race.progress(), 0.0, 1.0) * kProgressSteps));
    const QString status = statusText();
    m_progressText->setText(status.isEmpty() && !m_start->isEnabled() ? why : status);
    m_progressText->setVisible(!m_progressText->text().isEmpty());

    const int selected = m_grid->selected();
    const bool hasRun = selected >= 0 && static_cast<std::size_t>(selected) < m_race.racers().size()
        && m_race.racers()[static_cast<std::size_t>(selected)].result;
    m_open->setEnabled(hasRun && !isRunning);
    m_use->setEnabled(selected >= 0);
    m_difference->setEnabled(!m_race.racers().empty());
    m_export->setEnabled(!m_race.racers().empty() && !isRunning);
    m_play->setEnabled(!isRunning);
    const QString single = tr("Each was measured once: whatever else this machine did meanwhile is in the times.");
    const QString many = tr("Times are medians of %1 rounds in turns.").arg(m_race.rounds());
    m_note->setText((m_race.rounds() == 1 ? single : many)
        + tr(" Bold: best of the column. Playback pauses while something is measured."));
}

void RacePanel::syncTime()
{
    const int frames = m_time.frameCount();
    m_transport->setVisible(frames != 1); // a picture has no time
    m_scrubber->sync();
    m_frameText->setText(frames == 0 ? QStringLiteral("–") : tr("%1 / %2").arg(m_time.frame() + 1).arg(frames));
    const bool isPlaying = m_time.isPlaying() && frames > 1;
    if (m_play->property("playing") != QVariant(isPlaying)) {
        m_play->setProperty("playing", isPlaying);
        m_play->setIcon(icon(isPlaying ? "pause" : "play"));
        m_play->setText(isPlaying ? tr("Pause") : tr("Play"));
        m_play->setAccessibleName(m_play->text());
    }
}

void RacePanel::showHelp()
{
    QString text = tr("<b>What the columns mean</b>");
    const QAbstractItemModel& table = m_table->table();
    for (int column = RaceTableModel::Seconds; column < RaceTableModel::Columns; ++column) {
        text += QStringLiteral("<p><b>%1</b><br>%2</p>")
                    .arg(table.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().toHtmlEscaped(),
                        RaceTableModel::help(column).toHtmlEscaped());
    }
    QWhatsThis::showText(m_table->mapToGlobal(QPoint(kSpace, kSpace)), text, this);
}

void RacePanel::askAndExport()
{
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export the race"), QStringLiteral("race.csv"), tr("Table (*.csv)"));
    if (path.isEmpty()) {
        return;
    }
    if (const QString problem = writeBytes(path, m_race.csv()); !problem.isEmpty()) {
        QMessageBox::warning(this, tr("Export the race"), problem);
    }
}

void RacePanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_time.setPlaying(m_wantsPlaying && !m_race.isRunning());
}

void RacePanel::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_time.setPlaying(false);
}

} // namespace toca::ui
