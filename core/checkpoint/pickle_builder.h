// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/pickle.h"

namespace toca::checkpoint {

/// Makes the values of a Pickle, and answers what a pickle asks to have called, from the list in pickle_globals.h.
/// Used by `readPickle` only.
class PickleBuilder {
public:
    /// @param fileName for messages
    PickleBuilder(Pickle& pickle, std::string fileName)
        : m_pickle(pickle)
        , m_fileName(std::move(fileName))
    {
    }

    /// "'file' is not a valid PyTorch file: <what>. Download or export it again."
    Unexpected bad(const std::string& what) const;
    Unexpected unsupported(const std::string& what) const;
    Unexpected tooLarge(const std::string& what) const;

    Result<ValueId> make(ValueKind kind, std::uint64_t a = 0, std::uint64_t b = 0);
    Result<ValueId> makeText(ValueKind kind, std::string_view text);
    /// @return BadFormat for a name that no module of Python can have, or that is forbidden
    Result<ValueId> makeGlobal(std::string_view module, std::string_view name);
    /// `items` of a List, Tuple or Dictionary, in order.
    Result<ValueId> makeContainer(ValueKind kind, std::span<const ValueId> items);
    /// Appends to a List or Dictionary. Charges the steps.
    Result<void> append(ValueId container, std::span<const ValueId> items);
    /// Refuses a pickle that takes too long.
    Result<void> charge(std::size_t steps);

    /// REDUCE: what a call of `callee` with the tuple `arguments` gives.
    Result<ValueId> call(ValueId callee, ValueId arguments);
    /// NEWOBJ: an object of the class, not initialised.
    Result<ValueId> newObject(ValueId type, ValueId arguments);
    /// BUILD: gives `object` the attributes `state`.
    Result<void> setState(ValueId object, ValueId state);
    void setRoot(ValueId root) { m_pickle.m_root = root; }
    /// BINPERSID: the storage that the tuple `id` describes.
    Result<ValueId> persistent(ValueId id);

private:
    GlobalMeaning meaning(ValueId global) const;
    std::string describe(ValueId id) const;
    Result<ValueId> opaque(ValueId global);
    Result<ValueId> makeDictionary(ValueId arguments);
    Result<ValueId> rebuildTensor(Global function, std::span<const ValueId> arguments);
    Result<ValueId> rebuildFromType(std::span<const ValueId> arguments);
    Result<void> readView(PickleTensor& tensor, ValueId offset, ValueId shape, ValueId strides) const;
    Result<void> readMetadata(PickleTensor& tensor, ValueId metadata) const;
    Result<std::uint32_t> addStorage(PickleStorage storage);

    Pickle& m_pickle;
    std::string m_fileName;
    std::size_t m_steps = 0;
};

} // namespace toca::checkpoint
