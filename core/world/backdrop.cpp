// SPDX-License-Identifier: Apache-2.0
#include "core/world/backdrop.h"

#include "core/world/cairo_objects.h"
#include "core/world/random.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>

namespace toca::world {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr std::size_t kStars = 14, kStarDetails = 4, kClouds = 4, kCloudDetails = 3;

struct Stop {
    double height; ///< -1: lower edge, 1: upper edge
    Rgb colour;
};

double between(double low, double high, double share)
{
    return low + (high - low) * share;
}

/// A canvas in the world's units.
class Canvas {
public:
    Canvas(int width, int height)
        : m_surface(makeSurface(CAIRO_FORMAT_RGB24, width, height))
        , m_context(makeContext(m_surface.get()))
        , m_halfWidth(width / static_cast<double>(std::min(width, height)))
        , m_halfHeight(height / static_cast<double>(std::min(width, height)))
    {
    }

    cairo_t* context() const { return m_context.get(); }
    double halfWidth() const { return m_halfWidth; }
    double halfHeight() const { return m_halfHeight; }

    void setColour(Rgb colour, double alpha = 1) const
    {
        cairo_set_source_rgba(context(), colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0, alpha);
    }
    /// Colours that change from below to above.
    void setHeightColours(std::initializer_list<Stop> stops) const
    {
        const Pattern pattern(cairo_pattern_create_linear(0, -m_halfHeight, 0, m_halfHeight));
        for (const Stop& stop : stops)
            cairo_pattern_add_color_stop_rgb(pattern.get(), (stop.height + 1) / 2, stop.colour[0] / 255.0,
                stop.colour[1] / 255.0, stop.colour[2] / 255.0);
        cairo_set_source(context(), pattern.get());
    }
    /// Fills everything below a wave.
    void fillBelow(double height, double swing, double frequency, double phase) const
    {
        constexpr int kPieces = 64;
        cairo_move_to(context(), -m_halfWidth - 0.1, -m_halfHeight - 0.1);
        for (int i = 0; i <= kPieces; ++i) {
            const double x = between(-m_halfWidth - 0.1, m_halfWidth + 0.1, static_cast<double>(i) / kPieces);
            cairo_line_to(context(), x, height * m_halfHeight + swing * std::sin(frequency * x + phase));
        }
        cairo_line_to(context(), m_halfWidth + 0.1, -m_halfHeight - 0.1);
        cairo_close_path(context());
        cairo_fill(context());
    }

