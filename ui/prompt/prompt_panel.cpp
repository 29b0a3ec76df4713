// SPDX-License-Identifier: Apache-2.0
#include "ui/prompt/prompt_panel.h"

#include "ui/prompt/class_controls.h"
#include "ui/prompt/condition_controls.h"
#include "ui/prompt/folding_section.h"
#include "ui/prompt/prompt_editor.h"
#include "ui/prompt/seed_controls.h"
#include "ui/prompt/size_controls.h"
#include "ui/prompt/system_memory.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QActionGroup>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QThread>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace toca::ui {

namespace {

constexpr int kChips = 3;
constexpr int kLabelWidth = 68;
constexpr int kScrollBarRoom = 12;
constexpr int kModelNameWidth = 200;
constexpr int kLeastWidth = 256;

QLabel* mutedLabel(const QString& text, QWidget* buddy = nullptr)
{
    auto* label = new QLabel(text);
    label->setProperty("muted", true);
    label->setBuddy(buddy);
    return label;
}

QLabel* heading(const QString& text)
{
    auto* label = new QLabel(text);
    label->setProperty("heading", true);
    return label;
}

QToolButton* menuButton(const QString& iconName, const QString& tip, QMenu* menu)
{
    auto* button = new QToolButton;
    button->setIcon(icon(iconName));
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setMenu(menu);
    button->setPopupMode(QToolButton::InstantPopup);
    return button;
}

} // namespace

PromptPanel::PromptPanel(QWidget* parent)
    : QWidget(parent)
    , m_class(new ClassControls(m_model))
    , m_prompt(new PromptEditor(4))
    , m_notice(new QLabel)
    , m_chips(new QVBoxLayout)
    , m_examples(new QMenu(this))
    , m_history(new QMenu(this))
    , m_negativeSection(new FoldingSection(tr("Negative prompt")))
    , m_negative(new PromptEditor(2))
    , m_modelMenu(new QMenu(this))
    , m_embeddedModels(new QActionGroup(this))
    , m_modelName(new QPushButton)
    , m_modelFacts(mutedLabel({}))
    , m_resultHeading(heading({}))
    , m_samplerLabel(mutedLabel(tr("Sampler")))
    , m_sampler(new QComboBox)
    , m_steps(new QSpinBox)
    , m_guidance(new QDoubleSpinBox)
    , m_conditionRow(new QWidget)
    , m_device(new QComboBox)
    , m_precision(new QComboBox)
    , m_threads(new QSpinBox)
    , m_generate(new QPushButton(tr("Generate")))
    , m_cancel(new QPushButton(tr("Cancel")))
{
    setProperty("panel", true);
    setAttribute(Qt::WA_StyledBackground);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(kSpace + 2, kHalfSpace, kSpace + 2, kSpace);
    column->setSpacing(kSpace);
    m_promptArea = makePromptArea();
    m_classArea = makeClassArea();
    column->addWidget(m_promptArea);
    column->addWidget(m_classArea);
    column->addWidget(makeSettings());
    column->addWidget(makeModelRow());
    column->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(scroll, 1);
    layout->addWidget(makeButtons());
    m_content = content;

    m_noticeTimer.setSingleShot(true);
    m_noticeTimer.setInterval(200);
    connect(&m_noticeTimer, &QTimer::timeout, this, &PromptPanel::updateNotice);
    connect(&m_model, &PromptModel::changed, this, &PromptPanel::showModel);
    connect(&m_model, &PromptModel::modelChanged, this, [this] {
        fillExamples();
        fillSamplers();
        showNewChips();
        updateNotice();
    });
    setRunning(false);
    showModel();
}

