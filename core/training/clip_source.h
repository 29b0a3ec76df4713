// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/base/expected.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace toca::training {

/// Size of the clips that a model takes.
struct ClipSize {
    int width = 0; ///< pixels
    int height = 0;
    int frames = 1; ///< 1: pictures

    bool operator==(const ClipSize&) const = default;
};

/// Clips with captions, all of one length, in a fixed order.
class ClipSource {
public:
    virtual ~ClipSource() = default;

    virtual std::int64_t count() const = 0;
    /// Tells sets of clips apart, for what is stored of them.
    virtual std::string identity() const = 0;
    /// @return `size.frames` pictures of that size; an error of the file that cannot be read
    virtual Result<std::vector<Frame>> clip(std::int64_t index, const ClipSize& size) const = 0;
    /// A class of the clip's content, for class-conditional models; -1 = it has none.
    virtual std::int64_t label(std::int64_t /*index*/) const { return -1; }
    /// Where objects may be seen: (latentFrames, rows, columns), 1 in cells that one touches in any of the frames that
    /// belong to the latent frame, else 0; empty = unknown. The first latent frame is frame 0 alone, the others share
    /// the rest evenly.
    virtual std::vector<float> objectCells(std::int64_t /*index*/, const ClipSize& /*size*/,
        std::int64_t /*latentFrames*/, std::int64_t /*rows*/, std::int64_t /*columns*/) const
    {
        return {};
    }
    /// One of the wordings of a clip's caption. @param isMirrored of the clip with left and right exchanged
    virtual std::string caption(std::int64_t index, std::uint64_t wordingSeed, bool isMirrored) const = 0;
};

/// Scenes of the procedural world: clip i is the scene of seed `firstSeed + i`.
///
/// Seeds below 2^32 are for training; validation uses those from 2^40 on, so that evaluations may use any between.
/// Scenes of the held-out prompts (core/world/held_out.h) are never among them.
/// @param pairShare share of scenes with two objects
std::unique_ptr<ClipSource> worldClips(
    std::uint64_t firstSeed, std::int64_t count, const ClipSize& size, double pairShare = 0.22);
inline constexpr std::uint64_t kTrainingSeeds = 1'000'000;
inline constexpr std::uint64_t kValidationSeeds = std::uint64_t{1} << 40;

/// Clips and pictures of a folder, each with a text file of the same name (clip.mp4, clip.txt) that holds a caption a
/// line. Every tenth, at most `kMostHeldOut`, is held out for validation.
struct FolderClips {
    std::unique_ptr<ClipSource> clips; ///< videos long enough; may be empty
    std::unique_ptr<ClipSource> pictures; ///< may be empty
    std::unique_ptr<ClipSource> heldOut; ///< of the videos, or of the pictures where there are no videos
    std::vector<std::string> warnings; ///< files that were left out, and why
};
inline constexpr std::int64_t kMostHeldOut = 48;
/// Reads headers and captions, no pictures.
/// @param frames that a clip needs at least
/// @return NotFound, BadFormat when there is nothing to train on
Result<FolderClips> folderClips(const std::filesystem::path& folder, int frames);

} // namespace toca::training
