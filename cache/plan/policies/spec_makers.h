// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/parameters.h"

#include <string>
#include <utility>
#include <vector>

namespace toca::plan {

// Shorthands for a policy's list of parameters. `advanced` folds a parameter away for newcomers.

inline ParameterSpec numberSpec(std::string name, std::string label, std::string help, std::string group,
    double byDefault, double minimum, double maximum, double stepSize, bool advanced = false)
{
    ParameterSpec spec;
    spec.name = std::move(name);
    spec.label = std::move(label);
    spec.help = std::move(help);
    spec.group = std::move(group);
    spec.kind = ParameterKind::Number;
    spec.defaultValue = byDefault;
    spec.minimum = minimum;
    spec.maximum = maximum;
    spec.stepSize = stepSize;
    spec.advanced = advanced;
    return spec;
}

inline ParameterSpec integerSpec(std::string name, std::string label, std::string help, std::string group,
    std::int64_t byDefault, std::int64_t minimum, std::int64_t maximum, std::string unit, bool advanced = false)
{
    ParameterSpec spec = numberSpec(std::move(name), std::move(label), std::move(help), std::move(group), 0,
        static_cast<double>(minimum), static_cast<double>(maximum), 1, advanced);
    spec.kind = ParameterKind::Integer;
    spec.defaultValue = byDefault;
    spec.unit = std::move(unit);
    return spec;
}

inline ParameterSpec booleanSpec(
    std::string name, std::string label, std::string help, std::string group, bool byDefault, bool advanced = false)
{
    ParameterSpec spec =
        numberSpec(std::move(name), std::move(label), std::move(help), std::move(group), 0, 0, 1, 1, advanced);
    spec.kind = ParameterKind::Boolean;
    spec.defaultValue = byDefault;
    return spec;
}

/// @param choices the first one is the default
inline ParameterSpec choiceSpec(std::string name, std::string label, std::string help, std::string group,
    std::vector<std::string> choices, bool advanced = false)
{
    ParameterSpec spec =
        numberSpec(std::move(name), std::move(label), std::move(help), std::move(group), 0, 0, 1, 1, advanced);
    spec.kind = ParameterKind::Choice;
    spec.defaultValue = choices.front();
    spec.choices = std::move(choices);
    return spec;
}

/// @param kind Text or File; empty by default
inline ParameterSpec textSpec(
    std::string name, std::string label, std::string help, std::string group, ParameterKind kind, bool advanced = false)
{
    ParameterSpec spec =
        numberSpec(std::move(name), std::move(label), std::move(help), std::move(group), 0, 0, 1, 1, advanced);
    spec.kind = kind;
    spec.defaultValue = std::string();
    return spec;
}

/// A value of complete parameters. @pre it is there and of this type
template <class Value>
const Value& valueOf(const ParameterValues& values, const char* name)
{
    return std::get<Value>(values.at(name));
}

} // namespace toca::plan
