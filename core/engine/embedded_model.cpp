// SPDX-License-Identifier: Apache-2.0
#include "core/engine/make_engine.h"

#include <cstdlib>
#include <filesystem>

namespace toca {

std::string embeddedModelPath()
{
    namespace fs = std::filesystem;
    if (const char* wanted = std::getenv("TOCA_MODEL"); wanted && *wanted)
        return wanted;
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    for (const fs::path& candidate : {program.parent_path() / "../share/toca-studio/models/toca-miniature",
             fs::path(TOCA_SOURCE_MODELS) / "toca-miniature"})
        if (fs::is_directory(candidate, error))
            return candidate.lexically_normal().string();
    return {};
}

} // namespace toca
