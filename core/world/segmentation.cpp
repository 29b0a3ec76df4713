// SPDX-License-Identifier: Apache-2.0
#include "core/world/segmentation.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

namespace toca::world {
namespace {

constexpr int kWorkSide = 128; // pixels of the shorter side
constexpr int kMostFrames = 64;
constexpr int kShrink = 4; // backdrops are compared at this fraction of the size
constexpr int kMostDifference = 60; // of a pixel, so that an object counts for no more than its area
constexpr int kAgreement = 26; // a pixel within so many levels of the backdrop belongs to it
constexpr int kContrast = 30; // an object's pixel differs by more than this
constexpr double kWrongBorder = 0.12; // share of border pixels that make a backdrop implausible

int difference(const std::uint8_t* a, const std::uint8_t* b)
{
    return std::max({std::abs(a[0] - b[0]), std::abs(a[1] - b[1]), std::abs(a[2] - b[2])});
}

std::vector<std::uint8_t> shrunk(const std::vector<std::uint8_t>& picture, int width, int height)
{
    const int smallWidth = width / kShrink, smallHeight = height / kShrink;
    std::vector<std::uint8_t> small;
    small.reserve(static_cast<std::size_t>(smallWidth) * static_cast<std::size_t>(smallHeight) * 3);
    for (int row = 0; row < smallHeight; ++row)
        for (int column = 0; column < smallWidth; ++column)
            for (int channel = 0; channel < 3; ++channel) {
                int sum = 0;
                for (int y = 0; y < kShrink; ++y)
                    for (int x = 0; x < kShrink; ++x)
                        sum += picture[static_cast<std::size_t>(
                            ((row * kShrink + y) * width + column * kShrink + x) * 3 + channel)];
                small.push_back(static_cast<std::uint8_t>(sum / (kShrink * kShrink)));
            }
    return small;
}

/// Mean over the pixels that a target pixel covers; the nearest one where it covers less than one.
std::vector<std::uint8_t> resized(const std::uint8_t* rgb, int width, int height, int toWidth, int toHeight)
{
    std::vector<std::uint8_t> result;
    result.reserve(static_cast<std::size_t>(toWidth) * static_cast<std::size_t>(toHeight) * 3);
    const auto range = [](int index, int from, int to) {
        const int begin = static_cast<int>(static_cast<std::int64_t>(index) * from / to);
        const int end = static_cast<int>(static_cast<std::int64_t>(index + 1) * from / to);
        return std::pair{begin, std::max(begin + 1, end)};
    };
    for (int row = 0; row < toHeight; ++row) {
        const auto [top, bottom] = range(row, height, toHeight);
        for (int column = 0; column < toWidth; ++column) {
            const auto [left, right] = range(column, width, toWidth);
            std::array<std::int64_t, 3> sum{};
            for (int y = top; y < bottom; ++y)
                for (int x = left; x < right; ++x)
                    for (std::size_t channel = 0; channel < 3; ++channel)
                        sum[channel] += rgb[(static_cast<std::ptrdiff_t>(y) * width + x) * 3
                            + static_cast<std::ptrdiff_t>(channel)];
            for (const std::int64_t value : sum)
                result.push_back(static_cast<std::uint8_t>(value / ((bottom - top) * (right - left))));
        }
    }
    return result;
}

std::vector<std::uint8_t> medianOf(const WorkClip& clip)
{
    std::vector<std::uint8_t> median(clip.pixels() * 3), values(clip.frames.size());
    for (std::size_t i = 0; i < median.size(); ++i) {
        for (std::size_t frame = 0; frame < clip.frames.size(); ++frame)
            values[frame] = clip.frames[frame][i];
        const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), middle, values.end());
        median[i] = *middle;
    }
    return median;
}

/// How far a pixel is from a sky that may be covered by white clouds: clouds lie anywhere.
double cloudyDifference(const std::uint8_t* pixel, const std::uint8_t* sky)
{
    constexpr double kOpaque = 0.85, kPenalty = 8;
    double along = 0, length = 0;
    for (int i = 0; i < 3; ++i) {
        along += (pixel[i] - sky[i]) * (255.0 - sky[i]);
        length += (255.0 - sky[i]) * (255.0 - sky[i]);
    }
    const double share = std::clamp(along / length, 0.0, kOpaque);
    double most = 0;
    for (int i = 0; i < 3; ++i)
        most = std::max(most, std::abs(pixel[i] - (sky[i] + share * (255.0 - sky[i]))));
    return most + kPenalty * share;
}

} // namespace

