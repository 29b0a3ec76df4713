// SPDX-License-Identifier: Apache-2.0
#include "core/engine/text_encoder_part.h"

#include <torch/torch.h>

namespace toca::engine {

namespace fs = std::filesystem;

namespace {

/// Encoders with more weights than this are released after use: 1 GB in float32.
constexpr std::int64_t kLargeParameters = std::int64_t{1} << 28;

std::int64_t parametersOf(const models::T5Config& config)
{
    const std::int64_t attention = 4 * config.heads * config.keySize * config.modelSize;
    const std::int64_t feedForward = 3 * config.modelSize * config.feedForwardSize;
    return config.vocabularySize * config.modelSize + config.layers * (attention + feedForward);
}

} // namespace

Result<models::T5Config> t5ConfigOf(const checkpoint::Checkpoint& checkpoint)
{
    std::string problem;
    const auto shapeOf = [&](const std::string& name) -> std::vector<std::int64_t> {
        const auto* tensor = checkpoint.find(name);
        if (tensor && tensor->shape.size() == 2 && tensor->shape[0] > 0 && tensor->shape[1] > 0)
            return tensor->shape;
        if (problem.empty())
            problem = "has no matrix '" + name + "'";
        return {1, 1};
    };
    const std::string block = "encoder.block.0.layer.";
    const auto table = shapeOf(checkpoint.find("shared.weight") ? "shared.weight" : "encoder.embed_tokens.weight");
    const auto queries = shapeOf(block + "0.SelfAttention.q.weight");
    const auto bias = shapeOf(block + "0.SelfAttention.relative_attention_bias.weight");
    const auto gate = shapeOf(block + "1.DenseReluDense.wi_0.weight");
    if (problem.empty() && queries[0] % bias[1] != 0)
        problem = "has " + std::to_string(bias[1]) + " attention heads, which do not divide its width of "
            + std::to_string(queries[0]);
    if (!problem.empty())
        return unexpected(ErrorCode::BadCheckpoint,
            quoted(checkpoint.path()) + " " + problem
                + ", so it is no T5 v1.1 encoder. Choose the text encoder that belongs to the model.");
    models::T5Config config;
    config.vocabularySize = table[0];
    config.modelSize = table[1];
    config.heads = bias[1];
    config.keySize = queries[0] / bias[1];
    config.relativeBuckets = bias[0];
    config.feedForwardSize = gate[0];
    config.layers = 0;
    while (checkpoint.find("encoder.block." + std::to_string(config.layers) + ".layer.0.SelfAttention.q.weight"))
        ++config.layers;
    return config;
}

TextEncoderPart::TextEncoderPart(
    models::T5Config config, fs::path weights, fs::path tokenizerFile, models::TokenizerOptions options)
    : m_config(config)
    , m_weights(std::move(weights))
    , m_tokenizerFile(std::move(tokenizerFile))
    , m_options(options)
{
}

Result<TextEncoderPart> TextEncoderPart::find(
    const FoundParts& parts, const fs::path& path, const models::TokenizerOptions& options)
{
    const FoundPart* encoder = parts.first(PartKind::TextEncoder);
    if (!encoder)
        return unexpected(ErrorCode::NotFound,
            quoted(path)
                + " holds no T5 text encoder. Put the encoder's folder (config.json and its weights, often called "
                  "text_encoder) there.");
    if (parts.tokenizers.empty())
        return unexpected(
            ErrorCode::NotFound, quoted(path) + " holds no tokenizer. Put the text encoder's spiece.model there.");
    const auto config = encoder->config ? models::T5Config::fromJson(*encoder->config, encoder->configName)
                                        : t5ConfigOf(encoder->checkpoint);
    if (!config)
        return unexpected(config.error());
    // The first that fits; if none does, what is wrong with the first.
    std::optional<Error> problem;
    for (const fs::path& file : parts.tokenizers) {
        TextEncoderPart part(*config, encoder->path, file, options);
        const auto loaded = part.loadTokenizer();
        if (loaded)
            return part;
        if (!problem)
            problem = loaded.error();
    }
    return unexpected(*problem);
}

bool TextEncoderPart::isLarge() const
{
    return parametersOf(m_config) > kLargeParameters;
}

Result<void> TextEncoderPart::loadTokenizer()
{
    if (m_tokenizer)
        return {};
    auto tokenizer = models::Tokenizer::open(m_tokenizerFile, m_options);
    if (!tokenizer)
        return unexpected(tokenizer.error());
    if (tokenizer->vocabularySize() > m_config.vocabularySize)
        return unexpected(ErrorCode::BadCheckpoint,
            quoted(m_tokenizerFile) + " has " + std::to_string(tokenizer->vocabularySize())
                + " pieces, but the text encoder knows " + std::to_string(m_config.vocabularySize)
                + ". Tokenizer and text encoder come from different models.");
    m_tokenizer = std::move(*tokenizer);
    return {};
}

Result<void> TextEncoderPart::load(torch::Device device)
{
    if (auto loaded = loadTokenizer(); !loaded)
        return loaded;
    if (isLoaded() && device == m_device)
        return {};
    release();
    const auto file = checkpoint::Checkpoint::open(m_weights);
    if (!file)
        return unexpected(file.error());
    const auto dtype = isLarge() ? std::nullopt : std::optional<torch::ScalarType>(torch::kFloat32);
    auto encoder = models::loadT5Encoder(m_config, *file, dtype);
    if (!encoder)
        return unexpected(encoder.error());
    m_encoder = *encoder;
    m_encoder->to(device);
    m_device = device;
    return {};
}

TextFeatures TextEncoderPart::encode(const std::vector<std::string>& prompts)
{
    std::vector<torch::Tensor> ids, masks;
    for (const std::string& prompt : prompts) {
        const auto tokens = m_tokenizer->encodePadded(prompt);
        ids.push_back(torch::tensor(tokens.ids, torch::kInt64));
        masks.push_back(torch::tensor(tokens.mask, torch::kInt64));
    }
    TextFeatures text;
    text.ids = torch::stack(ids).to(m_device);
    text.mask = torch::stack(masks).to(m_device);
    text.features = m_encoder->forward(text.ids, text.mask).to(torch::kFloat32).unsqueeze(1);
    return text;
}

} // namespace toca::engine
