// SPDX-License-Identifier: Apache-2.0
#include "ui/training/training_panel.h"

#include "ui/elided_label.h"
#include "ui/statistics/plot_card.h"
#include "ui/still_frame.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/training/sample_board.h"
#include "ui/training/training_plots.h"
#include "ui/training/training_texts.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QDateTime>
#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace toca::ui {

namespace {

constexpr int kNarrowest = 640, kLowest = 420; ///< logical pixels
constexpr int kUsualSmoothing = 100;

QPushButton* segment(const char* name, const QString& text, const QString& help, QButtonGroup* group)
{
    auto* button = new QPushButton(text);
    button->setObjectName(QLatin1String(name));
    button->setProperty("segment", true);
    button->setCheckable(true);
    button->setToolTip(help);
    group->addButton(button);
    return button;
}

QLabel* mutedLabel(const QString& text)
{
    auto* label = new QLabel(text);
    label->setProperty("muted", true);
    return label;
}

} // namespace

TrainingPanel::TrainingPanel(const FileServices& services, QWidget* parent)
    : QWidget(parent)
    , m_plots(std::make_unique<TrainingPlots>())
    , m_samples(new SampleBoard(services))
    , m_pages(new QStackedWidget)
    , m_empty(new QLabel)
{
    setObjectName("trainingPanel");
    setProperty("panel", true);
    setAttribute(Qt::WA_StyledBackground);
    auto* work = new QSplitter(Qt::Horizontal);
    work->setObjectName("trainingSplitter");
    work->addWidget(makeCurves());
    work->addWidget(m_samples);
    work->setStretchFactor(0, 3);
    work->setStretchFactor(1, 2);
    work->setChildrenCollapsible(false);
    m_samples->setMinimumWidth(248);
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kHalfSpace);
    layout->setSpacing(kHalfSpace);
    layout->addWidget(makeHead());
    layout->addWidget(makeControls());
    layout->addWidget(work, 1);

    auto* start = new QWidget;
    auto* open = new QPushButton(icon("folder"), tr("Open training…"));
    open->setObjectName("trainingOpen");
    open->setProperty("primary", true);
    m_empty->setText(
        tr("Open the folder of a training (toca train --out FOLDER) to watch its curves and samples, while "
           "it goes on or after.\nA folder can be dropped on the window, too."));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setProperty("muted", true);
    auto* startLayout = new QVBoxLayout(start);
    startLayout->addStretch(1);
    startLayout->addWidget(m_empty);
    startLayout->addWidget(open, 0, Qt::AlignHCenter);
    startLayout->addStretch(1);
    m_pages->addWidget(start);
    m_pages->addWidget(page);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(m_pages);

    connect(open, &QPushButton::clicked, this, &TrainingPanel::openRequested);
    connect(&m_watch, &TrainingWatch::changed, this, &TrainingPanel::refresh);
    connect(
        &m_watch, &TrainingWatch::milestonesChanged, this, [this] { m_samples->setMilestones(m_watch.milestones()); });
    connect(m_plots.get(), &TrainingPlots::cursorMoved, this, &TrainingPanel::showSentence);
    connect(m_plots.get(), &TrainingPlots::stepActivated, m_samples, &SampleBoard::showStep);
    connect(m_plots.get(), &TrainingPlots::rangeRequested, this,
        [this](double from, double to) { ask(std::pair(from, to)); });
    connect(m_plots.get(), &TrainingPlots::wholeRangeRequested, this, [this] { ask({}); });
    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &TrainingPanel::showStanding);
    ask({});
    refresh();
}

TrainingPanel::~TrainingPanel()
{
    m_watch.disconnect(this);
    delete m_pages; // with the cards, whose callbacks need the plots
}

