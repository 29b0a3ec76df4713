// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"

#include <QSize>

#include <cstdint>
#include <memory>

namespace toca::ui {

/// A clip that may be painted, with a number that never repeats: pictures made from it are cached under that number.
struct ClipSource {
    std::uint64_t id = 0;
    Clip clip;

    int frameCount() const { return static_cast<int>(clip.frames.size()); }
    QSize size() const
    {
        return clip.isEmpty() ? QSize() : QSize(clip.frames.front().width, clip.frames.front().height);
    }
};
using ClipSourcePtr = std::shared_ptr<const ClipSource>;

/// @return null for a clip without frames
ClipSourcePtr makeClipSource(Clip clip);

} // namespace toca::ui
