// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/info_model.h"
#include "core/engine/make_engine.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t layersOf(const plan::ModelShape& shape)
{
    return plan::geometryOf(shape, {}, 0, 1, 1).layerCount();
}

std::string geometriesText()
{
    TextTable table("lrrrrr");
    table.addRow({"geometry", "layers", "width", "heads", "latent channels", "text tokens"});
    for (const std::string& name : plan::publishedShapeNames())
        if (const auto shape = plan::publishedShape(name))
            table.addRow({name, std::to_string(layersOf(*shape)), std::to_string(shape->hiddenSize),
                std::to_string(shape->heads), std::to_string(shape->inChannels), std::to_string(shape->maxTextTokens)});
    return table.text();
}

Json geometriesJson()
{
    Json geometries = Json::array();
    for (const std::string& name : plan::publishedShapeNames())
        if (const auto shape = plan::publishedShape(name))
            geometries.push_back({{"name", name}, {"family", shape->family}, {"layers", layersOf(*shape)},
                {"hidden_size", shape->hiddenSize}, {"heads", shape->heads}, {"in_channels", shape->inChannels},
                {"max_text_tokens", shape->maxTextTokens}});
    return geometries;
}

int listModels(bool isJson)
{
    const auto engine = makeEngine();
    std::vector<ModelInfo> models;
    std::vector<std::string> names = embeddedModelNames();
    names.erase(names.begin(), names.begin() + (names.empty() ? 0 : 1)); // the default is ""
    names.insert(names.begin(), "");
    int exitCode = kExitDone;
    for (const std::string& name : names) {
        auto model = engine->describe(name);
        if (model)
            models.push_back(*std::move(model));
        else
            exitCode = fail(model.error()); // the others are listed all the same
    }
    if (isJson) {
        Json all = Json::array();
        for (const ModelInfo& model : models)
            all.push_back(Json::parse(modelJson(model)));
        const bool hasDefault = !models.empty() && models.front().path.empty();
        const Json first = hasDefault ? all.front() : Json(nullptr);
        std::cout << Json{{"embedded", first}, {"embedded_models", all}, {"geometries", geometriesJson()}}.dump(2)
                  << "\n";
        return exitCode;
    }
    for (const ModelInfo& model : models)
        std::cout << (model.path.empty() ? "embedded model, the default\n\n"
                                         : "embedded model, --model " + model.path + "\n\n")
                  << modelText(model) << "\n";
    std::cout << "published models that `toca plan --geometry` knows without weights\n\n" << geometriesText();
    return exitCode;
}

} // namespace

void addModelsCommand(CLI::App& program, Action& action)
{
    auto isJson = std::make_shared<bool>(false);
    CLI::App* command = program.add_subcommand("models", "List the embedded models and the published geometries");
    command->add_flag("--json", *isJson, "Print JSON");
    command->callback([&action, isJson] { action = [isJson] { return listModels(*isJson); }; });
}

} // namespace toca::app
