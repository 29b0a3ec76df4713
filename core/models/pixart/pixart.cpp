// SPDX-License-Identifier: Apache-2.0
#include "core/models/pixart/pixart.h"

#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"
#include "core/models/layers/per_timestep.h"
#include "core/models/pixart/pixart_sizes.h"

#include <torch/torch.h>

namespace toca::models {

class PixartImpl::FinalLayerImpl : public torch::nn::Module {
public:
    FinalLayerImpl(std::int64_t hiddenSize, std::int64_t outputs)
        : norm_final(register_module("norm_final", LayerNorm(hiddenSize, 1e-6, /*hasAffine=*/false)))
        , linear(register_module("linear", Linear(hiddenSize, outputs)))
        , scale_shift_table(register_parameter("scale_shift_table", unloaded({2, hiddenSize}), /*requires_grad=*/false))
    {
    }

    /// @param t (B, C)  @return (B, N, outputs)
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& t)
    {
        const auto vectors = (scale_shift_table + t.unsqueeze(1)).chunk(2, 1);
        return tapped(*this, linear->forward(modulated(norm_final->forward(x), vectors[0], vectors[1])));
    }

private:
    LayerNorm norm_final;
    Linear linear;
    torch::Tensor scale_shift_table; ///< (2, C)
};

SizeEmbedderImpl::SizeEmbedderImpl(std::int64_t outSize)
    : mlp(register_module("mlp", EmbedderMlp(256, outSize)))
{
}

torch::Tensor SizeEmbedderImpl::forward(const torch::Tensor& numbers)
{
    return tapped(*this, mlp->forward(timestepEmbedding(numbers.flatten())).view({numbers.size(0), -1}));
}

PixartImpl::PixartImpl(const PixartConfig& config)
    : m_config(config)
    , x_embedder(register_module("x_embedder", PatchEmbed(config.patchSize, config.inChannels, config.hiddenSize)))
    , t_embedder(register_module("t_embedder", NumberEmbedder(config.hiddenSize)))
    , t_block(register_module("t_block", std::make_shared<Stack<Linear>>()))
    , y_embedder(register_module(
          "y_embedder", CaptionEmbedder(config.captionChannels, config.hiddenSize, config.maxTextTokens)))
    , blocks(register_module("blocks", std::make_shared<Stack<PixartBlock>>()))
{
    if (config.hasSizeConditions) {
        csize_embedder = register_module("csize_embedder", SizeEmbedder(config.hiddenSize / 3));
        ar_embedder = register_module("ar_embedder", SizeEmbedder(config.hiddenSize / 3));
    }
    t_block->skip();
    m_timeActivation = t_block->register_module("0", Silu());
    t_block->append(Linear(config.hiddenSize, 6 * config.hiddenSize));
    for (std::int64_t index = 0; index < config.depth; ++index)
        blocks->append(
            PixartBlock(config.hiddenSize, config.heads, config.mlpHiddenSize(), "blocks." + std::to_string(index)));
    final_layer = register_module("final_layer",
        std::make_shared<FinalLayerImpl>(
            config.hiddenSize, config.patchSize * config.patchSize * config.outChannels()));
}

torch::Tensor PixartImpl::timeEmbedding(const PixartInput& input, const torch::Tensor& timesteps)
{
    const auto dtype = (*t_block)[1]->weight.scalar_type();
    const auto embedded = t_embedder->forward(timesteps.to(dtype));
    if (!m_config.hasSizeConditions)
        return embedded;
    TORCH_CHECK(input.height.defined() && input.width.defined() && input.height.size(0) == input.width.size(0),
        "PixArt: this model must be told the pictures' height and width");
    const std::int64_t repeats = input.x.size(0) / input.height.size(0);
    const auto sizes = torch::stack({input.height, input.width}, 1).to(dtype); // (P, 2)
    const auto ratios = (100.0 * input.height / input.width).round() / 100.0; // see pixartAspectRatio
    const auto conditions = torch::cat({csize_embedder->forward(sizes.repeat({repeats, 1})),
                                           ar_embedder->forward(ratios.unsqueeze(1).to(dtype).repeat({repeats, 1}))},
        1); // (B, C)
    return embedded + conditions.repeat_interleave(timesteps.size(0) / conditions.size(0), 0);
}

torch::Tensor PixartImpl::positionEmbedding(std::int64_t rows, std::int64_t columns) const
{
    const auto divisors = [this](std::int64_t size) {
        const double zoom = static_cast<double>(size) / static_cast<double>(m_config.baseSize());
        return std::vector<float>{static_cast<float>(zoom), static_cast<float>(m_config.leweiScale)};
    };
    return sinCosPositionEmbedding(m_config.hiddenSize, rows, columns, divisors(rows), divisors(columns));
}

