// SPDX-License-Identifier: Apache-2.0
#include "core/media/comparison_clip.h"

#include "core/api/utf8.h"
#include "core/media/clip_resize.h"

#include <cairo.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>

namespace toca::media {
namespace {

constexpr int kGap = 4; ///< pixels between panes
constexpr std::size_t kLongestLabel = 400; ///< bytes looked at

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

Result<void> check(const std::vector<LabelledClip>& clips, const ComparisonOptions& options)
{
    if (clips.size() < 2 || clips.size() > kMostPanes)
        return invalid("A comparison takes 2 to " + std::to_string(kMostPanes) + " clips, not "
            + std::to_string(clips.size()) + ".");
    if (options.gain < 1 || options.gain > 64)
        return invalid("The gain of a difference must be from 1 to 64, not " + std::to_string(options.gain) + ".");
    for (const LabelledClip& each : clips) {
        if (each.clip.isEmpty())
            return invalid(
                "The clip '" + each.label.substr(0, 80) + "' has no frames; a comparison needs all of them.");
        for (const Frame& frame : each.clip.frames)
            if (frame.width < 1 || frame.height < 1 || frame.width != each.clip.frames.front().width
                || frame.height != each.clip.frames.front().height
                || frame.rgb.size()
                    != static_cast<std::size_t>(frame.width) * static_cast<std::size_t>(frame.height) * 3)
                return invalid("The clip '" + each.label.substr(0, 80)
                    + "' has frames of several sizes or without all of their pixels.");
    }
    return {};
}

/// Well-formed UTF-8 on one line; what is not becomes '?', as the drawing library refuses it whole.
std::string drawable(std::string_view text)
{
    std::string clean;
    text = text.substr(0, kLongestLabel);
    while (!text.empty()) {
        const std::size_t bytes = utf8CharacterBytes(text);
        const auto first = static_cast<unsigned char>(text.front());
        clean += bytes == 0 || first < 0x20 || first == 0x7F ? "?" : std::string(text.substr(0, bytes));
        text.remove_prefix(std::max<std::size_t>(1, bytes));
    }
    return clean;
}

/// White text on black, as wide as it may be: shrunk, then cut at its end.
Frame labelStrip(const std::string& label, int width, int height)
{
    Frame strip{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width) * height * 3)};
    const std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface(
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height), cairo_surface_destroy);
    const std::unique_ptr<cairo_t, void (*)(cairo_t*)> context(cairo_create(surface.get()), cairo_destroy);
    cairo_t* cairo = context.get();
    cairo_set_source_rgb(cairo, 0, 0, 0);
    cairo_paint(cairo);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_select_font_face(cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    std::string text = drawable(label);
    cairo_text_extents_t extents{};
    const double room = width - 8.0;
    double size = 0.62 * height;
    const double smallest = 0.42 * height;
    for (;; size = std::max(smallest, 0.92 * size)) {
        cairo_set_font_size(cairo, size);
        cairo_text_extents(cairo, text.c_str(), &extents);
        if (extents.x_advance <= room || size <= smallest)
            break;
    }
    while (extents.x_advance > room && !text.empty()) {
        if (text.ends_with("\u2026"))
            text.erase(text.size() - std::string_view("\u2026").size());
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U)
            text.pop_back(); // the rest of a character of several bytes
        if (!text.empty())
            text.pop_back();
        text += "\u2026";
        cairo_text_extents(cairo, text.c_str(), &extents);
        if (text == "\u2026")
            break;
    }
    cairo_move_to(cairo, 4, 0.72 * height);
    cairo_show_text(cairo, text.c_str());
    cairo_surface_flush(surface.get());
    const unsigned char* data = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    for (int y = 0; data && y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            std::uint32_t pixel = 0;
            std::copy_n(
                data + static_cast<std::ptrdiff_t>(y) * stride + 4 * x, 4, reinterpret_cast<unsigned char*>(&pixel));
            std::uint8_t* target = &strip.rgb[(static_cast<std::size_t>(y) * width + x) * 3];
            target[0] = static_cast<std::uint8_t>(pixel >> 16U);
            target[1] = static_cast<std::uint8_t>(pixel >> 8U);
            target[2] = static_cast<std::uint8_t>(pixel);
        }
    }
    return strip;
}

void copyInto(Frame& target, const Frame& part, int left, int top)
{
    for (int y = 0; y < part.height; ++y) {
        const auto* from = &part.rgb[static_cast<std::size_t>(y) * part.width * 3];
        std::copy_n(from, static_cast<std::size_t>(part.width) * 3,
            &target.rgb[(static_cast<std::size_t>(top + y) * target.width + left) * 3]);
    }
}