QWidget* PromptPanel::makePromptArea()
{
    m_prompt->setObjectName("prompt");
    m_prompt->setAccessibleName(tr("Prompt"));
    m_prompt->setPlaceholderText(tr("Describe what is to be seen. Ctrl+Return generates."));
    m_prompt->setToolTip(
        tr("What the result shows. Ctrl+Return generates, Alt+Up and Alt+Down recall earlier prompts."));
    m_notice->setObjectName("vocabularyNotice");
    m_notice->setProperty("warningText", true);
    m_notice->setWordWrap(true);
    m_notice->hide();
    m_negative->setObjectName("negativePrompt");
    m_negative->setAccessibleName(tr("Negative prompt"));
    m_negative->setPlaceholderText(tr("What it should not show"));
    m_negative->setToolTip(
        tr("Guidance pushes away from this text instead of the model's own unconditional embedding."));
    m_negativeSection->content()->addWidget(m_negative);

    auto* dice = new QToolButton;
    dice->setObjectName("exampleDice");
    dice->setIcon(icon("dice"));
    dice->setToolTip(tr("A random example prompt"));
    dice->setAccessibleName(dice->toolTip());
    auto* row = new QHBoxLayout;
    row->setSpacing(2);
    row->addWidget(heading(tr("Prompt")), 1);
    row->addWidget(menuButton("history", tr("Earlier prompts"), m_history));
    row->addWidget(menuButton("list", tr("Example prompts of this model"), m_examples));
    row->addWidget(dice);

    m_chips->setSpacing(kHalfSpace);
    auto* area = new QWidget;
    auto* layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace + 2);
    layout->addLayout(row);
    layout->addWidget(m_prompt);
    layout->addWidget(m_notice);
    layout->addLayout(m_chips);
    layout->addWidget(m_negativeSection);

    connect(m_prompt, &QPlainTextEdit::textChanged, this, [this] {
        m_model.setPrompt(m_prompt->toPlainText());
        m_noticeTimer.start();
    });
    connect(m_prompt, &PromptEditor::generateRequested, this, &PromptPanel::generateRequested);
    connect(m_prompt, &PromptEditor::olderRequested, this, [this] {
        if (const auto prompt = m_model.olderPrompt()) {
            m_model.setPrompt(*prompt);
        }
    });
    connect(m_prompt, &PromptEditor::newerRequested, this, [this] {
        if (const auto prompt = m_model.newerPrompt()) {
            m_model.setPrompt(*prompt);
        }
    });
    connect(m_negative, &QPlainTextEdit::textChanged, this,
        [this] { m_model.setNegativePrompt(m_negative->toPlainText()); });
    connect(m_negative, &PromptEditor::generateRequested, this, &PromptPanel::generateRequested);
    connect(dice, &QToolButton::clicked, this, [this] {
        m_model.setPrompt(m_model.randomExample());
        showNewChips();
    });
    connect(m_history, &QMenu::aboutToShow, this, &PromptPanel::fillHistory);
    return area;
}

QWidget* PromptPanel::makeClassArea()
{
    auto* area = new QWidget;
    auto* layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace + 2);
    layout->addWidget(heading(tr("Class")));
    layout->addWidget(m_class);
    area->hide();
    return area;
}

QWidget* PromptPanel::makeModelRow()
{
    m_modelName->setObjectName("modelName");
    m_modelName->setToolTip(tr("The model in use. Click to see what it holds."));
    m_modelFacts->setWordWrap(true);
    QMenu* menu = m_modelMenu;
    menu->addAction(tr("Open a model folder…"), this, &PromptPanel::openModelRequested);
    menu->addAction(tr("Open a checkpoint file…"), this, &PromptPanel::openCheckpointRequested);
    menu->addSection(tr("Built-in models"));
    m_embeddedModels->setExclusive(true);
    connect(m_embeddedModels, &QActionGroup::triggered, this,
        [this](QAction* chosen) { Q_EMIT embeddedModelRequested(chosen->data().toString()); });
    // Another model may have been refused, or come by another way: the tick shows what is in use.
    connect(menu, &QMenu::aboutToShow, this, [this] {
        for (QAction* each : m_embeddedModels->actions())
            each->setChecked(
                m_model.hasModel() && each->data().toString().toStdString() == m_model.request().modelPath);
    });
    setEmbeddedModels({""});
    auto* row = new QHBoxLayout;
    row->setSpacing(kHalfSpace);
    row->addWidget(m_modelName, 1);
    row->addWidget(menuButton("folder", tr("Open another model"), menu));
    auto* area = new QWidget;
    auto* layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace + 2);
    layout->addWidget(heading(tr("Model")));
    layout->addLayout(row);
    layout->addWidget(m_modelFacts);
    connect(m_modelName, &QPushButton::clicked, this, &PromptPanel::modelDetailsRequested);
    return area;
}

