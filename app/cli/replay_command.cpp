// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "app/cli/progress.h"
#include "app/cli/run_input.h"
#include "cache/plan/trace_compare.h"
#include "core/engine/make_engine.h"
#include "core/library/run_bundle.h"
#include "core/library/run_library.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace toca::app {
namespace {

struct ReplayOptions {
    std::string path;
    bool isQuiet = false;
};

int replay(const ReplayOptions& options)
{
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto stored = readStoredRun(options.path);
    if (!stored)
        return fail(stored.error());
    const auto engine = makeEngine();
    Progress progress(options.isQuiet);
    const auto run = engine->generate(stored->request, progress, interrupt.token());
    progress.clear();
    if (!run)
        return fail(run.error());
    if (const auto difference = plan::firstDifference(*stored->trace, *run->trace))
        return fail({ErrorCode::Internal, "The run decides otherwise: " + *difference + "."});
    if (!options.isQuiet) {
        std::cout << "the same decisions: " << run->trace->publishedCells() << " cells in "
                  << run->trace->publishedEvaluations() << " evaluations, every token\n";
        if (stored->clip)
            std::cout << (*stored->clip == run->clip ? "the same pixels\n"
                                                     : "other pixels: rounding differs between machines or threads\n");
    }
    return kExitDone;
}

struct BundleOptions {
    std::string run;
    std::string out;
    std::string library;
};

int bundle(const BundleOptions& options)
{
    std::error_code error;
    std::filesystem::path folder = options.run;
    if (!std::filesystem::is_directory(folder, error)) {
        // A run of the library by its name.
        const std::filesystem::path place =
            options.library.empty() ? library::RunLibrary::defaultFolder() : std::filesystem::path(options.library);
        folder = place / options.run;
        if (!std::filesystem::is_directory(folder, error))
            return fail({ErrorCode::NotFound,
                "There is no run '" + options.run + "': neither a folder of this name nor a run in the library '"
                    + place.string() + "'."});
    }
    const std::string out = options.out.empty() ? folder.filename().string() + library::kBundleEnding : options.out;
    if (auto written = library::writeBundle(out, folder); !written)
        return fail(written.error());
    std::cout << out << "\n";
    return kExitDone;
}

} // namespace

void addReplayCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<ReplayOptions>();
    CLI::App* command =
        program.add_subcommand("replay", "Make a kept run again and check that it decides the same, token by token");
    command->add_option("FILE", options->path, "Bundle, run folder or trace")->required()->type_name("");
    command->add_flag("--quiet", options->isQuiet, "Print nothing but errors");
    command->callback([&action, options] { action = [options] { return replay(*options); }; });
}

void addBundleCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<BundleOptions>();
    CLI::App* command = program.add_subcommand("bundle", "Put a run of the library into one file");
    command->add_option("RUN", options->run, "Folder of the run, or its name in the library")
        ->required()
        ->type_name("");
    command->add_option("--out", options->out, "File to write (default NAME.toca)")->type_name("FILE");
    command->add_option("--library", options->library, "Run library (default: the user's)")->type_name("DIR");
    command->callback([&action, options] { action = [options] { return bundle(*options); }; });
}

} // namespace toca::app
