// SPDX-License-Identifier: Apache-2.0
#include "ui/sensitivity/sensitivity_panel.h"

#include "ui/selection/cell_text.h"
#include "ui/sensitivity/token_map_figure.h"
#include "ui/sensitivity/token_map_view.h"
#include "ui/statistics/figure_file.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace toca::ui {

namespace {

constexpr int kChoiceWidth = 268;
constexpr int kPropagation = -1; ///< data of the list's entry that shows where an error goes
constexpr int kProgressSteps = 1000;

/// Short column heads; the titles are their tool tips.
QString shortName(SensitivityScore score)
{
    switch (score) {
    case SensitivityScore::SelfAttention:
        return QStringLiteral("s1");
    case SensitivityScore::CrossAttention:
        return QStringLiteral("s2");
    case SensitivityScore::Age:
        return QStringLiteral("s3");
    case SensitivityScore::SpatialBonus:
        return QStringLiteral("s4");
    case SensitivityScore::Combined:
        return SensitivityPanel::tr("ToCa");
    case SensitivityScore::ValueNorm:
        return SensitivityPanel::tr("values");
    case SensitivityScore::InputNorm:
        return SensitivityPanel::tr("norm");
    case SensitivityScore::Similarity:
        return SensitivityPanel::tr("in-out");
    case SensitivityScore::Change:
        break;
    }
    return SensitivityPanel::tr("change");
}

QString titleOf(SensitivityScore score)
{
    return SensitivityPanel::tr(sensitivityScoreTitle(score));
}

/// "5,10-12" as numbers below `count`. @return nothing when it cannot be read
std::optional<std::vector<int>> numbersOf(const QString& text, int count)
{
    static const QRegularExpression range(QStringLiteral("^\\s*(\\d{1,5})\\s*(?:-\\s*(\\d{1,5})\\s*)?$"));
    std::vector<int> numbers;
    if (text.trimmed().isEmpty()) {
        return numbers;
    }
    for (const QString& part : text.split(QLatin1Char(','))) {
        const auto match = range.match(part);
        if (!match.hasMatch()) {
            return std::nullopt;
        }
        const int first = match.captured(1).toInt();
        const int last = match.captured(2).isEmpty() ? first : match.captured(2).toInt();
        if (last < first || last >= count) {
            return std::nullopt;
        }
        for (int number = first; number <= last; ++number) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

QString signedText(double value)
{
    return std::isnan(value) ? QStringLiteral("–")
                             : (value >= 0 ? QStringLiteral("+") : QString()) + QLocale().toString(value, 'f', 2);
}

QString ratioText(double value)
{
    return std::isfinite(value) ? QLocale().toString(value, 'f', value < 100 ? 1 : 0) + QStringLiteral("×")
                                : QStringLiteral("–");
}

/// "40 s", "11 min", "3 h"
QString roughly(double seconds)
{
    const auto number = [](double value) { return QLocale().toString(std::ceil(value), 'f', 0); };
    return seconds < 100 ? SensitivityPanel::tr("%1 s").arg(number(seconds))
        : seconds < 6000 ? SensitivityPanel::tr("%1 min").arg(number(seconds / 60))
                         : SensitivityPanel::tr("%1 h").arg(number(seconds / 3600));
}

QString clockText(double seconds)
{
    const int whole = static_cast<int>(std::ceil(std::clamp(seconds, 0.0, 1e6)));
    return QStringLiteral("%1:%2").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
}

/// Measured groups of one step, on average: the steps measure the same tokens, so that more steps add little evidence.
double groupsOfAStep(const SensitivityRecord& record, const SensitivityFigures& figures)
{
    const auto steps = std::count_if(record.sites.begin(), record.sites.end(), [&](const SensitivitySite& site) {
        return site.layer == figures.layer && site.module == figures.module && site.measured() > 0;
    });
    return steps > 0 ? static_cast<double>(figures.groups) / static_cast<double>(steps) : 0;
}

/// The smallest rank correlation that is coloured. Without any relation its deviation is 1 / sqrt(n - 1); 2 of them
/// are exceeded by chance about once in twenty times. Above 1: none.
double leastTold(double groups)
{
    constexpr double kWeak = 0.3; // however certain
    return groups > 1 ? std::max(kWeak, 2 / std::sqrt(groups - 1)) : 2;
}

} // namespace

SensitivityPanel::SensitivityPanel(EnginePort& engine, QWidget* parent)
    : QWidget(parent)
    , m_model(new SensitivityModel(engine, this))
    , m_mode(new QComboBox)
    , m_noise(new QDoubleSpinBox)
    , m_steps(new QLineEdit)
    , m_layers(new QLineEdit)
    , m_modules(new QComboBox)
    , m_group(new QComboBox)
    , m_finals(new QSpinBox)
    , m_seconds(new QSpinBox)
    , m_start(new QPushButton(tr("Start")))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_progress(new QProgressBar)
    , m_state(new QLabel)
    , m_site(new QComboBox)
    , m_scores(new QComboBox)
    , m_measured(new TokenMapView)
    , m_score(new TokenMapView)
    , m_readout(new QLabel)
    , m_table(new QTableWidget)
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    layout->setSpacing(kSpace);
    layout->addWidget(makeChoice());
    layout->addWidget(makeMaps(), 1);

    connect(m_start, &QPushButton::clicked, this, [this] {
        if (m_model->isRunning()) {
            m_model->pause();
        } else if (m_model->state() == SensitivityModel::State::Paused) {
            m_model->resume();
        } else {
            Q_EMIT startRequested();
        }
    });
    connect(m_cancel, &QPushButton::clicked, m_model, &SensitivityModel::cancel);
    connect(m_model, &SensitivityModel::stateChanged, this, &SensitivityPanel::syncState);
    connect(m_model, &SensitivityModel::changed, this, &SensitivityPanel::sync);
    connect(m_model, &SensitivityModel::failed, this, &SensitivityPanel::failed);
    connect(m_mode, &QComboBox::currentIndexChanged, this, [this](int mode) { m_noise->setEnabled(mode == 0); });
    connect(m_site, &QComboBox::activated, m_model, &SensitivityModel::setSite);
    connect(m_scores, &QComboBox::currentIndexChanged, this, &SensitivityPanel::showMaps);
    for (TokenMapView* map : {m_measured, m_score}) {
        connect(map, &TokenMapView::tokenHovered, this, [this](qint64 token) {
            markToken(token);
            Q_EMIT tokenHovered(token);
        });
        connect(map, &TokenMapView::tokenClicked, this, [this](qint64 token) {
            m_clicked = token;
            m_scores->setCurrentIndex(m_scores->findData(kPropagation));
            showMaps();
        });
    }
    connect(m_table, &QTableWidget::cellClicked, this, [this](int row, int column) {
        if (const auto* record = m_model->record()) {
            const auto figures = sensitivityFigures(*record);
            if (row < 0 || row >= static_cast<int>(figures.size())) {
                return;
            }
            const SensitivityFigures& chosen = figures[static_cast<std::size_t>(row)];
            const auto found = std::find_if(record->sites.begin(), record->sites.end(),
                [&](const auto& site) { return site.layer == chosen.layer && site.module == chosen.module; });
            m_model->setSite(static_cast<int>(found - record->sites.begin()));
            if (column >= 4) {
                m_scores->setCurrentIndex(m_scores->findData(column - 4));
            }
        }
    });
    const auto showCost = [this] {
        if (m_model->state() == SensitivityModel::State::Empty) {
            say(costText());
        }
    };
    for (QComboBox* list : {m_modules, m_group}) {
        connect(list, &QComboBox::currentIndexChanged, this, showCost);
    }
    for (QLineEdit* field : {m_steps, m_layers}) {
        connect(field, &QLineEdit::textChanged, this, showCost);
    }
    connect(m_finals, &QSpinBox::valueChanged, this, showCost);
    setLimits(30, 1, true);
    syncState();
    sync();
}

QWidget* SensitivityPanel::makeChoice()
{
    m_mode->setObjectName("sensitivityMode");
    m_mode->addItems({tr("Add noise"), tr("Freeze to the step before")});
    m_mode->setToolTip(tr("Noise: the same Gaussian error is added to each group's output in turn.\n"
                          "Freeze: the group gets the output of the step before, as a cache would give it."));
    m_noise->setObjectName("sensitivityNoise");
    m_noise->setRange(0, 10);
    m_noise->setSingleStep(0.05);
    m_noise->setValue(0.1);
    m_noise->setToolTip(tr("Size of the error, relative to the root mean square of the module's output"));
    m_steps->setObjectName("sensitivitySteps");
    m_steps->setToolTip(tr("Denoising steps to measure at, like 5,10-12; empty: the middle one. 0 is the noisiest."));
    m_layers->setObjectName("sensitivityLayers");
    m_layers->setToolTip(tr("Layers to measure, like 0,4-7; empty: all"));
    m_modules->setObjectName("sensitivityModules");
    m_modules->setToolTip(tr("Modules whose output is disturbed"));
    m_group->setObjectName("sensitivityGroup");
    m_group->addItems({tr("Single tokens"), tr("2 × 2 blocks"), tr("4 × 4 blocks"), tr("Latent frames")});
    m_group->setToolTip(tr("Tokens that are disturbed together: larger groups need fewer evaluations"));
    m_finals->setObjectName("sensitivityFinals");
    m_finals->setRange(0, 1000);
    m_finals->setSpecialValueText(tr("none"));
    m_finals->setToolTip(tr("Groups of each layer and module that are followed to the final latent, spread evenly over "
                            "the measured changes. Each costs all steps that are left."));
    m_seconds->setObjectName("sensitivitySeconds");
    m_seconds->setRange(0, 36000);
    m_seconds->setSuffix(tr(" s"));
    m_seconds->setSpecialValueText(tr("no limit"));
    m_seconds->setToolTip(tr("Pauses after this time; Continue goes on"));
    for (QComboBox* list : {m_mode, m_modules, m_group}) { // long entries must not widen the column
        list->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        list->setMinimumContentsLength(10);
        list->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    }
    for (QWidget* field : std::initializer_list<QWidget*>{m_noise, m_steps, m_layers, m_finals, m_seconds}) {
        field->setMinimumWidth(60);
        field->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    }
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(kHalfSpace);
    const auto add = [form](const QString& text, QWidget* field) {
        auto* label = new QLabel(text);
        label->setProperty("muted", true);
        label->setBuddy(field);
        field->setAccessibleName(text);
        form->addRow(label, field);
    };
    add(tr("Error"), m_mode);
    add(tr("Size"), m_noise);
    add(tr("Steps"), m_steps);
    add(tr("Layers"), m_layers);
    add(tr("Modules"), m_modules);
    add(tr("Groups"), m_group);
    add(tr("To the end"), m_finals);
    add(tr("Budget"), m_seconds);

    m_start->setObjectName("sensitivityStart");
    m_start->setProperty("primary", true);
    m_cancel->setObjectName("sensitivityCancel");
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addWidget(m_start, 1);
    buttons->addWidget(m_cancel);
    m_progress->setRange(0, kProgressSteps);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress of the measurement"));
    m_state->setFont(smallFont());
    m_state->setWordWrap(true);
    m_state->setProperty("muted", true);
    m_state->setObjectName("sensitivityState");
    const auto fileButton = [this](const char* iconName, const QString& text, const QString& tip) {
        auto* button = new QToolButton(this);
        button->setIcon(icon(QString::fromLatin1(iconName)));
        button->setText(text);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setToolTip(tip);
        button->setAccessibleName(text);
        button->setFocusPolicy(Qt::TabFocus);
        return button;
    };
    auto* opening = fileButton("folder", tr("Open"), tr("Open a saved measurement"));
    auto* exporting = fileButton("export", tr("Save or export"),
        tr("Everything (.safetensors), the table of all groups (.csv), or the maps (.png, .svg, .pdf)"));
    connect(opening, &QToolButton::clicked, this, &SensitivityPanel::askAndOpen);
    connect(exporting, &QToolButton::clicked, this, &SensitivityPanel::askAndExport);
    auto* files = new QHBoxLayout;
    files->setSpacing(kHalfSpace);
    files->addWidget(opening);
    files->addWidget(exporting);
    files->addStretch();

    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, kHalfSpace, 0);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(form);
    layout->addLayout(buttons);
    layout->addWidget(m_progress);
    layout->addWidget(m_state);
    layout->addLayout(files);
    layout->addStretch();
    auto* area = new QScrollArea;
    area->setWidget(content);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setMinimumWidth(120);
    area->setMaximumWidth(kChoiceWidth);
    area->setFocusPolicy(Qt::NoFocus);
    area->setAccessibleName(tr("Settings"));
    return area;
}

