// SPDX-License-Identifier: Apache-2.0
#include "ui/player/frame_token_mapping.h"

#include <algorithm>

namespace toca::ui {

namespace {

bool isValid(const TemporalLayout& layout)
{
    return layout.pieceFrames > 0 && layout.latentPerPiece > 0 && layout.ratio > 0;
}

std::int64_t ceilDivide(std::int64_t value, std::int64_t by)
{
    return (value + by - 1) / by;
}

std::int64_t layoutCount(std::int64_t frames, const TemporalLayout& layout)
{
    if (frames == 1)
        return 1;
    return frames / layout.pieceFrames * layout.latentPerPiece + ceilDivide(frames % layout.pieceFrames, layout.ratio);
}

/// Groups of `ratio` pictures, the missing ones padded in front of the first.
std::int64_t paddedGroup(std::int64_t frame, std::int64_t frames, std::int64_t groups, std::int64_t ratio)
{
    return (frame + groups * ratio - frames) / ratio;
}

} // namespace

int latentFrameCount(int frames, const TemporalLayout& layout)
{
    if (frames < 1 || !isValid(layout))
        return 0;
    return static_cast<int>(layoutCount(frames, layout));
}

int latentFrameOf(int frame, int frames, int latentFrames, const TemporalLayout& layout)
{
    if (frames < 1 || latentFrames < 1)
        return 0;
    frame = std::clamp(frame, 0, frames - 1);
    if (frames == latentFrames)
        return frame;

    std::int64_t latent = 0;
    const std::int64_t equalRatio = ceilDivide(frames, latentFrames);
    if (isValid(layout) && layoutCount(frames, layout) == latentFrames) {
        const int piece = frame / layout.pieceFrames;
        const std::int64_t start = std::int64_t{piece} * layout.pieceFrames;
        const std::int64_t length = std::min<std::int64_t>(layout.pieceFrames, frames - start);
        latent = std::int64_t{piece} * layout.latentPerPiece
            + paddedGroup(frame - start, length, ceilDivide(length, layout.ratio), layout.ratio);
    } else if (latentFrames * equalRatio - frames < equalRatio) {
        latent = paddedGroup(frame, frames, latentFrames, equalRatio);
    } else {
        latent = std::int64_t{frame} * latentFrames / frames;
    }
    return static_cast<int>(std::clamp<std::int64_t>(latent, 0, latentFrames - 1));
}

FrameRange framesOfLatent(int latentFrame, int frames, int latentFrames, const TemporalLayout& layout)
{
    FrameRange range;
    for (int frame = 0; frame < frames; ++frame) {
        if (latentFrameOf(frame, frames, latentFrames, layout) != latentFrame)
            continue;
        if (range.count == 0)
            range.first = frame;
        ++range.count;
    }
    return range;
}

std::vector<int> latentBoundaries(int frames, int latentFrames, const TemporalLayout& layout)
{
    std::vector<int> boundaries;
    for (int frame = 1; frame < frames; ++frame)
        if (latentFrameOf(frame, frames, latentFrames, layout)
            != latentFrameOf(frame - 1, frames, latentFrames, layout))
            boundaries.push_back(frame);
    return boundaries;
}

} // namespace toca::ui
