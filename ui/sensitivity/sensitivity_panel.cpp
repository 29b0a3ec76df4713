// SPDX-License-Identifier: Apache-2.0
#include "ui/sensitivity/sensitivity_panel.h"

#include "ui/selection/cell_text.h"
#include "ui/sensitivity/sensitivity_table.h"
#include "ui/sensitivity/sensitivity_texts.h"
#include "ui/sensitivity/token_map_figure.h"
#include "ui/sensitivity/token_map_view.h"
#include "ui/statistics/figure_file.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace toca::ui {

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
    , m_table(new SensitivityTable)
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
            if (column >= SensitivityTable::kFirstScore) {
                m_scores->setCurrentIndex(m_scores->findData(column - SensitivityTable::kFirstScore));
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

QTableWidget& SensitivityPanel::table()
{
    return *m_table;
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
    m_table->showRecord(m_model->record());
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