QString PromptPanel::titleOf(const std::string& embeddedModel)
{
    if (embeddedModel.empty())
        return tr("Text to video");
    if (embeddedModel == "toca-miniature")
        return tr("Text to video, reference weights");
    if (embeddedModel == "toca-miniature-fine")
        return tr("Text to video, finer tokens");
    if (embeddedModel == "toca-miniature-dit")
        return tr("Class to picture (DiT)");
    if (embeddedModel == "toca-miniature-pixart")
        return tr("Text to picture (PixArt)");
    return QString::fromStdString(embeddedModel);
}

void PromptPanel::setEmbeddedModels(const std::vector<std::string>& names)
{
    qDeleteAll(m_embeddedModels->actions());
    for (const std::string& name : names) {
        const QString title = titleOf(name);
        QAction* chosen = m_modelMenu->addAction(title);
        chosen->setCheckable(true);
        chosen->setData(QString::fromStdString(name));
        m_embeddedModels->addAction(chosen);
    }
}

QWidget* PromptPanel::makeSettings()
{
    m_steps->setObjectName("steps");
    m_steps->setRange(1, 1000);
    m_steps->setKeyboardTracking(false);
    m_steps->setToolTip(tr("Denoising steps: each calls the model once. More steps cost time in proportion."));
    m_guidance->setObjectName("guidance");
    m_guidance->setRange(0, 100);
    m_guidance->setDecimals(1);
    m_guidance->setSingleStep(0.5);
    m_guidance->setKeyboardTracking(false);
    m_guidance->setToolTip(tr("Classifier-free guidance: prediction = unconditional + scale × (conditional − "
                              "unconditional). 1 switches it off and halves the work of a step."));
    m_guidance->setAccessibleName(tr("Guidance scale"));
    m_sampler->setObjectName("sampler");
    m_sampler->setAccessibleName(tr("Sampler"));
    m_samplerLabel->setBuddy(m_sampler);
    m_device->addItem(tr("Automatic"), static_cast<int>(Device::Auto));
    m_device->addItem(tr("Processor"), static_cast<int>(Device::Cpu));
    m_device->addItem(tr("CUDA"), static_cast<int>(Device::Cuda));
    m_device->setToolTip(
        tr("Where the model runs. Automatic takes a CUDA device when this build and machine have one."));
    m_precision->setObjectName("precision");
    m_precision->addItem("float32", static_cast<int>(Precision::Float32));
    m_precision->addItem("bfloat16", static_cast<int>(Precision::BFloat16));
    m_precision->setToolTip(
        tr("Of the transformer's weights and features. bfloat16 is faster on processors and GPUs that "
           "compute with it, and rounds: the clip differs a little."));
    m_threads->setRange(0, 1024);
    m_threads->setSpecialValueText(tr("Automatic"));
    m_threads->setKeyboardTracking(false);
    m_threads->setToolTip(
        tr("Threads of the engine. This machine has %1 processors.").arg(QThread::idealThreadCount()));

    auto* conditionLayout = new QHBoxLayout(m_conditionRow);
    conditionLayout->setContentsMargins(0, 0, 0, 0);
    conditionLayout->setSpacing(kSpace);
    auto* conditionLabel = mutedLabel(tr("Start from"));
    conditionLabel->setMinimumWidth(kLabelWidth);
    conditionLayout->addWidget(conditionLabel);
    conditionLayout->addWidget(new ConditionControls(m_model), 1);

    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(kSpace);
    grid->setColumnMinimumWidth(0, kLabelWidth);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    auto* seed = new SeedControls(m_model);
    grid->addWidget(mutedLabel(tr("Seed"), seed), 0, 0);
    grid->addWidget(seed, 0, 1, 1, 2);
    grid->addWidget(m_samplerLabel, 1, 0);
    grid->addWidget(m_sampler, 1, 1, 1, 2);
    grid->addWidget(mutedLabel(tr("Steps"), m_steps), 2, 0);
    grid->addWidget(m_steps, 2, 1);
    grid->addWidget(mutedLabel(tr("Guidance"), m_guidance), 3, 0);
    grid->addWidget(m_guidance, 3, 1);

    auto* advanced = new FoldingSection(tr("Advanced"));
    auto* advancedGrid = new QGridLayout;
    advancedGrid->setHorizontalSpacing(kSpace);
    advancedGrid->setVerticalSpacing(kSpace);
    advancedGrid->setColumnMinimumWidth(0, kLabelWidth);
    advancedGrid->setColumnStretch(1, 1);
    advancedGrid->addWidget(mutedLabel(tr("Device"), m_device), 0, 0);
    advancedGrid->addWidget(m_device, 0, 1);
    advancedGrid->addWidget(mutedLabel(tr("Precision"), m_precision), 1, 0);
    advancedGrid->addWidget(m_precision, 1, 1);
    advancedGrid->addWidget(mutedLabel(tr("Threads"), m_threads), 2, 0);
    advancedGrid->addWidget(m_threads, 2, 1);
    advanced->content()->addLayout(advancedGrid);

    auto* area = new QWidget;
    auto* layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(m_resultHeading);
    layout->addLayout(grid);
    layout->addWidget(new SizeControls(m_model));
    layout->addWidget(m_conditionRow);
    layout->addWidget(advanced);

    connect(m_sampler, &QComboBox::activated, this,
        [this] { m_model.setSampler(m_sampler->currentData().toString().toStdString()); });
    connect(m_steps, &QSpinBox::valueChanged, &m_model, &PromptModel::setSteps);
    connect(m_guidance, &QDoubleSpinBox::valueChanged, &m_model, &PromptModel::setGuidanceScale);
    connect(m_threads, &QSpinBox::valueChanged, &m_model, &PromptModel::setThreads);
    connect(m_device, &QComboBox::activated, this,
        [this] { m_model.setDevice(static_cast<Device>(m_device->currentData().toInt())); });
    connect(m_precision, &QComboBox::activated, this,
        [this] { m_model.setPrecision(static_cast<Precision>(m_precision->currentData().toInt())); });
    return area;
}

