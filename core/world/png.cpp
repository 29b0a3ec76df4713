// SPDX-License-Identifier: Apache-2.0
#include "core/world/png.h"

#include <cairo.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace toca::world {
namespace {

cairo_status_t append(void* text, const unsigned char* bytes, unsigned int count)
{
    static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), count);
    return CAIRO_STATUS_SUCCESS;
}

} // namespace

Result<std::string> pngOf(const Frame& frame)
{
    const std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface(
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, frame.width, frame.height), &cairo_surface_destroy);
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS)
        return unexpected(ErrorCode::OutOfMemory,
            "There is no memory for a picture of " + std::to_string(frame.width) + "x" + std::to_string(frame.height)
                + ".");
    unsigned char* const pixels = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    const std::uint8_t* rgb = frame.rgb.data();
    for (int y = 0; y < frame.height; ++y) {
        auto* row = reinterpret_cast<std::uint32_t*>(pixels + static_cast<std::ptrdiff_t>(y) * stride);
        for (int x = 0; x < frame.width; ++x, rgb += 3)
            row[x] = static_cast<std::uint32_t>(rgb[0]) << 16U | static_cast<std::uint32_t>(rgb[1]) << 8U | rgb[2];
    }
    cairo_surface_mark_dirty(surface.get());
    std::string bytes;
    if (const auto status = cairo_surface_write_to_png_stream(surface.get(), &append, &bytes);
        status != CAIRO_STATUS_SUCCESS)
        return unexpected(
            ErrorCode::EncoderFailed, std::string("A picture could not be encoded: ") + cairo_status_to_string(status));
    return bytes;
}

} // namespace toca::world
