// SPDX-License-Identifier: Apache-2.0
#include "core/library/stored_pixels.h"

#include "core/base/atomic_file.h"
#include "core/base/printable.h"
#include "core/base/safetensors_header.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

namespace toca::library {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");

constexpr std::size_t kLargestFile = std::size_t{16} << 30;
constexpr std::int64_t kLargestSide = 1 << 16; // pixels

Unexpected badFormat(const std::filesystem::path& path, const std::string& what)
{
    return unexpected(ErrorCode::BadFormat,
        "The file " + quotedPath(path.string()) + " " + what + "; it is damaged. Remove its run and make it again.");
}

const StoredTensor* tensorNamed(const SafetensorsHeader& header, std::string_view name)
{
    const auto found = std::find_if(
        header.tensors.begin(), header.tensors.end(), [&](const StoredTensor& tensor) { return tensor.name == name; });
    return found == header.tensors.end() ? nullptr : &*found;
}

double fpsOf(const SafetensorsHeader& header)
{
    for (const auto& [key, value] : header.metadata) {
        double fps = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), fps);
        if (key == "fps" && error == std::errc() && end == value.data() + value.size() && fps > 0 && fps <= 1000)
            return fps;
    }
    return 0;
}

} // namespace

Result<void> writePixels(const std::filesystem::path& path, const StoredPixels& pixels)
{
    const auto& frames = pixels.clip.frames;
    const bool isUniform = !frames.empty() && !frames.front().isEmpty()
        && std::all_of(frames.begin(), frames.end(), [&](const Frame& frame) {
               return frame.width == frames.front().width && frame.height == frames.front().height
                   && frame.rgb.size() == frames.front().rgb.size();
           });
    if (!isUniform)
        return unexpected(ErrorCode::InvalidArgument, "A clip without frames of one size cannot be stored.");
    const std::size_t pixelBytes = frames.size() * frames.front().bytes();
    const std::size_t latentBytes = pixels.latent.size() * sizeof(float);
    // The latent first, so that its values lie at multiples of four bytes.
    nlohmann::ordered_json header;
    header["__metadata__"] = {{"fps", nlohmann::json(pixels.clip.fps).dump()}};
    header["latent"] = {{"dtype", "F32"}, {"shape", {pixels.latent.size()}}, {"data_offsets", {0, latentBytes}}};
    header["frames"] = {{"dtype", "U8"}, {"shape", {frames.size(), frames.front().height, frames.front().width, 3}},
        {"data_offsets", {latentBytes, latentBytes + pixelBytes}}};
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t length = text.size();
    std::string content(sizeof length, '\0');
    std::memcpy(content.data(), &length, sizeof length);
    content.reserve(content.size() + text.size() + latentBytes + pixelBytes);
    content += text;
    content.append(reinterpret_cast<const char*>(pixels.latent.data()), latentBytes);
    for (const Frame& frame : frames)
        content.append(reinterpret_cast<const char*>(frame.rgb.data()), frame.rgb.size());
    return writeFileAtomically(path, content);
}

Result<StoredPixels> readPixels(const std::filesystem::path& path)
{
    const auto content = readFile(path, kLargestFile);
    if (!content)
        return unexpected(content.error());
    const auto header = parseSafetensorsHeader(*content, content->size(), path.string());
    if (!header)
        return unexpected(header.error());
    const StoredTensor* frames = tensorNamed(*header, "frames");
    const StoredTensor* latent = tensorNamed(*header, "latent");
    if (!frames || !latent || frames->type != StoredType::U8 || latent->type != StoredType::F32
        || frames->shape.size() != 4 || latent->shape.size() != 1)
        return badFormat(path, "does not hold the tensors frames (F, H, W, 3) and latent");
    const auto& shape = frames->shape;
    if (shape[0] < 1 || shape[1] < 1 || shape[2] < 1 || shape[1] > kLargestSide || shape[2] > kLargestSide
        || shape[3] != 3)
        return badFormat(path, "holds frames of an impossible size");
    StoredPixels pixels;
    pixels.clip.fps = fpsOf(*header);
    if (pixels.clip.fps == 0)
        return badFormat(path, "names no frame rate");
    // The header has been checked against the file's size: all of this lies in `content`.
    const char* data = content->data() + header->dataOffset;
    pixels.latent.resize(static_cast<std::size_t>(latent->shape[0]));
    if (!pixels.latent.empty())
        std::memcpy(pixels.latent.data(), data + latent->begin, pixels.latent.size() * sizeof(float));
    const auto bytes = static_cast<std::size_t>(shape[1] * shape[2] * 3);
    for (std::int64_t i = 0; i < shape[0]; ++i) {
        const auto* begin =
            reinterpret_cast<const std::uint8_t*>(data + frames->begin) + static_cast<std::size_t>(i) * bytes;
        pixels.clip.frames.push_back({static_cast<int>(shape[2]), static_cast<int>(shape[1]), {begin, begin + bytes}});
    }
    return pixels;
}

} // namespace toca::library
