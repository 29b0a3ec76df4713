// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/window/file_services.h"

namespace toca::app {

/// The window's door to clip files; empty functions in a build without media.
ui::FileServices mediaServices();

} // namespace toca::app
