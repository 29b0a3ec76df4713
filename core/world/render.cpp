// SPDX-License-Identifier: Apache-2.0
#include "core/world/backdrop.h"
#include "core/world/cairo_objects.h"
#include "core/world/outline.h"
#include "core/world/world.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace toca::world {
namespace {

constexpr float kShadowDrop = 0.09F; // world units below the object
constexpr float kShadowInner = -0.07F, kShadowOuter = 0.09F; // its soft edge
constexpr float kShadowDepth = 0.30F;
constexpr float kRimWidth = 0.16F, kRimDepth = 0.30F; // a darker edge, in radii
constexpr float kLight = 0.20F; // how much brighter the top is

/// 0 below `low`, 1 above `high`, smooth between.
float smoothStep(float low, float high, float value)
{
    const float share = std::clamp((value - low) / (high - low), 0.0F, 1.0F);
    return share * share * (3 - 2 * share);
}

/// Draws objects into one frame after the other.
class ObjectPainter {
public:
    ObjectPainter(int width, int height)
        : m_width(width)
        , m_height(height)
        , m_unit(static_cast<float>(std::min(width, height)) / 2)
        , m_mask(makeSurface(CAIRO_FORMAT_A8, width, height))
        , m_context(makeContext(m_mask.get()))
    {
        cairo_set_fill_rule(m_context.get(), CAIRO_FILL_RULE_EVEN_ODD);
    }

    void paint(std::uint8_t* rgb, const ObjectDescription& object, const Placement& placement)
    {
        const Region region = regionOf(placement);
        if (region.left >= region.right || region.top >= region.bottom)
            return;
        fillMask(object.shape, placement);
        const Shading shading(object, placement);
        const unsigned char* mask = cairo_image_surface_get_data(m_mask.get());
        const std::ptrdiff_t stride = cairo_image_surface_get_stride(m_mask.get());
        for (int row = region.top; row < region.bottom; ++row) {
            const float y = (static_cast<float>(m_height) / 2 - static_cast<float>(row) - 0.5F) / m_unit;
            std::uint8_t* pixel = rgb + (static_cast<std::ptrdiff_t>(row) * m_width + region.left) * 3;
            for (int column = region.left; column < region.right; ++column, pixel += 3) {
                const float x = (static_cast<float>(column) + 0.5F - static_cast<float>(m_width) / 2) / m_unit;
                shading.blend(pixel, static_cast<float>(mask[row * stride + column]) / 255, x, y);
            }
        }
    }

private:
    struct Region {
        int left, right, top, bottom;
    };

    /// The light on one object.
    class Shading {
    public:
        Shading(const ObjectDescription& object, const Placement& placement)
            : m_distances(DistanceTable::of(object.shape))
            , m_shape(object.shape)
            , m_x(static_cast<float>(placement.x))
            , m_y(static_cast<float>(placement.y))
            , m_radius(static_cast<float>(placement.radius))
            , m_cosine(static_cast<float>(std::cos(placement.angle)) / m_radius)
            , m_sine(static_cast<float>(std::sin(placement.angle)) / m_radius)
        {
            const Rgb rgb = rgbOf(object.colour);
            for (std::size_t i = 0; i < 3; ++i)
                m_colour[i] = static_cast<float>(rgb[i]) / 255;
        }

        void blend(std::uint8_t* pixel, float coverage, float x, float y) const
        {
            const float dx = x - m_x, dy = y - m_y;
            const float shadow = coverage < 1 ? (1 - coverage) * shadowAt(dx, dy + kShadowDrop) : 0;
            if (coverage <= 0 && shadow <= 0)
                return;
            std::array<float, 3> colour{};
            if (coverage > 0)
                colour = colourAt(dx, dy);
            for (std::size_t i = 0; i < 3; ++i) {
                const float behind = static_cast<float>(pixel[i]) * (1 - shadow);
                const float value = behind + (255 * colour[i] - behind) * coverage;
                pixel[i] = static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
            }
        }

    private:
        float localX(float dx, float dy) const { return m_cosine * dx + m_sine * dy; }
        float localY(float dx, float dy) const { return m_cosine * dy - m_sine * dx; }