QWidget* SensitivityPanel::makeMaps()
{
    m_site->setObjectName("sensitivitySite");
    m_site->setAccessibleName(tr("Shown step, layer and module"));
    m_site->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_site->setMinimumContentsLength(24);
    m_site->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_scores->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_scores->setObjectName("sensitivityScore");
    m_scores->setAccessibleName(tr("Map beside the measured one"));
    for (int score = 0; score < kSensitivityScores; ++score) {
        m_scores->addItem(titleOf(static_cast<SensitivityScore>(score)), score);
    }
    m_scores->addItem(tr("Where an error at the clicked token goes"), kPropagation);
    m_scores->setCurrentIndex(static_cast<int>(SensitivityScore::CrossAttention));
    auto* head = new QHBoxLayout;
    head->setSpacing(kSpace);
    head->addWidget(m_site, 1);
    head->addWidget(m_scores, 1);
    m_measured->setObjectName("sensitivityMeasured");
    m_measured->setUnit(tr("of its norm"));
    m_measured->setEmptyText(
        tr("Which tokens must not be wrong? Start disturbs one token after the other and shows how "
           "far the prediction moves."));
    m_score->setObjectName("sensitivityScoreMap");
    m_score->setColours(TokenMapView::Colours::Score);
    auto* maps = new QHBoxLayout;
    maps->setSpacing(kSpace);
    maps->addWidget(m_measured, 1);
    maps->addWidget(m_score, 1);
    m_readout->setFont(smallFont());
    m_readout->setProperty("muted", true);
    m_readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_readout->setAccessibleName(tr("Values of the token under the pointer"));

    m_table->setObjectName("sensitivityTable");
    m_table->setAccessibleName(tr("Rank correlation of each score with the measured change, per layer and module"));
    m_table->setColumnCount(4 + kSensitivityScores);
    QStringList heads{tr("Layer"), tr("Groups"), tr("Max/min"), tr("95/5 %")};
    for (int score = 0; score < kSensitivityScores; ++score) {
        heads += shortName(static_cast<SensitivityScore>(score));
    }
    m_table->setHorizontalHeaderLabels(heads);
    m_table->horizontalHeaderItem(2)->setToolTip(tr("Change of the most sensitive group over that of the least"));
    m_table->horizontalHeaderItem(3)->setToolTip(tr("The same between the 95th and the 5th percentile"));
    for (int score = 0; score < kSensitivityScores; ++score) {
        m_table->horizontalHeaderItem(4 + score)->setToolTip(tr(
            "%1: Spearman's rank correlation with the measured change; +1 = the same order. Coloured from 0.3 on, and "
            "only where so few groups would hardly give it by chance: above 2 / √(groups of a step − 1).")
                                                                 .arg(titleOf(static_cast<SensitivityScore>(score))));
    }
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(m_table->fontMetrics().height() + 6);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setFont(smallFont());

    auto* left = new QWidget;
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(head);
    layout->addLayout(maps, 3);
    layout->addWidget(m_readout);
    layout->addWidget(m_table, 2);
    return left;
}

