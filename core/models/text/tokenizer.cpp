// SPDX-License-Identifier: Apache-2.0
#include "core/models/text/tokenizer.h"

#include "core/models/text/sentencepiece_check.h"

#include <sentencepiece_processor.h>

#include <fstream>
#include <limits>
#include <system_error>

namespace toca::models {
namespace {

/// T5's model files have 0.8 MB; multilingual ones have 4 MB.
constexpr std::uintmax_t kMostModelBytes = 16 << 20;

Result<std::string> readWhole(const std::filesystem::path& path)
{
    std::error_code failure;
    if (!std::filesystem::is_regular_file(path, failure))
        return unexpected(
            ErrorCode::NotFound, path.string() + " is missing: the tokenizer's SentencePiece model was expected.");
    const std::uintmax_t bytes = std::filesystem::file_size(path, failure);
    if (failure || bytes > kMostModelBytes)
        return unexpected(ErrorCode::BadFormat,
            path.string() + " is too large for a SentencePiece model (more than "
                + std::to_string(kMostModelBytes >> 20) + " MiB).");
    std::ifstream file(path, std::ios::binary);
    std::string content(static_cast<std::size_t>(bytes), '\0');
    if (!file.read(content.data(), static_cast<std::streamsize>(content.size())))
        return unexpected(ErrorCode::Io, path.string() + " could not be read.");
    return content;
}

Result<void> checkOptions(const TokenizerOptions& options)
{
    if (options.maxLength >= 1 && options.padId >= 0 && options.eosId >= 0 && options.unkId >= 0)
        return {};
    return unexpected(ErrorCode::InvalidArgument,
        "A tokenizer needs a length of at least 1 and ids that are not negative, but got length "
            + std::to_string(options.maxLength) + ", padding " + std::to_string(options.padId) + ", end "
            + std::to_string(options.eosId) + ", unknown " + std::to_string(options.unkId) + ".");
}

/// `text` up to its first `bytes` bytes, without cutting a UTF-8 sequence.
std::string_view upTo(std::string_view text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80)
        --bytes;
    return text.substr(0, bytes);
}

} // namespace

struct Tokenizer::Model {
    sentencepiece::SentencePieceProcessor processor;
};

Tokenizer::Tokenizer(std::shared_ptr<const Model> model, const TokenizerOptions& options)
    : m_model(std::move(model))
    , m_options(options)
{
}

Result<Tokenizer> Tokenizer::open(const std::filesystem::path& path, const TokenizerOptions& options)
{
    if (const Result<void> checked = checkOptions(options); !checked)
        return unexpected(checked.error());
    const Result<std::string> content = readWhole(path);
    if (!content)
        return unexpected(content.error());
    if (const Result<void> checked = checkSentencePieceModel(*content, path.string()); !checked)
        return unexpected(checked.error());

    auto model = std::make_shared<Model>();
    if (const auto status = model->processor.LoadFromSerializedProto(*content); !status.ok())
        return unexpected(
            ErrorCode::BadFormat, path.string() + " is not a usable SentencePiece model: " + status.ToString() + ".");
    const int size = model->processor.GetPieceSize();
    if (options.eosId >= size || options.padId >= size || model->processor.unk_id() != options.unkId)
        return unexpected(ErrorCode::BadFormat,
            path.string() + " has " + std::to_string(size) + " pieces and the unknown id "
                + std::to_string(model->processor.unk_id()) + ", which does not fit the expected ids (padding "
                + std::to_string(options.padId) + ", end " + std::to_string(options.eosId) + ", unknown "
                + std::to_string(options.unkId) + ").");
    return Tokenizer(std::move(model), options);
}

std::string Tokenizer::prepared(std::string_view text) const
{
    text = upTo(text, kMostTextBytes);
    std::string result = m_options.lowercase ? lowercased(text) : std::string(text);
    return m_options.strip ? std::string(stripped(result)) : result;
}

TokenIds Tokenizer::encode(std::string_view text) const
{
    std::vector<int> pieceIds;
    // The only failure is a processor without a model, which `open` excludes.
    (void)m_model->processor.Encode(prepared(text), &pieceIds);
    const auto room = static_cast<std::size_t>(m_options.appendEos ? m_options.maxLength - 1 : m_options.maxLength);
    if (pieceIds.size() > room)
        pieceIds.resize(room);
    TokenIds ids(pieceIds.begin(), pieceIds.end());
    if (m_options.appendEos)
        ids.push_back(m_options.eosId);
    return ids;
}

PaddedTokens Tokenizer::encodePadded(std::string_view text) const
{
    PaddedTokens tokens{encode(text), {}};
    tokens.mask.assign(tokens.ids.size(), 1);
    tokens.ids.resize(static_cast<std::size_t>(m_options.maxLength), m_options.padId);
    tokens.mask.resize(tokens.ids.size(), 0);
    return tokens;
}

std::vector<std::string> Tokenizer::pieces(std::string_view text) const
{
    std::vector<std::string> result;
    (void)m_model->processor.Encode(prepared(text), &result);
    return result;
}

std::int64_t Tokenizer::vocabularySize() const
{
    return m_model->processor.GetPieceSize();
}

} // namespace toca::models
