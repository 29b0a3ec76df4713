// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model_notes.h"

#include "core/checkpoint/json_config.h"

namespace toca::engine {

namespace fs = std::filesystem;
using checkpoint::ConfigReader;

void ModelNotes::applyTo(ModelInfo& info) const
{
    info.examplePrompts = examples;
    info.vocabulary = vocabulary;
    info.notice = notice;
    info.steps = steps.value_or(info.steps);
    info.guidanceScale = guidanceScale.value_or(info.guidanceScale);
}

Result<ModelNotes> readModelNotes(const fs::path& model)
{
    ModelNotes notes;
    std::error_code error;
    const fs::path file = (fs::is_directory(model, error) ? model : model.parent_path()) / "prompts.json";
    if (!fs::exists(file, error))
        return notes;
    auto opened = ConfigReader::open(file);
    if (!opened)
        return unexpected(opened.error());
    notes.examples = opened->stringList("examples", std::vector<std::string>{}, 0, 1024);
    notes.vocabulary = opened->stringList("vocabulary", std::vector<std::string>{}, 0, 1 << 16);
    notes.notice = opened->string("notice", "");
    if (opened->has("steps"))
        notes.steps = static_cast<int>(opened->integer("steps", 0, 1, 1000));
    if (opened->has("guidance_scale"))
        notes.guidanceScale = opened->number("guidance_scale", 1, 0, 100);
    if (auto done = opened->finish(); !done)
        return unexpected(done.error());
    return notes;
}

} // namespace toca::engine
