// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/byte_source.h"
#include "core/checkpoint/pickle_globals.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toca::checkpoint {

/// Most bytes of one pickle, objects it may make, and steps (operations, and values moved into containers) it may take.
/// Far above what the largest public checkpoints need: a tensor takes about ten objects and fifty steps.
inline constexpr std::uint64_t kMaximumPickleBytes = 256u << 20;
inline constexpr std::size_t kMaximumPickleValues = 4'000'000;
inline constexpr std::size_t kMaximumPickleSteps = 32'000'000;

enum class ValueKind : std::uint8_t {
    None,
    Bool,
    Integer, ///< fits 64 bits
    BigInteger, ///< its text or little-endian bytes, as in the file
    Float,
    Text, ///< also bytes of Python 2
    List,
    Tuple,
    Dictionary, ///< items: key, value, key, value, ..
    Global, ///< a name; nothing is behind it
    Storage,
    Tensor,
    Opaque, ///< anything else: bytes, sets, objects of unknown classes; its content is dropped
};
using ValueId = std::uint32_t;

/// A block of bytes that tensors are views of. Where it lies in the file is not known to the pickle.
struct PickleStorage {
    std::string key;
    PickleType type = PickleType::UInt8;
    std::uint64_t elements = 0; ///< elements * bytes of one is below 2^63
    bool isView = false; ///< a part of another storage (streams of early releases)
    std::uint32_t root = 0; ///< of a view: the storage it is a part of
    std::uint64_t rootOffset = 0; ///< of a view: first element in the root
};

/// A view of a storage. Once read: every element lies inside the storage.
struct PickleTensor {
    std::uint32_t storage = 0;
    PickleType type = PickleType::Float32;
    std::uint64_t offset = 0; ///< bytes after the storage's start
    std::uint64_t span = 0; ///< bytes from its first to the end of its last element; 0 when it has no elements
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides; ///< in elements, not negative
    bool conjugate = false; ///< the stored values are the conjugates
    bool negative = false; ///< the stored values are the negatives
};

/// What a pickle describes: a tree (with shared parts, perhaps with cycles) of plain values.
class Pickle {
public:
    ValueId root() const { return m_root; }
    std::size_t valueCount() const { return m_values.size(); }
    ValueKind kind(ValueId id) const { return m_values[id].kind; }
    /// @return nothing when it is no Integer or Bool
    std::optional<std::int64_t> integer(ValueId id) const;
    std::optional<double> number(ValueId id) const; ///< of a Float
    /// Of a Text or BigInteger; empty for others. Valid as long as the pickle.
    std::string_view text(ValueId id) const;
    /// Of a List, Tuple or Dictionary; empty for others.
    std::span<const ValueId> items(ValueId id) const;
    const PickleTensor& tensor(ValueId id) const { return m_tensors[m_values[id].a]; }
    /// "module.name" of a Global, or of the class of an Opaque; "" when it has none.
    std::string globalName(ValueId id) const;
    const std::vector<PickleStorage>& storages() const { return m_storages; }

private:
    friend class PickleBuilder;

    static constexpr std::uint64_t kNoItems = ~std::uint64_t{0};
    struct Value {
        ValueKind kind = ValueKind::None;
        std::uint64_t a = 0; ///< integer, bits of a double, start in m_texts, index in m_items, m_tensors, m_storages;
                             ///< of an Opaque: 1 + the id of its class
        std::uint64_t b = 0; ///< bytes of text; of a Global: 2^32 * bytes of the module's name + bytes of the name
    };

    std::vector<Value> m_values;
    std::string m_texts;
    std::vector<std::vector<ValueId>> m_items;
    std::vector<PickleStorage> m_storages;
    std::unordered_map<std::string, std::uint32_t> m_storageOf; ///< key -> index
    std::vector<PickleTensor> m_tensors;
    ValueId m_root = 0;
};

/// Reads one pickle (protocols 0 to 5) from the stream, up to and with its STOP. NEVER executes, imports or calls
/// anything: it is an interpreter of the pickle's few stack operations in which
///  - a global (GLOBAL, STACK_GLOBAL, INST) is only a name, looked up in the fixed list of `meaningOf`; names of
///  modules
///    that run programs or code are refused at once;
///  - a call (REDUCE, INST, OBJ) is answered for names on the list only: dictionaries, torch.Size, and the functions
///  that
///    torch.save writes to describe tensors and parameters; well-known data classes give an opaque value. A call of
///    anything else is refused, and the message names it;
///  - making an object of a class (NEWOBJ, NEWOBJ_EX, then BUILD, SETITEMS, APPENDS) gives an opaque value for any
///    class that is not forbidden, and its state is dropped: that is data such as an argparse.Namespace;
///  - persistent ids (BINPERSID) are tensor storages or are refused; extension codes (EXT1..4), out-of-band buffers
///    and text persistent ids (PERSID) are refused;
///  - sparse, quantized, nested, meta and derived tensors are refused as Unsupported.
///
/// Memory and time are bounded by the bytes read and by the limits above; nesting costs no call stack. The views of
/// tensors are checked, with overflow, against their storage's declared size.
///
/// @return BadFormat, TooLarge or Unsupported; the message names the file, the place and what is wrong
Result<Pickle> readPickle(ByteStream& stream);

} // namespace toca::checkpoint
