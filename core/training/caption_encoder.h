// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/text/t5_encoder.h"
#include "core/models/text/tokenizer.h"

#include <filesystem>
#include <string>
#include <vector>

namespace toca::training {

/// Captions as a transformer reads them, cut to the longest of the batch.
struct CaptionFeatures {
    torch::Tensor features; ///< (B, L, D) float32 or wider
    torch::Tensor mask; ///< (B, L) int64, 1 = token
};

/// A text encoder that can be trained, with its tokenizer.
class CaptionEncoder {
public:
    /// @return as the load functions
    static Result<CaptionEncoder> open(const models::T5Config& config, const std::filesystem::path& weights,
        const std::filesystem::path& tokenizer, const models::TokenizerOptions& options);

    /// @param isTrained whether gradients are wanted, where they are on
    CaptionFeatures encode(const std::vector<std::string>& captions, bool isTrained);
    models::T5Encoder& encoder() { return m_encoder; }

private:
    CaptionEncoder(models::T5Encoder encoder, models::Tokenizer tokenizer)
        : m_encoder(std::move(encoder))
        , m_tokenizer(std::move(tokenizer))
    {
    }
    models::T5Encoder m_encoder;
    models::Tokenizer m_tokenizer;
};

} // namespace toca::training
