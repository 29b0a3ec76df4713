// SPDX-License-Identifier: Apache-2.0
#include "ui/guide/explain.h"

#include "cache/plan/parameter_notes.h"
#include "cache/plan/parameters.h"
#include "ui/policy_texts.h"

#include <QApplication>
#include <QCoreApplication>
#include <QWhatsThis>
#include <QWidget>

#include <cmath>

namespace toca::ui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("Explain", text);
}

QString escaped(const std::string& text)
{
    return QString::fromStdString(text).toHtmlEscaped();
}

QString rangeOf(const plan::ParameterSpec& spec)
{
    const QString unit = spec.unit.empty() ? QString() : ' ' + policyText(spec.unit).toHtmlEscaped();
    switch (spec.kind) {
    case plan::ParameterKind::Number:
    case plan::ParameterKind::Integer:
        return tr("%1 to %2").arg(spec.minimum).arg(spec.maximum) + unit;
    case plan::ParameterKind::Choice: {
        QStringList choices;
        for (const std::string& choice : spec.choices) {
            choices += escaped(choice);
        }
        return choices.join(", ");
    }
    case plan::ParameterKind::Boolean:
    case plan::ParameterKind::Text:
    case plan::ParameterKind::File:
        break;
    }
    return {};
}

} // namespace

QString parameterHelp(const plan::ParameterSpec& spec, const std::string& policy)
{
    QString text =
        QStringLiteral("<p><b>%1</b> (%2)</p><p>%3</p>")
            .arg(policyText(spec.label).toHtmlEscaped(), escaped(spec.name), policyText(spec.help).toHtmlEscaped());
    const plan::ParameterNote note = plan::parameterNote(policy, spec.name);
    if (!note.formula.empty()) {
        text += QStringLiteral("<p><code>%1</code></p>").arg(escaped(note.formula));
    }
    QStringList facts;
    if (const QString range = rangeOf(spec); !range.isEmpty()) {
        facts += tr("Range: %1.").arg(range);
    }
    if (const std::string value = plan::toText(spec.defaultValue); !value.empty()) {
        facts += tr("Default: %1.").arg(escaped(value));
    }
    if (!note.source.empty()) {
        facts += tr("Source: %1.").arg(escaped(note.source));
    }
    return facts.isEmpty() ? text : text + QStringLiteral("<p>%1</p>").arg(facts.join(' '));
}

QString explanationOf(const QWidget* widget)
{
    for (const QWidget* at = widget; at; at = at->isWindow() ? nullptr : at->parentWidget()) {
        if (!at->whatsThis().isEmpty()) {
            return at->whatsThis();
        }
        if (!at->toolTip().isEmpty()) {
            return at->toolTip();
        }
    }
    return {};
}

void explainFocused(QWidget& window)
{
    QWidget* focused = QApplication::focusWidget();
    const QString text = focused && window.isAncestorOf(focused) ? explanationOf(focused) : QString();
    if (text.isEmpty()) {
        QWhatsThis::enterWhatsThisMode();
        return;
    }
    QWhatsThis::showText(focused->mapToGlobal(QPoint(0, focused->height())), text, focused);
}

} // namespace toca::ui
