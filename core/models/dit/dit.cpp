// SPDX-License-Identifier: Apache-2.0
#include "core/models/dit/dit.h"

#include "core/models/layers/activation_recorder.h"
#include "core/models/layers/attention.h"
#include "core/models/layers/per_timestep.h"

#include <torch/torch.h>

namespace toca::models {

class DitImpl::LabelEmbedderImpl : public torch::nn::Module {
public:
    LabelEmbedderImpl(std::int64_t rows, std::int64_t hiddenSize)
        : embedding_table(register_module("embedding_table", Embedding(rows, hiddenSize)))
    {
    }
    /// @param labels (B)  @return (B, C)
    torch::Tensor forward(const torch::Tensor& labels) { return tapped(*this, embedding_table->forward(labels)); }

private:
    Embedding embedding_table;
};

class DitImpl::FinalLayerImpl : public torch::nn::Module {
public:
    FinalLayerImpl(std::int64_t hiddenSize, std::int64_t outputs)
        : norm_final(register_module("norm_final", LayerNorm(hiddenSize, 1e-6, /*hasAffine=*/false)))
        , linear(register_module("linear", Linear(hiddenSize, outputs)))
        , adaLN_modulation(register_module("adaLN_modulation", AdaptiveModulation(hiddenSize, 2)))
    {
    }
    /// @param c (B, C)  @return (B, 2C) shift, scale
    torch::Tensor modulation(const torch::Tensor& c) { return adaLN_modulation->forward(c); }
    /// @param x (B, N, C)  @param vectors (B, 2C) modulation  @return (B, N, outputs)
    torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& vectors)
    {
        const auto m = vectors.unsqueeze(1).chunk(2, 2);
        return tapped(*this, linear->forward(modulated(norm_final->forward(x), m[0], m[1])));
    }

private:
    LayerNorm norm_final;
    Linear linear;
    AdaptiveModulation adaLN_modulation;
};

DitImpl::DitImpl(const DitConfig& config)
    : m_config(config)
    , x_embedder(register_module("x_embedder", PatchEmbed(config.patchSize, config.inChannels, config.hiddenSize)))
    , t_embedder(register_module("t_embedder", NumberEmbedder(config.hiddenSize)))
    , y_embedder(register_module("y_embedder",
          std::make_shared<LabelEmbedderImpl>(config.classes + (config.hasNullClass ? 1 : 0), config.hiddenSize)))
    , pos_embed(register_parameter("pos_embed", unloaded({1, config.gridSize() * config.gridSize(), config.hiddenSize}),
          /*requires_grad=*/false))
    , blocks(register_module("blocks", std::make_shared<Stack<DitBlock>>()))
{
    for (std::int64_t block = 0; block < config.depth; ++block)
        blocks->append(DitBlock(config.hiddenSize, config.heads, config.mlpHiddenSize()));
    final_layer = register_module("final_layer",
        std::make_shared<FinalLayerImpl>(
            config.hiddenSize, config.patchSize * config.patchSize * config.outChannels()));
}

void DitImpl::computePositionEmbedding(torch::ScalarType dtype)
{
    pos_embed.set_data(
        sinCosPositionEmbedding(m_config.hiddenSize, m_config.gridSize(), m_config.gridSize()).to(dtype));
}

torch::Tensor DitImpl::modulation(const torch::Tensor& timesteps, const torch::Tensor& label)
{
    const auto c = t_embedder->forward(timesteps) + label.repeat_interleave(timesteps.size(0) / label.size(0), 0);
    std::vector<torch::Tensor> vectors;
    for (std::int64_t block = 0; block < m_config.depth; ++block)
        vectors.push_back((*blocks)[static_cast<std::size_t>(block)]->modulation(c));
    vectors.push_back(final_layer->modulation(c));
    return torch::cat(vectors, 1);
}

torch::Tensor DitImpl::forward(const DitInput& input, cache::CachingSession& session)
{
    const auto& x = input.x;
    TORCH_CHECK(x.dim() == 4 && x.size(1) == m_config.inChannels && x.size(2) == m_config.inputSize
            && x.size(3) == m_config.inputSize,
        "DiT: x must be (B, ", m_config.inChannels, ", ", m_config.inputSize, ", ", m_config.inputSize, "), got ",
        x.sizes());
    TORCH_CHECK(input.labels.dim() == 1 && input.labels.size(0) == x.size(0)
            && input.labels.scalar_type() == torch::kInt64 && input.timestep.size(0) == x.size(0),
        "DiT: labels and timestep must hold one value for each of the ", x.size(0), " rows");
    const auto dtype = pos_embed.scalar_type();
    const auto label = session.once("y_embedder", [&] {
        const std::int64_t rows = m_config.classes + (m_config.hasNullClass ? 1 : 0);
        TORCH_CHECK(input.labels.min().item<std::int64_t>() >= 0 && input.labels.max().item<std::int64_t>() < rows,
            "DiT: a class is outside 0..", rows - 1);
        return y_embedder->forward(input.labels);
    });
    const auto vectors = perTimestep(session, "adaLN_modulation", input.timestep,
        [&](const torch::Tensor& timesteps) { return modulation(timesteps, label); });
    const auto ofBlock = [&](int layer) {
        return vectors.narrow(1, layer * 6 * m_config.hiddenSize, 6 * m_config.hiddenSize);
    };

    auto tokens = x_embedder->forward(x.to(dtype)) + pos_embed;
    tokens = session.layers(
        tokens,
        [&](int layer, const torch::Tensor& in) {
            return (*blocks)[static_cast<std::size_t>(layer)]->forward(in, ofBlock(layer), session);
        },
        [&](int layer, const torch::Tensor& in) {
            return (*blocks)[static_cast<std::size_t>(layer)]->modulatedInput(in, ofBlock(layer));
        });
    const auto out = final_layer->forward(
        tokens, vectors.narrow(1, m_config.depth * 6 * m_config.hiddenSize, 2 * m_config.hiddenSize));
    return widened(
        unpatchified(out, m_config.gridSize(), m_config.gridSize(), m_config.patchSize, m_config.outChannels()));
}

Result<Dit> loadDit(
    const DitConfig& config, const checkpoint::Checkpoint& checkpoint, std::optional<torch::ScalarType> dtype)
{
    Dit model(config);
    model->eval();
    checkpoint::LoadOptions options;
    options.dtype = dtype;
    options.optional = {"pos_embed"};
    if (auto loaded = checkpoint::loadInto(*model, checkpoint, options); !loaded)
        return unexpected(loaded.error());
    if (!checkpoint.find("pos_embed"))
        model->computePositionEmbedding(
            dtype.value_or(model->named_parameters()["x_embedder.proj.weight"].scalar_type()));
    return model;
}

torch::Tensor DitDenoiser::predict(const torch::Tensor& latent, const torch::Tensor& timestep,
    const Conditions& conditions, cache::RowRange rows, cache::CachingSession& session)
{
    TORCH_CHECK(latent.dim() == 5 && latent.size(2) == 1, "DiT: a latent must have one frame, got ", latent.sizes());
    const std::int64_t prompts = latent.size(0), repeats = rows.count / prompts;
    DitInput call;
    call.x = latent.squeeze(2).repeat({repeats, 1, 1, 1});
    call.timestep = timestep.expand({prompts}).repeat({repeats});
    call.labels = rows.of(conditions.labels);
    return m_model->forward(call, session).unsqueeze(2);
}

} // namespace toca::models
