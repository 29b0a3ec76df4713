// SPDX-License-Identifier: Apache-2.0
// toca: the command line. docs/cli.md is its manual.
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/version_text.h"
#include "core/base/expected.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace toca::app {
namespace {

/// CLI11's sentence for a word that is no command does not say what is.
Result<void> checkCommand(const CLI::App& program, int argumentCount, char** arguments)
{
    if (argumentCount < 2 || arguments[1][0] == '-')
        return {};
    std::string known;
    for (const CLI::App* command : program.get_subcommands({})) {
        if (command->get_name() == arguments[1])
            return {};
        known += (known.empty() ? "" : ", ") + command->get_name();
    }
    return unexpected(ErrorCode::InvalidArgument,
        "There is no command '" + oneLine(arguments[1], 80) + "'; there are: " + known + ". See `toca --help`.");
}

int run(int argumentCount, char** arguments)
{
    CLI::App program("Video generation with token-wise feature caching", "toca");
    program.set_version_flag("--version", versionText, "Print the versions of program and libraries");
    program.set_help_flag("--help,-h", "Print this help");
    program.require_subcommand(1);
    program.footer("Each command has its own --help. Manual: docs/cli.md");
    Action action;
    addGenerateCommand(program, action);
    addPlanCommand(program, action);
    addCalibrateCommand(program, action);
    addThresholdCommand(program, action);
    addSensitivityCommand(program, action);
    addProbeCommand(program, action);
    addTuneCommand(program, action);
    addReplayCommand(program, action);
    addBundleCommand(program, action);
    addTrainCommand(program, action);
    addRaceCommand(program, action);
    addCompareCommand(program, action);
    addSweepCommand(program, action);
    addEvalCommand(program, action);
    addBenchCommand(program, action);
    addVerifyCommand(program, action);
    addInfoCommand(program, action);
    addPoliciesCommand(program, action);
    addModelsCommand(program, action);
    addConvertModelCommand(program, action);
    addConvertRouterCommand(program, action);
    if (const auto known = checkCommand(program, argumentCount, arguments); !known)
        return fail(known.error());
    try {
        program.parse(argumentCount, arguments);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
            return program.exit(error); // --help, --version
        std::string message = error.what();
        if (!message.ends_with('.'))
            message += ".";
        return fail({ErrorCode::InvalidArgument, message});
    }
    return action();
}

} // namespace
} // namespace toca::app

namespace {

/// Ends the program without the destructors of its libraries: LibTorch takes a tenth of a second to unregister its
/// operators one by one.
int ended(int exitCode)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return exitCode; // they report at the very end
#else
    std::cout.flush();
    std::fflush(nullptr);
    std::_Exit(exitCode);
#endif
}

} // namespace

int main(int argumentCount, char** arguments)
{
    using namespace toca;
    // A file limit then gives an error that names the file, instead of ending the program.
    std::signal(SIGXFSZ, SIG_IGN);
    try {
        int exitCode = app::run(argumentCount, arguments);
        std::cout.flush();
        if (exitCode == app::kExitDone && (!std::cout || std::fflush(stdout) != 0 || std::ferror(stdout)))
            exitCode = app::fail({ErrorCode::Io, "Cannot write to standard output; the disk may be full."});
        return ended(exitCode);
    } catch (const std::bad_alloc&) {
        return ended(app::fail({ErrorCode::OutOfMemory, "The memory was not enough."}));
    } catch (const std::exception& error) {
        return ended(app::fail({ErrorCode::Internal, error.what()}));
    }
}
