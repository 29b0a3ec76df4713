// SPDX-License-Identifier: Apache-2.0
#include "app/media_services.h"

#ifdef TOCA_HAS_MEDIA
#include "core/media/clip_reader.h"
#include "core/media/clip_writer.h"
#endif

namespace toca::app {

ui::FileServices mediaServices()
{
    ui::FileServices services;
#ifdef TOCA_HAS_MEDIA
    services.saveClip = [](const std::filesystem::path& path, const RunResult& result) -> Result<void> {
        const auto written = media::writeClip(path, result.clip, toJson(result.request));
        if (!written) {
            return unexpected(written.error());
        }
        return {};
    };
    services.readRequest = [](const std::filesystem::path& path) { return media::readRequest(path); };
    services.readClip = [](const std::filesystem::path& path) { return media::readClip(path); };
    services.libraryVersions = "LibTorch " TOCA_LIBTORCH_VERSION ", FFmpeg libavcodec " TOCA_LIBAVCODEC_VERSION;
#else
    services.libraryVersions = "LibTorch " TOCA_LIBTORCH_VERSION ", built without FFmpeg";
#endif
    return services;
}

} // namespace toca::app
