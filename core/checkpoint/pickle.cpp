// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle.h"

#include "core/checkpoint/pickle_machine.h"

#include <bit>

namespace toca::checkpoint {

std::optional<std::int64_t> Pickle::integer(ValueId id) const
{
    const Value& value = m_values[id];
    if (value.kind != ValueKind::Integer && value.kind != ValueKind::Bool)
        return std::nullopt;
    return static_cast<std::int64_t>(value.a);
}

std::optional<double> Pickle::number(ValueId id) const
{
    if (kind(id) != ValueKind::Float)
        return std::nullopt;
    return std::bit_cast<double>(m_values[id].a);
}

std::string_view Pickle::text(ValueId id) const
{
    const Value& value = m_values[id];
    if (value.kind != ValueKind::Text && value.kind != ValueKind::BigInteger)
        return {};
    return {m_texts.data() + value.a, static_cast<std::size_t>(value.b)};
}

std::span<const ValueId> Pickle::items(ValueId id) const
{
    const Value& value = m_values[id];
    const bool isContainer =
        value.kind == ValueKind::List || value.kind == ValueKind::Tuple || value.kind == ValueKind::Dictionary;
    if (!isContainer || value.a == kNoItems)
        return {};
    return m_items[value.a];
}

std::string Pickle::globalName(ValueId id) const
{
    const Value* value = &m_values[id];
    if (value->kind == ValueKind::Opaque && value->a != 0)
        value = &m_values[value->a - 1];
    if (value->kind != ValueKind::Global)
        return {};
    const std::string_view both(m_texts.data() + value->a, (value->b >> 32) + (value->b & 0xffff'ffff));
    std::string name(both.substr(0, value->b >> 32));
    return name.append(1, '.').append(both.substr(value->b >> 32));
}

Result<Pickle> readPickle(ByteStream& stream)
{
    Pickle pickle;
    if (auto read = PickleMachine(stream, pickle).run(); !read)
        return unexpected(read.error());
    return pickle;
}

} // namespace toca::checkpoint
