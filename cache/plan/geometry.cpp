// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/geometry.h"

#include "cache/plan/flops.h"

#include <array>
#include <cmath>
#include <limits>

namespace toca::plan {
namespace {

// Wider than any video format, so that every product of request values stays far inside 64 bits.
constexpr std::int64_t kMaxSide = 65536; // pixels
constexpr std::int64_t kMaxFrames = 1'000'000;
constexpr std::int64_t kMaxPrompts = 1024;
// Ten times the largest published transformers.
constexpr std::int64_t kMaxWidth = 1 << 16;
constexpr std::int64_t kMaxDepth = 4096;
constexpr std::int64_t kMaxTextTokens = 1 << 16;
// Token counts are 32-bit in plans and traces.
constexpr std::int64_t kMaxTokens = std::numeric_limits<std::int32_t>::max();
// Bytes of all module outputs must fit in 63 bits with room for sums.
constexpr double kMaxTotalBytes = 4e18;

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

Result<void> checkRange(
    const std::string& what, std::int64_t value, std::int64_t minimum, std::int64_t maximum, const char* unit = "")
{
    if (value >= minimum && value <= maximum)
        return {};
    return invalid(what + " is " + std::to_string(value) + "; it must be from " + std::to_string(minimum) + " to "
        + std::to_string(maximum) + unit + ".");
}

std::int64_t dividedUp(std::int64_t value, std::int64_t by)
{
    return (value + by - 1) / by;
}

/// Families that make one still picture with all its tokens in one self-attention.
bool isPictureFamily(const ModelShape& shape)
{
    return shape.family == "dit" || shape.family == "pixart";
}

Result<void> checkShape(const ModelShape& shape)
{
    if (shape.family != "stdit3" && !isPictureFamily(shape))
        return unexpected(ErrorCode::Unsupported,
            "The model family '" + shape.family + "' is not known; known are stdit3, dit and pixart.");
    const struct {
        const char* name;
        std::int64_t value, minimum, maximum;
    } fields[] = {
        {"The model's hidden size", shape.hiddenSize, 1, kMaxWidth},
        {"The model's number of heads", shape.heads, 1, shape.hiddenSize},
        {"The model's depth", shape.depth, 1, kMaxDepth / 2},
        {"The model's number of input channels", shape.inChannels, 1, kMaxWidth},
        {"The model's number of output channels", shape.outChannels, 1, kMaxWidth},
        {"The model's patch size in time", shape.patch[0], 1, 64},
        {"The model's patch height", shape.patch[1], 1, 64},
        {"The model's patch width", shape.patch[2], 1, 64},
        {"The model's caption width", shape.captionChannels, 0, kMaxWidth},
        {"The model's number of text tokens", shape.maxTextTokens, 0, kMaxTextTokens},
        {"The model's number of classes", shape.classes, 0, kMaxWidth},
        {"The model's latent side", shape.latentSide, 0, kMaxSide},
        {"The VAE's spatial factor", shape.spatialDownsample, 1, 1024},
        {"The VAE's number of frames per piece", shape.microFrameSize, 1, kMaxFrames},
        {"The VAE's number of latent frames per piece", shape.latentPerMicro, 1, shape.microFrameSize},
        {"The VAE's temporal factor", shape.temporalDownsample, 1, 1024},
    };
    for (const auto& field : fields)
        if (auto checked = checkRange(field.name, field.value, field.minimum, field.maximum); !checked)
            return checked;
    if (!(shape.mlpRatio > 0 && shape.mlpRatio <= 64))
        return invalid("The model's MLP ratio must be above 0 and at most 64.");
    return {};
}

} // namespace

std::string_view moduleName(ModuleKind module)
{
    switch (module) {
    case ModuleKind::SelfAttention:
        return "self_attention";
    case ModuleKind::CrossAttention:
        return "cross_attention";
    case ModuleKind::Mlp:
        return "mlp";
    }
    return "";
}

std::string_view layerKindName(LayerKind kind)
{
    switch (kind) {
    case LayerKind::Joint:
        return "joint";
    case LayerKind::Spatial:
        return "spatial";
    case LayerKind::Temporal:
        return "temporal";
    }
    return "";
}

std::string_view streamName(Stream stream)
{
    switch (stream) {
    case Stream::Joint:
        return "joint";
    case Stream::Conditional:
        return "conditional";
    case Stream::Unconditional:
        return "unconditional";
    case Stream::Inversion:
        return "inversion";
    }
    return "";
}

std::int64_t Geometry::attentionSpan(int layer) const
{
    switch (layers[static_cast<std::size_t>(layer)]) {
    case LayerKind::Spatial:
        return grid.tokensPerFrame();
    case LayerKind::Temporal:
        return grid.frames;
    case LayerKind::Joint:
        break;
    }
    return grid.tokens();
}

std::int64_t Geometry::moduleOutputBytes(int bytesPerElement) const
{
    return rows() * grid.tokens() * hiddenSize * bytesPerElement;
}

Result<void> checkGeometry(const Geometry& geometry)
{
    const TokenGrid& grid = geometry.grid;
    const struct {
        const char* name;
        std::int64_t value, minimum, maximum;
    } fields[] = {
        {"The number of latent frames", grid.frames, 1, kMaxTokens},
        {"The number of token rows", grid.rows, 1, kMaxTokens},
        {"The number of token columns", grid.columns, 1, kMaxTokens},
        {"The hidden size", geometry.hiddenSize, 1, kMaxWidth},
        {"The number of heads", geometry.heads, 1, kMaxWidth},
        {"The MLP's hidden size", geometry.mlpHiddenSize, 0, kMaxWidth * 64},
        {"The number of layers", static_cast<std::int64_t>(geometry.layers.size()), 1, kMaxDepth},
        {"The number of text tokens", geometry.textTokens, 0, kMaxTextTokens},
        {"The caption width", geometry.captionChannels, 0, kMaxWidth},
        {"The number of caption tokens", geometry.captionTokens, 0, kMaxTextTokens * 2},
        {"The number of values going into a patch", geometry.patchInputs, 0, std::int64_t{1} << 40},
        {"The number of values coming out of a patch", geometry.patchOutputs, 0, std::int64_t{1} << 40},
        {"The number of prompts", geometry.prompts, 1, kMaxPrompts},
        {"The number of guidance rows", geometry.guidanceRows, 1, 2},
    };
    for (const auto& field : fields)
        if (auto checked = checkRange(field.name, field.value, field.minimum, field.maximum); !checked)
            return checked;
    const double tokens =
        static_cast<double>(grid.frames) * static_cast<double>(grid.rows) * static_cast<double>(grid.columns);
    if (tokens > static_cast<double>(kMaxTokens))
        return invalid(
            "The clip has more than " + std::to_string(kMaxTokens) + " tokens; choose fewer frames or a smaller size.");
    const double bytes = tokens * static_cast<double>(geometry.hiddenSize) * static_cast<double>(geometry.rows())
        * static_cast<double>(geometry.layers.size()) * kModuleKinds * 8;
    if (bytes > kMaxTotalBytes)
        return invalid("The model's activations at this size exceed what can be counted; choose fewer frames, "
                       "prompts or a smaller size.");
    return {};
}

std::int64_t latentFrames(const ModelShape& shape, std::int64_t frames)
{
    if (frames <= 1)
        return frames <= 0 ? 0 : 1;
    return shape.latentPerMicro * (frames / shape.microFrameSize)
        + dividedUp(frames % shape.microFrameSize, shape.temporalDownsample);
}

Geometry geometryOf(
    const ModelShape& shape, const TokenGrid& grid, std::int64_t textTokens, int prompts, int guidanceRows)
{
    Geometry geometry;
    geometry.family = shape.family;
    geometry.grid = grid;
    geometry.hiddenSize = shape.hiddenSize;
    geometry.heads = shape.heads;
    geometry.mlpHiddenSize = static_cast<std::int64_t>(static_cast<double>(shape.hiddenSize) * shape.mlpRatio);
    for (std::int64_t block = 0; block < shape.depth; ++block) {
        if (isPictureFamily(shape)) {
            geometry.layers.push_back(LayerKind::Joint);
            continue;
        }
        geometry.layers.push_back(LayerKind::Spatial);
        geometry.layers.push_back(LayerKind::Temporal);
    }
    geometry.crossAttention = shape.family != "dit";
    geometry.textTokens = textTokens;
    geometry.captionChannels = shape.captionChannels;
    // The published models project the padding too and drop it afterwards.
    geometry.captionTokens = shape.maxTextTokens * guidanceRows;
    const std::int64_t patchArea = shape.patch[0] * shape.patch[1] * shape.patch[2];
    geometry.patchInputs = shape.inChannels * patchArea;
    geometry.patchOutputs = shape.outChannels * patchArea;
    geometry.conditioningFlops = conditioningFlops(shape);
    geometry.prompts = prompts;
    geometry.guidanceRows = guidanceRows;
    return geometry;
}

Result<Geometry> geometryFor(const ModelShape& shape, std::int64_t frames, std::int64_t width, std::int64_t height,
    std::int64_t textTokens, int prompts, bool guided)
{
    if (auto checked = checkShape(shape); !checked)
        return unexpected(checked.error());
    if (auto checked = checkRange("The number of frames", frames, 1, kMaxFrames); !checked)
        return unexpected(checked.error());
    if (isPictureFamily(shape) && frames != 1)
        return invalid(
            "This model makes single pictures: the number of frames must be 1, not " + std::to_string(frames) + ".");
    const std::int64_t piece = shape.microFrameSize;
    if (frames > 1 && frames < piece) {
        const bool nearOne = frames - 1 < piece - frames;
        return invalid("A clip of " + std::to_string(frames) + " frames is not possible: below " + std::to_string(piece)
            + " frames there is no whole piece of the temporal VAE, by which the published timesteps are scaled. "
              "Choose 1 or "
            + std::to_string(piece) + " frames; the nearest is " + std::to_string(nearOne ? 1 : piece) + ".");
    }
    const struct {
        const char* name;
        std::int64_t pixels, patch;
    } sides[] = {{"The width", width, shape.patch[2]}, {"The height", height, shape.patch[1]}};
    for (const auto& side : sides) {
        const std::int64_t smallest = side.patch * shape.spatialDownsample;
        if (auto checked = checkRange(side.name, side.pixels, smallest, kMaxSide, " pixels"); !checked)
            return unexpected(checked.error());
        if (const std::int64_t only = shape.latentSide * shape.spatialDownsample; only > 0 && side.pixels != only)
            return invalid(std::string(side.name) + " is " + std::to_string(side.pixels)
                + " pixels; this model only makes pictures of " + std::to_string(only) + "x" + std::to_string(only)
                + " pixels.");
    }
    if (auto checked = checkRange("The number of text tokens", textTokens, 0, shape.maxTextTokens); !checked)
        return unexpected(checked.error());
    if (auto checked = checkRange("The number of prompts", prompts, 1, kMaxPrompts); !checked)
        return unexpected(checked.error());

    // The VAE floors the latent size; the transformer then pads it up to whole patches.
    const TokenGrid grid{dividedUp(latentFrames(shape, frames), shape.patch[0]),
        dividedUp(height / shape.spatialDownsample, shape.patch[1]),
        dividedUp(width / shape.spatialDownsample, shape.patch[2])};
    Geometry geometry = geometryOf(shape, grid, textTokens, prompts, guided ? 2 : 1);
    if (auto checked = checkGeometry(geometry); !checked)
        return unexpected(checked.error());
    return geometry;
}

namespace {

/// DiT-XL/2 and PixArt-alpha share the transformer's width; both work on latents of the SD VAE.
ModelShape pictureShape(const char* family, std::int64_t latentSide)
{
    ModelShape shape;
    shape.family = family;
    shape.hiddenSize = 1152;
    shape.heads = 16;
    shape.depth = 28;
    shape.latentSide = latentSide;
    return shape;
}

/// facebookresearch/DiT: ImageNet's 1000 classes; the position embedding is stored for one size.
ModelShape ditShape(std::int64_t latentSide)
{
    ModelShape shape = pictureShape("dit", latentSide);
    shape.classes = 1000;
    return shape;
}

/// PixArt-alpha: T5-XXL captions of up to 120 tokens.
ModelShape pixartShape(std::int64_t latentSide, bool hasSizeConditions)
{
    ModelShape shape = pictureShape("pixart", latentSide);
    shape.captionChannels = 4096;
    shape.maxTextTokens = 120;
    shape.hasSizeConditions = hasSizeConditions;
    return shape;
}

/// STDiT3-XL/2 with T5-XXL captions, hpcaitech/Open-Sora v1.2.0.
ModelShape openSoraShape()
{
    ModelShape shape;
    shape.hiddenSize = 1152;
    shape.heads = 16;
    shape.depth = 28;
    shape.captionChannels = 4096;
    shape.maxTextTokens = 300;
    return shape;
}

const std::vector<std::pair<std::string, ModelShape>>& publishedShapes()
{
    static const std::vector<std::pair<std::string, ModelShape>> shapes{
        {"opensora-v1.2", openSoraShape()},
        {"dit-xl-2-256", ditShape(32)},
        {"dit-xl-2-512", ditShape(64)},
        {"pixart-alpha-256", pixartShape(32, false)},
        {"pixart-alpha-512", pixartShape(0, false)}, // any aspect ratio
        {"pixart-alpha-1024", pixartShape(0, true)},
    };
    return shapes;
}

} // namespace

Result<ModelShape> publishedShape(std::string_view name)
{
    std::string known;
    for (const auto& [other, shape] : publishedShapes()) {
        if (other == name)
            return shape;
        known += (known.empty() ? "" : ", ") + other;
    }
    return invalid("No published model is called '" + std::string(name.substr(0, 100)) + "'; known: " + known + ".");
}

std::vector<std::string> publishedShapeNames()
{
    std::vector<std::string> names;
    for (const auto& [name, shape] : publishedShapes())
        names.push_back(name);
    return names;
}

} // namespace toca::plan
