// SPDX-License-Identifier: Apache-2.0
#include "core/base/printable.h"
#include "core/checkpoint/pickle_machine.h"
#include "core/checkpoint/pickle_text.h"

#include <bit>

namespace toca::checkpoint {

namespace {

/// Longest number written as text, and longest text of protocol 0.
constexpr std::size_t kMaximumNumberLine = 4096;
constexpr std::size_t kMaximumTextLine = 1u << 20;

std::uint64_t littleEndian(std::string_view bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size() && i < 8; ++i)
        value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return value;
}

} // namespace

Result<std::uint64_t> PickleMachine::count(std::size_t bytes)
{
    const auto read = m_stream.take(bytes);
    if (!read)
        return unexpected(read.error());
    return littleEndian(*read);
}

Result<void> PickleMachine::number()
{
    switch (m_code) {
    case 'J': { // BININT: signed, 4 bytes
        const auto value = count(4);
        if (!value)
            return unexpected(value.error());
        return push(ValueKind::Integer,
            static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(*value))}));
    }
    case 'K':
    case 'M': { // BININT1, BININT2
        const auto value = count(m_code == 'K' ? 1 : 2);
        return value ? push(ValueKind::Integer, *value) : unexpected(value.error());
    }
    case 0x8a:
    case 0x8b: { // LONG1, LONG4
        const auto length = count(m_code == 0x8a ? 1 : 4);
        if (!length)
            return unexpected(length.error());
        const auto bytes = m_stream.take(*length);
        return bytes ? longNumber(*bytes) : unexpected(bytes.error());
    }
    case 'G': { // BINFLOAT: big-endian
        const auto bytes = m_stream.take(8);
        if (!bytes)
            return unexpected(bytes.error());
        std::uint64_t value = 0;
        for (const char byte : *bytes)
            value = value << 8 | static_cast<unsigned char>(byte);
        return push(ValueKind::Float, value);
    }
    default:
        break;
    }
    const auto line = m_stream.line(kMaximumNumberLine); // INT, LONG, FLOAT
    if (!line)
        return unexpected(line.error());
    if (m_code == 'I' && (*line == "00" || *line == "01"))
        return push(ValueKind::Bool, line->back() == '1');
    if (m_code == 'F') {
        const auto value = parseFloat(*line);
        return value ? push(ValueKind::Float, std::bit_cast<std::uint64_t>(*value))
                     : bad("its pickle holds " + printable(*line) + ", expected a number");
    }
    std::string_view digits = *line;
    if (digits.ends_with('L'))
        digits.remove_suffix(1);
    if (!isInteger(digits))
        return bad("its pickle holds " + printable(*line) + ", expected a whole number");
    if (const auto value = parseInteger(digits))
        return push(ValueKind::Integer, static_cast<std::uint64_t>(*value));
    return push(m_builder.makeText(ValueKind::BigInteger, digits));
}

/// Two's complement, little-endian, any length.
Result<void> PickleMachine::longNumber(std::string_view bytes)
{
    if (bytes.empty())
        return push(ValueKind::Integer, 0);
    const bool isNegative = (static_cast<unsigned char>(bytes.back()) & 0x80) != 0;
    const char filler = isNegative ? '\xff' : '\0';
    std::string_view needed = bytes; // without bytes that only repeat the sign
    while (needed.size() > 1 && needed.back() == filler
        && ((static_cast<unsigned char>(needed[needed.size() - 2]) & 0x80) != 0) == isNegative)
        needed.remove_suffix(1);
    if (needed.size() > 8)
        return push(m_builder.makeText(ValueKind::BigInteger, needed));
    std::uint64_t value = littleEndian(needed);
    if (isNegative && needed.size() < 8)
        value |= ~std::uint64_t{0} << (8 * needed.size());
    return push(ValueKind::Integer, value);
}

Result<void> PickleMachine::text()
{
    switch (m_code) {
    case 'X':
    case 'T': // BINUNICODE, BINSTRING of Python 2
        return pushText(4);
    case 0x8c:
    case 'U': // SHORT_BINUNICODE, SHORT_BINSTRING
        return pushText(1);
    case 0x8d: // BINUNICODE8
        return pushText(8);
    case 'B': // BINBYTES
        return skipBytes(4);
    case 'C': // SHORT_BINBYTES
        return skipBytes(1);
    case 0x8e:
    case 0x96: // BINBYTES8, BYTEARRAY8
        return skipBytes(8);
    default:
        break;
    }
    const auto line = m_stream.line(kMaximumTextLine); // STRING, UNICODE
    if (!line)
        return unexpected(line.error());
    const auto decoded = m_code == 'V' ? decodeUnicodeLine(*line) : decodeStringLine(*line);
    return decoded ? push(m_builder.makeText(ValueKind::Text, *decoded))
                   : bad("its pickle holds the malformed text " + printable(*line));
}

Result<void> PickleMachine::pushText(std::size_t lengthBytes)
{
    const auto length = count(lengthBytes);
    if (!length)
        return unexpected(length.error());
    const auto bytes = m_stream.take(*length);
    return bytes ? push(m_builder.makeText(ValueKind::Text, *bytes)) : unexpected(bytes.error());
}

Result<void> PickleMachine::skipBytes(std::size_t lengthBytes)
{
    const auto length = count(lengthBytes);
    if (!length)
        return unexpected(length.error());
    if (auto skipped = m_stream.skip(*length); !skipped)
        return skipped;
    return push(ValueKind::Opaque);
}

} // namespace toca::checkpoint
