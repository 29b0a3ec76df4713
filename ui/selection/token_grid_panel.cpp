// SPDX-License-Identifier: Apache-2.0
#include "ui/selection/token_grid_panel.h"

#include "ui/elided_label.h"
#include "ui/selection/cell_text.h"
#include "ui/selection/token_grid_view.h"
#include "ui/selection/token_histogram.h"
#include "ui/statistics/figure_file.h"
#include "ui/still_frame.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLocale>
#include <QMessageBox>
#include <QSignalBlocker>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr int kPlayMilliseconds = 250; ///< a step is seen before the next one comes

} // namespace

TokenGridPanel::TokenGridPanel(QWidget* parent)
    : QWidget(parent)
    , m_model(new TokenGridModel(this))
    , m_view(new TokenGridView(*m_model, this))
    , m_title(new ElidedLabel(this))
    , m_readout(new ElidedLabel(this))
    , m_quantities(new QButtonGroup(this))
    , m_rows(new QComboBox(this))
    , m_previous(new QToolButton(this))
    , m_next(new QToolButton(this))
    , m_play(new QToolButton(this))
    , m_part(new QComboBox(this))
    , m_histogram(new TokenHistogram(*m_model, this))
    , m_playing(new QTimer(this))
{
    const auto add = [this](TokenGridModel::Quantity quantity, const QString& text, const QString& help) {
        auto* button = new QToolButton(this);
        button->setText(text);
        button->setToolTip(help);
        button->setAccessibleName(text);
        button->setAccessibleDescription(help);
        button->setCheckable(true);
        m_quantities->addButton(button, static_cast<int>(quantity));
        return button;
    };
    auto* state = add(TokenGridModel::Quantity::State, tr("State"),
        tr("Computed at this step (whole square) or reused from the cache (small square)"));
    auto* age = add(TokenGridModel::Quantity::Age, tr("Age"),
        tr("Evaluations since each token was last computed in this layer and module; 0 = now"));
    auto* score = add(TokenGridModel::Quantity::Score, tr("Score"),
        tr("What the selection ranked the tokens by; the largest are computed. Kept when the run records scores."));
    state->setChecked(true);
    m_previous->setIcon(icon(QStringLiteral("frame-back")));
    m_previous->setToolTip(tr("Previous step (Left)"));
    m_previous->setAccessibleName(tr("Previous step"));
    m_next->setIcon(icon(QStringLiteral("frame-forward")));
    m_next->setToolTip(tr("Next step (Right). Up and Down change the layer, Page Up and Page Down the module."));
    m_next->setAccessibleName(tr("Next step"));
    m_play->setIcon(icon(QStringLiteral("play")));
    m_play->setCheckable(true);
    m_play->setObjectName("playSteps");
    m_play->setToolTip(tr("Run through the steps of this layer and module"));
    m_play->setAccessibleName(tr("Run through the steps"));
    m_part->setObjectName("scorePart");
    m_part->setToolTip(tr("What of the score is shown: the whole, or one of the parts that were added up"));
    m_part->setAccessibleName(tr("Part of the score"));
    m_part->hide();
    m_playing->setInterval(kPlayMilliseconds);
    m_histogram->setObjectName("tokenHistogram");
    auto* exporting = new QToolButton(this);
    exporting->setIcon(icon(QStringLiteral("export")));
    exporting->setToolTip(tr("Export the grids as a picture (PNG) or the tokens as a table (CSV)"));
    exporting->setAccessibleName(tr("Export the token grids"));
    m_rows->setObjectName("selectionRow");
    m_rows->setToolTip(tr("Guidance row whose own selection is shown here and over the picture: with the prompt or "
                          "class, or without"));
    m_rows->setAccessibleName(tr("Guidance row"));
    m_rows->hide();
    m_readout->setFont(numberFont());
    m_readout->setMinimumHeight(m_readout->fontMetrics().height() + kHalfSpace);
    m_readout->setAccessibleName(tr("Values of the token under the pointer"));

    auto* controls = new QHBoxLayout;
    controls->setSpacing(kHalfSpace);
    controls->addWidget(state);
    controls->addWidget(age);
    controls->addWidget(score);
    controls->addWidget(m_part);
    controls->addWidget(m_rows);
    controls->addStretch();
    auto* titleRow = new QHBoxLayout; // the title gives way where the panel is narrow
    titleRow->setSpacing(kHalfSpace);
    titleRow->addWidget(new StillFrame(m_title), 1);
    titleRow->addWidget(m_play);
    titleRow->addWidget(m_previous);
    titleRow->addWidget(m_next);
    titleRow->addWidget(exporting);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpace, kSpace, kSpace, kHalfSpace);
    layout->setSpacing(kHalfSpace);
    layout->addLayout(controls);
    layout->addLayout(titleRow);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_histogram);
    layout->addWidget(new StillFrame(m_readout));

    connect(m_quantities, &QButtonGroup::idClicked, this,
        [this](int id) { setQuantity(static_cast<TokenGridModel::Quantity>(id)); });
    connect(m_rows, &QComboBox::currentIndexChanged, this, [this](int row) {
        m_model->setSelectionRow(row);
        Q_EMIT selectionRowChanged(row);
    });
    connect(m_part, &QComboBox::activated, this,
        [this](int part) { m_model->setScorePart(static_cast<TokenGridModel::ScorePart>(part)); });
    connect(m_play, &QToolButton::toggled, this, &TokenGridPanel::setPlaying);
    connect(m_playing, &QTimer::timeout, this, &TokenGridPanel::playOn);
    connect(m_previous, &QToolButton::clicked, this, [this] { step(-1, 0, 0); });
    connect(m_next, &QToolButton::clicked, this, [this] { step(1, 0, 0); });
    connect(exporting, &QToolButton::clicked, this, &TokenGridPanel::askAndExport);
    connect(m_view, &TokenGridView::stepRequested, this, &TokenGridPanel::step);
    connect(m_view, &TokenGridView::tokenHovered, this, &TokenGridPanel::showReadout);
    connect(m_view, &TokenGridView::tokenHovered, this, &TokenGridPanel::tokenHovered);
    connect(m_model, &TokenGridModel::changed, this, &TokenGridPanel::onModelChanged);
    onModelChanged();
}

