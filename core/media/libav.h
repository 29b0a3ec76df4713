// SPDX-License-Identifier: Apache-2.0
#pragma once

// Internal to core/media: owners of libav's handles and the translation of its return codes.

#include "core/base/expected.h"

#include <filesystem>
#include <memory>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
}

namespace toca::media {

struct LibavDeleter {
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
    void operator()(AVFilterGraph* graph) const { avfilter_graph_free(&graph); }
    void operator()(SwsContext* context) const { sws_freeContext(context); }
};

using FrameHandle = std::unique_ptr<AVFrame, LibavDeleter>;
using PacketHandle = std::unique_ptr<AVPacket, LibavDeleter>;
using CodecHandle = std::unique_ptr<AVCodecContext, LibavDeleter>;
using GraphHandle = std::unique_ptr<AVFilterGraph, LibavDeleter>;
using ScalerHandle = std::unique_ptr<SwsContext, LibavDeleter>;

/// An options dictionary; `out()` is what libav's functions take and replace.
class Options {
public:
    Options() = default;
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    ~Options() { av_dict_free(&m_dictionary); }

    Options& set(const char* key, const std::string& value)
    {
        av_dict_set(&m_dictionary, key, value.c_str(), 0);
        return *this;
    }
    AVDictionary** out() { return &m_dictionary; }

private:
    AVDictionary* m_dictionary = nullptr;
};

/// Sends libav's log to a buffer of each thread instead of stderr, and bounds single allocations, since sizes in files
/// are untrusted. Every public function of core/media calls it first; it also forgets the thread's last message.
void prepareLibav();

/// The largest single allocation libav may make, in bytes.
constexpr std::size_t kLargestAllocation = std::size_t{640} << 20;

/// Error "<doing> '<path>' failed: <call>: <av_strerror text>. (<last message of libav>)".
Unexpected libavError(ErrorCode code, const std::filesystem::path& path, const char* call, int status);

} // namespace toca::media