QWidget* TrainingPanel::makeHead()
{
    m_name = new ElidedLabel(nullptr, Qt::ElideMiddle);
    m_name->setFont(titleFont());
    m_state = new QLabel;
    m_state->setObjectName("trainingState");
    m_state->setTextFormat(Qt::RichText);
    m_status = new ElidedLabel;
    m_status->setObjectName("trainingStatus");
    m_status->setFont(numberFont());
    m_notes = new ElidedLabel;
    m_notes->setObjectName("trainingNotes");
    m_notes->setProperty("warningText", true);
    m_notes->setFont(smallFont());
    m_use = new QPushButton(tr("Use this model"));
    m_use->setObjectName("trainingUse");
    m_use->setToolTip(tr("Generate with the averaged weights that the training exported last"));
    m_showFolder = new QPushButton(tr("Show folder"));
    m_showFolder->setObjectName("trainingShowFolder");
    m_showFolder->setToolTip(tr("Open the training's folder in the file manager"));
    auto* other = new QPushButton(icon("folder"), tr("Open…"));
    other->setObjectName("trainingOther");
    other->setToolTip(tr("Open the folder of another training"));
    connect(m_use, &QPushButton::clicked, this,
        [this] { Q_EMIT useModelRequested(QDir(folder()).filePath(QStringLiteral("model"))); });
    connect(m_showFolder, &QPushButton::clicked, this, [this] { Q_EMIT showFolderRequested(folder()); });
    connect(other, &QPushButton::clicked, this, &TrainingPanel::openRequested);

    auto* head = new QWidget;
    auto* top = new QHBoxLayout;
    top->setSpacing(kSpace);
    top->addWidget(m_state);
    top->addWidget(new StillFrame(m_name), 1);
    top->addWidget(other);
    top->addWidget(m_showFolder);
    top->addWidget(m_use);
    auto* layout = new QVBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(top);
    layout->addWidget(new StillFrame(m_status));
    layout->addWidget(m_notes);
    return head;
}

QWidget* TrainingPanel::makeControls()
{
    auto* axes = new QButtonGroup(this);
    m_steps = segment("trainingSteps", tr("Steps"), tr("Curves over the steps"), axes);
    m_hours = segment("trainingHours", tr("Hours"),
        tr("Curves over the hours of training; pauses, validations and samples left out"), axes);
    auto* scales = new QButtonGroup(this);
    m_linear = segment("trainingLinear", tr("Linear"), tr("Linear axis of the loss"), scales);
    m_logarithmic = segment("trainingLogarithmic", tr("Logarithmic"), tr("Logarithmic axis of the loss"), scales);
    m_steps->setChecked(true);
    m_linear->setChecked(true);
    m_smoothing = new QComboBox;
    m_smoothing->setObjectName("trainingSmoothing");
    m_smoothing->setAccessibleName(tr("Averaged over"));
    m_smoothing->setToolTip(tr("Over how many steps of a kind the thick curves are averaged"));
    for (const int span : {1, 10, 30, 100, 300, 1000, 3000, 10'000}) {
        m_smoothing->addItem(span == 1 ? tr("each step") : tr("%1 steps").arg(QLocale().toString(span)), span);
    }
    m_smoothing->setCurrentIndex(m_smoothing->findData(kUsualSmoothing));
    m_whole = new QPushButton(tr("Show all"));
    m_whole->setObjectName("trainingWhole");
    m_whole->setToolTip(tr("The whole training again (0 in a plot, or a double click). The wheel, + and − zoom, "
                           "dragging chooses a range."));
    const auto again = [this] { ask(m_watch.request().range); };
    const auto other = [this] { ask({}); };
    connect(m_steps, &QPushButton::clicked, this, other);
    connect(m_hours, &QPushButton::clicked, this, other);
    connect(m_linear, &QPushButton::clicked, this, &TrainingPanel::refresh);
    connect(m_logarithmic, &QPushButton::clicked, this, &TrainingPanel::refresh);
    connect(m_smoothing, &QComboBox::currentIndexChanged, this, again);
    connect(m_whole, &QPushButton::clicked, this, other);

    auto* controls = new QWidget;
    auto* layout = new QHBoxLayout(controls);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_steps);
    layout->addWidget(m_hours);
    layout->addSpacing(kWideSpace);
    layout->addWidget(m_linear);
    layout->addWidget(m_logarithmic);
    layout->addSpacing(kWideSpace);
    layout->addWidget(mutedLabel(tr("averaged over")));
    layout->addSpacing(kHalfSpace);
    layout->addWidget(m_smoothing);
    layout->addStretch(1);
    layout->addWidget(m_whole);
    return controls;
}

