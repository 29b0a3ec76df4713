// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace toca::plan {
namespace {

constexpr std::size_t kQuotedBytes = 80; // of foreign text in a message

std::string numberText(double number)
{
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
    return {buffer, end};
}

std::string quoted(std::string_view text)
{
    std::string out = "'";
    for (const char c : text.substr(0, kQuotedBytes))
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    return out + (text.size() > kQuotedBytes ? "...'" : "'");
}

constexpr std::size_t kMaxTextBytes = 65536;

bool isPlainText(std::string_view text)
{
    return text.size() <= kMaxTextBytes && std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

std::string expectation(const ParameterSpec& spec)
{
    const std::string unit = spec.unit.empty() ? "" : " " + spec.unit;
    switch (spec.kind) {
    case ParameterKind::Boolean:
        return "true or false";
    case ParameterKind::Integer:
        return "a whole number from " + numberText(spec.minimum) + " to " + numberText(spec.maximum) + unit;
    case ParameterKind::Number:
        return "a number from " + numberText(spec.minimum) + " to " + numberText(spec.maximum) + unit;
    case ParameterKind::Text:
    case ParameterKind::File:
        return "a text of at most " + std::to_string(kMaxTextBytes) + " bytes without control characters";
    case ParameterKind::Choice:
        break;
    }
    std::string list;
    for (const auto& choice : spec.choices)
        list += (list.empty() ? "" : ", ") + choice;
    return "one of " + list;
}

Unexpected refused(const ParameterSpec& spec, std::string_view text)
{
    return unexpected(ErrorCode::InvalidArgument,
        "The parameter " + spec.name + " cannot be " + quoted(text) + "; it must be " + expectation(spec) + ".");
}

bool inRange(const ParameterSpec& spec, double number)
{
    return number >= spec.minimum && number <= spec.maximum; // false for NaN
}

bool isWhole(double number)
{
    return std::isfinite(number) && std::abs(number) < 9e15 && number == std::floor(number);
}

/// The value in the parameter's own kind. 3 is taken for 3.0, and 3.0 for 3, since files and widgets mix them up.
Result<ParameterValue> checkedValue(const ParameterSpec& spec, const ParameterValue& value)
{
    const auto* boolean = std::get_if<bool>(&value);
    const auto* integer = std::get_if<std::int64_t>(&value);
    const auto* number = std::get_if<double>(&value);
    const auto* text = std::get_if<std::string>(&value);
    switch (spec.kind) {
    case ParameterKind::Boolean:
        if (boolean)
            return ParameterValue(*boolean);
        break;
    case ParameterKind::Integer:
        if (integer && inRange(spec, static_cast<double>(*integer)))
            return ParameterValue(*integer);
        if (number && isWhole(*number) && inRange(spec, *number))
            return ParameterValue(static_cast<std::int64_t>(*number));
        break;
    case ParameterKind::Number:
        if (number && inRange(spec, *number))
            return ParameterValue(*number);
        if (integer && inRange(spec, static_cast<double>(*integer)))
            return ParameterValue(static_cast<double>(*integer));
        break;
    case ParameterKind::Choice:
        if (text && std::find(spec.choices.begin(), spec.choices.end(), *text) != spec.choices.end())
            return ParameterValue(*text);
        break;
    case ParameterKind::Text:
    case ParameterKind::File:
        if (text && isPlainText(*text))
            return ParameterValue(*text);
        break;
    }
    return refused(spec, toText(value));
}

} // namespace

std::string toText(const ParameterValue& value)
{
    if (const auto* boolean = std::get_if<bool>(&value))
        return *boolean ? "true" : "false";
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return std::to_string(*integer);
    if (const auto* number = std::get_if<double>(&value))
        return numberText(*number);
    return std::get<std::string>(value);
}

Result<ParameterValue> parseParameter(const ParameterSpec& spec, std::string_view text)
{
    switch (spec.kind) {
    case ParameterKind::Boolean:
        if (text == "true" || text == "on" || text == "yes" || text == "1")
            return ParameterValue(true);
        if (text == "false" || text == "off" || text == "no" || text == "0")
            return ParameterValue(false);
        return refused(spec, text);
    case ParameterKind::Choice:
    case ParameterKind::Text:
    case ParameterKind::File:
        return checkedValue(spec, ParameterValue(std::string(text)));
    case ParameterKind::Integer:
    case ParameterKind::Number:
        break;
    }
    double number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
        return refused(spec, text);
    if (spec.kind == ParameterKind::Integer && !isWhole(number))
        return refused(spec, text);
    return checkedValue(spec, ParameterValue(number));
}

Result<ParameterValues> completed(const std::vector<ParameterSpec>& specs, const ParameterValues& given)
{
    for (const auto& [name, value] : given) {
        if (std::any_of(specs.begin(), specs.end(), [&](const ParameterSpec& spec) { return spec.name == name; }))
            continue;
        std::string known;
        for (const auto& spec : specs)
            known += (known.empty() ? "" : ", ") + spec.name;
        return unexpected(ErrorCode::InvalidArgument,
            "There is no parameter " + quoted(name) + "; "
                + (known.empty() ? "this policy has none." : "known are: " + known + "."));
    }
    ParameterValues values;
    for (const auto& spec : specs) {
        const auto found = given.find(spec.name);
        auto checked = checkedValue(spec, found == given.end() ? spec.defaultValue : found->second);
        if (!checked)
            return unexpected(checked.error());
        values.emplace(spec.name, std::move(*checked));
    }
    return values;
}

} // namespace toca::plan