torch::Tensor PixartImpl::forward(const PixartInput& input, cache::CachingSession& session)
{
    const auto& x = input.x;
    TORCH_CHECK(x.dim() == 4 && x.size(1) == m_config.inChannels, "PixArt: x must be (B, ", m_config.inChannels,
        ", H, W), got ", x.sizes());
    TORCH_CHECK(input.y.dim() == 4 && input.y.size(0) == x.size(0) && input.y.size(3) == m_config.captionChannels,
        "PixArt: y must be (B, 1, L, ", m_config.captionChannels, "), got ", input.y.sizes());
    const std::int64_t patch = m_config.patchSize;
    const std::int64_t rows = (x.size(2) + patch - 1) / patch, columns = (x.size(3) + patch - 1) / patch;
    const auto dtype = (*t_block)[1]->weight.scalar_type();

    const auto position =
        session.constant("pos_embed", [&] { return positionEmbedding(rows, columns).to(x.device()); });
    if (auto* recorder = ActivationRecorder::current())
        recorder->record("pos_embed", position);
    const auto time = perTimestep(session, "t_block", input.timestep, [&](const torch::Tensor& timesteps) {
        const auto embedded = timeEmbedding(input, timesteps);
        return torch::cat(
            {embedded, tapped(*t_block, (*t_block)[1]->forward(m_timeActivation->forward(embedded.clone())))}, 1);
    });
    const auto t = time.narrow(1, 0, m_config.hiddenSize); // (B, C)
    const auto t6 = time.narrow(1, m_config.hiddenSize, 6 * m_config.hiddenSize).unflatten(1, {6, -1});
    const auto captions = session.once("y_embedder", [&] { return y_embedder->forward(input.y.to(dtype)); });
    const auto text = PackedText::of(captions.flatten(1, 2), input.mask, session);

    const auto padded = torch::constant_pad_nd(x, {0, columns * patch - x.size(3), 0, rows * patch - x.size(2)});
    auto tokens = x_embedder->forward(padded.to(dtype)) + position.to(dtype);
    tokens = session.layers(
        tokens,
        [&](int layer, const torch::Tensor& in) {
            return (*blocks)[static_cast<std::size_t>(layer)]->forward(in, t6, text, session);
        },
        [&](int layer, const torch::Tensor& in) {
            return (*blocks)[static_cast<std::size_t>(layer)]->modulatedInput(in, t6);
        });

    const auto out = final_layer->forward(tokens, t); // per token (patch row, patch column, channel)
    return widened(
        unpatchified(out, rows, columns, patch, m_config.outChannels()).slice(2, 0, x.size(2)).slice(3, 0, x.size(3)));
}

Result<Pixart> loadPixart(
    const PixartConfig& config, const checkpoint::Checkpoint& checkpoint, checkpoint::LoadOptions options)
{
    Pixart model(config);
    model->eval();
    // The published loader drops the stored position embedding: it is one of a single size.
    options.rename = [given = options.rename](const std::string& stored) {
        std::string name = given ? given(stored) : stored;
        return name == "pos_embed" ? std::string() : name;
    };
    if (auto loaded = checkpoint::loadInto(*model, checkpoint, options); !loaded)
        return unexpected(loaded.error());
    // A parameter that was not loaded shares one zero among all its elements.
    model->setHasNullEmbedding(model->nullEmbedding().stride(0) != 0);
    return model;
}

Result<Pixart> loadPixart(
    const PixartConfig& config, const checkpoint::Checkpoint& checkpoint, std::optional<torch::ScalarType> dtype)
{
    checkpoint::LoadOptions options;
    options.dtype = dtype;
    return loadPixart(config, checkpoint, options);
}

torch::Tensor PixartDenoiser::predict(const torch::Tensor& latent, const torch::Tensor& timestep,
    const Conditions& conditions, cache::RowRange rows, cache::CachingSession& session)
{
    TORCH_CHECK(
        latent.dim() == 5 && latent.size(2) == 1, "PixArt: a latent of one frame is needed, got ", latent.sizes());
    const std::int64_t prompts = latent.size(0), repeats = rows.count / prompts;
    PixartInput call;
    call.x = latent.squeeze(2).repeat({repeats, 1, 1, 1});
    call.timestep = timestep.to(latent.device()).expand({prompts}).repeat({repeats});
    call.y = rows.of(conditions.text);
    // A mask of P rows is repeated by the model; one of all rows is cut like them.
    const bool maskPerRow = conditions.mask.defined() && conditions.mask.size(0) != prompts;
    call.mask = maskPerRow ? rows.of(conditions.mask) : conditions.mask;
    call.height = conditions.height;
    call.width = conditions.width;
    return m_model->forward(call, session).unsqueeze(2);
}

} // namespace toca::models
