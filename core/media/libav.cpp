// SPDX-License-Identifier: Apache-2.0
#include "core/media/libav.h"

#include <cstdarg>
#include <cstdio>
#include <mutex>

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

namespace toca::media {

namespace {

thread_local std::string lastMessage;

void keepMessage(void*, int level, const char* format, va_list arguments)
{
    if (level > AV_LOG_ERROR)
        return;
    char line[256];
    std::vsnprintf(line, sizeof line, format, arguments);
    lastMessage = line;
    while (!lastMessage.empty() && (lastMessage.back() == '\n' || lastMessage.back() == '.'))
        lastMessage.pop_back();
}

} // namespace

void prepareLibav()
{
    static std::once_flag once;
    std::call_once(once, [] {
        av_log_set_callback(keepMessage);
        av_max_alloc(kLargestAllocation);
    });
    lastMessage.clear();
}

Unexpected libavError(ErrorCode code, const std::filesystem::path& path, const char* call, int status)
{
    char reason[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(status, reason, sizeof reason);
    std::string message = code == ErrorCode::EncoderFailed ? "Cannot encode '" : "Cannot decode '";
    message += path.string() + "': " + call + ": " + reason;
    if (!lastMessage.empty())
        message += " (" + lastMessage + ")";
    message += code == ErrorCode::EncoderFailed ? ". Choose another format or size." : ". The file may be damaged.";
    return unexpected(status == AVERROR(ENOMEM) ? ErrorCode::OutOfMemory : code, std::move(message));
}

} // namespace toca::media
