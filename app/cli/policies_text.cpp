// SPDX-License-Identifier: Apache-2.0
#include "app/cli/policies_text.h"

#include "app/cli/console.h"
#include "cache/plan/policy.h"

#include <nlohmann/json.hpp>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

const char* kindName(plan::ParameterKind kind)
{
    switch (kind) {
    case plan::ParameterKind::Boolean:
        return "boolean";
    case plan::ParameterKind::Integer:
        return "integer";
    case plan::ParameterKind::Number:
        return "number";
    case plan::ParameterKind::Choice:
        return "choice";
    case plan::ParameterKind::Text:
        return "text";
    case plan::ParameterKind::File:
        return "file";
    }
    return "";
}

bool isNumeric(const plan::ParameterSpec& spec)
{
    return spec.kind == plan::ParameterKind::Integer || spec.kind == plan::ParameterKind::Number;
}

std::string rangeText(const plan::ParameterSpec& spec)
{
    if (spec.kind == plan::ParameterKind::Boolean)
        return "true, false";
    if (isNumeric(spec))
        return plan::toText(spec.minimum) + " to " + plan::toText(spec.maximum)
            + (spec.unit.empty() ? "" : " " + spec.unit);
    if (spec.kind == plan::ParameterKind::Text)
        return "text";
    if (spec.kind == plan::ParameterKind::File)
        return "path of a file";
    std::string list;
    for (const std::string& choice : spec.choices)
        list += (list.empty() ? "" : ", ") + choice;
    return list;
}

std::string valuesText(const plan::ParameterValues& values)
{
    std::string text;
    for (const auto& [name, value] : values)
        text += (text.empty() ? "" : ", ") + name + "=" + plan::toText(value);
    return text.empty() ? "the defaults" : text;
}

Json toJsonValue(const plan::ParameterValue& value)
{
    return std::visit([](const auto& held) { return Json(held); }, value);
}

Json parameterJson(const plan::ParameterSpec& spec)
{
    Json object{{"name", spec.name}, {"label", spec.label}, {"help", spec.help}, {"group", spec.group},
        {"kind", kindName(spec.kind)}, {"default", toJsonValue(spec.defaultValue)}};
    if (isNumeric(spec)) {
        object["minimum"] = spec.minimum;
        object["maximum"] = spec.maximum;
    }
    if (spec.kind == plan::ParameterKind::Choice)
        object["choices"] = spec.choices;
    object["unit"] = spec.unit;
    object["advanced"] = spec.advanced;
    return object;
}

Json presetJson(const plan::Preset& preset)
{
    Json values = Json::object();
    for (const auto& [name, value] : preset.values)
        values[name] = toJsonValue(value);
    return {{"name", preset.name}, {"label", preset.label}, {"family", preset.family}, {"source", preset.source},
        {"values", values}};
}

/// A '|' would end the table's cell.
std::string cell(std::string text)
{
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.insert(at, 1, '\\');
    return text;
}

} // namespace

std::string policiesText()
{
    std::string text;
    for (const plan::PolicyEntry& policy : plan::policyEntries()) {
        text += (text.empty() ? "" : "\n") + policy.name + "  " + policy.title;
        text += (policy.source.empty() ? "" : " (" + policy.source + ")") + "\n  " + policy.summary + "\n";
        for (const plan::ParameterSpec& spec : policy.parameters)
            text += "  --set " + spec.name + "=" + plan::toText(spec.defaultValue) + "   (" + rangeText(spec) + ")\n"
                + "      " + spec.help + "\n";
        for (const plan::Preset& preset : policy.presets)
            text += "  --preset " + preset.name + ": " + valuesText(preset.values) + "\n      " + preset.source + "\n";
    }
    return text;
}

std::string policiesJson()
{
    Json policies = Json::array();
    for (const plan::PolicyEntry& policy : plan::policyEntries()) {
        Json parameters = Json::array(), presets = Json::array();
        for (const plan::ParameterSpec& spec : policy.parameters)
            parameters.push_back(parameterJson(spec));
        for (const plan::Preset& preset : policy.presets)
            presets.push_back(presetJson(preset));
        policies.push_back({{"name", policy.name}, {"title", policy.title}, {"summary", policy.summary},
            {"source", policy.source}, {"parameters", parameters}, {"presets", presets}});
    }
    return Json{{"policies", policies}}.dump(2) + "\n";
}

std::string policiesMarkdown()
{
    std::string text;
    for (const plan::PolicyEntry& policy : plan::policyEntries()) {
        text += (text.empty() ? "" : "\n") + ("### `" + policy.name + "`\n\n") + policy.title + ". " + policy.summary;
        text += (policy.source.empty() ? "" : " Source: " + policy.source + ".") + "\n";
        if (!policy.parameters.empty()) {
            text += "\n| key | default | values | meaning |\n| --- | --- | --- | --- |\n";
            for (const plan::ParameterSpec& spec : policy.parameters)
                text += "| `" + spec.name + "` | " + plan::toText(spec.defaultValue) + " | " + cell(rangeText(spec))
                    + " | " + cell(spec.help) + " |\n";
        }
        if (!policy.presets.empty()) {
            text += "\n| preset | sets | source |\n| --- | --- | --- |\n";
            for (const plan::Preset& preset : policy.presets)
                text += "| `" + preset.name + "` | " + cell(valuesText(preset.values)) + " | " + cell(preset.source)
                    + " |\n";
        }
    }
    return text;
}

} // namespace toca::app
