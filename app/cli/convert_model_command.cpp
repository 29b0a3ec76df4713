// SPDX-License-Identifier: Apache-2.0
#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/exit_codes.h"
#include "core/engine/make_engine.h"
#include "core/training/convert_model.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace toca::app {
namespace {

struct ConvertModelOptions {
    std::string from;
    std::string to;
    std::string dtype = "float16";
};

int convertModel(const ConvertModelOptions& options)
{
    if (auto done = training::convertModel(modelFolderOf(options.from), options.to, options.dtype); !done)
        return fail(done.error());
    std::cout << oneLine(options.to) << " holds the model with weights in " << options.dtype << ".\n";
    return kExitDone;
}

} // namespace

void addConvertModelCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<ConvertModelOptions>();
    CLI::App* command =
        program.add_subcommand("convert-model", "Copy a model folder with its weights in another number format");
    command->add_option("MODEL", options->from, "Model folder, or name of an embedded model")->required();
    command->add_option("OUT", options->to, "The new folder")->required();
    command->add_option("--dtype", options->dtype, "float16 (default), bfloat16 or float32");
    command->callback([&action, options] { action = [options] { return convertModel(*options); }; });
}

} // namespace toca::app
