// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/base/expected.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

/// Video and picture files by FFmpeg's libav. No other folder uses libav.
namespace toca::media {

/// What a clip can be written as.
enum class ContainerFormat {
    Mp4, ///< H.264 by libx264, BT.709; even sizes 4:2:0, odd sizes 4:4:4 so that no row is added or lost
    WebM, ///< VP9 4:2:0 by libvpx, BT.709, any size
    Gif, ///< one palette of 255 colours for the whole clip, error-diffusion dither, repeats; at most 50 fps
    PngSequence, ///< one lossless PNG per frame, numbered from 1
    Png, ///< one lossless PNG; several frames become a numbered sequence beside it
};

/// Lower-case name for reports ("mp4", "webm", "gif", "png_sequence", "png").
const char* containerFormatName(ContainerFormat format);

/// The format by the name of the file: .mp4 .webm .gif .png (any case), a .png name with one number field
/// ("f_%03d.png",
/// "%d"), or a folder, written with a '/' at its end. The file is not looked at.
///
/// @return InvalidArgument naming the extensions that are possible.
Result<ContainerFormat> formatOf(const std::filesystem::path& path);

struct WriteOptions {
    int h264Quality =
        16; ///< libx264's crf, [0, 51], smaller is better; 16 looks like the source (range and scale of x264)
    int vp9Quality = 18; ///< libvpx's crf, [0, 63], smaller is better
    std::stop_token stop; ///< looked at between frames; then nothing is written and the result is Cancelled
};

/// What was written.
struct WrittenClip {
    ContainerFormat format = ContainerFormat::Mp4;
    std::vector<std::filesystem::path> files; ///< in frame order; one unless a sequence
    int width = 0; ///< pixels
    int height = 0; ///< pixels
    std::size_t frames = 0;
    double fps = 0; ///< as stored: GIF rounds each frame to 1/100 s and is limited to 50
    std::uintmax_t bytes = 0; ///< of all files
};

/// Writes a clip in the format that `formatOf(path)` says, with `requestJson` in its metadata, where `readRequest`
/// finds it (every frame of a sequence carries it).
///
/// The files have no dates or random numbers: the same input gives the same bytes. Each appears complete or not at all
/// (a clip is encoded in memory first); a failure leaves what was there before. In a sequence, frames are renamed into
/// place only after all of them have been written. `name.png` with several frames gives `name_0001.png`...; a folder
/// is made if needed (its parent must exist) and gets `frame_0001.png`.... Frames that follow the last one and
/// come from a longer earlier clip of this program are removed.
///
/// @param clip  at least one frame, all of one size of at most 16384 x 16384 (MP4 and GIF may allow less), 0.01 to 1000
/// fps.
/// @param requestJson  UTF-8 without NUL, at most 1 MiB (`kLongestRequest`); empty stores nothing.
/// @return InvalidArgument (clip, name), Io (full disk, missing or read-only folder), EncoderFailed, Unsupported (libav
///     without libx264 or libvpx), Cancelled.
Result<WrittenClip> writeClip(const std::filesystem::path& path, const Clip& clip, const std::string& requestJson,
    const WriteOptions& options = {});

} // namespace toca::media
