// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle_machine.h"

#include "core/base/printable.h"
#include "core/checkpoint/pickle_text.h"

#include <limits>

namespace toca::checkpoint {

namespace {

/// Longest name or number written as text.
constexpr std::size_t kMaximumLine = 4096;
/// Python's own pickler gives up at about a thousand levels.
constexpr std::size_t kMaximumMarks = 10'000;
constexpr ValueId kNothing = std::numeric_limits<ValueId>::max();

} // namespace

Result<void> PickleMachine::run()
{
    for (;;) {
        auto code = m_stream.take(1);
        if (!code)
            return unexpected(code.error());
        m_code = static_cast<unsigned char>(code->front());
        if (auto paid = m_builder.charge(1); !paid)
            return paid;
        if (m_stream.position() - m_begin > kMaximumPickleBytes)
            return m_builder.tooLarge("its pickle is longer than " + std::to_string(kMaximumPickleBytes) + " bytes");
        if (m_code == '.')
            break;
        if (auto done = step(); !done)
            return done;
    }
    if (m_stack.size() != 1 || !m_marks.empty())
        return bad("the pickle ends with " + std::to_string(m_stack.size()) + " values, expected 1");
    m_builder.setRoot(m_stack.back());
    return {};
}

Result<void> PickleMachine::step()
{
    switch (m_code) {
    case 0x80: { // PROTO
        const auto version = count(1);
        if (!version)
            return unexpected(version.error());
        if (*version > 5)
            return bad("its pickle has protocol " + std::to_string(*version) + ", expected 0 to 5");
        return {};
    }
    case 0x95: { // FRAME: only says how much may be read ahead
        const auto length = count(8);
        return length ? Done() : unexpected(length.error());
    }
    case '(': // MARK
        if (m_marks.size() >= kMaximumMarks)
            return bad("its pickle is nested deeper than " + std::to_string(kMaximumMarks) + " levels");
        m_marks.push_back(m_stack.size());
        return {};
    case '0': // POP
        if (available() == 0 && !m_marks.empty()) {
            m_marks.pop_back();
            return {};
        }
        if (auto enough = need(1); !enough)
            return enough;
        pop();
        return {};
    case '1': { // POP_MARK
        const auto items = marked();
        if (!items)
            return unexpected(items.error());
        dropMark();
        return {};
    }
    case '2': // DUP
        if (auto enough = need(1); !enough)
            return enough;
        m_stack.push_back(m_stack.back());
        return {};
    case 'N':
        return push(ValueKind::None);
    case 0x88:
    case 0x89: // NEWTRUE, NEWFALSE
        return push(ValueKind::Bool, m_code == 0x88);
    case 'I':
    case 'J':
    case 'K':
    case 'L':
    case 'M':
    case 'F':
    case 'G':
    case 0x8a:
    case 0x8b:
        return number();
    case 'S':
    case 'T':
    case 'U':
    case 'V':
    case 'X':
    case 'B':
    case 'C':
    case 0x8c:
    case 0x8d:
    case 0x8e:
    case 0x96:
        return text();
    case ')':
    case ']':
    case '}':
    case 't':
    case 'l':
    case 'd':
    case 'a':
    case 'e':
    case 's':
    case 'u':
    case 0x85:
    case 0x86:
    case 0x87:
    case 0x8f:
    case 0x90:
    case 0x91:
        return container();
    case 'g':
    case 'h':
    case 'j':
    case 'p':
    case 'q':
    case 'r':
    case 0x94:
        return memo();
    case 'c':
    case 0x93:
        return global();
    case 'Q':
    case 'R':
    case 'b':
    case 'i':
    case 'o':
    case 0x81:
    case 0x92:
        return object();
    case 'P':
        return bad("its pickle names a storage by text, as torch.save does with protocol 0; PyTorch itself can't read "
                   "that");
    case 0x82:
    case 0x83:
    case 0x84:
        return bad("its pickle uses an extension code, which only the program that wrote it could explain");
    case 0x97:
    case 0x98:
        return bad("its pickle uses buffers outside of the file");
    default:
        return bad("its pickle holds the unknown operation " + std::to_string(m_code));
    }
}

Result<void> PickleMachine::tuple(std::size_t size)
{
    if (auto enough = need(size); !enough)
        return enough;
    const auto made = m_builder.makeContainer(ValueKind::Tuple, std::span<const ValueId>(m_stack).last(size));
    if (!made)
        return unexpected(made.error());
    m_stack.resize(m_stack.size() - size);
    m_stack.push_back(*made);
    return {};
}

/// Appends to the value at `target` of the stack. @pre target < m_stack.size()
Result<void> PickleMachine::addTo(std::size_t target, std::span<const ValueId> items)
{
    const ValueId container = m_stack[target];
    const ValueKind kind = m_pickle.kind(container);
    const bool isDictionary = m_code == 's' || m_code == 'u';
    if (isDictionary && items.size() % 2 != 0)
        return bad("its pickle gives a dictionary a key without a value");
    if (kind == ValueKind::Opaque) // of a class derived from list, dict or set: its content is dropped like its state
        return {};
    if (m_code == 0x90 || kind != (isDictionary ? ValueKind::Dictionary : ValueKind::List))
        return bad("its pickle puts items into something that takes none");
    return m_builder.append(container, items);
}

Result<void> PickleMachine::container()
{
    switch (m_code) {
    case ')':
        return push(m_builder.makeContainer(ValueKind::Tuple, {}));
    case ']':
        return push(m_builder.makeContainer(ValueKind::List, {}));
    case '}':
        return push(m_builder.makeContainer(ValueKind::Dictionary, {}));
    case 0x8f: // EMPTY_SET
        return push(ValueKind::Opaque);
    case 0x85:
    case 0x86:
    case 0x87: // TUPLE1, TUPLE2, TUPLE3
        return tuple(m_code - 0x84u);
    case 'a':
    case 's': { // APPEND, SETITEM
        const std::size_t items = m_code == 'a' ? 1 : 2;
        if (auto enough = need(items + 1); !enough)
            return enough;
        if (auto added = addTo(m_stack.size() - items - 1, std::span<const ValueId>(m_stack).last(items)); !added)
            return added;
        m_stack.resize(m_stack.size() - items);
        return {};
    }
    default:
        break;
    }
    const auto items = marked();
    if (!items)
        return unexpected(items.error());
    if (m_code == 'e' || m_code == 'u' || m_code == 0x90) { // APPENDS, SETITEMS, ADDITEMS
        const std::size_t outer = m_marks.size() > 1 ? m_marks[m_marks.size() - 2] : 0;
        if (m_marks.back() <= outer)
            return bad("its pickle puts items into nothing");
        if (auto added = addTo(m_marks.back() - 1, *items); !added)
            return added;
        dropMark();
        return {};
    }
    if (m_code == 'd' && items->size() % 2 != 0)
        return bad("its pickle gives a dictionary a key without a value");
    const ValueKind kind = m_code == 'd' ? ValueKind::Dictionary : m_code == 'l' ? ValueKind::List : ValueKind::Tuple;
    const auto made = m_code == 0x91 ? m_builder.make(ValueKind::Opaque) : m_builder.makeContainer(kind, *items);
    if (!made)
        return unexpected(made.error());
    dropMark();
    return push(*made);
}

Result<void> PickleMachine::global()
{
    if (m_code == 'c') {
        const auto module = m_stream.line(kMaximumLine);
        if (!module)
            return unexpected(module.error());
        const std::string kept(*module);
        const auto name = m_stream.line(kMaximumLine);
        return name ? push(m_builder.makeGlobal(kept, *name)) : unexpected(name.error());
    }
    if (auto enough = need(2); !enough) // STACK_GLOBAL
        return enough;
    const ValueId name = pop(), module = pop();
    if (m_pickle.kind(name) != ValueKind::Text || m_pickle.kind(module) != ValueKind::Text)
        return bad("its pickle names a class or function by something that is no text");
    return push(m_builder.makeGlobal(std::string(m_pickle.text(module)), std::string(m_pickle.text(name))));
}

Result<void> PickleMachine::object()
{
    if (m_code == 'i') { // INST: class by name, arguments after the mark
        if (auto named = (m_code = 'c', global()); !named)
            return named;
        const ValueId type = pop();
        const auto items = marked();
        if (!items)
            return unexpected(items.error());
        const auto arguments = m_builder.makeContainer(ValueKind::Tuple, *items);
        if (!arguments)
            return unexpected(arguments.error());
        dropMark();
        return push(m_builder.call(type, *arguments));
    }
    if (m_code == 'o') { // OBJ: class and arguments after the mark
        const auto items = marked();
        if (!items)
            return unexpected(items.error());
        if (items->empty())
            return bad("its pickle makes an object without a class");
        const ValueId type = items->front();
        const auto arguments = m_builder.makeContainer(ValueKind::Tuple, items->subspan(1));
        if (!arguments)
            return unexpected(arguments.error());
        dropMark();
        return push(m_builder.call(type, *arguments));
    }
    if (auto enough = need(m_code == 'Q' ? 1 : m_code == 0x92 ? 3 : 2); !enough)
        return enough;
    if (m_code == 0x92) // NEWOBJ_EX: the arguments with names say nothing here
        pop();
    const ValueId last = pop();
    switch (m_code) {
    case 'Q': // BINPERSID
        return push(m_builder.persistent(last));
    case 'b': // BUILD
        return m_builder.setState(m_stack.back(), last);
    case 'R': { // REDUCE
        const ValueId callee = pop();
        return push(m_builder.call(callee, last));
    }
    default: { // NEWOBJ, NEWOBJ_EX
        const ValueId type = pop();
        return push(m_builder.newObject(type, last));
    }
    }
}

Result<void> PickleMachine::store(std::uint64_t index)
{
    if (auto enough = need(1); !enough)
        return enough;
    // Picklers number their memo from 0 on, so an index is never above the bytes read so far.
    if (index >= m_stream.position() - m_begin)
        return bad("its pickle keeps a value as number " + std::to_string(index) + ", which is out of order");
    if (index >= m_memo.size())
        m_memo.resize(static_cast<std::size_t>(index) + 1, kNothing);
    ValueId& kept = m_memo[static_cast<std::size_t>(index)];
    m_memoized += kept == kNothing ? 1 : 0;
    kept = m_stack.back();
    return {};
}

Result<void> PickleMachine::recall(std::uint64_t index)
{
    if (index >= m_memo.size() || m_memo[static_cast<std::size_t>(index)] == kNothing)
        return bad("its pickle uses the kept value number " + std::to_string(index) + ", which does not exist");
    m_stack.push_back(m_memo[static_cast<std::size_t>(index)]);
    return {};
}

Result<std::uint64_t> PickleMachine::memoLine()
{
    const auto line = m_stream.line(kMaximumLine);
    if (!line)
        return unexpected(line.error());
    const auto index = parseInteger(*line);
    if (!index || *index < 0)
        return bad("its pickle keeps a value as " + printable(*line) + ", expected a number");
    return static_cast<std::uint64_t>(*index);
}

Result<void> PickleMachine::memo()
{
    if (m_code == 0x94) // MEMOIZE
        return store(m_memoized);
    const bool isRecall = m_code == 'g' || m_code == 'h' || m_code == 'j';
    const bool isLine = m_code == 'g' || m_code == 'p';
    const auto index = isLine ? memoLine() : count(m_code == 'h' || m_code == 'q' ? 1 : 4);
    if (!index)
        return unexpected(index.error());
    return isRecall ? recall(*index) : store(*index);
}

} // namespace toca::checkpoint
