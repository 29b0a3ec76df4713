// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace toca::ui {

/// How a video autoencoder packs pictures into latent frames: pieces of `pieceFrames` pictures become `latentPerPiece`
/// latent frames of `ratio` pictures each; what is missing in a piece is padded in front, so the first latent frame of
/// a piece carries fewer pictures. The defaults are Open-Sora 1.2's (17 pictures -> 5 latent frames of 1, 4, 4, 4, 4).
struct TemporalLayout {
    int pieceFrames = 17;
    int latentPerPiece = 5;
    int ratio = 4;
};

/// Latent frames that `layout` gives for `frames` pictures.
int latentFrameCount(int frames, const TemporalLayout& layout = {});

/// The latent frame that carries picture `frame` of a clip of `frames` pictures and `latentFrames` latent frames.
///
/// Uses, in this order: one to one when both counts agree; `layout` when it yields `latentFrames`; equal groups padded
/// in front when the counts allow it (10 pictures in 4 latent frames: 1, 3, 3, 3); else the same place in time.
/// @param frame clamped to [0, frames - 1]
/// @return 0-based, in [0, latentFrames - 1]; 0 when either count is below 1
int latentFrameOf(int frame, int frames, int latentFrames, const TemporalLayout& layout = {});

/// Consecutive pictures; `count` 0 when no picture falls into the latent frame.
struct FrameRange {
    int first = 0;
    int count = 0;
    bool operator==(const FrameRange&) const = default;
};

/// The pictures that latent frame `latentFrame` carries: the inverse of `latentFrameOf`.
FrameRange framesOfLatent(int latentFrame, int frames, int latentFrames, const TemporalLayout& layout = {});

/// The first picture of every latent frame but the first: where a ruler draws its boundaries, ascending.
std::vector<int> latentBoundaries(int frames, int latentFrames, const TemporalLayout& layout = {});

/// A token's place in its grid.
struct TokenPlace {
    std::int64_t latentFrame = 0;
    std::int64_t row = 0;
    std::int64_t column = 0;
    bool operator==(const TokenPlace&) const = default;
};

} // namespace toca::ui
