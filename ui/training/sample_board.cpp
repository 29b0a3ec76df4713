// SPDX-License-Identifier: Apache-2.0
#include "ui/training/sample_board.h"

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/training/sample_tile.h"
#include "ui/training/training_texts.h"

#include <QComboBox>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QScrollArea>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr int kWidestTile = 256; ///< logical pixels
constexpr int kUsualTile = 180; ///< where not all are in sight
constexpr int kSmallestFit = 104; ///< smaller ones are not worth having all in sight
constexpr int kSmallestTile = 88;
constexpr int kCaptionWidth = 128; ///< beside the pictures
constexpr int kFastest = 33; ///< milliseconds between two frames

} // namespace

SampleBoard::SampleBoard(const FileServices& services, QWidget* parent)
    : QWidget(parent)
    , m_store(services)
    , m_step(new QLabel)
    , m_play(new QToolButton)
    , m_slider(new QSlider(Qt::Horizontal))
    , m_beside(new QComboBox)
    , m_scroll(new QScrollArea)
    , m_page(new QWidget)
    , m_grid(new QGridLayout(m_page))
    , m_empty(new QLabel(tr("No samples yet. A training makes them with each validation.")))
{
    setObjectName("sampleBoard");
    auto* title = new QLabel(tr("Samples"));
    title->setProperty("heading", true);
    m_step->setFont(numberFont());
    m_play->setObjectName("samplePlay");
    m_play->setAutoRaise(true);
    m_slider->setObjectName("sampleSlider");
    m_slider->setAccessibleName(tr("Milestone"));
    m_slider->setToolTip(tr("Whose samples are shown: the milestones of the training, from the first to the newest"));
    m_slider->setPageStep(1);
    m_slider->setTickPosition(QSlider::TicksBelow);
    m_beside->setObjectName("sampleBeside");
    m_beside->setAccessibleName(tr("Beside it"));
    m_beside->setToolTip(tr("Another milestone whose samples of the same captions stand on the left"));
    m_beside->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_beside->setMinimumContentsLength(9);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setProperty("muted", true);
    m_scroll->setWidget(m_page);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setAccessibleName(tr("Samples"));
    m_scroll->viewport()->installEventFilter(this);
    m_grid->setContentsMargins(0, 0, kHalfSpace, 0);
    m_grid->setSpacing(kSpace);
    m_grid->setAlignment(Qt::AlignTop);

    auto* bar = new QHBoxLayout;
    bar->setSpacing(kSpace);
    bar->addWidget(title);
    bar->addWidget(m_step, 1);
    bar->addWidget(m_play);
    auto* choice = new QHBoxLayout;
    choice->setSpacing(kSpace);
    auto* beside = new QLabel(tr("beside"));
    beside->setProperty("muted", true);
    choice->addWidget(m_slider, 1);
    choice->addWidget(beside);
    choice->addWidget(m_beside);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(bar);
    layout->addLayout(choice);
    layout->addWidget(m_scroll, 1);
    layout->addWidget(m_empty, 1);

    connect(m_play, &QToolButton::clicked, this, [this] { setPlaying(!m_isPlaying); });
    connect(m_slider, &QSlider::valueChanged, this, [this](int value) {
        m_current = value < static_cast<int>(m_milestones.size()) ? value : -1;
        showCurrent();
    });
    connect(m_beside, &QComboBox::currentIndexChanged, this, &SampleBoard::showCurrent);
    connect(&m_store, &SampleStore::decoded, this, &SampleBoard::fillTiles);
    connect(&m_timer, &QTimer::timeout, this, &SampleBoard::tick);
    setPlaying(true);
    clear();
}

SampleBoard::~SampleBoard()
{
    m_scroll->viewport()->removeEventFilter(this);
}

void SampleBoard::clear()
{
    m_milestones.clear();
    m_current = -1;
    m_store.clear();
    setMilestones({});
}

void SampleBoard::setMilestones(const std::vector<library::TrainingMilestone>& milestones)
{
    const bool wasNewest = m_current < 0 || m_current + 1 == static_cast<int>(m_milestones.size());
    const std::int64_t step = m_current >= 0 ? m_milestones[static_cast<std::size_t>(m_current)].step : -1;
    const bool wasEmpty = m_milestones.empty();
    m_milestones = milestones;
    int current = static_cast<int>(milestones.size()) - 1;
    if (!wasNewest) {
        const auto same =
            std::find_if(milestones.begin(), milestones.end(), [&](const auto& one) { return one.step == step; });
        current = same == milestones.end() ? current : static_cast<int>(same - milestones.begin());
    }
    m_current = current;
    {
        const QSignalBlocker blocker(m_slider);
        m_slider->setRange(0, std::max(0, static_cast<int>(milestones.size()) - 1));
        m_slider->setTickInterval(milestones.size() > 40 ? static_cast<int>(milestones.size()) / 20 : 1);
        m_slider->setValue(std::max(current, 0));
    }
    fillBeside();
    if (wasEmpty && milestones.size() > 1) {
        const QSignalBlocker blocker(m_beside);
        m_beside->setCurrentIndex(m_beside->findData(static_cast<int>(Beside::First)));
    }
    const bool hasSamples = !milestones.empty();
    m_scroll->setVisible(hasSamples);
    m_empty->setVisible(!hasSamples);
    for (QWidget* control : std::initializer_list<QWidget*>{m_slider, m_beside, m_play}) {
        control->setEnabled(hasSamples);
    }
    showCurrent();
}

