// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace toca::app {

// What the registry of policies holds, in three forms.

std::string policiesText();
std::string policiesJson();
/// The tables of docs/cli.md; a test compares them with the page.
std::string policiesMarkdown();

} // namespace toca::app
