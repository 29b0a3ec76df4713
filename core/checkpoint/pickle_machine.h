// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/pickle_builder.h"

namespace toca::checkpoint {

/// The stack, the marks and the memo of a pickle being read: what `readPickle` describes. Used by it only.
class PickleMachine {
public:
    PickleMachine(ByteStream& stream, Pickle& pickle)
        : m_stream(stream)
        , m_begin(stream.position())
        , m_builder(pickle, stream.name())
        , m_pickle(pickle)
    {
    }

    /// Interprets until STOP.
    Result<void> run();

private:
    using Done = Result<void>;

    Unexpected bad(const std::string& what) const
    {
        return m_builder.bad(what + " (before byte " + std::to_string(m_stream.position()) + ")");
    }

    Done push(Result<ValueId> id)
    {
        if (!id)
            return unexpected(id.error());
        m_stack.push_back(*id);
        return {};
    }
    Done push(ValueKind kind, std::uint64_t a = 0, std::uint64_t b = 0) { return push(m_builder.make(kind, a, b)); }

    /// Values that belong to the innermost open mark.
    std::size_t available() const { return m_stack.size() - (m_marks.empty() ? 0 : m_marks.back()); }

    Done need(std::size_t count) const
    {
        if (available() >= count)
            return {};
        return bad("the pickle takes more values than there are");
    }
    /// @pre need(1)
    ValueId pop()
    {
        const ValueId id = m_stack.back();
        m_stack.pop_back();
        return id;
    }
    /// The values after the last mark; both are removed by `dropMark`.
    Result<std::span<const ValueId>> marked() const
    {
        if (m_marks.empty())
            return bad("the pickle closes a mark that was not opened");
        return std::span<const ValueId>(m_stack).subspan(m_marks.back());
    }
    void dropMark()
    {
        m_stack.resize(m_marks.back());
        m_marks.pop_back();
    }
    /// @return the number in the `bytes` little-endian bytes that follow
    Result<std::uint64_t> count(std::size_t bytes);

    Done step();
    Done number();
    Done text();
    Done pushText(std::size_t lengthBytes);
    Done skipBytes(std::size_t lengthBytes);
    Done longNumber(std::string_view bytes);
    Done container();
    Done tuple(std::size_t size);
    Done addTo(std::size_t target, std::span<const ValueId> items);
    Done object();
    Done global();
    Done memo();
    Done store(std::uint64_t index);
    Done recall(std::uint64_t index);
    Result<std::uint64_t> memoLine();

    ByteStream& m_stream;
    std::uint64_t m_begin;
    PickleBuilder m_builder;
    Pickle& m_pickle;
    std::vector<ValueId> m_stack;
    std::vector<std::size_t> m_marks;
    std::vector<ValueId> m_memo;
    std::size_t m_memoized = 0; ///< values in m_memo, which is the index that MEMOIZE takes
    unsigned char m_code = 0;
};

} // namespace toca::checkpoint