void SampleBoard::fillBeside()
{
    const QSignalBlocker blocker(m_beside);
    const QVariant before = m_beside->currentData();
    m_beside->clear();
    m_beside->addItem(tr("nothing"), static_cast<int>(Beside::Nothing));
    m_beside->addItem(tr("the first"), static_cast<int>(Beside::First));
    m_beside->addItem(tr("the one before"), static_cast<int>(Beside::Before));
    constexpr std::size_t kMostNamed = 200;
    const std::size_t every = m_milestones.size() / kMostNamed + 1;
    for (std::size_t i = 0; i < m_milestones.size(); i += every) {
        m_beside->addItem(tr("step %1").arg(TrainingTexts::count(m_milestones[i].step)),
            static_cast<qlonglong>(m_milestones[i].step + static_cast<int>(Beside::Step)));
    }
    m_beside->setCurrentIndex(std::max(0, m_beside->findData(before)));
}

void SampleBoard::showStep(qint64 step)
{
    int nearest = -1;
    for (int i = 0; i < static_cast<int>(m_milestones.size()); ++i) {
        const auto distance = [&](int index) {
            return std::abs(m_milestones[static_cast<std::size_t>(index)].step - step);
        };
        if (nearest < 0 || distance(i) < distance(nearest)) {
            nearest = i;
        }
    }
    if (nearest >= 0) {
        m_slider->setValue(nearest);
    }
}

QString SampleBoard::pathOf(int milestone, int sample) const
{
    if (milestone < 0 || milestone >= static_cast<int>(m_milestones.size())) {
        return {};
    }
    const auto& samples = m_milestones[static_cast<std::size_t>(milestone)].samples;
    return sample < static_cast<int>(samples.size())
        ? QString::fromStdString(samples[static_cast<std::size_t>(sample)].string())
        : QString();
}

void SampleBoard::showCurrent()
{
    const qlonglong beside = m_beside->currentData().toLongLong();
    m_other = -1;
    if (beside == static_cast<int>(Beside::First)) {
        m_other = 0;
    } else if (beside == static_cast<int>(Beside::Before)) {
        m_other = m_current - 1;
    } else if (beside >= static_cast<int>(Beside::Step)) {
        for (int i = 0; i < static_cast<int>(m_milestones.size()); ++i) {
            if (m_milestones[static_cast<std::size_t>(i)].step + static_cast<int>(Beside::Step) == beside) {
                m_other = i;
            }
        }
    }
    if (m_current < 0 || m_other == m_current) {
        m_other = -1;
    }
    m_step->setText(m_current < 0
            ? QString()
            : tr("step %1").arg(TrainingTexts::count(m_milestones[static_cast<std::size_t>(m_current)].step)));
    int samples = 0;
    for (const int index : {m_current, m_other}) {
        if (index >= 0) {
            samples = std::max(samples, static_cast<int>(m_milestones[static_cast<std::size_t>(index)].samples.size()));
        }
    }
    makeTiles(samples, m_other >= 0);
    QStringList paths;
    for (const int index : {m_current, m_other}) {
        for (int sample = 0; sample < samples; ++sample) {
            if (const QString path = pathOf(index, sample); !path.isEmpty()) {
                paths << path;
            }
        }
    }
    m_store.want(paths);
    fillTiles();
}

void SampleBoard::makeTiles(int samples, bool isPaired)
{
    if (static_cast<int>(m_groups.size()) == samples && isPaired == m_isPaired) {
        return;
    }
    m_isPaired = isPaired;
    for (QWidget* group : m_groups) {
        delete group;
    }
    m_groups.clear();
    m_tiles.clear();
    m_captions.clear();
    for (int sample = 0; sample < samples; ++sample) {
        auto* group = new QWidget;
        auto* caption = new QLabel;
        caption->setFont(smallFont());
        caption->setWordWrap(true);
        caption->setTextFormat(Qt::PlainText);
        auto* pair = new QHBoxLayout;
        pair->setSpacing(kHalfSpace);
        for (int side = isPaired ? 0 : 1; side < 2; ++side) {
            auto* tile = new SampleTile;
            connect(tile, &SampleTile::clicked, this, [this] { setPlaying(!m_isPlaying); });
            pair->addWidget(tile);
            m_tiles.push_back(tile);
        }
        caption->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        auto* whole = new QBoxLayout(QBoxLayout::TopToBottom, group);
        whole->setContentsMargins(0, 0, 0, 0);
        whole->setSpacing(kHalfSpace);
        whole->addWidget(caption);
        whole->addLayout(pair);
        whole->addStretch(1);
        m_captions.push_back(caption);
        m_groups.push_back(group);
    }
    arrange();
}