    std::vector<std::uint8_t> rgb() const
    {
        cairo_surface_flush(m_surface.get());
        const int width = cairo_image_surface_get_width(m_surface.get());
        const int height = cairo_image_surface_get_height(m_surface.get());
        const unsigned char* data = cairo_image_surface_get_data(m_surface.get());
        const std::ptrdiff_t stride = cairo_image_surface_get_stride(m_surface.get());
        std::vector<std::uint8_t> bytes;
        bytes.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
        for (int row = 0; row < height; ++row) {
            const auto* pixels = reinterpret_cast<const std::uint32_t*>(data + row * stride); // 0xXXRRGGBB
            for (int column = 0; column < width; ++column)
                for (const int shift : {16, 8, 0})
                    bytes.push_back(static_cast<std::uint8_t>(pixels[column] >> shift));
        }
        return bytes;
    }

private:
    Surface m_surface;
    Context m_context;
    double m_halfWidth;
    double m_halfHeight;
};

void drawPlain(const Canvas& canvas, Rgb colour)
{
    const auto lit = [&](double light) {
        Rgb result;
        for (std::size_t i = 0; i < 3; ++i)
            result[i] = static_cast<std::uint8_t>(std::min(255.0, colour[i] * light + 0.5));
        return result;
    };
    canvas.setHeightColours({{-1, lit(0.97)}, {1, lit(1.03)}}); // light comes from above
    cairo_paint(canvas.context());
}

void paintSky(const Canvas& canvas, Backdrop backdrop)
{
    if (backdrop == Backdrop::NightSky)
        canvas.setHeightColours({{-1, {36, 40, 92}}, {1, {8, 10, 36}}});
    else
        canvas.setHeightColours({{-1, {176, 214, 246}}, {1, {84, 150, 230}}});
    cairo_paint(canvas.context());
}

void drawNight(const Canvas& canvas, const std::vector<double>& details)
{
    paintSky(canvas, Backdrop::NightSky);
    for (std::size_t i = 0; i < kStars; ++i) {
        const double* star = details.data() + i * kStarDetails;
        const double x = canvas.halfWidth() * between(-0.95, 0.95, star[0]);
        const double y = canvas.halfHeight() * between(-0.95, 0.95, star[1]);
        const double size = between(0.026, 0.044, star[2]), brightness = between(0.7, 1.0, star[3]);
        constexpr double kReach = 2.4; // where exp(-r^2) has come down to 3/1000
        const Pattern glow(cairo_pattern_create_radial(x, y, 0, x, y, kReach * size));
        for (const double share : {0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0})
            cairo_pattern_add_color_stop_rgba(glow.get(), share, 1.0, 0.97, 0.82,
                share < 1 ? brightness * std::exp(-kReach * kReach * share * share) : 0);
        cairo_set_source(canvas.context(), glow.get());
        cairo_arc(canvas.context(), x, y, kReach * size, 0, 2 * kPi);
        cairo_fill(canvas.context());
    }
}

/// Three flat discs in a row, soft at their common edge.
void drawCloud(const Canvas& canvas, double x, double y, double size)
{
    constexpr int kLevels = 8;
    constexpr double kInner = -0.05, kOuter = 0.03, kOpacity = 0.85, kFlat = 1.25;
    cairo_t* context = canvas.context();
    cairo_push_group_with_content(context, CAIRO_CONTENT_ALPHA);
    cairo_set_operator(context, CAIRO_OPERATOR_ADD);
    cairo_set_source_rgba(context, 0, 0, 0, kOpacity / kLevels);
    for (int level = 0; level < kLevels; ++level) {
        // the distance at which the smooth step 3u^2 - 2u^3 has this height
        const double height = (level + 0.5) / kLevels;
        const double share = 0.5 - std::sin(std::asin(1 - 2 * height) / 3);
        const double growth = between(kInner, kOuter, share);
        struct Disc {
            double place, size;
        };
        for (const Disc disc : {Disc{-1.2, 0.75}, Disc{0, 1.0}, Disc{1.2, 0.8}}) {
            cairo_save(context);
            cairo_translate(context, x + disc.place * size, y + (disc.size - 0.8) * size);
            cairo_scale(context, kFlat, 1);
            cairo_new_sub_path(context);
            cairo_arc(context, 0, 0, std::max(0.001, size * disc.size + growth), 0, 2 * kPi);
            cairo_restore(context);
        }
        cairo_fill(context); // nonzero rule: where discs overlap counts once
    }
    const Pattern shape(cairo_pop_group(context));
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_mask(context, shape.get());
}

void drawClouds(const Canvas& canvas, const std::vector<double>& details)
{
    paintSky(canvas, Backdrop::CloudySky);
    for (std::size_t i = 0; i < kClouds; ++i) {
        const double* cloud = details.data() + i * kCloudDetails;
        drawCloud(canvas, canvas.halfWidth() * between(-0.9, 0.9, cloud[0]),
            canvas.halfHeight() * between(-0.7, 0.9, cloud[1]), between(0.10, 0.16, cloud[2]));
    }
}

void drawGrass(const Canvas& canvas, const std::vector<double>& details)
{
    canvas.setHeightColours({{-1, {206, 230, 248}}, {-0.3, {206, 230, 248}}, {1, {108, 172, 236}}});
    cairo_paint(canvas.context());
    canvas.setHeightColours({{-1, {44, 112, 36}}, {0, {116, 186, 80}}, {1, {116, 186, 80}}});
    canvas.fillBelow(-0.12, 0.06, 2.2, 2 * kPi * details[0]);
}

void drawBeach(const Canvas& canvas, const std::vector<double>& details)
{
    canvas.setHeightColours({{-1, {214, 234, 248}}, {0.1, {214, 234, 248}}, {1, {120, 184, 240}}});
    cairo_paint(canvas.context());
    canvas.setHeightColours(
        {{-1, {70, 176, 200}}, {-0.4, {70, 176, 200}}, {0.15, {30, 104, 176}}, {1, {30, 104, 176}}});
    canvas.fillBelow(0.12, 0, 0, 0);
    canvas.setHeightColours({{-1, {222, 199, 143}}, {1, {250, 225, 161}}});
    canvas.fillBelow(-0.36, 0.05, 3.0, 2 * kPi * details[0]);
}

void drawTiles(const Canvas& canvas, const std::vector<double>& details)
{
    constexpr double kTile = 0.5;
    canvas.setColour({122, 126, 138});
    cairo_paint(canvas.context());
    canvas.setColour({206, 208, 214});
    // A tile is light where its row and column are both even or both odd.
    const double left = -canvas.halfWidth() - 4 * kTile - 2 * kTile * details[0];
    const double bottom = -canvas.halfHeight() - 4 * kTile - 2 * kTile * details[1];
    const auto count = [&](double from, double to) { return static_cast<int>(std::ceil((to - from) / kTile)); };
    const int columns = count(left, canvas.halfWidth()), rows = count(bottom, canvas.halfHeight());
    for (int row = 0; row < rows; ++row)
        for (int column = row % 2; column < columns; column += 2)
            cairo_rectangle(canvas.context(), left + column * kTile, bottom + row * kTile, kTile, kTile);
    cairo_fill(canvas.context());
}

void drawStripes(const Canvas& canvas, const std::vector<double>& details)
{
    constexpr double kStripe = 2.0 / 3;
    canvas.setColour({164, 190, 214});
    cairo_paint(canvas.context());
    canvas.setColour({250, 226, 196});
    for (double x = -canvas.halfWidth() - 2 * kStripe * (1 + details[0]); x < canvas.halfWidth(); x += 2 * kStripe)
        cairo_rectangle(canvas.context(), x, -canvas.halfHeight(), kStripe, 2 * canvas.halfHeight());
    cairo_fill(canvas.context());
}

} // namespace

