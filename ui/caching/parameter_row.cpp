// SPDX-License-Identifier: Apache-2.0
#include "ui/caching/parameter_row.h"

#include "cache/plan/parameter_effect.h"
#include "ui/caching/caching_model.h"
#include "ui/guide/explain.h"
#include "ui/policy_texts.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFileDialog>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QStyle>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace toca::ui {

namespace {

constexpr int kSliderSteps = 100;
constexpr double kLargestSpin = 1e6;

double asDouble(const plan::ParameterValue& value)
{
    if (const auto* number = std::get_if<double>(&value)) {
        return *number;
    }
    const auto* integer = std::get_if<std::int64_t>(&value);
    return integer ? static_cast<double>(*integer) : 0.0;
}

/// Decimals that show the published values, such as -0.005 and 1.495, exactly.
constexpr int kDecimals = 3;

} // namespace

ParameterRow::ParameterRow(const plan::ParameterSpec& spec, CachingModel& model, QGridLayout* grid, int row)
    : QObject(grid->parentWidget())
    , m_spec(spec)
    , m_model(model)
    , m_label(new QLabel(policyText(spec.label)))
    , m_reset(new QToolButton)
{
    const QString label = policyText(spec.label);
    const QString help = policyText(spec.help);
    QWidget* editor = makeEditor();
    editor->setObjectName(QString::fromStdString(spec.name));
    editor->setAccessibleName(label);
    editor->setAccessibleDescription(help);
    const QString tip =
        QStringLiteral("<b>%1</b> <span>(%2)</span><p>%3</p><p><i>%4</i></p>")
            .arg(label.toHtmlEscaped(), QString::fromStdString(spec.name).toHtmlEscaped(), help.toHtmlEscaped(),
                tr("Default %1. Double-click the label to reset.")
                    .arg(QString::fromStdString(plan::toText(spec.defaultValue)).toHtmlEscaped()));
    m_editor = editor;
    editor->setWhatsThis(parameterHelp(spec, model.entry().name));
    m_label->setWhatsThis(editor->whatsThis());
    m_tip = tip;
    m_label->setProperty("muted", true);
    m_label->setWordWrap(true);
    m_label->setBuddy(editor->focusProxy() ? editor->focusProxy() : editor);
    m_label->installEventFilter(this);
    m_reset->setObjectName(QString::fromStdString(spec.name) + "_reset");
    m_reset->setIcon(icon("reset"));
    m_reset->setIconSize({13, 13});
    m_reset->setToolTip(tr("Back to the preset's value"));
    m_reset->setAccessibleName(tr("Reset %1").arg(label));
    QSizePolicy keepsRoom = m_reset->sizePolicy();
    keepsRoom.setRetainSizeWhenHidden(true); // rows must not move when a value changes
    m_reset->setSizePolicy(keepsRoom);
    connect(m_reset, &QToolButton::clicked, this, [this] { m_model.resetValue(m_spec.name); });
    grid->addWidget(m_label, row, 0);
    grid->addWidget(editor, row, 1);
    grid->addWidget(m_reset, row, 2);
    refresh();
}

QWidget* ParameterRow::makeEditor()
{
    switch (m_spec.kind) {
    case plan::ParameterKind::Boolean:
        return makeBooleanEditor();
    case plan::ParameterKind::Integer:
        return makeIntegerEditor();
    case plan::ParameterKind::Choice:
        return makeChoiceEditor();
    case plan::ParameterKind::Text:
        return makeTextEditor();
    case plan::ParameterKind::File:
        return makeFileEditor();
    case plan::ParameterKind::Number:
        break;
    }
    return makeNumberEditor();
}

QWidget* ParameterRow::makeNumberEditor()
{
    auto* spin = new QDoubleSpinBox;
    spin->setDecimals(kDecimals);
    spin->setRange(std::max(m_spec.minimum, -kLargestSpin), std::min(m_spec.maximum, kLargestSpin));
    spin->setSingleStep(m_spec.stepSize);
    spin->setKeyboardTracking(false);
    if (!m_spec.unit.empty()) {
        spin->setSuffix(" " + policyText(m_spec.unit));
    }
    connect(spin, &QDoubleSpinBox::valueChanged, this, [this](double value) { m_model.setValue(m_spec.name, value); });
    const bool hasSlider = !m_spec.advanced && m_spec.maximum - m_spec.minimum <= 1.0;
    if (!hasSlider) {
        m_show = [spin](const plan::ParameterValue& value) {
            const QSignalBlocker blocker(spin);
            spin->setValue(asDouble(value));
        };
        return spin;
    }
    auto* both = new QWidget;
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setRange(0, kSliderSteps);
    slider->setAccessibleName(policyText(m_spec.label));
    auto* layout = new QHBoxLayout(both);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addWidget(slider, 1);
    layout->addWidget(spin);
    both->setFocusProxy(spin);
    spin->setAccessibleName(policyText(m_spec.label));
    spin->setAccessibleDescription(policyText(m_spec.help));
    const double span = m_spec.maximum - m_spec.minimum;
    connect(slider, &QSlider::valueChanged, this,
        [this, span](int position) { m_model.setValue(m_spec.name, m_spec.minimum + span * position / kSliderSteps); });
    m_show = [this, spin, slider, span](const plan::ParameterValue& value) {
        const QSignalBlocker blockers[]{QSignalBlocker(spin), QSignalBlocker(slider)};
        spin->setValue(asDouble(value));
        slider->setValue(static_cast<int>(std::lround((asDouble(value) - m_spec.minimum) / span * kSliderSteps)));
    };
    return both;
}

