// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace toca {

/// One decoded picture: 8-bit RGB, rows from top to bottom without padding.
struct Frame {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb; ///< height * width * 3 bytes

    bool isEmpty() const { return rgb.empty(); }
    std::size_t bytes() const { return rgb.size(); }
    bool operator==(const Frame&) const = default;
};

/// Frames of one size in display order, with their rate.
struct Clip {
    double fps = 8.0; ///< frames per second
    std::vector<Frame> frames;

    bool isEmpty() const { return frames.empty(); }
    bool operator==(const Clip&) const = default;
};

} // namespace toca
