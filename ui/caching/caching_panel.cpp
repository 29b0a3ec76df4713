// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/caching_panel.h"

#include "ui/caching/cache_memory_row.h"
#include "ui/caching/parameter_row.h"
#include "ui/caching/plan_strip.h"
#include "ui/caching/policy_chooser.h"
#include "ui/policy_texts.h"
#include "ui/prompt/folding_section.h"
#include "ui/prompt/system_memory.h"
#include "ui/selection/cell_text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSlider>
#include <QStyle>
#include <QVBoxLayout>

namespace toca::ui {

namespace {

QLabel* mutedLabel(const QString& text)
{
    auto* label = new QLabel(text);
    label->setProperty("muted", true);
    return label;
}

QLabel* heading(const QString& text)
{
    auto* label = new QLabel(text);
    label->setProperty("heading", true);
    return label;
}

/// A large number over its caption.
QLabel* addNumber(QGridLayout* grid, int row, int column, const QString& caption, const QString& tip, const char* name)
{
    auto* value = new QLabel;
    value->setObjectName(name);
    value->setProperty("value", true);
    value->setToolTip(tip);
    value->setAccessibleName(caption);
    auto* label = mutedLabel(caption);
    label->setFont(smallFont());
    label->setToolTip(tip);
    grid->addWidget(value, 2 * row, column);
    grid->addWidget(label, 2 * row + 1, column);
    return value;
}

} // namespace

CachingPanel::CachingPanel(QWidget* parent)
    : QWidget(parent)
    , m_policy(new PolicyChooser)
    , m_preset(new QComboBox)
    , m_summary(mutedLabel({}))
    , m_speedArea(nullptr)
    , m_speed(new QSlider(Qt::Horizontal))
    , m_speedText(mutedLabel({}))
    , m_forecastTitle(heading({}))
    , m_expectation(
          mutedLabel(tr("This policy decides while running, from the run's own data. Shown is what it expects; "
                        "the statistics show what it did.")))
    , m_strip(new PlanStrip)
    , m_warning(new QFrame)
    , m_warningText(new QLabel)
    , m_belowForecast(new QVBoxLayout)
    , m_parameters(new QVBoxLayout)
{
    setProperty("panel", true);
    setAttribute(Qt::WA_StyledBackground);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(kSpace + 2, kHalfSpace, kSpace + 2, kSpace);
    column->setSpacing(kSpace + 2);
    column->addWidget(makeChoice());
    m_speedArea = makeSpeed();
    column->addWidget(m_speedArea);
    column->addWidget(makeForecast());
    column->addWidget(new CacheMemoryRow(m_model));
    column->addLayout(m_belowForecast);
    m_parameters->setSpacing(kSpace);
    column->addLayout(m_parameters);
    column->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    m_content = content;

    connect(&m_model, &CachingModel::policyChanged, this, [this] {
        fillPresets();
        rebuildParameters();
        refresh();
    });
    connect(&m_model, &CachingModel::changed, this, &CachingPanel::refresh);
    connect(&m_model, &CachingModel::fitsChanged, this, [this] { m_policy->setFits(m_model.fits()); });
    fillPresets();
    rebuildParameters();
    refresh();
}

QWidget* CachingPanel::makeChoice()
{
    m_policy->setObjectName("policy");
    m_policy->setAccessibleName(tr("Caching policy"));
    m_policy->setToolTip(tr("What decides, for each step, layer and module, which tokens are computed and which are "
                            "reused from the cache."));
    m_preset->setObjectName("preset");
    m_preset->setAccessibleName(tr("Preset"));
    m_summary->setWordWrap(true);
    m_summary->setFont(smallFont());
    auto* grid = new QGridLayout;
    m_choice = grid;
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(kSpace);
    grid->setColumnStretch(1, 1);
    grid->addWidget(mutedLabel(tr("Policy")), 0, 0);
    grid->addWidget(m_policy, 0, 1, 1, 2);
    grid->addWidget(mutedLabel(tr("Preset")), 1, 0);
    grid->addWidget(m_preset, 1, 1);
    grid->addWidget(m_summary, 2, 0, 1, 3);
    for (QComboBox* combo : {static_cast<QComboBox*>(m_policy), m_preset}) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(8);
    }
    auto* area = new QWidget;
    auto* layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(grid);
    connect(m_policy, &PolicyChooser::policyChosen, &m_model, &CachingModel::setPolicy);
    connect(m_preset, &QComboBox::activated, this,
        [this] { m_model.setPreset(m_preset->currentData().toString().toStdString()); });
    return area;
}

