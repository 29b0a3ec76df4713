// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/player/clip_source.h"

#include <QCache>
#include <QImage>

namespace toca::ui {

/// Pictures made from clips, kept as long as their memory budget allows, so that playing a loop converts and scales
/// every frame once.
class PictureStore {
public:
    /// @param budgetKiB memory for converted and for scaled pictures together
    explicit PictureStore(int budgetKiB = 256 * 1024);

    struct Look {
        bool smooth = true; ///< enlarged softly, else in hard squares; reduced by averaging either way
        bool grey = false;
    };

    /// The frame's own pixels; null for a frame that is missing or inconsistent.
    QImage exact(const ClipSourcePtr& source, int frame, bool grey = false);
    /// The frame at `size` pixels.
    QImage scaled(const ClipSourcePtr& source, int frame, QSize size, Look look);
    /// |run - baseline| * gain at the larger of the two sizes; the smaller one is enlarged softly.
    QImage difference(
        const ClipSourcePtr& run, int runFrame, const ClipSourcePtr& baseline, int baselineFrame, int gain);
    QImage scaledDifference(const ClipSourcePtr& run, int runFrame, const ClipSourcePtr& baseline, int baselineFrame,
        int gain, QSize size, bool smooth);
    void clear() { m_pictures.clear(); }
    int pictures() const { return static_cast<int>(m_pictures.size()); }

private:
    enum class Kind : std::uint8_t { Exact, Scaled, Difference, ScaledDifference };
    struct Key {
        std::uint64_t source = 0;
        std::uint64_t other = 0;
        int frame = 0;
        int otherFrame = 0;
        int width = 0;
        int height = 0;
        int detail = 0; ///< smoothness and gain
        Kind kind = Kind::Exact;
        bool operator==(const Key&) const = default;
    };
    friend size_t qHash(const Key& key, size_t seed) noexcept
    {
        return qHashMulti(seed, key.source, key.other, key.frame, key.otherFrame, key.width, key.height, key.detail,
            static_cast<int>(key.kind));
    }
    template <class Make>
    QImage cached(const Key& key, Make&& make);

    QCache<Key, QImage> m_pictures;
};

/// `image` at `size` pixels, as `PictureStore::scaled` does it.
QImage scaledPicture(const QImage& image, QSize size, bool smooth);

} // namespace toca::ui
