// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"

#include <cmath>
#include <limits>

namespace toca::test {

/// A bright disc that moves over a slowly changing gradient: smooth like generated clips, with edges and motion.
inline Clip movingDisc(int width, int height, int frames, double fps = 8)
{
    Clip clip{.fps = fps, .frames = {}};
    for (int t = 0; t < frames; ++t) {
        Frame frame{.width = width, .height = height, .rgb = {}};
        frame.rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
        const double centreX = width * (0.3 + 0.05 * t), centreY = height * 0.5,
                     radius = std::min(width, height) * 0.25;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                const bool isDisc = std::hypot(x - centreX, y - centreY) < radius;
                const auto ramp = [](int value, int size) { return 40 + 150 * value / std::max(1, size - 1); };
                frame.rgb.push_back(static_cast<std::uint8_t>(isDisc ? 230 : ramp(x, width)));
                frame.rgb.push_back(static_cast<std::uint8_t>(isDisc ? 180 : ramp(y, height)));
                frame.rgb.push_back(static_cast<std::uint8_t>(isDisc ? 30 : 90 + 4 * (t % 16)));
            }
        clip.frames.push_back(std::move(frame));
    }
    return clip;
}

/// Peak signal-to-noise ratio in dB over all frames; infinite when equal, -1 when the shapes differ.
inline double psnr(const Clip& a, const Clip& b)
{
    if (a.frames.size() != b.frames.size())
        return -1;
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < a.frames.size(); ++i) {
        if (a.frames[i].width != b.frames[i].width || a.frames[i].rgb.size() != b.frames[i].rgb.size())
            return -1;
        for (std::size_t k = 0; k < a.frames[i].rgb.size(); ++k, ++count)
            sum += std::pow(static_cast<double>(a.frames[i].rgb[k]) - static_cast<double>(b.frames[i].rgb[k]), 2);
    }
    return sum == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(255.0 * 255.0 * count / sum);
}

} // namespace toca::test
