// SPDX-License-Identifier: Apache-2.0
#include "ui/tune/curves_panel.h"

#include "ui/elided_label.h"
#include "ui/policy_texts.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/tune/curve_view.h"
#include "ui/tune/parameter_bar.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace toca::ui {

namespace {

bool isCurve(const plan::ParameterSpec& spec)
{
    return spec.kind == plan::ParameterKind::Text && spec.name.ends_with("_curve");
}

bool isNumber(const plan::ParameterSpec& spec)
{
    return spec.kind == plan::ParameterKind::Number || spec.kind == plan::ParameterKind::Integer;
}

/// What belongs side by side, by the names that the policies give their parameters.
bool isOfBars(const plan::ParameterSpec& spec, int group)
{
    const auto ends = [&spec](const char* end) { return spec.name.ends_with(end); };
    if (!isNumber(spec)) {
        return false;
    }
    switch (group) {
    case 0:
        return spec.name == "fresh_ratio" || ends("_factor");
    case 1:
        return ends("interval") || ends("_range") || spec.name == "warmup_steps";
    default:
        return spec.group == "Scores" && (ends("_weight") || spec.name == "spatial_bonus");
    }
}

} // namespace

CurvesPanel::CurvesPanel(CachingModel& caching, QWidget* parent)
    : QWidget(parent)
    , m_caching(caching)
    , m_content(new QVBoxLayout)
{
    auto* content = new QWidget;
    content->setLayout(m_content);
    m_content->setContentsMargins(kSpace + 2, kSpace, kSpace + 2, kSpace);
    m_content->setSpacing(kSpace);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(content);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
    connect(&caching, &CachingModel::policyChanged, this, &CurvesPanel::rebuild);
    connect(&caching, &CachingModel::changed, this, &CurvesPanel::refresh);
    rebuild();
}

CurveView* CurvesPanel::curve(const std::string& parameter) const
{
    const auto found = std::find_if(
        m_curves.begin(), m_curves.end(), [&](const CurveView* each) { return each->parameter() == parameter; });
    return found == m_curves.end() ? nullptr : *found;
}

ParameterBar* CurvesPanel::bar(const std::string& parameter) const
{
    const auto found = std::find_if(
        m_bars.begin(), m_bars.end(), [&](const ParameterBar* each) { return each->parameter() == parameter; });
    return found == m_bars.end() ? nullptr : *found;
}

QWidget* CurvesPanel::makeCurve(const plan::ParameterSpec& spec)
{
    const bool isOfSteps = spec.name == "step_curve";
    auto* view = new CurveView(m_caching, spec.name, isOfSteps ? CurveView::Axis::Steps : CurveView::Axis::Layers);
    m_curves.append(view);
    auto* title = new ElidedLabel;
    title->setText(view->accessibleName());
    title->setProperty("heading", true);
    title->setToolTip(policyText(spec.help));
    const auto spin = [&](const QString& name, const QString& label, const QString& tip) {
        auto* box = new QDoubleSpinBox;
        box->setObjectName(QString::fromStdString(spec.name) + name);
        box->setKeyboardTracking(false);
        box->setAccessibleName(label);
        box->setToolTip(tip);
        box->setPrefix(label + QStringLiteral(" "));
        return box;
    };
    auto* position = spin("_position", isOfSteps ? tr("step") : tr("layer"),
        isOfSteps ? tr("Step of the selected point") : tr("Layer of the selected point"));
    auto* value =
        spin("_value", QStringLiteral("×"), tr("Factor of the selected point: times the fresh ratio, 0 to 10"));
    position->setDecimals(1);
    value->setDecimals(2);
    value->setSingleStep(0.05);
    value->setMaximum(plan::PointCurve::kLargestValue);
    auto* reset = new QToolButton;
    reset->setObjectName(QString::fromStdString(spec.name) + "_curve_reset");
    reset->setIcon(icon("reset"));
    reset->setIconSize({13, 13});
    reset->setToolTip(tr("Back to the preset's curve"));
    reset->setAccessibleName(tr("Reset %1").arg(policyText(spec.label)));
    reset->setProperty("parameter", QString::fromStdString(spec.name));
    m_resets.append(reset);
    connect(reset, &QToolButton::clicked, this, [this, name = spec.name] { m_caching.resetValue(name); });

    const auto show = [view, position, value] {
        const QSignalBlocker blockers[]{QSignalBlocker(position), QSignalBlocker(value)};
        const bool isSelected = view->selected() >= 0;
        position->setEnabled(isSelected);
        value->setEnabled(isSelected);
        const int last = std::max(view->count() - 1, 0);
        position->setMaximum(last);
        if (isSelected) {
            const auto& point = view->points()[static_cast<std::size_t>(view->selected())];
            position->setValue(point.position * last);
            value->setValue(point.value);
        }
    };
    connect(view, &CurveView::selectionChanged, this, show);
    const auto take = [view, position, value] {
        if (view->selected() >= 0) {
            const int last = std::max(view->count() - 1, 1);
            view->setSelected({position->value() / last, value->value()});
        }
    };
    connect(position, &QDoubleSpinBox::valueChanged, this, take);
    connect(value, &QDoubleSpinBox::valueChanged, this, take);
    show();

    auto* area = new QWidget;
    auto* grid = new QGridLayout(area);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(kHalfSpace);
    grid->addWidget(title, 0, 0);
    grid->setColumnStretch(0, 1);
    grid->addWidget(position, 0, 1);
    grid->addWidget(value, 0, 2);
    grid->addWidget(reset, 0, 3);
    grid->addWidget(view, 1, 0, 1, 4);
    return area;
}

void CurvesPanel::rebuild()
{
    m_curves.clear();
    m_bars.clear();
    m_resets.clear();
    while (QLayoutItem* item = m_content->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto& specs = m_caching.entry().parameters;
    for (const plan::ParameterSpec& spec : specs) {
        if (isCurve(spec)) {
            m_content->addWidget(makeCurve(spec), 1);
        }
    }
    const QString titles[]{tr("Ratio and module factors"), tr("Intervals"), tr("Score weights")};
    for (int group = 0; group < 3; ++group) {
        bool hasTitle = false;
        for (const plan::ParameterSpec& spec : specs) {
            if (!isOfBars(spec, group) || !isOfFamily(spec, m_caching.context().family)) {
                continue;
            }
            if (!hasTitle) {
                auto* title = new QLabel(titles[group]);
                title->setProperty("heading", true);
                m_content->addWidget(title);
                hasTitle = true;
            }
            m_bars.append(new ParameterBar(m_caching, spec));
            m_content->addWidget(m_bars.back());
        }
    }
    if (m_curves.isEmpty() && m_bars.isEmpty()) {
        auto* none =
            new QLabel(tr("%1 has no curves, factors or weights. ToCa and DuCa have; the schedule can be painted "
                          "for every policy.")
                           .arg(QString::fromStdString(m_caching.entry().title).section(':', 0, 0)));
        none->setWordWrap(true);
        none->setProperty("muted", true);
        m_content->addWidget(none);
    }
    m_content->addStretch(0);
    refresh();
}

void CurvesPanel::refresh()
{
    for (ParameterBar* bar : m_bars) {
        bar->refresh();
    }
    for (QToolButton* reset : m_resets) {
        reset->setEnabled(m_caching.isChanged(reset->property("parameter").toString().toStdString()));
    }
}

} // namespace toca::ui
