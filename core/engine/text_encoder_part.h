// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/model_parts.h"
#include "core/models/text/t5_encoder.h"
#include "core/models/text/tokenizer.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace toca::engine {

/// Text as the transformer reads it, for P prompts.
struct TextFeatures {
    torch::Tensor ids; ///< (P, L) int64
    torch::Tensor mask; ///< (P, L) int64, 1 = token
    torch::Tensor features; ///< (P, 1, L, captionChannels) float32
};

/// A T5 encoder with its tokenizer, wherever they lie: prompts to features. Weights are mapped when first needed; a
/// large encoder runs once per prompt and is released before the transformer is needed.
class TextEncoderPart {
public:
    /// What it is made of; reads nothing.
    /// @param weights file or folder of the encoder  @param tokenizerFile a SentencePiece model
    TextEncoderPart(models::T5Config config, std::filesystem::path weights, std::filesystem::path tokenizerFile,
        models::TokenizerOptions options);
    /// The text encoder and tokenizer among the parts of a model: the diffusers layout (text_encoder/, tokenizer/) or
    /// any other. Sizes come from the config.json beside the weights, or else from the tensors' shapes.
    /// @param path that was looked through, for messages
    /// @return NotFound saying what is missing, BadFormat, BadCheckpoint
    static Result<TextEncoderPart> find(
        const FoundParts& parts, const std::filesystem::path& path, const models::TokenizerOptions& options);

    const models::T5Config& config() const { return m_config; }
    const std::filesystem::path& weights() const { return m_weights; }
    const std::filesystem::path& tokenizerFile() const { return m_tokenizerFile; }
    /// Whether it should be released after use: more than a gigabyte in float32.
    bool isLarge() const;

    /// @return NotFound, BadFormat, or BadCheckpoint when tokenizer and encoder do not belong together
    Result<void> loadTokenizer();
    /// Tokenizer and weights; small encoders in float32, large ones in the file's own dtype, which maps them without a
    /// copy. Does nothing when they are loaded.
    Result<void> load(torch::Device device);
    /// Frees the encoder; the tokenizer, which is small, stays.
    void release() { m_encoder = nullptr; }
    bool isLoaded() const { return !m_encoder.is_empty(); }

    /// @pre loadTokenizer succeeded
    const models::Tokenizer& tokenizer() const { return *m_tokenizer; }
    /// @pre load succeeded
    TextFeatures encode(const std::vector<std::string>& prompts);

private:
    models::T5Config m_config;
    std::filesystem::path m_weights;
    std::filesystem::path m_tokenizerFile;
    models::TokenizerOptions m_options;
    std::optional<models::Tokenizer> m_tokenizer;
    models::T5Encoder m_encoder{nullptr};
    torch::Device m_device{torch::kCPU};
};

/// Sizes of a T5 encoder from the shapes of its tensors.
/// @return BadCheckpoint naming the tensor that is missing or has a shape of no such encoder
Result<models::T5Config> t5ConfigOf(const checkpoint::Checkpoint& checkpoint);

} // namespace toca::engine
