// SPDX-License-Identifier: Apache-2.0
#include "app/cli/clip_files.h"

#include "app/cli/console.h"
#include "app/cli/info_trace.h"
#include "core/media/clip_reader.h"
#include "core/media/clip_writer.h"
#include "core/media/comparison_clip.h"
#include "core/media/embedded_text.h"

#include <nlohmann/json.hpp>

namespace toca::app {

bool canWriteVideo()
{
    return true;
}

Result<ClipKind> clipKindOf(const std::filesystem::path& path)
{
    const auto format = media::formatOf(path);
    if (!format)
        return unexpected(format.error());
    if (*format != media::ContainerFormat::PngSequence)
        return ClipKind::OneFile;
    return path.has_filename() ? ClipKind::NumberedPictures : ClipKind::Folder;
}

Result<std::string> saveClip(
    const std::filesystem::path& path, const Clip& clip, const std::string& requestJson, std::stop_token stop)
{
    media::WriteOptions options;
    options.stop = std::move(stop);
    const auto written = media::writeClip(path, clip, requestJson, options);
    if (!written)
        return unexpected(written.error());
    return path.string() + " (" + media::containerFormatName(written->format) + ", " + std::to_string(written->frames)
        + (written->frames == 1 ? " frame, " : " frames, ") + std::to_string(written->width) + "x"
        + std::to_string(written->height) + ", " + fixedText(written->fps, 2) + " fps, "
        + bytesText(static_cast<double>(written->bytes)) + ")";
}

Result<std::string> clipInfo(const std::filesystem::path& path, bool isJson)
{
    const auto info = media::probe(path);
    if (!info)
        return unexpected(info.error());
    if (isJson) {
        using Json = nlohmann::ordered_json;
        const auto request = info->request ? requestFromJson(*info->request)
                                           : Result<GenerationRequest>(unexpected(ErrorCode::NotFound, ""));
        const Json object{{"kind", "clip"}, {"format", info->format}, {"codec", info->codec}, {"width", info->width},
            {"height", info->height}, {"frames", info->frames}, {"fps", info->fps}, {"duration", info->duration},
            {"bytes", info->bytes}, {"request", request ? Json::parse(toJson(*request)) : Json(nullptr)}};
        return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    TextTable facts("ll");
    facts.addRow({"format", info->format + ", " + info->codec});
    facts.addRow({"size", std::to_string(info->width) + "x" + std::to_string(info->height) + " pixels"});
    facts.addRow({"frames", std::to_string(info->frames)});
    if (info->fps > 0)
        facts.addRow({"rate", fixedText(info->fps, 2) + " fps, " + fixedText(info->duration, 2) + " s"});
    facts.addRow({"file", bytesText(static_cast<double>(info->bytes))});
    return "clip\n" + facts.text("  ") + "\n"
        + (info->request ? requestText(*info->request) : "request: the file holds none\n");
}

Result<Clip> readClipFile(const std::filesystem::path& path)
{
    return media::readClip(path);
}

std::string clipRequest(const std::filesystem::path& path)
{
    auto request = media::readRequest(path);
    return request ? std::move(*request) : std::string();
}

Result<Clip> sideBySide(std::vector<LabelledClip> clips, int gain)
{
    media::ComparisonOptions options;
    options.difference = gain > 0;
    options.gain = gain > 0 ? gain : options.gain;
    return media::comparisonClip(std::move(clips), options);
}

std::size_t longestClipRequest()
{
    return media::kLongestRequest;
}

} // namespace toca::app
