// SPDX-License-Identifier: Apache-2.0
#include "ui/sensitivity/probe_panel.h"

#include "ui/player/frame_token_mapping.h"
#include "ui/sensitivity/token_map_figure.h"
#include "ui/sensitivity/token_map_view.h"
#include "ui/statistics/figure_file.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr int kChoiceWidth = 268;

/// The middle picture of each latent frame.
std::vector<QImage> picturesOf(const Clip& clip, std::int64_t latentFrames)
{
    std::vector<QImage> pictures;
    const auto frames = static_cast<int>(clip.frames.size());
    for (int latent = 0; latent < static_cast<int>(latentFrames) && frames > 0; ++latent) {
        const FrameRange range = framesOfLatent(latent, frames, static_cast<int>(latentFrames));
        const Frame& frame =
            clip.frames[static_cast<std::size_t>(std::clamp(range.first + range.count / 2, 0, frames - 1))];
        pictures.push_back(
            QImage(frame.rgb.data(), frame.width, frame.height, frame.width * 3, QImage::Format_RGB888).copy());
    }
    return pictures;
}

QString percent(double share)
{
    return QLocale().toString(share * 100, 'g', 3) + QStringLiteral(" %");
}

} // namespace

ProbePanel::ProbePanel(EnginePort& engine, QWidget* parent)
    : QWidget(parent)
    , m_model(new ProbeModel(engine, this))
    , m_mode(new QComboBox)
    , m_brush(new QSpinBox)
    , m_allFrames(new QCheckBox(tr("Paint all frames")))
    , m_firstStep(new QSpinBox)
    , m_lastStep(new QSpinBox)
    , m_firstLayer(new QSpinBox)
    , m_lastLayer(new QSpinBox)
    , m_start(new QPushButton(tr("Run again")))
    , m_clear(new QPushButton(tr("Clear mask")))
    , m_protect(new QCheckBox(tr("Protect these tokens in normal runs")))
    , m_progress(new QProgressBar)
    , m_open(new QPushButton(tr("Show in the player")))
    , m_text(new QLabel)
    , m_canvas(new TokenMapView)
    , m_damage(new TokenMapView)
{
    m_canvas->setObjectName("probeCanvas");
    m_canvas->setTitle(tr("Paint tokens (right button erases)"));
    m_canvas->setEmptyText(tr("Generate a clip first; then paint tokens on its frames."));
    m_canvas->setPaintable(true);
    m_damage->setObjectName("probeDamage");
    m_damage->setTitle(tr("Damage: change of the final latent"));
    m_damage->setUnit(tr("of a token's norm"));
    m_damage->setEmptyText(tr("Run again shows here which tokens the change reaches."));
    auto* maps = new QVBoxLayout;
    maps->setSpacing(kHalfSpace);
    maps->addWidget(m_canvas, 1);
    maps->addWidget(m_damage, 1);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    layout->setSpacing(kSpace);
    layout->addWidget(makeChoice());
    layout->addLayout(maps, 1);

    connect(m_canvas, &TokenMapView::tokenPainted, this, &ProbePanel::paint);
    connect(m_canvas, &TokenMapView::strokeStarted, this, &ProbePanel::strokeStarted);
    connect(m_canvas, &TokenMapView::strokeEnded, this, &ProbePanel::strokeEnded);
    for (TokenMapView* map : {m_canvas, m_damage}) {
        connect(map, &TokenMapView::tokenHovered, this, [this](qint64 token) {
            markToken(token);
            Q_EMIT tokenHovered(token);
        });
    }
    connect(m_clear, &QPushButton::clicked, this, [this] {
        Q_EMIT strokeStarted();
        m_model->clearMask();
        Q_EMIT strokeEnded();
    });
    connect(m_protect, &QCheckBox::toggled, m_model, &ProbeModel::setProtecting);
    connect(m_start, &QPushButton::clicked, this, &ProbePanel::start);
    connect(m_open, &QPushButton::clicked, this, &ProbePanel::openRequested);
    for (auto [first, last] : {std::pair{m_firstStep, m_lastStep}, std::pair{m_firstLayer, m_lastLayer}}) {
        connect(first, &QSpinBox::valueChanged, last, [last](int value) { last->setMinimum(value); });
    }
    connect(m_model, &ProbeModel::maskChanged, this, &ProbePanel::sync);
    connect(m_model, &ProbeModel::runningChanged, this, &ProbePanel::sync);
    connect(m_model, &ProbeModel::progressChanged, this, &ProbePanel::sync);
    connect(m_model, &ProbeModel::resultChanged, this, &ProbePanel::showResult);
    connect(m_model, &ProbeModel::failed, this, &ProbePanel::failed);
    setRun(nullptr);
}

void ProbePanel::paint(qint64 token, bool erase)
{
    m_model->paint(token, m_brush->value() / 2, erase, m_allFrames->isChecked());
}