WorkClip workClipOf(std::span<const std::uint8_t> rgb, int width, int height, int frames)
{
    WorkClip clip;
    const double scale = static_cast<double>(kWorkSide) / std::min(width, height);
    // a very long and narrow picture is squeezed rather than made huge
    clip.width = std::min(static_cast<int>(std::lround(width * scale)), 8 * kWorkSide);
    clip.height = std::min(static_cast<int>(std::lround(height * scale)), 8 * kWorkSide);
    const std::size_t frameBytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
    const int taken = std::min(frames, kMostFrames);
    for (int i = 0; i < taken; ++i) {
        const int frame = taken > 1 ? static_cast<int>(static_cast<std::int64_t>(i) * (frames - 1) / (taken - 1)) : 0;
        const std::uint8_t* pixels = rgb.data() + frameBytes * static_cast<std::size_t>(frame);
        if (width == clip.width && height == clip.height)
            clip.frames.emplace_back(pixels, pixels + frameBytes);
        else
            clip.frames.push_back(resized(pixels, width, height, clip.width, clip.height));
    }
    return clip;
}

std::vector<Region> regionsOf(const Mask& mask, int width, int height, std::size_t leastArea)
{
    std::vector<Region> regions;
    Mask isSeen(mask.size());
    std::vector<int> inside;
    for (int start = 0; start < width * height; ++start) {
        if (!mask[static_cast<std::size_t>(start)] || isSeen[static_cast<std::size_t>(start)])
            continue;
        inside.assign(1, start);
        isSeen[static_cast<std::size_t>(start)] = 1;
        for (std::size_t next = 0; next < inside.size(); ++next) {
            const int x = inside[next] % width, y = inside[next] / width;
            const auto visit = [&](int column, int row) {
                if (column < 0 || row < 0 || column >= width || row >= height)
                    return;
                const auto index = static_cast<std::size_t>(row * width + column);
                if (mask[index] && !isSeen[index]) {
                    isSeen[index] = 1;
                    inside.push_back(static_cast<int>(index));
                }
            };
            visit(x - 1, y);
            visit(x + 1, y);
            visit(x, y - 1);
            visit(x, y + 1);
        }
        if (inside.size() < leastArea)
            continue;
        Region region{Mask(mask.size()), inside.size(), width, 0, height, 0};
        for (const int index : inside) {
            region.mask[static_cast<std::size_t>(index)] = 1;
            region.left = std::min(region.left, index % width);
            region.right = std::max(region.right, index % width + 1);
            region.top = std::min(region.top, index / width);
            region.bottom = std::max(region.bottom, index / width + 1);
        }
        regions.push_back(std::move(region));
    }
    std::stable_sort(regions.begin(), regions.end(), [](const Region& a, const Region& b) { return a.area > b.area; });
    return regions;
}

Mask eroded(const Mask& mask, int width, int height)
{
    // rows first, then columns; beyond the edge the picture goes on
    Mask rows(mask.size()), result(mask.size());
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* from = mask.data() + static_cast<std::ptrdiff_t>(y) * width;
        std::uint8_t* to = rows.data() + static_cast<std::ptrdiff_t>(y) * width;
        to[0] = from[0] & from[1];
        for (int x = 1; x + 1 < width; ++x)
            to[x] = from[x - 1] & from[x] & from[x + 1];
        to[width - 1] = from[width - 2] & from[width - 1];
    }
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* middle = rows.data() + static_cast<std::ptrdiff_t>(y) * width;
        const std::uint8_t* above = y > 0 ? middle - width : middle;
        const std::uint8_t* below = y + 1 < height ? middle + width : middle;
        std::uint8_t* to = result.data() + static_cast<std::ptrdiff_t>(y) * width;
        for (int x = 0; x < width; ++x)
            to[x] = above[x] & middle[x] & below[x];
    }
    return result;
}

namespace {

/// With the pixels beside it: growing is shrinking the rest.
Mask grown(Mask mask, int width, int height)
{
    const auto turn = [&] {
        std::transform(mask.begin(), mask.end(), mask.begin(), [](std::uint8_t in) { return !in; });
    };
    turn();
    mask = eroded(mask, width, height);
    turn();
    return mask;
}

} // namespace

Mask opened(const Mask& mask, int width, int height)
{
    return grown(eroded(mask, width, height), width, height);
}