/// Whole squares instead of a filter: small clips show their own pixels.
Frame enlarged(const Frame& frame, int factor)
{
    if (factor == 1)
        return frame;
    Frame large{frame.width * factor, frame.height * factor, {}};
    large.rgb.resize(frame.rgb.size() * static_cast<std::size_t>(factor) * factor);
    for (int y = 0; y < large.height; ++y)
        for (int x = 0; x < large.width; ++x)
            std::copy_n(&frame.rgb[(static_cast<std::size_t>(y / factor) * frame.width + x / factor) * 3], 3,
                &large.rgb[(static_cast<std::size_t>(y) * large.width + x) * 3]);
    return large;
}

Frame differenceOf(const Frame& one, const Frame& other, int gain)
{
    Frame difference = one;
    for (std::size_t i = 0; i < difference.rgb.size(); ++i)
        difference.rgb[i] = static_cast<std::uint8_t>(std::min(255, std::abs(one.rgb[i] - other.rgb[i]) * gain));
    return difference;
}

double rateOf(const Clip& clip)
{
    return std::isfinite(clip.fps) && clip.fps > 0 ? clip.fps : 8.0;
}

/// The frame that is on the screen at a time.
std::size_t frameAt(const Clip& clip, double seconds)
{
    const auto frame = static_cast<std::size_t>(std::floor(seconds * rateOf(clip) + 1e-6));
    return std::min(frame, clip.frames.size() - 1);
}

} // namespace

Result<Clip> comparisonClip(std::vector<LabelledClip> clips, const ComparisonOptions& options)
{
    if (auto valid = check(clips, options); !valid)
        return unexpected(valid.error());
    const int width = clips.front().clip.frames.front().width, height = clips.front().clip.frames.front().height;
    double fps = 0, seconds = 0;
    for (const LabelledClip& each : clips) {
        fps = std::max(fps, rateOf(each.clip));
        seconds = std::max(seconds, static_cast<double>(each.clip.frames.size()) / rateOf(each.clip));
    }
    const auto frames = static_cast<std::int64_t>(std::ceil(seconds * fps - 1e-6));
    const int panes = static_cast<int>(clips.size()) + (options.difference ? 1 : 0);
    const int columns = panes <= 4 ? panes : static_cast<int>(std::ceil(std::sqrt(panes)));
    const int rows = (panes + columns - 1) / columns;
    const int factor = std::max(1, (std::clamp(options.smallestHeight, 1, 4096) + height - 1) / height);
    const std::int64_t paneWidth = std::int64_t{width} * factor, paneHeight = std::int64_t{height} * factor;
    const int strip = static_cast<int>(std::clamp<std::int64_t>(paneHeight / 10, 22, 64));
    const std::int64_t wholeWidth = (columns * paneWidth + (columns - 1) * kGap + 1) / 2 * 2;
    const std::int64_t wholeHeight = (rows * (paneHeight + strip) + (rows - 1) * kGap + 1) / 2 * 2;
    if (wholeWidth > 16384 || wholeHeight > 16384 || frames > kMostComparisonBytes / (wholeWidth * wholeHeight * 3))
        return unexpected(ErrorCode::TooLarge,
            "A comparison of " + std::to_string(panes) + " panes of " + std::to_string(paneWidth) + " x "
                + std::to_string(paneHeight) + " pixels with " + std::to_string(frames)
                + " frames is too large; take fewer or smaller clips.");

    for (LabelledClip& each : clips) {
        const Frame& first = each.clip.frames.front();
        if (first.width == width && first.height == height)
            continue;
        auto fitted = resized(each.clip, width, height, Fit::Contain);
        if (!fitted)
            return unexpected(fitted.error());
        each.clip = std::move(*fitted);
    }
    Frame background{static_cast<int>(wholeWidth), static_cast<int>(wholeHeight), {}};
    background.rgb.resize(static_cast<std::size_t>(wholeWidth * wholeHeight) * 3);
    const auto left = [&](int pane) { return static_cast<int>((pane % columns) * (paneWidth + kGap)); };
    const auto top = [&](int pane) { return static_cast<int>((pane / columns) * (paneHeight + strip + kGap)); };
    for (int pane = 0; pane < panes; ++pane) {
        const std::string label = static_cast<std::size_t>(pane) < clips.size()
            ? clips[static_cast<std::size_t>(pane)].label
            : "difference \u00d7 " + std::to_string(options.gain);
        copyInto(background, labelStrip(label, static_cast<int>(paneWidth), strip), left(pane), top(pane));
    }
    Clip whole{fps, {}};
    for (std::int64_t i = 0; i < frames; ++i) {
        Frame frame = background;
        const double time = static_cast<double>(i) / fps;
        const auto shown = [&](std::size_t clip) -> const Frame& {
            return clips[clip].clip.frames[frameAt(clips[clip].clip, time)];
        };
        for (int pane = 0; pane < panes; ++pane) {
            const auto clip = static_cast<std::size_t>(pane);
            const Frame picture = clip < clips.size() ? shown(clip) : differenceOf(shown(0), shown(1), options.gain);
            copyInto(frame, enlarged(picture, factor), left(pane), top(pane) + strip);
        }
        whole.frames.push_back(std::move(frame));
    }
    return whole;
}

} // namespace toca::media
