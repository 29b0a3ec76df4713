// SPDX-License-Identifier: Apache-2.0
#include "core/models/stdit3/stdit3.h"

#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"
#include "core/models/layers/per_timestep.h"

#include <torch/torch.h>

#include <cmath>

namespace toca::models {

class Stdit3Impl::FinalLayerImpl : public torch::nn::Module {
public:
    FinalLayerImpl(std::int64_t hiddenSize, std::int64_t outputs)
        : norm_final(register_module("norm_final", LayerNorm(hiddenSize, 1e-6, /*hasAffine=*/false)))
        , linear(register_module("linear", Linear(hiddenSize, outputs)))
        , scale_shift_table(register_parameter("scale_shift_table", unloaded({2, hiddenSize}), /*requires_grad=*/false))
    {
    }

    /// @param t, tZero (B, C); tZero only with a frame mask  @return (B, N, outputs)
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t, const torch::Tensor& tZero,
        const torch::Tensor& xMask, TokenLayout layout)
    {
        const auto apply = [&](const torch::Tensor& tokens, const torch::Tensor& time) {
            const auto vectors = (scale_shift_table + time.unsqueeze(1)).chunk(2, 1);
            return modulated(norm_final->forward(tokens), vectors[0], vectors[1]);
        };
        auto out = apply(x, t);
        if (xMask.defined()) {
            // As published: masked frames are normalised and modulated a second time (reference README section 4.3).
            const auto masked = apply(out, tZero);
            const auto byToken = xMask.repeat_interleave(layout.positions, 1).unsqueeze(-1);
            out = torch::where(byToken, out, masked);
        }
        return tapped(*this, linear->forward(out));
    }

private:
    LayerNorm norm_final;
    Linear linear;
    torch::Tensor scale_shift_table; ///< (2, C)
};

class Stdit3Impl::RotaryImpl : public torch::nn::Module {
public:
    explicit RotaryImpl(std::int64_t headSize)
        : freqs(register_parameter("freqs", unloaded({headSize / 2}), /*requires_grad=*/false))
    {
    }
    torch::Tensor freqs; ///< (D / 2)
};

Stdit3Impl::Stdit3Impl(const Stdit3Config& config)
    : m_config(config)
    , x_embedder(register_module("x_embedder", PatchEmbed3d(config.patchSize, config.inChannels, config.hiddenSize)))
    , t_embedder(register_module("t_embedder", NumberEmbedder(config.hiddenSize)))
    , fps_embedder(register_module("fps_embedder", NumberEmbedder(config.hiddenSize)))
    , t_block(register_module("t_block", std::make_shared<Stack<Linear>>()))
    , y_embedder(register_module(
          "y_embedder", CaptionEmbedder(config.captionChannels, config.hiddenSize, config.maxTextTokens)))
    , spatial_blocks(register_module("spatial_blocks", std::make_shared<Stack<Stdit3Block>>()))
    , temporal_blocks(register_module("temporal_blocks", std::make_shared<Stack<Stdit3Block>>()))
{
    t_block->skip();
    m_timeActivation = t_block->register_module("0", Silu());
    t_block->append(Linear(config.hiddenSize, 6 * config.hiddenSize));
    for (std::int64_t pair = 0; pair < config.depth; ++pair) {
        const auto block = [&](plan::LayerKind kind, const char* stack) {
            return Stdit3Block(config.hiddenSize, config.heads, config.mlpHiddenSize(), config.qkNorm, kind,
                stack + std::to_string(pair));
        };
        spatial_blocks->append(block(plan::LayerKind::Spatial, "spatial_blocks."));
        temporal_blocks->append(block(plan::LayerKind::Temporal, "temporal_blocks."));
    }
    const auto [pt, ph, pw] = config.patchSize;
    final_layer = register_module(
        "final_layer", std::make_shared<FinalLayerImpl>(config.hiddenSize, pt * ph * pw * config.outChannels()));
    rope = register_module("rope", std::make_shared<RotaryImpl>(config.headSize()));
}

torch::Tensor Stdit3Impl::timeEmbedding(const torch::Tensor& timestep, const torch::Tensor& fps)
{
    const auto dtype = t_block->operator[](1)->weight.scalar_type();
    const auto embedded = t_embedder->forward(timestep.to(dtype));
    return embedded + fps_embedder->forward(fps.to(dtype)).repeat_interleave(timestep.size(0) / fps.size(0), 0);
}

PackedText Stdit3Impl::packedText(const Stdit3Input& input, cache::CachingSession& session)
{
    const auto projected =
        session
            .once("y_embedder",
                [&] { return y_embedder->forward(input.y.to(t_block->operator[](1)->weight.scalar_type())); })
            .flatten(1, 2); // (B, L, C)
    return PackedText::of(projected, input.mask, session);
}