Segmenter::Segmenter(int width, int height)
    : m_width(width)
    , m_height(height)
{
    constexpr int kPhases = 24, kTilePhases = 16;
    for (std::size_t i = 0; i < kBackdrops; ++i) {
        const auto backdrop = static_cast<Backdrop>(i);
        const bool hasTiles = backdrop == Backdrop::Checkerboard;
        const bool hasPhase = hasTiles || backdrop == Backdrop::GrassyField || backdrop == Backdrop::SandyBeach
            || backdrop == Backdrop::Stripes;
        const int phases = hasTiles ? kTilePhases : hasPhase ? kPhases : 1;
        for (int phase = 0; phase < phases; ++phase)
            for (int other = 0; other < (hasTiles ? phases : 1); ++other) {
                std::vector<double> details = backdropDetails(backdrop, 0);
                details[0] = static_cast<double>(phase) / phases;
                details[1] = static_cast<double>(other) / phases;
                // stars and clouds lie anywhere: the sky without them is a gradient of its own
                const auto picture = backdrop == Backdrop::NightSky || backdrop == Backdrop::CloudySky
                    ? drawSky(backdrop, width, height)
                    : drawBackdrop(backdrop, details, width, height);
                m_templates.push_back({backdrop, std::move(details), shrunk(picture, width, height)});
            }
    }
}

double Segmenter::error(const Template& each, const std::vector<std::uint8_t>& small) const
{
    double sum = 0;
    for (std::size_t i = 0; i < small.size(); i += 3)
        sum += std::min<double>(kMostDifference,
            each.backdrop == Backdrop::CloudySky ? cloudyDifference(&small[i], &each.small[i])
                                                 : difference(&small[i], &each.small[i]));
    return sum / static_cast<double>(small.size() / 3);
}

/// The backdrop at full size, its phases searched more finely.
std::vector<std::uint8_t> Segmenter::refined(const Template& best, const std::vector<std::uint8_t>& median) const
{
    if (best.backdrop == Backdrop::NightSky || best.backdrop == Backdrop::CloudySky)
        return drawSky(best.backdrop, m_width, m_height);
    std::vector<double> details = best.details;
    auto picture = drawBackdrop(best.backdrop, details, m_width, m_height);
    const std::size_t phases = best.backdrop == Backdrop::Checkerboard ? 2 : best.backdrop >= Backdrop::GrassyField;
    const auto errorOf = [&](const std::vector<std::uint8_t>& other) {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < median.size(); i += 3)
            sum += std::min(kMostDifference, difference(&median[i], &other[i]));
        return sum;
    };
    std::int64_t least = phases > 0 ? errorOf(picture) : 0;
    for (double step = 1.0 / 32; step > 1.0 / 300; step /= 2)
        for (std::size_t phase = 0; phase < phases; ++phase)
            for (const double change : {-step, step}) {
                std::vector<double> other = details;
                other[phase] += change - std::floor(other[phase] + change);
                auto drawn = drawBackdrop(best.backdrop, other, m_width, m_height);
                if (const std::int64_t now = errorOf(drawn); now < least) {
                    least = now;
                    details = std::move(other);
                    picture = std::move(drawn);
                }
            }
    return picture;
}

Segmenter::Background Segmenter::background(const WorkClip& clip) const
{
    const auto median = medianOf(clip);
    const auto small = shrunk(median, m_width, m_height);
    Background result;
    const Template* best = nullptr;
    for (const Template& each : m_templates)
        if (const double now = error(each, small); !best || now < result.error) {
            best = &each;
            result.error = now;
        }
    result.backdrop = best->backdrop;
    result.picture = refined(*best, median);

    Mask differs(clip.pixels());
    int border = 0, wrong = 0;
    for (int y = 0; y < m_height; ++y)
        for (int x = 0; x < m_width; ++x) {
            const auto pixel = static_cast<std::size_t>(y * m_width + x);
            const std::uint8_t *seen = &median[pixel * 3], *drawn = &result.picture[pixel * 3];
            differs[pixel] =
                (best->backdrop == Backdrop::CloudySky ? cloudyDifference(seen, drawn) : difference(seen, drawn))
                > kAgreement;
            const bool isBorder = x < 6 || y < 6 || x >= m_width - 6 || y >= m_height - 6;
            border += isBorder;
            wrong += isBorder && differs[pixel];
        }
    // The median knows stars, clouds and what a model made differently; only where something large stands in it, which
    // is an object that rests, the drawing knows better.
    Mask resting(clip.pixels());
    if (wrong <= kWrongBorder * border)
        for (const Region& region :
            regionsOf(opened(differs, m_width, m_height), m_width, m_height, clip.pixels() / 160))
            for (std::size_t i = 0; i < resting.size(); ++i)
                resting[i] |= region.mask[i];
    // with its soft edge and its shadow
    constexpr int kEdge = 7;
    Mask around(clip.pixels());
    for (int y = 0; y < m_height; ++y)
        for (int x = 0; x < m_width; ++x)
            if (resting[static_cast<std::size_t>(y * m_width + x)])
                for (int dy = -kEdge; dy <= kEdge + 6; ++dy)
                    for (int dx = -kEdge; dx <= kEdge; ++dx)
                        if (x + dx >= 0 && y + dy >= 0 && x + dx < m_width && y + dy < m_height)
                            around[static_cast<std::size_t>((y + dy) * m_width + x + dx)] = 1;
    for (std::size_t pixel = 0; pixel < around.size(); ++pixel)
        if (!around[pixel] || (best->backdrop == Backdrop::CloudySky && !differs[pixel]))
            std::copy_n(&median[pixel * 3], 3, &result.picture[pixel * 3]);
    return result;
}