QWidget* TrainingPanel::makeCurves()
{
    auto* curves = new QWidget;
    auto* layout = new QVBoxLayout(curves);
    layout->setContentsMargins(0, 0, kHalfSpace, 0);
    layout->setSpacing(kHalfSpace);
    const auto& cards = m_plots->cards();
    layout->addWidget(cards[0], 5);
    m_sentence = new ElidedLabel;
    m_sentence->setObjectName("trainingSentence");
    m_sentence->setFont(smallFont());
    m_sentence->setProperty("warningText", true);
    m_sentence->setMinimumHeight(m_sentence->fontMetrics().height());
    layout->addWidget(new StillFrame(m_sentence));
    auto* row = new QHBoxLayout;
    row->setSpacing(kWideSpace);
    for (std::size_t i = 1; i < cards.size(); ++i) {
        cards[i]->setMinimumWidth(120);
        row->addWidget(cards[i], 1);
    }
    layout->addLayout(row, 3);
    return curves;
}

void TrainingPanel::open(const QString& folder)
{
    m_later.clear();
    m_samples->clear();
    m_watch.open(folder);
    ask({});
}

void TrainingPanel::ask(std::optional<std::pair<double, double>> range)
{
    library::CurveRequest request;
    request.axis = m_hours->isChecked() ? library::TrainingAxis::Hours : library::TrainingAxis::Step;
    request.range = range;
    request.buckets = TrainingPlots::kBuckets;
    request.smoothing = m_smoothing->currentData().toInt();
    m_watch.setRequest(request);
}

void TrainingPanel::refresh()
{
    m_pages->setCurrentIndex(folder().isEmpty() ? 0 : 1);
    const QString home = QDir::homePath() + QLatin1Char('/');
    m_name->setText(QDir::toNativeSeparators(
        folder().startsWith(home) ? QStringLiteral("~/") + folder().mid(home.size()) : folder()));
    const auto& curves = m_watch.curves();
    m_plots->show(curves ? *curves : library::TrainingCurves(), m_logarithmic->isChecked());
    m_whole->setEnabled(m_watch.request().range.has_value());
    m_use->setEnabled(m_watch.hasModel());
    showStanding();
    showSentence();
}

void TrainingPanel::showStanding()
{
    if (folder().isEmpty()) {
        return;
    }
    const double now = static_cast<double>(QDateTime::currentMSecsSinceEpoch()) / 1000;
    const auto standing = m_watch.curves() ? m_watch.curves()->standing : library::TrainingStanding();
    const auto state = library::stateOf(standing, now);
    const Theme& colours = theme();
    const QColor colour = state == library::TrainingState::Running ? colours.good
        : state == library::TrainingState::Silent                  ? colours.warning
                                                                   : colours.mutedText;
    m_state->setText(QStringLiteral("<span style='color:%1'>●</span>&nbsp;<b>%2</b>")
                         .arg(colour.name(), TrainingTexts::state(state).toHtmlEscaped()));
    m_state->setToolTip(TrainingTexts::stateHelp(state));
    if (m_watch.problem()) {
        m_status->setText(m_watch.problem()->code == ErrorCode::NotFound
                ? tr("The log is gone: the folder holds no log.jsonl.")
                : tr("The log cannot be read: log.jsonl must be a file that may be read."));
    } else if (m_watch.share() < 1) {
        m_status->setText(tr("Reading the log, %1 %").arg(static_cast<int>(m_watch.share() * 100)));
    } else {
        m_status->setText(TrainingTexts::standing(standing, state, now));
    }
    const QString notes = TrainingTexts::notes(standing);
    m_notes->setText(notes);
    m_notes->setVisible(!notes.isEmpty());
}

void TrainingPanel::showSentence()
{
    m_sentence->setText(m_plots->sentenceAt(m_plots->cursor()));
}

QString TrainingPanel::statusText() const
{
    return m_status->text();
}

QString TrainingPanel::stateText() const
{
    return m_state->text();
}

QString TrainingPanel::sentence() const
{
    return m_sentence->text();
}

QSize TrainingPanel::minimumSizeHint() const
{
    return {kNarrowest, kLowest};
}

void TrainingPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_later.isEmpty() && folder().isEmpty()) {
        open(QString(m_later)); // which forgets it
    }
    m_watch.setActive(true);
    m_second.start();
}

void TrainingPanel::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_watch.setActive(false);
    m_second.stop();
}

void TrainingPanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_plots && m_watch.curves()) {
        refresh(); // colours are in texts
    }
}

} // namespace toca::ui
