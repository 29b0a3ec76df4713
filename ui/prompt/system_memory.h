// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <cstdint>

namespace toca::ui {

/// Memory that can be used without swapping, in bytes; 0 when the system does not tell.
std::int64_t availableMemory();

/// "3.4 MB" in the user's locale.
QString dataSize(std::int64_t bytes);
/// "8.6 M" for 8.6 million parameters.
QString shortCount(double count);
/// "1.4 s", "2:05", "1:02:03".
QString duration(double seconds);

} // namespace toca::ui
