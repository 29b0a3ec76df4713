// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toca::plan {

/// The three kinds of work inside a layer. (`ModuleKind`, because `Module` would mean torch::nn::Module in a model.)
enum class ModuleKind : std::uint8_t { SelfAttention, CrossAttention, Mlp };
inline constexpr int kModuleKinds = 3;
inline constexpr std::array<ModuleKind, kModuleKinds> kAllModules{
    ModuleKind::SelfAttention, ModuleKind::CrossAttention, ModuleKind::Mlp};

/// What a layer's self-attention mixes: all tokens, the tokens of one frame, or one position over the frames.
enum class LayerKind : std::uint8_t { Joint, Spatial, Temporal };

/// Which guidance rows an evaluation of the model carries.
enum class Stream : std::uint8_t { Joint, Conditional, Unconditional, Inversion };

std::string_view moduleName(ModuleKind module); ///< "self_attention", "cross_attention", "mlp"
std::string_view layerKindName(LayerKind kind); ///< "joint", "spatial", "temporal"
std::string_view streamName(Stream stream); ///< "joint", "conditional", "unconditional", "inversion"

/// One place of a run at which a caching decision is made.
struct Site {
    int evaluation = 0; ///< index of the model call, 0-based
    int step = 0; ///< denoising step it belongs to, 0 = noisiest
    Stream stream = Stream::Joint;
    int layer = 0; ///< transformer block in order of execution; STDiT3: 2k spatial, 2k + 1 temporal block k
    ModuleKind module = ModuleKind::SelfAttention;
};

/// The tokens of a clip after patching, ordered (frame, row, column).
struct TokenGrid {
    std::int64_t frames = 1;
    std::int64_t rows = 1;
    std::int64_t columns = 1;
    std::int64_t tokensPerFrame() const { return rows * columns; }
    std::int64_t tokens() const { return frames * rows * columns; }
    bool operator==(const TokenGrid&) const = default;
};

/// All that FLOPs, bytes and plans depend on; known from a model's configuration and a request, without weights.
struct Geometry {
    std::string family; ///< "stdit3", "dit", "pixart"
    TokenGrid grid;
    std::int64_t hiddenSize = 0;
    std::int64_t heads = 1;
    std::int64_t mlpHiddenSize = 0;
    std::vector<LayerKind> layers; ///< in order of execution
    bool crossAttention = true;
    std::int64_t textTokens = 0; ///< kept text tokens of one guidance row (the prompt's mask cuts both rows)
    std::int64_t captionChannels = 0; ///< width of the text encoder's output
    std::int64_t captionTokens = 0; ///< text tokens that pass through the caption MLP, all rows of one prompt together
    std::int64_t patchInputs = 0; ///< values of one patch going into the patch embedding
    std::int64_t patchOutputs = 0; ///< values of one patch coming out of the final layer
    double conditioningFlops = 0; ///< of one guidance row and evaluation: timestep embedding, modulation vectors
    int prompts = 1;
    int guidanceRows = 2; ///< 2 with classifier-free guidance, else 1

    int layerCount() const { return static_cast<int>(layers.size()); }
    std::int64_t rows() const { return static_cast<std::int64_t>(prompts) * guidanceRows; }
    /// Tokens that one token attends to in this layer's self-attention.
    std::int64_t attentionSpan(int layer) const;
    /// Bytes of one module's output for all rows in a 4-byte dtype.
    std::int64_t moduleOutputBytes(int bytesPerElement = 4) const;
    bool operator==(const Geometry&) const = default;
};

/// A transformer family's size, from its config: what `geometryFor` needs besides the request.
struct ModelShape {
    std::string family = "stdit3"; ///< or "dit", "pixart": still pictures, all tokens in one self-attention
    std::int64_t hiddenSize = 0;
    std::int64_t heads = 1;
    std::int64_t depth = 0; ///< pairs of a spatial and a temporal block in STDiT3
    double mlpRatio = 4.0;
    std::int64_t inChannels = 4;
    std::int64_t outChannels = 8;
    std::array<std::int64_t, 3> patch{1, 2, 2};
    std::int64_t captionChannels = 0;
    std::int64_t maxTextTokens = 0;
    std::int64_t classes = 0; ///< of a class-conditional model
    std::int64_t latentSide = 0; ///< rows and columns of the only latent size that the model takes; 0 = any size
    bool hasSizeConditions = false; ///< picture size and aspect ratio are embedded with the timestep (PixArt 1024)
    std::int64_t spatialDownsample = 8; ///< of the VAE
    std::int64_t microFrameSize = 17; ///< frames that the temporal VAE takes at once
    std::int64_t latentPerMicro = 5; ///< latent frames of one whole piece
    std::int64_t temporalDownsample = 4;
    bool operator==(const ModelShape&) const = default;
};

/// Geometry of one call of a model on this many tokens. No checks.
/// @param textTokens kept tokens of the longest text
Geometry geometryOf(
    const ModelShape& shape, const TokenGrid& grid, std::int64_t textTokens, int prompts, int guidanceRows);

/// Latent frames of `frames` pictures: 1 for 1, else 5 * floor(F / 17) + ceil(rest / 4) (reference README section 14).
std::int64_t latentFrames(const ModelShape& shape, std::int64_t frames);

/// @param textTokens kept tokens of the prompt, at most shape.maxTextTokens
/// @return InvalidArgument, naming the value and the nearest valid one, for sizes below one patch, frame counts of
///         2 to 16 (the published timestep transform degenerates there) and anything that would overflow.
Result<Geometry> geometryFor(const ModelShape& shape, std::int64_t frames, std::int64_t width, std::int64_t height,
    std::int64_t textTokens, int prompts = 1, bool guided = true);

/// Range checks of a geometry that came from outside (a trace file): after them no product of its fields overflows.
/// @return InvalidArgument naming the value and its range.
Result<void> checkGeometry(const Geometry& geometry);

/// Published models whose plan can be made without weights: "opensora-v1.2", "dit-xl-2-256", ...
Result<ModelShape> publishedShape(std::string_view name);
std::vector<std::string> publishedShapeNames();

} // namespace toca::plan
