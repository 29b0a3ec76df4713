// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace toca::app {

/// The command line of toca-studio.
struct StudioOptions {
    std::string path; ///< model folder, trace or clip to open
    std::string prompt;
    bool generate = false; ///< start a run right away
    bool exitAfterRun = false; ///< end when the first run has ended
    std::string screenshots; ///< folder: the program drives itself and takes its pictures there
    std::string stallReport; ///< file for what the window's thread spent on events during runs
    std::string library; ///< folder of the run library; "" = the user's
    std::string settings; ///< INI file; empty: the user's own
    std::string theme; ///< "", "dark", "light", "high-contrast", "system"
    std::string language; ///< "" = that of the settings; "system", "en", "de"
};

/// @return nothing when the program should end with `exitCode` (help, version or an error, already printed).
std::optional<StudioOptions> parseStudioOptions(int argc, char** argv, int& exitCode);

} // namespace toca::app
