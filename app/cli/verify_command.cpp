// SPDX-License-Identifier: Apache-2.0
#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/verify/verify.h"

#include <iostream>

namespace toca::app {
namespace {

struct Options {
    std::vector<std::string> folders;
    std::vector<std::string> only;
    std::optional<int> threads;
};

int verifyFolders(const Options& options)
{
    verify::VerifyOptions wanted;
    wanted.folders.assign(options.folders.begin(), options.folders.end());
    wanted.only = options.only;
    wanted.threads = options.threads.value_or(0);
    if (wanted.threads < 0 || wanted.threads > 4096)
        return fail({ErrorCode::InvalidArgument, "--threads must be from 0 to 4096."});
    const auto summary = verify::verify(wanted, std::cout);
    if (!summary)
        return fail(summary.error());
    if (summary->selections > 0)
        std::cout << summary->selections << " selections of tokens compared, " << summary->ties << " ties\n";
    std::cout << summary->compared << " compared, " << summary->failed << " failed, " << summary->unsupported
              << " unsupported" << std::endl;
    for (const std::string& problem : summary->problems)
        fail({ErrorCode::BadFormat, problem});
    if (summary->failed > 0 || summary->unsupported > 0)
        return kExitFailed;
    if (summary->compared == 0)
        return fail({ErrorCode::Internal, "Nothing was compared; does --only exclude everything?"});
    return kExitDone;
}

} // namespace

void addVerifyCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("verify", "Compare this program with recorded reference cases");
    command->add_option("DIR", options->folders, "Folders of reference cases (format: tests/reference/README.md)")
        ->required()
        ->type_name("");
    command
        ->add_option("--only", options->only, "Compare only tensors whose name matches, such as 'plan/*'; repeatable")
        ->type_name("GLOB")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
    addInteger(
        *command, "--threads", options->threads, "Threads of the computation; 0 = LibTorch's choice (default 0)");
    command->callback([&action, options] { action = [options] { return verifyFolders(*options); }; });
}

} // namespace toca::app