void SensitivityPanel::setLimits(int steps, int layers, bool hasCrossAttention)
{
    m_stepCount = steps;
    m_layerCount = layers;
    m_steps->setPlaceholderText(tr("%1 of 0–%2").arg(steps / 2).arg(steps - 1));
    m_layers->setPlaceholderText(tr("all of 0–%1").arg(layers - 1));
    if (m_modules->count() == 0 || m_hasCrossAttention != hasCrossAttention) {
        m_hasCrossAttention = hasCrossAttention;
        m_modules->clear();
        m_modules->addItem(tr("All modules"), -1);
        for (const plan::ModuleKind module : plan::kAllModules) {
            if (module != plan::ModuleKind::CrossAttention || hasCrossAttention) {
                m_modules->addItem(moduleTitle(module), static_cast<int>(module));
            }
        }
    }
}

void SensitivityPanel::setBlocked(bool blocked, const QString& reason)
{
    m_isBlocked = blocked;
    m_blockReason = reason;
    syncState();
}

void SensitivityPanel::setCost(const plan::TokenGrid& grid, double evaluationSeconds)
{
    m_costGrid = grid;
    m_evaluationSeconds = evaluationSeconds;
    if (m_model->state() == SensitivityModel::State::Empty) {
        say(costText());
    }
}

