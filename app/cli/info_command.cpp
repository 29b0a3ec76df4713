// SPDX-License-Identifier: Apache-2.0
#include "app/cli/clip_files.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/info_model.h"
#include "app/cli/info_trace.h"
#include "core/engine/make_engine.h"

#include <CLI/CLI.hpp>

#include <array>
#include <fstream>
#include <iostream>

namespace toca::app {

namespace fs = std::filesystem;

namespace {

/// A safetensors file begins with the length of its JSON header and an opening brace.
bool isSafetensors(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::array<char, 9> start{};
    return file.read(start.data(), start.size()) && start[8] == '{' && start[6] == 0 && start[7] == 0;
}

Result<std::string> describe(const fs::path& path, bool isJson)
{
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status) && fs::exists(path / "pipeline.json", error)) {
        const auto model = makeEngine()->describe(path.string());
        if (!model)
            return unexpected(model.error());
        return isJson ? modelJson(*model) + "\n" : modelText(*model);
    }
    if (fs::is_regular_file(status) && isSafetensors(path)) {
        const auto trace = plan::readTrace(path);
        if (!trace)
            return unexpected(trace.error());
        return isJson ? traceJson(*trace) + "\n" : traceText(*trace);
    }
    return clipInfo(path, isJson);
}

} // namespace

void addInfoCommand(CLI::App& program, Action& action)
{
    struct Options {
        std::string path;
        bool isJson = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("info", "Tell what a model folder, a clip or a trace holds");
    command->add_option("FILE", options->path, "Model folder, clip, picture or trace")->required()->type_name("");
    command->add_flag("--json", options->isJson, "Print JSON");
    command->callback([&action, options] {
        action = [options] {
            const auto text = describe(options->path, options->isJson);
            if (!text)
                return fail(text.error());
            std::cout << *text;
            return kExitDone;
        };
    });
}

} // namespace toca::app
