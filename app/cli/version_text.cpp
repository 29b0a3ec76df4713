// SPDX-License-Identifier: Apache-2.0
#include "app/cli/version_text.h"

#include "core/api/version.h"

namespace toca::app {

std::map<std::string, std::string> libraryVersions()
{
    std::map<std::string, std::string> versions{{"libtorch", TOCA_LIBTORCH_VERSION}};
#ifdef TOCA_HAS_MEDIA
    versions["libavcodec"] = TOCA_LIBAVCODEC_VERSION;
    versions["libavformat"] = TOCA_LIBAVFORMAT_VERSION;
    versions["libswscale"] = TOCA_LIBSWSCALE_VERSION;
#endif
    return versions;
}

std::string versionText()
{
    std::string text = "toca " + std::string(programVersion()) + "\n";
    for (const auto& [name, version] : libraryVersions())
        text += name + " " + version + "\n";
    text += "build " TOCA_BUILD_TYPE ", " TOCA_COMPILER ", cuda kernels " TOCA_CUDA_STATE ", media ";
#ifdef TOCA_HAS_MEDIA
    text += "on";
#else
    text += "off";
#endif
    return text;
}

} // namespace toca::app