void TokenGridPanel::setTrace(std::shared_ptr<const plan::Trace> trace)
{
    m_model->setTrace(std::move(trace));
}

void TokenGridPanel::refresh()
{
    m_model->refresh();
}

void TokenGridPanel::clear()
{
    m_model->clear();
}

void TokenGridPanel::setQuantity(TokenGridModel::Quantity quantity)
{
    m_quantities->button(static_cast<int>(quantity))->setChecked(true);
    m_view->setQuantity(quantity);
    m_histogram->setQuantity(quantity);
    fillParts();
    showReadout(m_view->hoveredToken());
}

QString TokenGridPanel::title() const
{
    return m_title->text();
}

QString TokenGridPanel::readout() const
{
    return m_readout->text();
}

void TokenGridPanel::showCell(int evaluation, int layer, plan::ModuleKind module)
{
    m_model->showCell({evaluation, layer, module});
}

bool TokenGridPanel::isPlaying() const
{
    return m_playing->isActive();
}

void TokenGridPanel::setPlaying(bool playing)
{
    if (playing && !m_model->neighbour(1, 0, 0)) { // at the end: from the beginning
        if (const auto& cell = m_model->cell(); cell && m_model->isInside()) {
            step(-cell->evaluation, 0, 0);
        }
    }
    playing = playing && m_model->isInside();
    playing ? m_playing->start() : m_playing->stop();
    m_play->setChecked(playing);
    m_play->setIcon(icon(playing ? QStringLiteral("pause") : QStringLiteral("play")));
}

void TokenGridPanel::playOn()
{
    if (m_model->neighbour(1, 0, 0)) {
        step(1, 0, 0);
    } else {
        setPlaying(false);
    }
}

