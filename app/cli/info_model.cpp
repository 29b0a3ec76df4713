// SPDX-License-Identifier: Apache-2.0
#include "app/cli/info_model.h"

#include "app/cli/console.h"

#include <nlohmann/json.hpp>

namespace toca::app {
namespace {

constexpr std::int64_t kBytesPerParameter = 4; // weights are computed in float32

std::string countText(std::int64_t count)
{
    return fixedText(static_cast<double>(count) / 1e6, 3) + " M";
}

/// Video models have a spatial and a temporal block in each layer of their config.
std::int64_t layersOf(const ModelInfo& model)
{
    return model.shape.family == "stdit3" ? 2 * model.shape.depth : model.shape.depth;
}

} // namespace

std::string modelText(const ModelInfo& model)
{
    std::string text = oneLine(model.name, 200) + " (" + model.family + ")\n";
    if (!model.notice.empty())
        text += oneLine(model.notice) + "\n";
    TextTable parts("llrrl");
    parts.addRow({"part", "type", "parameters", "on disk", "dtype"});
    for (const ModelPart& part : model.parts)
        parts.addRow(
            {part.name, part.type, countText(part.parameters), bytesText(static_cast<double>(part.bytes)), part.dtype});
    parts.addRow({"all", "", countText(model.parameters()), bytesText(static_cast<double>(model.bytes())), ""});
    text += "\n" + parts.text() + "\n";
    TextTable facts("ll");
    facts.addRow({"memory for weights", bytesText(static_cast<double>(model.parameters() * kBytesPerParameter))});
    facts.addRow({"transformer",
        std::to_string(layersOf(model)) + " layers, width " + std::to_string(model.shape.hiddenSize) + ", "
            + std::to_string(model.shape.heads) + " heads, " + std::to_string(model.shape.inChannels)
            + " latent channels"
            + (model.takesPrompt ? ", at most " + std::to_string(model.shape.maxTextTokens) + " text tokens" : "")});
    if (!model.classNames.empty())
        facts.addRow({"classes", std::to_string(model.classNames.size())});
    facts.addRow({"defaults",
        std::to_string(model.frames) + " frames, " + std::to_string(model.width) + "x" + std::to_string(model.height)
            + ", " + fixedText(model.fps, 2) + " fps, " + std::to_string(model.steps) + " steps, guidance "
            + fixedText(model.guidanceScale, 2)});
    facts.addRow({"sizes", "multiples of " + std::to_string(model.sizeMultiple) + " pixels"});
    facts.addRow({"condition", model.takesCondition ? "first frame or clip" : "none"});
    facts.addRow(
        {"vocabulary", model.vocabulary.empty() ? "open" : std::to_string(model.vocabulary.size()) + " words"});
    text += facts.text();
    if (!model.examplePrompts.empty()) {
        text += "\nexample prompts\n";
        for (const std::string& prompt : model.examplePrompts)
            text += "  " + oneLine(prompt, 500) + "\n";
    }
    return text;
}

std::string modelJson(const ModelInfo& model)
{
    using Json = nlohmann::ordered_json;
    Json parts = Json::array();
    for (const ModelPart& part : model.parts)
        parts.push_back({{"name", part.name}, {"type", part.type}, {"parameters", part.parameters},
            {"bytes", part.bytes}, {"dtype", part.dtype}});
    Json object;
    object["kind"] = "model";
    object["name"] = model.name;
    object["family"] = model.family;
    object["path"] = model.path.empty() ? Json(nullptr) : Json(model.path);
    object["parameters"] = model.parameters();
    object["bytes"] = model.bytes();
    object["weights_memory_bytes"] = model.parameters() * kBytesPerParameter;
    object["parts"] = parts;
    object["transformer"] = {{"layers", layersOf(model)}, {"hidden_size", model.shape.hiddenSize},
        {"heads", model.shape.heads}, {"in_channels", model.shape.inChannels},
        {"max_text_tokens", model.shape.maxTextTokens}};
    object["defaults"] = {{"steps", model.steps}, {"guidance", model.guidanceScale}, {"frames", model.frames},
        {"width", model.width}, {"height", model.height}, {"fps", model.fps}};
    object["size_multiple"] = model.sizeMultiple;
    object["takes_prompt"] = model.takesPrompt;
    object["classes"] = model.classNames.size();
    object["samplers"] = model.samplers;
    object["takes_condition"] = model.takesCondition;
    object["takes_negative_prompt"] = model.takesNegativePrompt;
    object["example_prompts"] = model.examplePrompts;
    object["vocabulary"] = model.vocabulary;
    object["notice"] = model.notice;
    return object.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace toca::app
