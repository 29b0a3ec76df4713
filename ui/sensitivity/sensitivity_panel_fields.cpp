// SPDX-License-Identifier: Apache-2.0
// How the panel is laid out: what to measure on the left, maps and table on the right.
#include "ui/sensitivity/sensitivity_panel.h"
#include "ui/sensitivity/sensitivity_table.h"
#include "ui/sensitivity/sensitivity_texts.h"
#include "ui/sensitivity/token_map_view.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace toca::ui {

namespace {

constexpr int kChoiceWidth = 268;

} // namespace

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

} // namespace toca::ui