namespace {

/// How much a pixel differs: in brightness, or in hue where a light object stands in front of a light backdrop.
int contrastOf(const std::uint8_t* seen, const std::uint8_t* behind)
{
    const auto change = [&](int a, int b) { return std::abs((seen[a] - seen[b]) - (behind[a] - behind[b])); };
    return std::max({difference(seen, behind), change(0, 1), change(1, 2), change(0, 2)});
}

/// A darker copy of what is behind.
bool isShadow(const std::uint8_t* seen, const std::uint8_t* behind)
{
    constexpr double kDarkest = 0.60, kHue = 0.035, kRest = 14;
    const double sum = seen[0] + seen[1] + seen[2], sumBehind = behind[0] + behind[1] + behind[2];
    const double ratio = sum / (sumBehind + 1);
    double hue = 0, rest = 0;
    for (int channel = 0; channel < 3; ++channel) {
        hue = std::max(hue, std::abs(seen[channel] / (sum + 30) - behind[channel] / (sumBehind + 30)));
        rest = std::max(rest, std::abs(seen[channel] - ratio * behind[channel]));
    }
    return ratio < 1 && ratio > kDarkest && hue < kHue && rest < kRest;
}

/// Takes away the soft edge that blur leaves outside of an outline: edge pixels with less than half of the contrast of
/// what they are the edge of. Without it, the tips and notches of a star are those of a flower.
void peel(Mask& mask, const std::vector<int>& contrast, int width, int height)
{
    constexpr int kRounds = 3, kReach = 3;
    constexpr double kHalf = 0.45;
    for (int round = 0; round < kRounds; ++round) {
        const Mask before = mask;
        const auto isIn = [&](int x, int y) {
            return x < 0 || y < 0 || x >= width || y >= height || before[static_cast<std::size_t>(y * width + x)];
        };
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                const auto pixel = static_cast<std::size_t>(y * width + x);
                if (!before[pixel] || (isIn(x - 1, y) && isIn(x + 1, y) && isIn(x, y - 1) && isIn(x, y + 1)))
                    continue;
                int most = 0;
                for (int row = std::max(0, y - kReach); row <= std::min(height - 1, y + kReach); ++row)
                    for (int column = std::max(0, x - kReach); column <= std::min(width - 1, x + kReach); ++column) {
                        const auto other = static_cast<std::size_t>(row * width + column);
                        most = before[other] ? std::max(most, contrast[other]) : most;
                    }
                mask[pixel] = contrast[pixel] >= kHalf * most;
            }
    }
}

} // namespace

Mask Segmenter::foreground(const std::vector<std::uint8_t>& frame, const std::vector<std::uint8_t>& background) const
{
    Mask mask(frame.size() / 3);
    std::vector<int> contrast(mask.size());
    for (std::size_t i = 0; i < mask.size(); ++i) {
        contrast[i] = contrastOf(&frame[i * 3], &background[i * 3]);
        mask[i] = contrast[i] > kContrast && !isShadow(&frame[i * 3], &background[i * 3]);
    }
    // specks go, but not the tips of what stays
    Mask kept = grown(grown(opened(mask, m_width, m_height), m_width, m_height), m_width, m_height);
    std::transform(kept.begin(), kept.end(), mask.begin(), kept.begin(), std::bit_and<std::uint8_t>());
    peel(kept, contrast, m_width, m_height);
    return kept;
}

} // namespace toca::world
