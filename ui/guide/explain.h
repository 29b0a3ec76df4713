// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <string>

class QWidget;

namespace toca::plan {
struct ParameterSpec;
}

namespace toca::ui {

/// What a policy's parameter means, its range and default, the formula in which it stands and its source, as rich text.
QString parameterHelp(const plan::ParameterSpec& spec, const std::string& policy);

/// What there is to say about a control: its own what's-this text, or its tool tip, or that of the panel around it.
QString explanationOf(const QWidget* widget);
/// Shows that beside the control that has the keyboard; where there is none to explain, the pointer asks instead.
void explainFocused(QWidget& window);

} // namespace toca::ui