QString SensitivityPanel::costText() const
{
    const QString note = tr("Runs uncached. The present request's policy gives ages and weights of the scores.");
    const auto steps = numbersOf(m_steps->text(), m_stepCount);
    const auto layers = numbersOf(m_layers->text(), m_layerCount);
    if (!steps || !layers || m_costGrid.tokens() <= 0) {
        return note;
    }
    const std::int64_t side = m_group->currentIndex() == 1 ? 2 : m_group->currentIndex() == 2 ? 4 : 1;
    const std::int64_t groups = m_group->currentIndex() == 3
        ? m_costGrid.frames
        : m_costGrid.frames * ((m_costGrid.rows + side - 1) / side) * ((m_costGrid.columns + side - 1) / side);
    const std::int64_t modules = m_modules->currentData().toInt() >= 0 ? 1 : m_modules->count() - 1;
    const std::int64_t sites = static_cast<std::int64_t>(std::max<std::size_t>(1, steps->size())) * modules
        * (layers->empty() ? m_layerCount : static_cast<std::int64_t>(layers->size()));
    const std::int64_t all = sites * groups;
    const QString count = QLocale().toString(static_cast<qlonglong>(all));
    const QString cost = m_evaluationSeconds > 0 && m_finals->value() == 0
        ? tr("%1 groups to measure, about %2.").arg(count, roughly(static_cast<double>(all) * m_evaluationSeconds))
        : tr("%1 groups to measure.").arg(count);
    return cost + QLatin1Char(' ') + note;
}