QWidget* CachingPanel::makeSpeed()
{
    m_speed->setObjectName("speed");
    m_speed->setAccessibleName(tr("Speed against fidelity"));
    m_speed->setPageStep(1);
    const QString tip =
        tr("<b>Fidelity – speed</b><p>Moves the intervals and the fresh ratio below together, and nothing "
           "else: to the right full steps become rarer (intervals from 2/3 to 8/3 of the published ones) and "
           "fewer tokens are computed between them (fresh ratio from 0.4 down to 0).</p><p>The middle is the "
           "published setting. What a position costs in fidelity depends on the clip: compare with the "
           "uncached run to see it.</p>");
    m_speed->setToolTip(tip);
    auto* ends = new QHBoxLayout;
    ends->addWidget(mutedLabel(tr("Fidelity")));
    m_speedText->setAlignment(Qt::AlignCenter);
    ends->addWidget(m_speedText, 1);
    ends->addWidget(mutedLabel(tr("Speed")));
    auto* area = new QWidget;
    auto* layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_speed);
    layout->addLayout(ends);
    connect(m_speed, &QSlider::valueChanged, this, [this](int index) { m_model.setStop(index); });
    return area;
}

QWidget* CachingPanel::makeForecast()
{
    auto* card = new QFrame;
    card->setProperty("card", true);
    auto* numbers = new QGridLayout;
    numbers->setHorizontalSpacing(kSpace);
    numbers->setVerticalSpacing(0);
    m_gain = addNumber(numbers, 0, 0, tr("FLOPs gain"),
        tr("Planned FLOPs of the uncached run divided by those of this plan. Matrix products, convolutions and "
           "attention "
           "count, 2 FLOPs per multiply-add, all guidance rows."),
        "plannedGain");
    m_share = addNumber(numbers, 1, 0, tr("computed"),
        tr("Fresh ratio: share of tokens computed, averaged over all steps, layers and modules. The cache ratio is 1 "
           "minus "
           "this."),
        "plannedShare");
    m_memory = addNumber(numbers, 1, 1, tr("cache memory"),
        tr("Stored module outputs: tokens × width × guidance rows × 4, 2 or 1 bytes, as the format says, for each "
           "module "
           "that is ever reused."),
        "plannedMemory");
    m_time = addNumber(numbers, 0, 1, tr("planned time"),
        tr("Seconds of the denoising loop, from the times that modules took on this machine in the last runs of this "
           "model. Text, preview and decoding come on top."),
        "plannedTime");
    for (int column = 0; column < 2; ++column) {
        numbers->setColumnStretch(column, 1);
    }
    m_strip->setToolTip(
        tr("The plan: steps across, layers down; self-attention, cross-attention and MLP below each other"));
    m_warning->setObjectName("cachingWarning");
    m_warning->setProperty("box", "warning");
    m_warningText->setWordWrap(true);
    auto* warningIcon = new QLabel;
    warningIcon->setPixmap(icon("warning").pixmap(16, 16));
    auto* warningLayout = new QHBoxLayout(m_warning);
    warningLayout->setContentsMargins(kSpace, 6, kSpace, 6);
    warningLayout->setSpacing(kSpace);
    warningLayout->addWidget(warningIcon, 0, Qt::AlignTop);
    warningLayout->addWidget(m_warningText, 1);
    auto* cardLayout = new QVBoxLayout(card);
    cardLayout->setContentsMargins(kSpace + 2, kSpace, kSpace + 2, kSpace + 2);
    cardLayout->setSpacing(kSpace);
    cardLayout->addWidget(m_forecastTitle);
    cardLayout->addLayout(numbers);
    m_timeNote = mutedLabel({});
    m_timeNote->setObjectName("plannedTimeNote");
    m_timeNote->setFont(smallFont());
    m_timeNote->setWordWrap(true);
    cardLayout->addWidget(m_timeNote);
    cardLayout->addWidget(m_strip);
    m_expectation->setObjectName("expectation");
    m_expectation->setWordWrap(true);
    m_expectation->setFont(smallFont());
    cardLayout->addWidget(m_expectation);
    auto* area = new QWidget;
    auto* layout = new QVBoxLayout(area);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpace);
    layout->addWidget(card);
    layout->addWidget(m_warning);
    return area;
}

