// SPDX-License-Identifier: Apache-2.0
#include "core/models/text/sentencepiece_check.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

namespace toca::models {
namespace {

/// Longest piece and largest vocabulary any real model comes near to.
constexpr std::size_t kMostPieceBytes = 4096;
constexpr std::size_t kMostPieces = 4'000'000;

/// One field of a protocol buffer message (the wire format of protobuf.dev/programming-guides/encoding).
struct Field {
    std::uint64_t number = 0;
    int wireType = 0;
    std::string_view bytes; ///< content of a length-delimited or fixed-width field
};

class MessageReader {
public:
    explicit MessageReader(std::string_view message)
        : m_rest(message)
    {
    }

    /// The next field; nothing at the end or after damage.
    std::optional<Field> next()
    {
        if (m_rest.empty() || m_isDamaged)
            return {};
        const std::optional<std::uint64_t> tag = varint();
        if (!tag)
            return damaged();
        Field field{*tag >> 3, static_cast<int>(*tag & 7), {}};
        std::optional<std::uint64_t> length;
        switch (field.wireType) {
        case 0:
            return varint() ? std::optional(field) : damaged();
        case 1:
            length = 8;
            break;
        case 2:
            length = varint();
            break;
        case 5:
            length = 4;
            break;
        default:
            return damaged();
        }
        if (!length || *length > m_rest.size())
            return damaged();
        field.bytes = m_rest.substr(0, *length);
        m_rest.remove_prefix(*length);
        return field;
    }
    bool isDamaged() const { return m_isDamaged; }

private:
    std::nullopt_t damaged()
    {
        m_isDamaged = true;
        return std::nullopt;
    }
    std::optional<std::uint64_t> varint()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(m_rest.front());
            m_rest.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80)
                return value;
        }
        return {};
    }

    std::string_view m_rest;
    bool m_isDamaged = false;
};

std::uint32_t littleEndian32(std::string_view bytes)
{
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    return value;
}

/// Units of a Darts-clone double array: bits as in that library's `DoubleArrayUnit`.
struct Unit {
    std::uint32_t bits = 0;
    bool hasLeaf() const { return (bits >> 8 & 1) != 0; }
    std::uint32_t value() const { return bits & 0x7FFFFFFFu; }
    std::uint32_t label() const { return bits & 0x800000FFu; }
    std::uint32_t offset() const { return bits >> 10 << ((bits & 1u << 9) >> 6); }
};

/// Walks every node that a lookup can reach.
/// @return what is wrong; empty when nothing is
std::string faultOfCharsmap(std::string_view blob)
{
    if (blob.empty())
        return {};
    if (blob.size() < 4)
        return "its normalisation table is cut off";
    const std::uint32_t trieBytes = littleEndian32(blob);
    if (trieBytes == 0 || trieBytes % 4 != 0 || trieBytes > blob.size() - 4)
        return "its normalisation table gives an impossible size";
    const std::string_view trie = blob.substr(4, trieBytes);
    const std::string_view texts = blob.substr(4 + trieBytes);
    if (texts.empty() || texts.back() != '\0')
        return "its normalisation texts do not end";

    const std::size_t units = trie.size() / 4;
    const auto unit = [&](std::size_t index) { return Unit{littleEndian32(trie.substr(4 * index, 4))}; };
    std::vector<bool> isSeen(units, false);
    std::vector<std::size_t> open = {0};
    isSeen[0] = true;
    while (!open.empty()) {
        const std::size_t node = open.back();
        open.pop_back();
        const std::size_t base = node ^ unit(node).offset();
        // A lookup reads the unit `base ^ byte` for any byte of the text.
        if ((base | 0xFF) >= units)
            return "its normalisation table points outside of itself";
        if (unit(node).hasLeaf() && unit(base).value() >= texts.size())
            return "its normalisation table points outside of the texts";
        for (std::uint32_t byte = 0; byte < 256; ++byte) {
            const std::size_t child = base ^ byte;
            if (unit(child).label() == byte && !isSeen[child]) {
                isSeen[child] = true;
                open.push_back(child);
            }
        }
    }
    return {};
}

std::string faultOfPiece(std::string_view message)
{
    MessageReader piece(message);
    while (const std::optional<Field> field = piece.next()) {
        if (field->number == 1 && field->bytes.size() > kMostPieceBytes)
            return "a piece is longer than " + std::to_string(kMostPieceBytes) + " bytes";
        if (field->number == 2 && field->wireType == 5) {
            const std::uint32_t bits = littleEndian32(field->bytes);
            float score = 0;
            std::memcpy(&score, &bits, sizeof score);
            if (!std::isfinite(score))
                return "the score of a piece is no finite number";
        }
    }
    return piece.isDamaged() ? "a piece is damaged" : "";
}

std::string faultOfNormalizer(std::string_view message)
{
    constexpr std::uint64_t kPrecompiledCharsmap = 2;
    MessageReader spec(message);
    while (const std::optional<Field> field = spec.next()) {
        if (field->number != kPrecompiledCharsmap)
            continue;
        if (std::string fault = faultOfCharsmap(field->bytes); !fault.empty())
            return fault;
    }
    return spec.isDamaged() ? "its normaliser is damaged" : "";
}

std::string faultOfModel(std::string_view message)
{
    // Field numbers of sentencepiece_model.proto's ModelProto.
    constexpr std::uint64_t kPieces = 1;
    constexpr std::uint64_t kNormalizerSpec = 3;
    constexpr std::uint64_t kDenormalizerSpec = 5;
    std::size_t pieces = 0;
    MessageReader model(message);
    while (const std::optional<Field> field = model.next()) {
        std::string fault;
        if (field->number == kPieces)
            fault = ++pieces > kMostPieces ? "it has too many pieces" : faultOfPiece(field->bytes);
        else if (field->number == kNormalizerSpec || field->number == kDenormalizerSpec)
            fault = faultOfNormalizer(field->bytes);
        if (!fault.empty())
            return fault;
    }
    if (model.isDamaged())
        return "it is cut off or no SentencePiece model at all";
    return pieces == 0 ? "it holds no pieces" : "";
}

} // namespace

Result<void> checkSentencePieceModel(std::string_view model, const std::string& fileName)
{
    const std::string fault = faultOfModel(model);
    if (fault.empty())
        return {};
    return unexpected(ErrorCode::BadFormat,
        fileName + " is not a usable SentencePiece model: " + fault + ". Download the tokenizer again.");
}

} // namespace toca::models
