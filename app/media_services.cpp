// SPDX-License-Identifier: Apache-2.0
#include "app/media_services.h"

#ifdef TOCA_HAS_MEDIA
#include "core/media/clip_reader.h"
#include "core/media/clip_writer.h"
#include "core/media/comparison_clip.h"
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
    services.saveComparison = [](const std::filesystem::path& path, std::vector<LabelledClip> clips,
                                  int gain) -> Result<void> {
        media::ComparisonOptions options;
        options.difference = gain > 0;
        options.gain = gain > 0 ? gain : options.gain;
        const auto whole = media::comparisonClip(std::move(clips), options);
        if (!whole) {
            return unexpected(whole.error());
        }
        if (const auto written = media::writeClip(path, *whole, {}); !written) {
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