torch::Tensor Stdit3Impl::forward(const Stdit3Input& input, cache::CachingSession& session)
{
    const auto& x = input.x;
    TORCH_CHECK(x.dim() == 5 && x.size(1) == m_config.inChannels, "STDiT3: x must be (B, ", m_config.inChannels,
        ", T, H, W), got ", x.sizes());
    TORCH_CHECK(input.y.dim() == 4 && input.y.size(0) == x.size(0) && input.y.size(3) == m_config.captionChannels,
        "STDiT3: y must be (B, 1, L, ", m_config.captionChannels, "), got ", input.y.sizes());
    const auto [pt, ph, pw] = m_config.patchSize;
    const std::int64_t batch = x.size(0);
    const std::int64_t frames = (x.size(2) + pt - 1) / pt, rows = (x.size(3) + ph - 1) / ph,
                       columns = (x.size(4) + pw - 1) / pw;
    const TokenLayout layout{frames, rows * columns};
    const auto dtype = t_block->operator[](1)->weight.scalar_type();

    // Where a token is, and how far apart neighbours are in pixels: from prompt 0, as published.
    const auto baseSize = static_cast<std::int64_t>(std::nearbyint(std::sqrt(static_cast<double>(layout.positions))));
    const auto position = session.constant("pos_embed", [&] {
        const double pixels = input.height[0].item<double>() * input.width[0].item<double>();
        const double scale = std::sqrt(pixels) / static_cast<double>(m_config.inputSqSize);
        return positionEmbedding2d(m_config.hiddenSize, rows, columns, scale, baseSize, x.device())
            .unsqueeze(0); // (1, 1, S, C)
    });
    if (auto* recorder = ActivationRecorder::current())
        recorder->record("pos_embed", position.squeeze(0));

    const auto fps = input.fps.repeat({batch / input.fps.size(0)}); // of each row
    const auto t6Of = [&](const torch::Tensor& embedded) {
        return tapped(*t_block, (*t_block)[1]->forward(m_timeActivation->forward(embedded.clone())));
    };
    const auto time = perTimestep(session, "t_block", input.timestep, [&](const torch::Tensor& timesteps) {
        const auto embedded = timeEmbedding(timesteps, fps);
        return torch::cat({embedded, t6Of(embedded)}, 1);
    });
    const auto t = time.narrow(1, 0, m_config.hiddenSize); // (B, C)
    BlockConditioning conditioning;
    conditioning.t6 = time.narrow(1, m_config.hiddenSize, 6 * m_config.hiddenSize).unflatten(1, {6, -1});
    torch::Tensor tZero;
    if (input.xMask.defined()) {
        tZero = timeEmbedding(torch::zeros_like(input.timestep), fps);
        conditioning.t6Zero = t6Of(tZero).view({batch, 6, -1});
        conditioning.xMask = input.xMask;
    }
    conditioning.text = packedText(input, session);
    conditioning.rotation = session.constant("rope", [&] { return rotaryRotation(rope->freqs, frames); });
    conditioning.layout = layout;

    auto tokens = x_embedder->forward(x.to(dtype));
    tokens = (tokens.view({batch, frames, layout.positions, -1}) + position.to(dtype))
                 .view({batch, -1, m_config.hiddenSize});
    const auto blockOf = [&](int layer) -> Stdit3Block& {
        return (layer % 2 == 0 ? *spatial_blocks : *temporal_blocks)[static_cast<std::size_t>(layer / 2)];
    };
    tokens = session.layers(
        tokens, [&](int layer, const torch::Tensor& in) { return blockOf(layer)->forward(in, conditioning, session); },
        [&](int layer, const torch::Tensor& in) { return blockOf(layer)->modulatedInput(in, conditioning); });

    const auto out = final_layer->forward(tokens, t, tZero, input.xMask, layout);
    return widened(out.view({batch, frames, rows, columns, pt, ph, pw, m_config.outChannels()})
                       .permute({0, 7, 1, 4, 2, 5, 3, 6})
                       .reshape({batch, m_config.outChannels(), frames * pt, rows * ph, columns * pw})
                       .slice(2, 0, x.size(2))
                       .slice(3, 0, x.size(3))
                       .slice(4, 0, x.size(4)));
}

Result<Stdit3> loadStdit3(
    const Stdit3Config& config, const checkpoint::Checkpoint& checkpoint, std::optional<torch::ScalarType> dtype)
{
    Stdit3 model(config);
    model->eval();
    checkpoint::LoadOptions options;
    options.dtype = dtype;
    if (auto loaded = checkpoint::loadInto(*model, checkpoint, options); !loaded)
        return unexpected(loaded.error());
    return model;
}

} // namespace toca::models
