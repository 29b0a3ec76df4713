// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cairo.h>
#include <memory>
#include <new>

/// Cairo's surfaces and contexts, owned. Sizes are checked by `render`, so what can fail is memory.
namespace toca::world {

struct SurfaceDeleter {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct ContextDeleter {
    void operator()(cairo_t* context) const { cairo_destroy(context); }
};
struct PatternDeleter {
    void operator()(cairo_pattern_t* pattern) const { cairo_pattern_destroy(pattern); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceDeleter>;
using Context = std::unique_ptr<cairo_t, ContextDeleter>;
using Pattern = std::unique_ptr<cairo_pattern_t, PatternDeleter>;

/// @throws std::bad_alloc
inline Surface makeSurface(cairo_format_t format, int width, int height)
{
    Surface surface(cairo_image_surface_create(format, width, height));
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS)
        throw std::bad_alloc();
    return surface;
}

/// A context whose unit is the world's: half of the shorter side, x to the right, y up, 0 in the middle.
/// @throws std::bad_alloc
inline Context makeContext(cairo_surface_t* surface)
{
    Context context(cairo_create(surface));
    if (cairo_status(context.get()) != CAIRO_STATUS_SUCCESS)
        throw std::bad_alloc();
    const double width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
    const double unit = (width < height ? width : height) / 2;
    cairo_translate(context.get(), width / 2, height / 2);
    cairo_scale(context.get(), unit, -unit);
    return context;
}

} // namespace toca::world