QWidget* PromptPanel::makeButtons()
{
    m_generate->setObjectName("generate");
    m_generate->setProperty("primary", true);
    m_generate->setMinimumHeight(32);
    m_generate->setToolTip(tr("Starts a run (Ctrl+Return)"));
    m_cancel->setObjectName("cancel");
    m_cancel->setMinimumHeight(32);
    m_cancel->setToolTip(tr("Stops the run; what was made so far stays visible (Esc)"));
    auto* area = new QWidget;
    auto* layout = new QHBoxLayout(area);
    layout->setContentsMargins(kSpace + 2, kSpace, kSpace + 2, kSpace + 2);
    layout->setSpacing(kSpace);
    layout->addWidget(m_generate, 1);
    layout->addWidget(m_cancel);
    connect(m_generate, &QPushButton::clicked, this, &PromptPanel::generateRequested);
    connect(m_cancel, &QPushButton::clicked, this, &PromptPanel::cancelRequested);
    return area;
}

void PromptPanel::setRunning(bool running, const QString& what)
{
    m_generate->setEnabled(!running);
    m_generate->setText(!running ? tr("Generate") : what.isEmpty() ? tr("Generating…") : what);
    m_cancel->setEnabled(running);
}

void PromptPanel::focusPrompt()
{
    if (m_model.takesClass()) {
        m_class->focusClass();
        return;
    }
    m_prompt->setFocus(Qt::ShortcutFocusReason);
    m_prompt->selectAll();
}

void PromptPanel::takeEdits()
{
    if (m_model.takesClass()) {
        m_class->takeText();
    }
}

QSize PromptPanel::minimumSizeHint() const
{
    // What does not fit a narrow panel is a scroll away.
    return {std::min(m_content->minimumSizeHint().width() + kScrollBarRoom, kLeastWidth),
        QWidget::minimumSizeHint().height()};
}

void PromptPanel::fillExamples()
{
    m_examples->clear();
    for (const std::string& example : m_model.model().examplePrompts) {
        const QString text = QString::fromStdString(example);
        m_examples->addAction(QString(text).replace('&', "&&"), this, [this, text] { m_model.setPrompt(text); });
    }
}

void PromptPanel::fillSamplers()
{
    struct Known {
        const char* name;
        QString title;
        QString tip;
    };
    const Known known[]{
        {"ddim", tr("DDIM"), tr("Deterministic; published with 50 steps.")},
        {"ddpm", tr("DDPM"),
            tr("Draws new noise at every step, with the model's own variance; published with 250 steps.")},
        {"dpm-solver++", tr("DPM-Solver++ 2M"), tr("Second order, deterministic; published with 20 steps.")},
        {"rflow", tr("Rectified flow"), tr("Straight paths from noise to picture; published with 30 steps.")},
    };
    m_sampler->clear();
    const auto& samplers = m_model.model().samplers;
    for (const std::string& sampler : samplers) {
        QString title = QString::fromStdString(sampler);
        QString tip;
        for (const Known& each : known) {
            if (sampler == each.name) {
                title = each.title;
                tip = each.tip;
            }
        }
        const bool isOwn = m_sampler->count() == 0;
        m_sampler->addItem(title, isOwn ? QString() : QString::fromStdString(sampler));
        m_sampler->setItemData(m_sampler->count() - 1, tip, Qt::ToolTipRole);
    }
    // Where there is nothing to choose it is no control.
    m_samplerLabel->setVisible(samplers.size() > 1);
    m_sampler->setVisible(samplers.size() > 1);
    showModel();
}