        float shadowAt(float dx, float dy) const
        {
            const float distance = m_distances.at(localX(dx, dy), localY(dx, dy)) * m_radius;
            return kShadowDepth * (1 - smoothStep(kShadowInner, kShadowOuter, distance));
        }

        std::array<float, 3> colourAt(float dx, float dy) const
        {
            const float x = localX(dx, dy), y = localY(dx, dy);
            const float height = dy / m_radius; // light comes from above, however the object is turned
            const float light = (1 + kLight * std::clamp(height, -1.0F, 1.0F))
                * (1 - kRimDepth * smoothStep(-kRimWidth, 0, m_distances.at(x, y)));
            std::array<float, 3> colour = m_colour;
            for (float& channel : colour)
                channel *= light;
            if (m_shape == Shape::Ball) {
                const float side = dx / m_radius, above = height - 0.42F;
                const float shine = 0.55F * std::exp(-(side * side + above * above) / 0.07F);
                for (float& channel : colour)
                    channel += (1 - channel) * shine;
            } else if (m_shape == Shape::Flower) {
                constexpr std::array<float, 3> kHeart = {1.0F, 0.95F, 0.7F};
                const float share = 0.45F * (1 - smoothStep(0.24F, 0.32F, std::sqrt(x * x + y * y)));
                for (std::size_t i = 0; i < 3; ++i)
                    colour[i] += (kHeart[i] - colour[i]) * share;
            }
            for (float& channel : colour)
                channel = std::clamp(channel, 0.0F, 1.0F);
            return colour;
        }

        const DistanceTable& m_distances;
        Shape m_shape;
        float m_x, m_y, m_radius;
        float m_cosine, m_sine; // of the angle, over the radius
        std::array<float, 3> m_colour{};
    };

    /// Pixels that the object or its shadow can touch.
    Region regionOf(const Placement& placement) const
    {
        const double reach = placement.radius * 1.12, unit = static_cast<double>(m_unit);
        const double side = reach + static_cast<double>(kShadowOuter);
        const auto limited = [](double value, int most) {
            return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(most)));
        };
        return {limited(std::floor(m_width / 2.0 + (placement.x - side) * unit), m_width),
            limited(std::ceil(m_width / 2.0 + (placement.x + side) * unit), m_width),
            limited(std::floor(m_height / 2.0 - (placement.y + reach) * unit), m_height),
            limited(
                std::ceil(m_height / 2.0 - (placement.y - side - static_cast<double>(kShadowDrop)) * unit), m_height)};
    }

    void fillMask(Shape shape, const Placement& placement)
    {
        cairo_t* context = m_context.get();
        cairo_set_operator(context, CAIRO_OPERATOR_CLEAR);
        cairo_paint(context);
        cairo_set_operator(context, CAIRO_OPERATOR_OVER);
        cairo_save(context);
        cairo_translate(context, placement.x, placement.y);
        cairo_rotate(context, placement.angle);
        cairo_scale(context, placement.radius, placement.radius);
        addOutline(context, shape);
        cairo_restore(context);
        cairo_set_source_rgba(context, 0, 0, 0, 1);
        cairo_fill(context);
        cairo_surface_flush(m_mask.get());
    }

    int m_width;
    int m_height;
    float m_unit; // pixels of one world unit
    Surface m_mask;
    Context m_context;
};

} // namespace

void render(const Scene& scene, int width, int height, int frames, std::span<std::uint8_t> rgb)
{
    assert(width >= 8 && height >= 8 && width <= 8192 && height <= 8192 && frames >= 1);
    const std::size_t frameBytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
    assert(rgb.size() == frameBytes * static_cast<std::size_t>(frames));
    const auto backdrop =
        drawBackdrop(scene.backdrop(), backdropDetails(scene.backdrop(), scene.backdropSeed), width, height);
    ObjectPainter painter(width, height);
    for (int frame = 0; frame < frames; ++frame) {
        std::uint8_t* pixels = rgb.data() + frameBytes * static_cast<std::size_t>(frame);
        std::copy(backdrop.begin(), backdrop.end(), pixels);
        const double time = frames > 1 ? static_cast<double>(frame) / (frames - 1) : 0.5;
        for (std::size_t object = scene.objectCount(); object-- > 0;)
            painter.paint(pixels, scene.description.objects[object], scene.paths[object].at(time));
    }
}

} // namespace toca::world