/// All of them in sight where the pictures stay large enough for that, and as large as they can be.
void SampleBoard::arrange()
{
    const int count = static_cast<int>(m_groups.size());
    if (count == 0) {
        return;
    }
    const int sides = m_isPaired ? 2 : 1;
    const int width = m_scroll->viewport()->width() - kHalfSpace;
    const int height = m_scroll->height();
    const int line = QFontMetrics(smallFont()).height() + kHalfSpace;
    int columns = 1, size = 0;
    bool isBeside = false;
    for (int tried = 1; tried <= std::min(count, 8); ++tried) {
        const int room = width / tried - kSpace;
        const int rows = (count + tried - 1) / tried;
        const int high = height / rows - line - kSpace; // with what is written below
        const int beside = std::min({(room - kCaptionWidth - kSpace) / sides - kHalfSpace, high, kWidestTile});
        const int below = std::min({room / sides - kHalfSpace, high - line, kWidestTile});
        if (std::max(beside, below) > size) {
            size = std::max(beside, below);
            columns = tried;
            isBeside = beside >= below;
        }
    }
    if (size < kSmallestFit) { // the others are reached by scrolling
        columns = std::max(1, width / (sides * (kSmallestFit + kHalfSpace) + kSpace));
        columns = std::min(columns, count);
        size = std::clamp((width / columns - kSpace) / sides - kHalfSpace, kSmallestTile, kUsualTile);
        isBeside = false;
    }
    for (SampleTile* tile : m_tiles) {
        tile->setFixedSize(size, tile->heightForWidth(size));
    }
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        static_cast<QBoxLayout*>(m_groups[at]->layout())
            ->setDirection(isBeside ? QBoxLayout::RightToLeft : QBoxLayout::TopToBottom);
        m_captions[at]->setFixedWidth(isBeside ? kCaptionWidth : sides * (size + kHalfSpace) - kHalfSpace);
        m_grid->addWidget(m_groups[at], i / columns, i % columns, Qt::AlignLeft | Qt::AlignTop);
    }
    for (int column = 0; column < m_grid->columnCount(); ++column) {
        m_grid->setColumnStretch(column, column < columns ? 1 : 0);
    }
}

void SampleBoard::fillTiles()
{
    const int sides = m_isPaired ? 2 : 1;
    for (int i = 0; i < static_cast<int>(m_tiles.size()); ++i) {
        const int sample = i / sides;
        const int milestone = i % sides == sides - 1 ? m_current : m_other;
        if (milestone < 0) {
            continue;
        }
        const QString path = pathOf(milestone, sample);
        const auto decoded = m_store.find(path);
        m_tiles[static_cast<std::size_t>(i)]->setSample(decoded,
            tr("step %1").arg(TrainingTexts::count(m_milestones[static_cast<std::size_t>(milestone)].step)),
            !path.isEmpty());
        if (decoded && !decoded->caption.isEmpty()) {
            m_captions[static_cast<std::size_t>(sample)]->setText(decoded->caption);
        } else if (m_captions[static_cast<std::size_t>(sample)]->text().isEmpty()) {
            m_captions[static_cast<std::size_t>(sample)]->setText(tr("Sample %1").arg(sample + 1));
        }
    }
    tick();
    updateTimer();
}

void SampleBoard::setPlaying(bool isPlaying)
{
    if (m_isPlaying && !isPlaying && m_clock.isValid()) {
        m_seconds += static_cast<double>(m_clock.elapsed()) / 1000;
    }
    m_isPlaying = isPlaying;
    m_clock.start();
    m_play->setIcon(icon(isPlaying ? QStringLiteral("pause") : QStringLiteral("play")));
    m_play->setText(isPlaying ? tr("Pause the samples") : tr("Play the samples"));
    m_play->setToolTip(m_play->text());
    m_play->setAccessibleName(m_play->text());
    updateTimer();
}

void SampleBoard::updateTimer()
{
    double fps = 0;
    for (const SampleTile* tile : m_tiles) {
        if (tile->sample() && tile->sample()->frames.size() > 1) {
            fps = std::max(fps, tile->sample()->fps);
        }
    }
    if (m_isPlaying && isVisible() && fps > 0) {
        const int pause = std::max(kFastest, static_cast<int>(std::lround(1000 / fps)));
        if (!m_timer.isActive() || m_timer.interval() != pause) {
            m_timer.start(pause);
        }
    } else {
        m_timer.stop();
    }
}

void SampleBoard::tick()
{
    const double seconds = m_seconds + (m_isPlaying ? static_cast<double>(m_clock.elapsed()) / 1000 : 0);
    for (SampleTile* tile : m_tiles) {
        if (tile->sample()) {
            tile->setFrame(static_cast<qint64>(seconds * tile->sample()->fps + 0.5));
        }
    }
}

void SampleBoard::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    updateTimer();
}

void SampleBoard::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    updateTimer();
}

void SampleBoard::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space && m_current >= 0) {
        setPlaying(!m_isPlaying);
        return;
    }
    QWidget::keyPressEvent(event);
}

bool SampleBoard::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_scroll->viewport() && event->type() == QEvent::Resize) {
        arrange();
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace toca::ui
