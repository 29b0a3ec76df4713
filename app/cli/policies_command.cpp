// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/exit_codes.h"
#include "app/cli/policies_text.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace toca::app {

void addPoliciesCommand(CLI::App& program, Action& action)
{
    struct Options {
        bool isJson = false;
        bool isMarkdown = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand("policies", "List the caching policies with their settings and presets");
    auto* json = command->add_flag("--json", options->isJson, "Print JSON");
    // For the manual, not for its readers: an empty group hides it.
    command->add_flag("--markdown", options->isMarkdown, "Print the tables of docs/cli.md")->group("")->excludes(json);
    command->callback([&action, options] {
        action = [options] {
            std::cout << (options->isJson ? policiesJson() : options->isMarkdown ? policiesMarkdown() : policiesText());
            return kExitDone;
        };
    });
}

} // namespace toca::app
