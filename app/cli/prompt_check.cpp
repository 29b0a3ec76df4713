// SPDX-License-Identifier: Apache-2.0
#include "app/cli/prompt_check.h"

#include <algorithm>

namespace toca::app {

using Json = nlohmann::ordered_json;

Json measurementJson(const world::Measurement& seen)
{
    Json json{{"backdrop", world::nameOf(seen.backdrop)}, {"object_count", seen.objectCount}};
    json["relation"] = seen.relation ? Json(world::nameOf(*seen.relation)) : Json(nullptr);
    json["objects"] = Json::array();
    for (const world::MeasuredObject& object : seen.objects)
        json["objects"].push_back({{"colour", world::nameOf(object.colour)}, {"shape", world::nameOf(object.shape)},
            {"shape_overlap", object.shapeOverlap}, {"size", world::nameOf(object.size)}, {"radius", object.radius},
            {"motion", world::nameOf(object.motion)}, {"found_share", object.foundShare}});
    return json;
}

Json verdictJson(const world::Verdict& verdict)
{
    Json json = Json::object();
    const auto attributes = world::attributesOf(verdict);
    for (std::size_t i = 0; i < attributes.size(); ++i)
        json[world::kAttributeNames[i]] = attributes[i] ? Json(*attributes[i]) : Json(nullptr);
    return json;
}

Json promptCheckJson(const std::string& prompt, const Clip& clip)
{
    const auto asked = world::parseCaption(prompt);
    if (!asked || clip.isEmpty() || std::min(clip.frames.front().width, clip.frames.front().height) < 8)
        return nullptr;
    const auto seen = world::Checker(clip.frames.front().width, clip.frames.front().height).measure(clip);
    if (!seen)
        return nullptr;
    const world::Verdict verdict = world::judge(*asked, *seen);
    int right = 0, judged = 0;
    for (const auto& attribute : world::attributesOf(verdict)) {
        judged += attribute.has_value();
        right += attribute.value_or(false);
    }
    return {{"follows_prompt", verdict.isFollowed()}, {"right", right}, {"asked", judged},
        {"attributes", verdictJson(verdict)}, {"seen", measurementJson(*seen)}};
}

std::string promptCheckText(const Json& check)
{
    if (check.is_null())
        return {};
    if (check.at("follows_prompt").get<bool>())
        return "the clip does what the prompt says: all of " + std::to_string(check.at("asked").get<int>())
            + " attributes\n";
    std::string wrong;
    for (const auto& [name, isRight] : check.at("attributes").items())
        if (isRight == false)
            wrong += (wrong.empty() ? "" : ", ") + name;
    return "the clip does not do all that the prompt says: " + std::to_string(check.at("right").get<int>()) + " of "
        + std::to_string(check.at("asked").get<int>()) + " attributes, wrong: " + wrong + "\n";
}

std::string withPromptCheck(const std::string& report, const Json& check)
{
    Json object = Json::parse(report, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object())
        return report;
    object["prompt_check"] = check;
    return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace toca::app
