// SPDX-License-Identifier: Apache-2.0
#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/exit_codes.h"
#include "core/engine/convert_router.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace toca::app {
namespace {

struct ConvertRouterOptions {
    std::string file;
    std::string out;
};

int convertRouter(const ConvertRouterOptions& options)
{
    const auto table = engine::publishedRouter(options.file);
    if (!table)
        return fail(table.error());
    if (auto written = plan::writeRouterTable(options.out, *table); !written)
        return fail(written.error());
    std::cout << oneLine(options.out) << " (" << table->steps() << " steps, " << table->layers()
              << " layers); use it with `--policy harmonica --steps " << table->steps()
              << " --set router=" << shellQuoted(options.out) << "`.\n";
    return kExitDone;
}

} // namespace

void addConvertRouterCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<ConvertRouterOptions>();
    CLI::App* command = program.add_subcommand(
        "convert-router", "Make a router table for the policy harmonica of a router that HarmoniCa's training wrote");
    command->add_option("FILE", options->file, "PyTorch (.pth) or safetensors file of the router")->required();
    command->add_option("OUT", options->out, "Where the table goes (JSON)")->required();
    command->callback([&action, options] { action = [options] { return convertRouter(*options); }; });
}

} // namespace toca::app