void SensitivityPanel::say(const QString& text)
{
    m_state->setText(text);
}

std::optional<SensitivityOptions> SensitivityPanel::options()
{
    SensitivityOptions options;
    const auto steps = numbersOf(m_steps->text(), m_stepCount);
    const auto layers = numbersOf(m_layers->text(), m_layerCount);
    if (!steps || !layers) {
        say(steps ? tr("Layers are written like 0,4-7 and run from 0 to %1.").arg(m_layerCount - 1)
                  : tr("Steps are written like 5,10-12 and run from 0 to %1.").arg(m_stepCount - 1));
        (steps ? m_layers : m_steps)->setFocus();
        return std::nullopt;
    }
    options.steps = *steps;
    options.layers = *layers;
    if (const int module = m_modules->currentData().toInt(); module >= 0) {
        options.modules = {static_cast<plan::ModuleKind>(module)};
    }
    options.mode = m_mode->currentIndex() == 0 ? SensitivityMode::Noise : SensitivityMode::Freeze;
    options.noise = m_noise->value();
    const int group = m_group->currentIndex();
    options.grouping = group == 0 ? plan::TokenGrouping::Token
        : group == 3              ? plan::TokenGrouping::Frame
                                  : plan::TokenGrouping::Block;
    options.blockSide = group == 2 ? 4 : 2;
    options.finalGroups = m_finals->value();
    options.maximumSeconds = m_seconds->value();
    options.keepPropagation = true;
    return options;
}