void CachingPanel::addBesidePreset(QWidget* widget)
{
    m_choice->addWidget(widget, 1, 2);
}

void CachingPanel::addBelowForecast(QWidget* widget)
{
    m_belowForecast->addWidget(widget);
}

QSize CachingPanel::minimumSizeHint() const
{
    constexpr int kScrollBarRoom = 12;
    constexpr int kLeastWidth = 236; // what does not fit then is a scroll away
    return {std::min(m_content->minimumSizeHint().width() + kScrollBarRoom, kLeastWidth),
        QWidget::minimumSizeHint().height()};
}

void CachingPanel::fillPresets()
{
    m_preset->clear();
    for (const plan::Preset* preset : m_model.presets()) {
        // The default preset is named by "" in a request: it is another one for another family.
        m_preset->addItem(policyText(preset->label),
            m_model.isDefaultPreset(*preset) ? QString() : QString::fromStdString(preset->name));
        m_preset->setItemData(
            m_preset->count() - 1, tr("Source: %1").arg(QString::fromStdString(preset->source)), Qt::ToolTipRole);
    }
    m_preset->setEnabled(m_preset->count() > 0);
    if (m_preset->count() == 0) {
        m_preset->addItem(tr("None for this model"), QString());
    }
}

void CachingPanel::rebuildParameters()
{
    m_rows.clear();
    while (QLayoutItem* item = m_parameters->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto isWanted = [this](const plan::ParameterSpec& spec) {
        return isOfFamily(spec, m_model.context().family) || m_model.isChanged(spec.name);
    };
    const auto addGroup = [this, isWanted](const std::string& group, bool advanced, QVBoxLayout* target) {
        auto* area = new QWidget;
        auto* grid = new QGridLayout(area);
        grid->setContentsMargins(0, 0, 0, 0);
        grid->setHorizontalSpacing(kSpace);
        grid->setVerticalSpacing(6);
        grid->setColumnStretch(0, 5);
        grid->setColumnStretch(1, 6);
        int row = 0;
        grid->addWidget(heading(policyText(group)), row++, 0, 1, 3);
        for (const plan::ParameterSpec& spec : m_model.entry().parameters) {
            if (spec.group == group && spec.advanced == advanced && isWanted(spec)) {
                m_rows.append(new ParameterRow(spec, m_model, grid, row++));
            }
        }
        target->addWidget(area);
    };
    for (const bool advanced : {false, true}) {
        std::vector<std::string> groups;
        for (const plan::ParameterSpec& spec : m_model.entry().parameters) {
            if (spec.advanced == advanced && isWanted(spec)
                && std::find(groups.begin(), groups.end(), spec.group) == groups.end()) {
                groups.push_back(spec.group);
            }
        }
        if (groups.empty()) {
            continue;
        }
        QVBoxLayout* target = m_parameters;
        if (advanced) {
            auto* section = new FoldingSection(tr("Advanced"));
            section->setObjectName("advancedParameters");
            section->setOpen(m_advancedOpen);
            connect(section, &FoldingSection::toggled, this, [this](bool open) { m_advancedOpen = open; });
            m_parameters->addWidget(section);
            target = section->content();
        }
        for (const std::string& group : groups) {
            addGroup(group, advanced, target);
        }
    }
}

void CachingPanel::refresh()
{
    const plan::PolicyEntry& entry = m_model.entry();
    m_policy->setPolicy(entry.name);
    const plan::Preset* preset = m_model.preset();
    m_preset->setCurrentIndex(std::max(0,
        m_preset->findData(
            preset && !m_model.isDefaultPreset(*preset) ? QString::fromStdString(preset->name) : QString())));
    for (int index = 0; index < m_preset->count() && !m_model.presets().empty(); ++index) {
        const QString label = policyText(m_model.presets()[static_cast<std::size_t>(index)]->label);
        const bool isChanged = index == m_preset->currentIndex() && !m_model.state().values.empty();
        m_preset->setItemText(index, isChanged ? label + QStringLiteral(" •") : label);
    }
    m_preset->setToolTip(m_model.state().values.empty()
            ? m_preset->currentData(Qt::ToolTipRole).toString()
            : tr("%1\nSome values differ from it: choose it again to take all of its values back.")
                  .arg(m_preset->currentData(Qt::ToolTipRole).toString()));
    m_summary->setText(tr("%1 %2").arg(policyText(entry.summary), QString::fromStdString(entry.source)));
    for (ParameterRow* row : m_rows) {
        row->refresh();
    }
    const int stops = static_cast<int>(m_model.stops().size());
    m_speedArea->setVisible(stops > 1);
    if (stops > 1) {
        const QSignalBlocker blocker(m_speed);
        m_speed->setRange(0, stops - 1);
        m_speed->setValue(std::max(0, m_model.nearestStop()));
        m_speedText->setText(m_model.stop() < 0                                    ? tr("own setting")
                : m_model.state().values.empty() && m_model.state().preset.empty() ? tr("published setting")
                                                                                   : QString());
    }
    const QLocale locale;
    const plan::Plan* plan = m_model.plan();
    m_strip->setPlan(plan);
    const bool isExpectation = m_model.isExpectation();
    m_expectation->setVisible(isExpectation);
    m_forecastTitle->setText(isExpectation ? tr("Expected for this run") : tr("Planned for this run"));
    if (plan) {
        // A policy that says nothing before the run computes everything at worst.
        const bool isBound = isExpectation && plan->cachesNothing();
        const QString sign = isBound ? QStringLiteral("≥ ") : isExpectation ? QStringLiteral("≈ ") : QString();
        const QString shareSign = isBound ? QStringLiteral("≤ ") : sign;
        m_gain->setText(sign + QStringLiteral("%1 ×").arg(locale.toString(plan->flopsGain(), 'f', isBound ? 0 : 2)));
        m_share->setText(
            shareSign + QStringLiteral("%1 %").arg(locale.toString(100 * m_model.computedShare(), 'f', 0)));
        m_memory->setText(dataSize(plan->cacheBytes()));
    } else {
        for (QLabel* number : {m_gain, m_share, m_memory, m_time}) {
            number->setText(QStringLiteral("–"));
        }
    }
    if (plan) {
        const auto planned = m_model.plannedTime(), uncached = m_model.uncachedTime();
        const bool isKnown = planned && uncached && planned->seconds > 0;
        const bool isGuess = isKnown && !(planned->isMeasured && uncached->isMeasured);
        m_time->setText(isKnown
                ? (isGuess || isExpectation ? QStringLiteral("≈ ") : QString()) + secondsText(planned->seconds)
                : QStringLiteral("–"));
        m_timeNote->setText(!isKnown ? tr("Time: not measured yet on this machine; the first run measures it.")
                                     : tr("%1 × faster than the uncached run's %2%3")
                                           .arg(locale.toString(uncached->seconds / planned->seconds, 'f', 2),
                                               secondsText(uncached->seconds),
                                               isGuess ? tr(", a guess where no run has measured yet") : QString()));
    } else {
        m_timeNote->clear();
    }
    QString warning = m_model.problem();
    if (m_model.cachesNothing()) {
        warning =
            tr("This setting caches nothing: every module is computed at every step, so the run will be as slow as "
               "without a cache. Use longer intervals, fewer warm-up steps or more steps.");
    }
    m_warningText->setText(warning);
    m_warning->setVisible(!warning.isEmpty());
}

} // namespace toca::ui