QWidget* ProbePanel::makeChoice()
{
    const auto row = [](QWidget* first, QWidget* second) {
        auto* line = new QHBoxLayout;
        line->setSpacing(kHalfSpace);
        line->addWidget(first, 1);
        line->addWidget(new QLabel(QStringLiteral("–")));
        line->addWidget(second, 1);
        return line;
    };
    m_mode->setObjectName("probeMode");
    m_mode->addItems({tr("Keep stale"), tr("Keep fresh")});
    m_mode->setAccessibleName(tr("What happens to the painted tokens"));
    m_mode->setToolTip(tr("Stale: the painted tokens are reused, whatever the policy would do.\n"
                          "Fresh: they are computed at every step and layer of the range."));
    m_brush->setObjectName("probeBrush");
    m_brush->setRange(1, 15);
    m_brush->setSingleStep(2);
    m_brush->setToolTip(tr("Tokens along the side of the brush"));
    m_brush->setAccessibleName(tr("Width of the brush"));
    m_allFrames->setObjectName("probeAllFrames");
    m_allFrames->setToolTip(tr("Paints the same place in every latent frame"));
    m_firstStep->setObjectName("probeFirstStep");
    m_lastStep->setObjectName("probeLastStep");
    m_firstLayer->setObjectName("probeFirstLayer");
    m_lastLayer->setObjectName("probeLastLayer");
    m_firstStep->setAccessibleName(tr("First step"));
    m_lastStep->setAccessibleName(tr("Last step"));
    m_firstLayer->setAccessibleName(tr("First layer"));
    m_lastLayer->setAccessibleName(tr("Last layer"));
    m_start->setObjectName("probeStart");
    m_start->setProperty("primary", true);
    m_clear->setObjectName("probeClear");
    m_protect->setObjectName("probeProtect");
    m_protect->setToolTip(tr("Policies that choose tokens by a score then choose these first, and the two rings of "
                             "tokens around them more often"));
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress of the probe"));
    m_open->setObjectName("probeOpen");
    m_open->setToolTip(tr("The edited run becomes the current one, the original its comparison"));
    m_text->setWordWrap(true);
    m_text->setFont(smallFont());
    m_text->setObjectName("probeText");
    auto* exporting = new QToolButton;
    exporting->setIcon(icon("export"));
    exporting->setText(tr("Export"));
    exporting->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    exporting->setAccessibleName(tr("Export the maps"));
    exporting->setToolTip(tr("Both maps (.png, .svg, .pdf), or the damage of every token (.csv)"));
    exporting->setFocusPolicy(Qt::TabFocus);
    connect(exporting, &QToolButton::clicked, this, &ProbePanel::askAndExport);

    auto* form = new QFormLayout;
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(kHalfSpace);
    form->addRow(tr("Tokens"), m_mode);
    form->addRow(tr("Brush"), m_brush);
    form->addRow(QString(), m_allFrames);
    form->addRow(tr("Steps"), row(m_firstStep, m_lastStep));
    form->addRow(tr("Layers"), row(m_firstLayer, m_lastLayer));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addWidget(m_start, 1);
    buttons->addWidget(m_clear);
    auto* after = new QHBoxLayout;
    after->setSpacing(kHalfSpace);
    after->addWidget(m_open, 1);
    after->addWidget(exporting);
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(0, 0, kHalfSpace, 0);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(form);
    layout->addLayout(buttons);
    layout->addWidget(m_progress);
    layout->addWidget(m_text);
    layout->addLayout(after);
    layout->addWidget(m_protect);
    layout->addStretch();
    auto* area = new QScrollArea;
    area->setWidget(content);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    area->setMinimumWidth(120);
    area->setMaximumWidth(kChoiceWidth);
    area->setFocusPolicy(Qt::NoFocus);
    area->setAccessibleName(tr("Settings"));
    return area;
}

void ProbePanel::setRun(std::shared_ptr<const RunResult> run)
{
    m_run = std::move(run);
    if (m_run) {
        const plan::Geometry& geometry = m_run->plan.geometry();
        const bool isOther = !(m_model->grid() == geometry.grid) || m_lastStep->maximum() != m_run->request.steps - 1;
        m_model->setGrid(geometry.grid);
        m_canvas->setGrid(geometry.grid);
        m_canvas->setPictures(picturesOf(m_run->clip, geometry.grid.frames));
        if (isOther) {
            m_firstStep->setRange(0, m_run->request.steps - 1);
            m_lastStep->setRange(0, m_run->request.steps - 1);
            m_firstLayer->setRange(0, geometry.layerCount() - 1);
            m_lastLayer->setRange(0, geometry.layerCount() - 1);
            m_firstStep->setValue(m_run->request.steps / 3);
            m_lastStep->setValue(m_run->request.steps * 2 / 3);
            m_firstLayer->setValue(0);
            m_lastLayer->setValue(geometry.layerCount() - 1);
        }
    }
    sync();
}

void ProbePanel::setBlocked(bool blocked, const QString& reason)
{
    m_isBlocked = blocked;
    m_blockReason = reason;
    sync();
}