void SensitivityPanel::syncState()
{
    using State = SensitivityModel::State;
    const State state = m_model->state();
    m_start->setText(state == State::Running ? tr("Pause") : state == State::Paused ? tr("Continue") : tr("Start"));
    m_start->setEnabled(state == State::Running || !m_isBlocked);
    m_start->setToolTip(m_isBlocked && state != State::Running ? m_blockReason : QString());
    m_cancel->setText(state == State::Running ? tr("Cancel") : tr("Clear"));
    m_cancel->setToolTip(tr("Drops what was measured"));
    m_cancel->setEnabled(state != State::Empty);
    for (QWidget* field : std::initializer_list<QWidget*>{m_mode, m_steps, m_layers, m_modules, m_group, m_finals}) {
        field->setEnabled(state != State::Running && state != State::Paused);
    }
    m_noise->setEnabled(m_mode->isEnabled() && m_mode->currentIndex() == 0);
    if (state == State::Empty) {
        say(costText());
    }
    sync();
}

void SensitivityPanel::sync()
{
    using State = SensitivityModel::State;
    const SensitivityProgress& progress = m_model->progress();
    const double share =
        progress.total > 0 ? static_cast<double>(progress.done) / static_cast<double>(progress.total) : 0;
    m_progress->setValue(m_model->state() == State::Done ? kProgressSteps : static_cast<int>(share * kProgressSteps));
    switch (m_model->state()) {
    case State::Running:
        say(progress.total > 0
                ? tr("%1 of %2 measured, %3 left")
                      .arg(QLocale().toString(static_cast<qlonglong>(progress.done)),
                          QLocale().toString(static_cast<qlonglong>(progress.total)), clockText(progress.etaSeconds))
                : tr("Recording the uncached run…"));
        break;
    case State::Paused:
        say(tr("Paused at %1 of %2; Continue goes on.")
                .arg(QLocale().toString(static_cast<qlonglong>(progress.done)),
                    QLocale().toString(static_cast<qlonglong>(progress.total))));
        break;
    case State::Done:
        if (!m_model->record()) {
            break;
        }
        say(tr("%1 evaluations in %2 s")
                .arg(QLocale().toString(static_cast<qlonglong>(m_model->record()->evaluations)),
                    QLocale().toString(m_model->record()->seconds, 'f', 1)));
        break;
    case State::Empty:
        break;
    }
    fillSites();
    fillTable();
    showMaps();
}

void SensitivityPanel::fillSites()
{
    const SensitivityRecord* record = m_model->record();
    const int count = record ? static_cast<int>(record->sites.size()) : 0;
    const QSignalBlocker quiet(m_site);
    if (m_site->count() != count || (count > 0 && m_site->itemText(0) != m_model->siteTitle(0))) {
        m_site->clear();
        for (int site = 0; site < count; ++site) {
            m_site->addItem(m_model->siteTitle(site));
        }
        m_clicked = -1;
    }
    m_site->setEnabled(count > 0);
    m_site->setCurrentIndex(count > 0 ? m_model->site() : -1);
}

void SensitivityPanel::fillTable()
{
    const SensitivityRecord* record = m_model->record();
    const auto figures = record ? sensitivityFigures(*record) : std::vector<SensitivityFigures>();
    m_table->setRowCount(static_cast<int>(figures.size()));
    for (int row = 0; row < static_cast<int>(figures.size()); ++row) {
        const SensitivityFigures& each = figures[static_cast<std::size_t>(row)];
        QStringList texts{tr("%1 %2, %3")
                              .arg(each.layer)
                              .arg(QString::fromStdString(std::string(
                                       plan::layerKindName(record->layerKinds[static_cast<std::size_t>(each.layer)]))),
                                  moduleTitle(each.module)),
            QLocale().toString(each.groups), ratioText(each.largestToSmallest), ratioText(each.p95ToP5)};
        for (const double correlation : each.correlation) {
            texts += signedText(correlation);
        }
        const double groups = groupsOfAStep(*record, each);
        const double least = leastTold(groups);
        for (int column = 0; column < texts.size(); ++column) {
            auto* item = m_table->item(row, column);
            if (!item) {
                item = new QTableWidgetItem;
                item->setTextAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
                m_table->setItem(row, column, item);
            }
            item->setText(texts[column]);
            const double value = column >= 4 ? each.correlation[static_cast<std::size_t>(column - 4)] : 0;
            item->setForeground(value >= least ? theme().good
                    : value <= -least          ? theme().error
                    : column >= 4              ? theme().mutedText
                                               : theme().text);
            if (column >= 4 && least <= 1) {
                item->setToolTip(tr("Coloured from ±%1 on: %2 groups of a step are measured.")
                                     .arg(QLocale().toString(least, 'f', 2), QLocale().toString(groups, 'f', 0)));
            } else if (column >= 4) {
                item->setToolTip(tr("Never coloured: too few groups are measured to tell it from chance."));
            }
        }
    }
    for (int score = 0; score < kSensitivityScores; ++score) { // what exists nowhere takes no room
        const bool exists = std::any_of(figures.begin(), figures.end(),
            [&](const auto& each) { return !std::isnan(each.correlation[static_cast<std::size_t>(score)]); });
        m_table->setColumnHidden(4 + score, !figures.empty() && !exists);
    }
}