/// The parts that this run's scores have.
void TokenGridPanel::fillParts()
{
    const bool shown = m_view->quantity() == TokenGridModel::Quantity::Score && m_model->hasScoreParts();
    if (shown) {
        const QStringList names{tr("Whole score"), m_model->evidenceName(), tr("s3, age"), tr("s4, bonus")};
        for (int i = 0; i < names.size(); ++i) {
            if (i >= m_part->count()) {
                m_part->addItem(names[i]);
            } else {
                m_part->setItemText(i, names[i]);
            }
        }
        m_part->setCurrentIndex(static_cast<int>(m_model->scorePart()));
    }
    m_part->setVisible(shown);
}

void TokenGridPanel::step(int evaluations, int layers, int modules)
{
    if (const std::optional<MapCell> cell = m_model->neighbour(evaluations, layers, modules)) {
        m_model->showCell(*cell);
        Q_EMIT cellChanged(cell->evaluation, cell->layer, cell->module);
    }
}

void TokenGridPanel::onModelChanged()
{
    const std::optional<MapCell>& cell = m_model->cell();
    const plan::Trace* trace = m_model->trace();
    QString title;
    if (m_model->isInside()) {
        title = tr("Step %1, %2, %3")
                    .arg(trace->schedule().evaluations[static_cast<std::size_t>(cell->evaluation)].step)
                    .arg(layerTitle(trace->geometry(), cell->layer), moduleTitle(cell->module));
        if (m_model->isAvailable()) {
            const plan::TraceCell& happened = m_model->happened();
            title += tr(": %1, %2 of %3 tokens computed")
                         .arg(actionTitle(happened.action), QLocale().toString(happened.computedTokens),
                             QLocale().toString(static_cast<qlonglong>(m_model->tokens())));
        }
    }
    m_title->setText(title);
    m_view->setAccessibleDescription(title.isEmpty() ? tr("No cell is chosen.") : title);
    m_previous->setEnabled(m_model->neighbour(-1, 0, 0).has_value());
    m_next->setEnabled(m_model->neighbour(1, 0, 0).has_value());
    const bool keepsScores = trace != nullptr && trace->level() == plan::TraceLevel::Scores;
    m_quantities->button(static_cast<int>(TokenGridModel::Quantity::Score))->setEnabled(keepsScores);
    if (!keepsScores && m_view->quantity() == TokenGridModel::Quantity::Score) {
        setQuantity(TokenGridModel::Quantity::State);
    }
    fillRows();
    fillParts();
    m_play->setEnabled(m_model->isInside());
    if (m_playing->isActive() && !m_model->isInside()) {
        setPlaying(false);
    }
    showReadout(m_view->hoveredToken());
}

void TokenGridPanel::fillRows()
{
    const int rows = m_model->selectionRows();
    QStringList titles;
    for (int row = 0; row < rows; ++row) {
        titles += selectionRowTitle(m_model->trace()->geometry(), rows, row);
    }
    QStringList shown;
    for (int row = 0; row < m_rows->count(); ++row) {
        shown += m_rows->itemText(row);
    }
    const QSignalBlocker quiet(m_rows);
    if (shown != titles) {
        m_rows->clear();
        m_rows->addItems(titles);
        m_rows->setVisible(rows > 1);
    }
    m_rows->setCurrentIndex(std::min(m_model->selectionRow(), rows - 1));
}

void TokenGridPanel::showReadout(qint64 token)
{
    QString text = m_model->tokenText(token);
    if (text.isEmpty() && m_model->isAvailable()) {
        text = tr("Arrows: step and layer. Page Up, Page Down: module.");
    }
    m_readout->setText(text);
}

void TokenGridPanel::askAndExport()
{
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export the token grids"), QStringLiteral("tokens.png"), tr("Picture (*.png);;Table (*.csv)"));
    if (path.isEmpty()) {
        return;
    }
    if (const QString problem = exportTo(path); !problem.isEmpty()) {
        QMessageBox::warning(this, tr("Export the token grids"), problem);
    }
}

QString TokenGridPanel::exportTo(const QString& path)
{
    if (path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)) {
        return writeBytes(path, m_model->csv());
    }
    if (path.endsWith(QLatin1String(".png"), Qt::CaseInsensitive)) {
        return writePicture(path, m_view->picture());
    }
    return tr("%1: token grids are written as .png or .csv; choose one of these endings.").arg(path);
}

} // namespace toca::ui