void ProbePanel::start()
{
    if (m_model->isRunning()) {
        m_model->cancel();
        return;
    }
    if (!m_run) {
        return;
    }
    ProbeEdit edit;
    edit.mask = m_model->mask();
    edit.mode = m_mode->currentIndex() == 0 ? ProbeMode::KeepStale : ProbeMode::KeepFresh;
    edit.firstStep = m_firstStep->value();
    edit.lastStep = m_lastStep->value();
    edit.firstLayer = m_firstLayer->value();
    edit.lastLayer = m_lastLayer->value();
    m_model->run(m_run->request, std::move(edit));
}

void ProbePanel::sync()
{
    m_canvas->setMask(m_model->marks());
    m_protect->setChecked(m_model->isProtecting());
    m_damage->setMask(m_model->result() ? m_model->marks() : std::vector<bool>());
    const bool isRunning = m_model->isRunning();
    m_start->setText(isRunning ? tr("Cancel") : tr("Run again"));
    m_start->setEnabled(isRunning || (m_run && !m_isBlocked));
    m_start->setToolTip(m_isBlocked && !isRunning
            ? m_blockReason
            : tr("Replays the run from the last step at which its state is known, "
                 "with the painted tokens changed"));
    m_progress->setValue(isRunning ? static_cast<int>(m_model->progress() * 1000) : 0);
    m_clear->setEnabled(m_model->markedTokens() > 0);
    m_open->setEnabled(m_model->result() && !m_model->isRunning() && !m_isBlocked);
    if (!m_model->result()) {
        m_text->setText(m_run ? tr("%1 of %2 tokens painted")
                                    .arg(QLocale().toString(m_model->markedTokens()),
                                        QLocale().toString(static_cast<qlonglong>(m_model->grid().tokens())))
                              : QString());
    }
}

QString ProbePanel::resultText() const
{
    return m_text->text();
}

void ProbePanel::showResult()
{
    const ProbeResult* result = m_model->result();
    m_damage->setGrid(m_model->grid());
    m_damage->setValues(result ? result->tokenDamage : std::vector<float>());
    if (result && result->isIdentical) {
        m_text->setText(tr("Run again from step %1: the same clip, bit for bit.").arg(result->restartedAt));
    } else if (result) {
        double inside = 0, outside = 0;
        for (std::size_t token = 0; token < result->tokenDamage.size(); ++token) {
            const bool isMarked = std::binary_search(m_model->edit().mask.tokens.begin(),
                m_model->edit().mask.tokens.end(), static_cast<std::int32_t>(token));
            (isMarked ? inside : outside) += static_cast<double>(result->tokenDamage[token]);
        }
        const double marked = static_cast<double>(m_model->edit().mask.tokens.size());
        const double others = static_cast<double>(result->tokenDamage.size()) - marked;
        const double worst =
            result->frameRmse.empty() ? 0 : *std::max_element(result->frameRmse.begin(), result->frameRmse.end());
        m_text->setText(tr("Run again from step %1. Latent changed by %2: painted tokens %3, others %4. "
                           "Worst frame differs by %5 of 255 (RMS). Tokens computed in the range: %6, before %7.")
                            .arg(result->restartedAt)
                            .arg(percent(result->latentRelativeError), percent(marked > 0 ? inside / marked : 0),
                                percent(others > 0 ? outside / others : 0), QLocale().toString(worst, 'f', 2),
                                QLocale().toString(static_cast<qlonglong>(result->computedTokens)),
                                QLocale().toString(static_cast<qlonglong>(result->originalTokens))));
    }
    sync();
}

void ProbePanel::markToken(qint64 token)
{
    m_canvas->setMarkedToken(token);
    m_damage->setMarkedToken(token);
}

QByteArray ProbePanel::csv() const
{
    if (!m_model->result()) {
        return {};
    }
    QByteArray csv = "frame,row,column,token,damage\n";
    const plan::TokenGrid& grid = m_model->grid();
    for (std::int64_t token = 0; token < grid.tokens(); ++token) {
        csv += QByteArray::number(static_cast<qlonglong>(token / grid.tokensPerFrame())) + ','
            + QByteArray::number(static_cast<qlonglong>(token / grid.columns % grid.rows)) + ','
            + QByteArray::number(static_cast<qlonglong>(token % grid.columns)) + ','
            + QByteArray::number(static_cast<qlonglong>(token)) + ','
            + QByteArray::number(
                static_cast<double>(m_model->result()->tokenDamage[static_cast<std::size_t>(token)]), 'g', 7)
            + '\n';
    }
    return csv;
}

QString ProbePanel::exportTo(const QString& path)
{
    if (!path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)) {
        return exportMaps(path, {m_canvas, m_damage});
    }
    if (!m_model->result()) {
        return tr("There is no result to export.");
    }
    return writeBytes(path, csv());
}

void ProbePanel::askAndExport()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export the probe"), QStringLiteral("probe.png"), tr("Maps (*.png *.svg *.pdf);;Table (*.csv)"));
    if (!path.isEmpty()) {
        if (const QString problem = exportTo(path); !problem.isEmpty()) {
            QMessageBox::warning(this, tr("Export the probe"), problem);
        }
    }
}

} // namespace toca::ui