Rgb rgbOf(Colour colour)
{
    constexpr std::array<Rgb, kColours> kColourValues = {{{224, 40, 44}, {246, 136, 20}, {250, 218, 36}, {44, 172, 60},
        {44, 208, 220}, {36, 84, 224}, {140, 52, 196}, {250, 120, 184}, {246, 246, 246}, {28, 28, 32}}};
    return kColourValues[static_cast<std::size_t>(colour)];
}

std::vector<double> backdropDetails(Backdrop backdrop, std::uint64_t seed)
{
    const std::size_t count = backdrop == Backdrop::NightSky ? kStars * kStarDetails
        : backdrop == Backdrop::CloudySky                    ? kClouds * kCloudDetails
                                                             : 2;
    std::vector<double> details(count);
    Random random(seed);
    for (double& detail : details)
        detail = random.uniform();
    return details;
}

std::vector<std::uint8_t> drawBackdrop(Backdrop backdrop, const std::vector<double>& details, int width, int height)
{
    const Canvas canvas(width, height);
    const auto gradient = [&](Rgb lower, Rgb upper) {
        canvas.setHeightColours({{-1, lower}, {1, upper}});
        cairo_paint(canvas.context());
    };
    switch (backdrop) {
    case Backdrop::White:
        drawPlain(canvas, {236, 236, 238});
        break;
    case Backdrop::Black:
        drawPlain(canvas, {22, 22, 28});
        break;
    case Backdrop::Gray:
        drawPlain(canvas, {138, 140, 146});
        break;
    case Backdrop::Blue:
        drawPlain(canvas, {150, 190, 236});
        break;
    case Backdrop::Green:
        drawPlain(canvas, {168, 214, 160});
        break;
    case Backdrop::Pink:
        drawPlain(canvas, {244, 200, 216});
        break;
    case Backdrop::Yellow:
        drawPlain(canvas, {248, 236, 170});
        break;
    case Backdrop::Purple:
        drawPlain(canvas, {196, 176, 228});
        break;
    case Backdrop::BlueGradient:
        gradient({30, 60, 140}, {170, 214, 248});
        break;
    case Backdrop::GreenGradient:
        gradient({18, 92, 70}, {190, 232, 170});
        break;
    case Backdrop::PinkGradient:
        gradient({150, 50, 120}, {252, 204, 214});
        break;
    case Backdrop::GrayGradient:
        gradient({56, 58, 66}, {214, 216, 222});
        break;
    case Backdrop::NightSky:
        drawNight(canvas, details);
        break;
    case Backdrop::CloudySky:
        drawClouds(canvas, details);
        break;
    case Backdrop::SunsetSky:
        canvas.setHeightColours(
            {{-1, {255, 196, 92}}, {-0.3, {246, 128, 84}}, {0.35, {172, 78, 130}}, {1, {64, 44, 112}}});
        cairo_paint(canvas.context());
        break;
    case Backdrop::GrassyField:
        drawGrass(canvas, details);
        break;
    case Backdrop::SandyBeach:
        drawBeach(canvas, details);
        break;
    case Backdrop::Checkerboard:
        drawTiles(canvas, details);
        break;
    case Backdrop::Stripes:
        drawStripes(canvas, details);
        break;
    }
    return canvas.rgb();
}

std::vector<std::uint8_t> drawSky(Backdrop backdrop, int width, int height)
{
    const Canvas canvas(width, height);
    paintSky(canvas, backdrop);
    return canvas.rgb();
}

} // namespace toca::world
