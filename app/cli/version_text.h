// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace toca::app {

/// What `toca --version` prints: program, libraries, options of the build.
std::string versionText();

/// Versions of the libraries that compute and write, for reports: {"libtorch", "2.11.0"}, {"libavcodec", "59.37.100"}.
std::map<std::string, std::string> libraryVersions();

} // namespace toca::app