void SensitivityPanel::showMaps()
{
    const SensitivityRecord* record = m_model->record();
    m_measured->setGrid(record ? record->grid : plan::TokenGrid{0, 0, 0});
    m_score->setGrid(m_measured->grid());
    m_measured->setTitle(record ? tr("Measured change of the prediction") : QString());
    m_measured->setValues(record ? m_model->change() : std::vector<float>());
    m_measured->setSelectedToken(m_clicked);
    const int chosen = m_scores->currentData().toInt();
    m_score->setSelectedToken(m_clicked);
    if (chosen == kPropagation) {
        m_score->setColours(TokenMapView::Colours::Measured);
        m_score->setTitle(record ? tr("Change of every token's prediction") : QString());
        m_score->setUnit(tr("of a token's norm"));
        m_score->setEmptyText(
            record ? tr("Click a token of the measured map to see where an error there goes.") : QString());
        m_score->setValues(m_model->propagation(m_clicked));
        return;
    }
    const auto score = static_cast<SensitivityScore>(chosen);
    m_score->setColours(TokenMapView::Colours::Score);
    const double correlation = m_model->correlation(score);
    m_score->setTitle(!record         ? QString()
            : std::isnan(correlation) ? titleOf(score)
                                      : tr("%1, rank correlation %2").arg(titleOf(score), signedText(correlation)));
    m_score->setUnit({});
    m_score->setEmptyText(record ? tr("This score does not exist here.") : QString());
    m_score->setValues(m_model->score(score), false);
}

void SensitivityPanel::markToken(qint64 token)
{
    m_measured->setMarkedToken(token);
    m_score->setMarkedToken(token);
    QString text = m_measured->tokenText(token);
    if (!text.isEmpty() && static_cast<std::size_t>(token) < m_score->values().size()) {
        text +=
            tr("; beside it %1").arg(QLocale().toString(m_score->values()[static_cast<std::size_t>(token)], 'g', 4));
    }
    m_readout->setText(text);
}

void SensitivityPanel::askAndOpen()
{
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open a measurement"), {}, tr("Measurement (*.safetensors)"));
    if (!path.isEmpty()) {
        if (const QString problem = m_model->open(path); !problem.isEmpty()) {
            QMessageBox::warning(this, tr("Open a measurement"), problem);
        }
    }
}

QString SensitivityPanel::exportTo(const QString& path)
{
    const QString suffix = path.section(QLatin1Char('.'), -1).toLower();
    if (!m_model->record()) {
        return tr("There is no measurement to export.");
    }
    if (suffix == QLatin1String("safetensors")) {
        return m_model->save(path);
    }
    if (suffix == QLatin1String("csv")) {
        return writeBytes(path, QByteArray::fromStdString(sensitivityCsv(*m_model->record())));
    }
    return exportMaps(path, {m_measured, m_score});
}

void SensitivityPanel::askAndExport()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Save or export the measurement"),
        QStringLiteral("sensitivity.safetensors"),
        tr("Measurement (*.safetensors);;Table (*.csv);;Maps (*.png *.svg *.pdf)"));
    if (!path.isEmpty()) {
        if (const QString problem = exportTo(path); !problem.isEmpty()) {
            QMessageBox::warning(this, tr("Save or export the measurement"), problem);
        }
    }
}

} // namespace toca::ui
