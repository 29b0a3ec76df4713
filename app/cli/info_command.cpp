// SPDX-License-Identifier: Apache-2.0
#include "app/cli/clip_files.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/file_kind.h"
#include "app/cli/info_model.h"
#include "app/cli/info_trace.h"
#include "app/cli/run_input.h"
#include "core/engine/make_engine.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>

namespace toca::app {

namespace fs = std::filesystem;

namespace {

/// Whether a name is one that weights have; what a file really is, its content says.
bool isNamedAsWeights(const fs::path& path)
{
    static constexpr std::array<std::string_view, 5> kEndings{".safetensors", ".bin", ".pt", ".pth", ".ckpt"};
    const std::string ending = path.extension().string();
    return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

/// Whether a folder, or one directly in it, looks as if it held a model rather than pictures.
bool looksLikeModel(const fs::path& folder)
{
    std::error_code error;
    if (fs::exists(folder / "pipeline.json", error))
        return true;
    int seen = 0;
    for (fs::recursive_directory_iterator item(folder, fs::directory_options::skip_permission_denied, error), end;
         !error && item != end && ++seen < 10'000; item.increment(error)) {
        if (item.depth() > 1)
            item.disable_recursion_pending();
        if (isNamedAsWeights(item->path()))
            return true;
    }
    return false;
}

Result<std::string> modelAnswer(const fs::path& path, bool isJson)
{
    const auto model = makeEngine()->describe(path.string());
    if (!model)
        return unexpected(model.error());
    return isJson ? modelJson(*model) + "\n" : modelText(*model);
}

Result<std::string> describe(const fs::path& named, bool isJson)
{
    std::error_code error;
    const fs::path path = fs::exists(named, error) ? named : fs::path(modelFolderOf(named.string()));
    const fs::file_status status = fs::status(path, error);
    if (isStoredRun(path))
        return storedRunInfo(path, isJson);
    if (fs::is_directory(status) && looksLikeModel(path))
        return modelAnswer(path, isJson);
    if (fs::is_regular_file(status) && isSafetensors(path)) {
        const auto trace = plan::readTrace(path);
        if (trace)
            return isJson ? traceJson(*trace) + "\n" : traceText(*trace);
        // Weights have the same format; where they are no model either, the trace's complaint is the better one.
        auto model = modelAnswer(path, isJson);
        return model ? std::move(model) : unexpected(trace.error());
    }
    if (fs::is_regular_file(status) && isNamedAsWeights(path))
        return modelAnswer(path, isJson);
    auto clip = clipInfo(path, isJson);
    // Pictures and clips that cannot be read say why; anything else is none of what this command tells of.
    if (!clip && clip.error().code == ErrorCode::Unsupported && fs::is_regular_file(status))
        return unexpected(ErrorCode::BadFormat,
            "'" + path.string() + "' is " + fileKind(path)
                + "; expected was a model folder, a clip or picture (PNG, JPEG, WebP, BMP, GIF, MP4, MOV, WebM, MKV), "
                  "a "
                  "trace, a bundle or a folder of a run.");
    return clip;
}

} // namespace

void addInfoCommand(CLI::App& program, Action& action)
{
    struct Options {
        std::string path;
        bool isJson = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("info", "Tell what a model folder, a clip, a trace or a bundle holds");
    command->add_option("FILE", options->path, "Model folder, clip, picture, trace, bundle or run folder")
        ->required()
        ->type_name("");
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
