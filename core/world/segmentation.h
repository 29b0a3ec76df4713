// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/world/backdrop.h"

#include <memory>
#include <span>
#include <vector>

/// From pixels to masks: the first half of the checker.
namespace toca::world {

/// One byte for each pixel, 0 or 1.
using Mask = std::vector<std::uint8_t>;

/// Frames at the size that the checker works at: shorter side 128.
struct WorkClip {
    int width = 0;
    int height = 0;
    std::vector<std::vector<std::uint8_t>> frames; ///< (height, width, 3) each

    std::size_t pixels() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(height); }
};

/// @param rgb (frames, height, width, 3); of very long clips evenly spaced frames are taken
WorkClip workClipOf(std::span<const std::uint8_t> rgb, int width, int height, int frames);

/// A connected region of a mask.
struct Region {
    Mask mask;
    std::size_t area = 0; ///< pixels
    int left = 0, right = 0, top = 0, bottom = 0; ///< right and bottom excluded
};

/// Regions of at least `leastArea` pixels, the largest one first.
std::vector<Region> regionsOf(const Mask& mask, int width, int height, std::size_t leastArea);
/// Without what a square of 3 x 3 pixels does not fit into.
Mask opened(const Mask& mask, int width, int height);
/// Without the pixels whose 3 x 3 neighbourhood is not all inside.
Mask eroded(const Mask& mask, int width, int height);

/// Finds backdrops and what stands in front of them.
class Segmenter {
public:
    Segmenter(int width, int height); ///< of a WorkClip

    struct Background {
        Backdrop backdrop = Backdrop::White;
        double error = 0;
        std::vector<std::uint8_t> picture; ///< without objects, (height, width, 3)
    };
    Background background(const WorkClip& clip) const;
    /// What differs from the background, shadows left out.
    Mask foreground(const std::vector<std::uint8_t>& frame, const std::vector<std::uint8_t>& background) const;

private:
    struct Template {
        Backdrop backdrop;
        std::vector<double> details;
        std::vector<std::uint8_t> small; ///< (height, width, 3) over kShrink
    };
    double error(const Template& each, const std::vector<std::uint8_t>& small) const;
    std::vector<std::uint8_t> refined(const Template& best, const std::vector<std::uint8_t>& median) const;

    int m_width;
    int m_height;
    std::vector<Template> m_templates;
};

} // namespace toca::world
