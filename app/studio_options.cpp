// SPDX-License-Identifier: Apache-2.0
#include "app/studio_options.h"

#include <CLI/CLI.hpp>

namespace toca::app {

std::optional<StudioOptions> parseStudioOptions(int argc, char** argv, int& exitCode)
{
    StudioOptions options;
    CLI::App app("ToCa Studio: video generation with token-wise feature caching, made visible");
    app.set_version_flag("--version", TOCA_VERSION);
    app.add_option("path", options.path, "Model folder, trace or clip to open");
    app.add_option("--prompt", options.prompt, "Text of the prompt");
    app.add_flag("--generate", options.generate, "Start a run right away");
    app.add_flag("--exit-after-run", options.exitAfterRun, "End the program when the first run has ended");
    app.add_option(
        "--screenshots", options.screenshots, "Drive the program through a run and save its pictures in this folder");
    app.add_option(
        "--stall-report", options.stallReport, "Write how long the window's thread was busy during runs (JSON)");
    app.add_option("--library", options.library, "Folder of the run library instead of the user's own");
    app.add_option("--settings", options.settings, "Settings file (INI) instead of the user's own");
    app.add_option("--theme", options.theme, "dark, light, high-contrast or system")
        ->check(CLI::IsMember({"dark", "light", "high-contrast", "system"}));
    app.add_option("--language", options.language, "en, de or system, instead of the one of the settings")
        ->check(CLI::IsMember({"en", "de", "system"}));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        exitCode = app.exit(error);
        return {};
    }
    return options;
}

} // namespace toca::app
