// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to core/media.

#include "core/media/libav.h"

namespace toca::media {

/// Encodes one video stream into a container in memory. Clips are short, so the file is much smaller than the frames
/// that are in memory anyway; what reaches the disk is then written atomically in one go, and a full disk is one plain
/// error instead of one of many places inside libav.
class MemoryMuxer {
public:
    MemoryMuxer() = default;
    MemoryMuxer(const MemoryMuxer&) = delete;
    MemoryMuxer& operator=(const MemoryMuxer&) = delete;
    ~MemoryMuxer();

    /// @param format  libav's short name ("mp4"). `path` is only named in errors.
    Result<void> open(const char* format, const std::filesystem::path& path);
    AVFormatContext* context() { return m_context; }

    /// Adds the stream of an opened encoder and writes the header.
    Result<void> begin(AVCodecContext& encoder, Options& options);

    /// Encodes a picture (null at the end) and writes what the encoder gives out. Each packet lasts `duration` ticks of
    /// the encoder's time base.
    Result<void> write(AVCodecContext& encoder, const AVFrame* picture, std::int64_t duration);

    /// Writes the trailer. @return the file
    Result<std::string> finish();

private:
    static int append(void* self, std::uint8_t* data, int size);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);

    std::filesystem::path m_path;
    AVFormatContext* m_context = nullptr;
    AVStream* m_stream = nullptr;
    std::string m_bytes;
    std::size_t m_position = 0;
};

} // namespace toca::media
