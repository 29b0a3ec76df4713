// SPDX-License-Identifier: Apache-2.0
#include "core/training/caption_encoder.h"

#include "core/models/layers/attention.h"

#include <torch/torch.h>

#include <algorithm>

namespace toca::training {

Result<CaptionEncoder> CaptionEncoder::open(const models::T5Config& config, const std::filesystem::path& weights,
    const std::filesystem::path& tokenizerFile, const models::TokenizerOptions& options)
{
    const auto file = checkpoint::Checkpoint::open(weights);
    if (!file)
        return unexpected(file.error());
    auto encoder = models::loadT5Encoder(config, *file);
    if (!encoder)
        return unexpected(encoder.error());
    auto tokenizer = models::Tokenizer::open(tokenizerFile, options);
    if (!tokenizer)
        return unexpected(tokenizer.error());
    return CaptionEncoder(*std::move(encoder), *std::move(tokenizer));
}

CaptionFeatures CaptionEncoder::encode(const std::vector<std::string>& captions, bool isTrained)
{
    const auto rows = static_cast<std::int64_t>(captions.size());
    std::vector<models::TokenIds> tokens;
    std::size_t longest = 1;
    for (const auto& caption : captions) {
        tokens.push_back(m_tokenizer.encode(caption));
        longest = std::max(longest, tokens.back().size());
    }
    const auto length = static_cast<std::int64_t>(longest);
    auto ids = torch::full({rows, length}, m_tokenizer.options().padId, torch::kInt64);
    auto mask = torch::zeros({rows, length}, torch::kInt64);
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto& of = tokens[static_cast<std::size_t>(row)];
        const auto count = static_cast<std::int64_t>(of.size());
        ids[row].narrow(0, 0, count).copy_(torch::tensor(of, torch::kInt64));
        mask[row].narrow(0, 0, count).fill_(1);
    }
    const torch::AutoGradMode mode(torch::GradMode::is_enabled() && isTrained);
    return {models::widened(m_encoder->forward(ids, mask)), mask};
}

} // namespace toca::training
