// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace toca {

/// Version of this program, "0.1.0".
const char* programVersion();

} // namespace toca