void PromptPanel::fillHistory()
{
    m_history->clear();
    for (const QString& prompt : m_model.history()) {
        m_history->addAction(fontMetrics().elidedText(prompt.simplified(), Qt::ElideRight, 420).replace('&', "&&"),
            this, [this, prompt] { m_model.setPrompt(prompt); });
    }
    if (m_history->isEmpty()) {
        m_history->addAction(tr("No prompts yet"))->setEnabled(false);
    }
}

void PromptPanel::showNewChips()
{
    while (QLayoutItem* item = m_chips->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    QStringList shown;
    for (int attempt = 0; attempt < kChips * 4 && shown.size() < kChips; ++attempt) {
        const QString text = m_model.randomExample();
        if (text.isEmpty() || shown.contains(text)) {
            continue;
        }
        shown += text;
        auto* chip = new QPushButton(fontMetrics().elidedText(text, Qt::ElideRight, 250).replace('&', "&&"));
        chip->setProperty("chip", true);
        chip->setToolTip(text);
        chip->setAccessibleName(tr("Example: %1").arg(text));
        connect(chip, &QPushButton::clicked, this, [this, text] { m_model.setPrompt(text); });
        m_chips->addWidget(chip, 0, Qt::AlignLeft);
    }
}

void PromptPanel::showModel()
{
    const GenerationRequest& request = m_model.request();
    {
        const QSignalBlocker blockers[]{QSignalBlocker(m_steps), QSignalBlocker(m_guidance), QSignalBlocker(m_threads)};
        m_steps->setValue(request.steps);
        m_guidance->setValue(request.guidanceScale);
        m_threads->setValue(request.threads);
        m_device->setCurrentIndex(m_device->findData(static_cast<int>(request.device)));
        m_precision->setCurrentIndex(m_precision->findData(static_cast<int>(request.precision)));
        // A request may name the model's own sampler, which the list knows as the default.
        m_sampler->setCurrentIndex(std::max(0, m_sampler->findData(QString::fromStdString(request.sampler))));
        m_sampler->setToolTip(m_sampler->currentData(Qt::ToolTipRole).toString());
    }
    m_promptArea->setVisible(!m_model.takesClass());
    m_classArea->setVisible(m_model.takesClass());
    m_resultHeading->setText(m_model.makesPictures() ? tr("Picture") : tr("Clip"));
    const QString prompt = QString::fromStdString(request.prompt);
    if (m_prompt->toPlainText() != prompt) {
        m_prompt->setText(prompt);
    }
    m_negative->setText(QString::fromStdString(request.negativePrompt));
    if (m_model.hasModel()) {
        const ModelInfo& info = m_model.model();
        m_negativeSection->setVisible(info.takesNegativePrompt);
        m_conditionRow->setVisible(info.takesCondition);
        const QString name = QString::fromStdString(info.name);
        m_modelName->setText(fontMetrics().elidedText(name, Qt::ElideMiddle, kModelNameWidth).replace('&', "&&"));
        m_modelName->setAccessibleName(tr("Model: %1").arg(name));
        m_modelName->setToolTip(tr("The model in use: %1. Click to see what it holds.").arg(name));
        m_modelFacts->setText(tr("%1 parameters, %2%3")
                                  .arg(shortCount(static_cast<double>(info.parameters())), dataSize(info.bytes()),
                                      info.path.empty() ? tr(", built in") : QString()));
        m_modelFacts->setToolTip(QString::fromStdString(info.path));
    } else {
        m_modelName->setText(tr("Loading…"));
    }
}

void PromptPanel::updateNotice()
{
    const QString notice = m_model.vocabularyNotice();
    m_notice->setText(notice);
    m_notice->setVisible(!notice.isEmpty());
}

} // namespace toca::ui