QWidget* ParameterRow::makeIntegerEditor()
{
    auto* spin = new QSpinBox;
    spin->setRange(static_cast<int>(std::max(m_spec.minimum, -kLargestSpin)),
        static_cast<int>(std::min(m_spec.maximum, kLargestSpin)));
    spin->setSingleStep(std::max(1, static_cast<int>(m_spec.stepSize)));
    spin->setKeyboardTracking(false);
    if (!m_spec.unit.empty()) {
        spin->setSuffix(" " + policyText(m_spec.unit));
    }
    connect(spin, &QSpinBox::valueChanged, this,
        [this](int value) { m_model.setValue(m_spec.name, static_cast<std::int64_t>(value)); });
    m_show = [spin](const plan::ParameterValue& value) {
        const QSignalBlocker blocker(spin);
        spin->setValue(static_cast<int>(asDouble(value)));
    };
    return spin;
}

QWidget* ParameterRow::makeChoiceEditor()
{
    auto* combo = new QComboBox;
    for (const std::string& choice : m_spec.choices) {
        combo->addItem(QString::fromStdString(choice));
    }
    connect(combo, &QComboBox::activated, this,
        [this, combo] { m_model.setValue(m_spec.name, combo->currentText().toStdString()); });
    m_show = [combo](const plan::ParameterValue& value) {
        if (const auto* text = std::get_if<std::string>(&value)) {
            combo->setCurrentText(QString::fromStdString(*text));
        }
    };
    return combo;
}

QLineEdit* ParameterRow::makeTextEditor()
{
    auto* line = new QLineEdit;
    connect(line, &QLineEdit::editingFinished, this,
        [this, line] { m_model.setValue(m_spec.name, line->text().toStdString()); });
    m_show = [line](const plan::ParameterValue& value) {
        if (const auto* text = std::get_if<std::string>(&value)) {
            line->setText(QString::fromStdString(*text));
        }
    };
    return line;
}

QWidget* ParameterRow::makeFileEditor()
{
    QLineEdit* line = makeTextEditor();
    line->setPlaceholderText(tr("the model's own"));
    auto* both = new QWidget;
    auto* choose = new QToolButton;
    choose->setIcon(icon("folder"));
    choose->setToolTip(tr("Choose a file"));
    choose->setAccessibleName(tr("Choose a file for %1").arg(policyText(m_spec.label)));
    auto* layout = new QHBoxLayout(both);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kHalfSpace);
    layout->addWidget(line, 1);
    layout->addWidget(choose);
    both->setFocusProxy(line);
    connect(choose, &QToolButton::clicked, this, [this, both, line] {
        const QString path = QFileDialog::getOpenFileName(both, policyText(m_spec.label), line->text());
        if (!path.isEmpty()) {
            m_model.setValue(m_spec.name, path.toStdString());
        }
    });
    return both;
}

QWidget* ParameterRow::makeBooleanEditor()
{
    auto* box = new QCheckBox;
    connect(box, &QCheckBox::toggled, this, [this](bool on) { m_model.setValue(m_spec.name, on); });
    m_show = [box](const plan::ParameterValue& value) {
        const QSignalBlocker blocker(box);
        const auto* on = std::get_if<bool>(&value);
        box->setChecked(on && *on);
    };
    return box;
}

void ParameterRow::refresh()
{
    m_show(m_model.value(m_spec.name));
    const bool changed = m_model.isChanged(m_spec.name);
    m_reset->setVisible(changed);
    if (m_label->property("changed").toBool() != changed) {
        m_label->setProperty("muted", !changed);
        m_label->setProperty("changed", changed);
        m_label->style()->unpolish(m_label);
        m_label->style()->polish(m_label);
    }
    // Not by colour alone.
    m_label->setText(policyText(m_spec.label) + (changed ? QStringLiteral(" •") : QString()));

    plan::ParameterValues values;
    for (const plan::ParameterSpec& spec : m_model.entry().parameters) {
        values.insert_or_assign(spec.name, m_model.value(spec.name));
    }
    const QString reason = QString::fromStdString(plan::withoutEffect(m_spec.name, values));
    m_editor->setEnabled(reason.isEmpty());
    m_label->setEnabled(reason.isEmpty());
    const QString tip = reason.isEmpty() ? m_tip : QStringLiteral("<p>%1</p>").arg(reason.toHtmlEscaped()) + m_tip;
    m_editor->setToolTip(tip);
    m_label->setToolTip(tip);
}

bool ParameterRow::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_label && event->type() == QEvent::MouseButtonDblClick) {
        m_model.resetValue(m_spec.name);
        return true;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace toca::ui
