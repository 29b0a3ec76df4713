// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/setting_file.h"

#include "cache/plan/policy.h"
#include "core/base/atomic_file.h"
#include "core/base/printable.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace toca::plan {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "toca-settings";
constexpr int kVersion = 1;
constexpr std::size_t kMostBytes = 8u << 20;
constexpr std::size_t kMostSettings = 1000;
constexpr std::uint64_t kMostCacheBytes = std::uint64_t{1} << 60;

/// The text under a key; "" where it is missing. @return false when it is no text or too long
bool readText(const Json& object, const char* key, std::size_t limit, std::string& text)
{
    const auto found = object.find(key);
    if (found == object.end())
        return true;
    if (!found->is_string())
        return false;
    text = found->get<std::string>();
    return text.size() <= limit;
}

Result<ParameterValue> valueOf(const ParameterSpec& spec, const Json& json)
{
    if (json.is_boolean())
        return parseParameter(spec, json.get<bool>() ? "true" : "false");
    if (json.is_number_integer())
        return parseParameter(spec, toText(ParameterValue(json.get<std::int64_t>())));
    if (json.is_number())
        return parseParameter(spec, toText(ParameterValue(json.get<double>())));
    if (json.is_string())
        return parseParameter(spec, json.get<std::string>());
    return unexpected(ErrorCode::BadFormat, "its value for " + spec.name + " is no text, number or truth value");
}

Result<NamedSetting> settingOf(const Json& json)
{
    const auto wrong = [](std::string problem) { return unexpected(ErrorCode::BadFormat, std::move(problem)); };
    NamedSetting setting;
    if (!json.is_object())
        return wrong("it is no object");
    if (!readText(json, "name", NamedSetting::kMostNameBytes, setting.name) || setting.name.empty()
        || hasControlCharacters(setting.name))
        return wrong("its name is not one line of 1 to " + std::to_string(NamedSetting::kMostNameBytes) + " bytes");
    if (!readText(json, "note", NamedSetting::kMostNoteBytes, setting.note))
        return wrong("its note is no text of at most " + std::to_string(NamedSetting::kMostNoteBytes) + " bytes");
    if (!readText(json, "policy", 80, setting.policy) || !readText(json, "preset", 80, setting.preset))
        return wrong("policy or preset is no short text");
    const PolicyEntry* policy = findPolicy(setting.policy);
    if (!policy)
        return wrong("this version knows no policy " + printable(setting.policy));
    const auto isNamed = [&](const auto& each) { return each.name == setting.preset; };
    if (!setting.preset.empty() && std::none_of(policy->presets.begin(), policy->presets.end(), isNamed))
        return wrong("the policy " + policy->name + " has no preset " + printable(setting.preset));
    std::string storage = toText(setting.storage);
    if (!readText(json, "cache_dtype", 200, storage))
        return wrong("'cache_dtype' is no short text");
    if (auto read = cacheStorageFromText(storage))
        setting.storage = *read;
    else
        return wrong(read.error().message);
    if (const auto budget = json.find("cache_budget"); budget != json.end()) {
        if (!budget->is_number_unsigned() || budget->get<std::uint64_t>() > kMostCacheBytes)
            return wrong("'cache_budget' is no number of bytes");
        setting.budget = budget->get<std::int64_t>();
    }
    const auto values = json.find("values");
    if (values == json.end())
        return setting;
    if (!values->is_object())
        return wrong("'values' is no object");
    for (const auto& [name, value] : values->items()) {
        const auto spec = std::find_if(
            policy->parameters.begin(), policy->parameters.end(), [&](const auto& each) { return each.name == name; });
        if (spec == policy->parameters.end())
            return wrong("the policy " + policy->name + " has no parameter " + printable(name));
        auto read = valueOf(*spec, value);
        if (!read)
            return wrong(read.error().message);
        setting.values.insert_or_assign(name, std::move(*read));
    }
    // What single values cannot tell, such as a table that ends too early.
    if (auto made = makePolicy(setting.policy, setting.values, setting.preset);
        !made && made.error().code == ErrorCode::InvalidArgument)
        return wrong(made.error().message);
    return setting;
}

} // namespace

std::string namedSettingsJson(const std::vector<NamedSetting>& settings)
{
    Json json;
    json["format"] = kFormat;
    json["version"] = kVersion;
    json["settings"] = Json::array();
    for (const NamedSetting& setting : settings) {
        Json object;
        object["name"] = setting.name;
        if (!setting.note.empty())
            object["note"] = setting.note;
        object["policy"] = setting.policy;
        if (!setting.preset.empty())
            object["preset"] = setting.preset;
        object["values"] = Json::object();
        for (const auto& [name, value] : setting.values)
            object["values"][name] = std::visit([](const auto& held) { return Json(held); }, value);
        if (!setting.storage.isDefault())
            object["cache_dtype"] = toText(setting.storage);
        if (setting.budget > 0)
            object["cache_budget"] = setting.budget;
        json["settings"].push_back(std::move(object));
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<std::vector<NamedSetting>> namedSettingsFromJson(std::string_view text, const std::string& fileName)
{
    const auto refused = [&](const std::string& problem) {
        return unexpected(ErrorCode::BadFormat,
            quotedPath(fileName) + " holds no caching settings of this program: " + problem + ".");
    };
    if (text.size() > kMostBytes)
        return refused("it is larger than 8 MiB");
    const Json json = Json::parse(
        text.begin(), text.end(), [](int depth, Json::parse_event_t, Json&) { return depth <= 6; }, false);
    if (!json.is_object())
        return refused("it is no JSON object");
    if (json.value("format", Json()) != kFormat)
        return refused("'format' is not " + std::string(kFormat));
    if (json.value("version", Json()) != kVersion)
        return refused("'version' is not " + std::to_string(kVersion));
    const auto list = json.find("settings");
    if (list == json.end() || !list->is_array() || list->size() > kMostSettings)
        return refused("'settings' is no list of at most " + std::to_string(kMostSettings));
    std::vector<NamedSetting> settings;
    std::set<std::string> names;
    for (std::size_t i = 0; i < list->size(); ++i) {
        auto setting = settingOf((*list)[i]);
        if (!setting)
            return refused("setting " + std::to_string(i + 1) + ": " + setting.error().message);
        if (!names.insert(setting->name).second)
            return refused("two settings are called " + printable(setting->name));
        settings.push_back(std::move(*setting));
    }
    return settings;
}

Result<void> writeNamedSettings(const std::filesystem::path& path, const std::vector<NamedSetting>& settings)
{
    return writeFileAtomically(path, namedSettingsJson(settings));
}

Result<std::vector<NamedSetting>> readNamedSettings(const std::filesystem::path& path)
{
    const auto text = readFile(path, kMostBytes);
    if (!text)
        return unexpected(text.error());
    return namedSettingsFromJson(*text, path.string());
}

} // namespace toca::plan
