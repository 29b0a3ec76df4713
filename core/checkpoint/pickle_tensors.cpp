// SPDX-License-Identifier: Apache-2.0
#include "core/base/printable.h"
#include "core/base/safetensors_header.h"
#include "core/checkpoint/pickle_builder.h"

#include <algorithm>

namespace toca::checkpoint {

namespace {

/// A view may show an element many times (stride 0, as `expand` makes). What it would take when copied out may exceed
/// the bytes of its storage by this much: enough for any real one, and no file can ask for all the memory.
constexpr std::uint64_t kMaximumExpandedBytes = 64u << 20;
constexpr std::uint64_t kMaximumBytes = std::uint64_t{1} << 62;

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

/// @return false on overflow over kMaximumBytes
bool multiply(std::uint64_t a, std::uint64_t b, std::uint64_t& product)
{
    return !__builtin_mul_overflow(a, b, &product) && product <= kMaximumBytes;
}
bool add(std::uint64_t a, std::uint64_t b, std::uint64_t& sum)
{
    return !__builtin_add_overflow(a, b, &sum) && sum <= kMaximumBytes;
}

} // namespace

Result<ValueId> PickleBuilder::persistent(ValueId id)
{
    // ("storage", type, key, location, elements), and in streams a sixth: None or (view key, first element, elements).
    const auto parts = m_pickle.items(id);
    if (m_pickle.kind(id) != ValueKind::Tuple || parts.empty())
        return bad("its pickle refers to something outside of it that is no storage");
    if (m_pickle.text(parts[0]) == "module" && parts.size() == 4)
        return opaque(parts[1]); // a class with its source code, in streams
    if (m_pickle.text(parts[0]) != "storage" || (parts.size() != 5 && parts.size() != 6))
        return bad("its pickle refers to something outside of it that is no storage");
    const GlobalMeaning type = meaning(parts[1]);
    if (type.what == Global::Unsupported)
        return unsupported(type.reason);
    if (type.what != Global::Storage)
        return unsupported("a storage of the unknown type " + describe(parts[1]));
    PickleStorage storage;
    if (m_pickle.kind(parts[2]) == ValueKind::Text)
        storage.key = m_pickle.text(parts[2]);
    else if (const auto number = m_pickle.integer(parts[2]))
        storage.key = std::to_string(*number);
    if (storage.key.empty() || storage.key.size() > kMaximumNameBytes || hasControlCharacters(storage.key))
        return bad("a storage has the key " + printable(storage.key) + ", expected a short text or a number");
    const auto elements = m_pickle.integer(parts[4]);
    std::uint64_t bytes = 0;
    if (!elements || *elements < 0
        || !multiply(static_cast<std::uint64_t>(*elements), pickleTypeBytes(*type.type), bytes))
        return bad("storage " + printable(storage.key) + " has an impossible number of elements"
            + (elements ? " (" + std::to_string(*elements) + ")" : std::string()));
    storage.type = *type.type;
    storage.elements = static_cast<std::uint64_t>(*elements);
    auto root = addStorage(storage);
    if (!root)
        return unexpected(root.error());
    std::uint32_t index = *root;
    if (parts.size() == 6 && m_pickle.kind(parts[5]) != ValueKind::None) {
        const auto view = m_pickle.items(parts[5]);
        const auto first = view.size() == 3 ? m_pickle.integer(view[1]) : std::nullopt;
        const auto count = view.size() == 3 ? m_pickle.integer(view[2]) : std::nullopt;
        if (!first || !count || *first < 0 || *count < 0 || static_cast<std::uint64_t>(*count) > storage.elements
            || static_cast<std::uint64_t>(*first) > storage.elements - static_cast<std::uint64_t>(*count))
            return bad("a view of storage " + printable(storage.key) + " reaches outside of it");
        PickleStorage part = storage;
        part.isView = true;
        part.root = *root;
        part.rootOffset = static_cast<std::uint64_t>(*first);
        part.elements = static_cast<std::uint64_t>(*count);
        if (m_pickle.m_storages.size() >= kMaximumTensors)
            return tooLarge("it has more than " + std::to_string(kMaximumTensors) + " storages");
        m_pickle.m_storages.push_back(std::move(part));
        index = static_cast<std::uint32_t>(m_pickle.m_storages.size() - 1);
    }
    return make(ValueKind::Storage, index);
}

Result<std::uint32_t> PickleBuilder::addStorage(PickleStorage storage)
{
    auto& storages = m_pickle.m_storages;
    if (const auto known = m_pickle.m_storageOf.find(storage.key); known != m_pickle.m_storageOf.end()) {
        const PickleStorage& first = storages[known->second];
        if (first.type != storage.type || first.elements != storage.elements)
            return bad("storage " + printable(storage.key) + " is described as " + std::to_string(first.elements)
                + " x " + pickleTypeName(first.type) + " and as " + std::to_string(storage.elements) + " x "
                + pickleTypeName(storage.type));
        return known->second;
    }
    if (storages.size() >= kMaximumTensors)
        return tooLarge("it has more than " + std::to_string(kMaximumTensors) + " storages");
    const auto index = static_cast<std::uint32_t>(storages.size());
    m_pickle.m_storageOf.emplace(storage.key, index);
    storages.push_back(std::move(storage));
    return index;
}

Result<ValueId> PickleBuilder::rebuildTensor(Global function, std::span<const ValueId> arguments)
{
    // storage, offset, shape, strides (v1); requires_grad, hooks (v2); in v3 the type; then perhaps metadata
    const std::size_t least = function == Global::RebuildTensor ? 4 : function == Global::RebuildTensorV2 ? 6 : 7;
    const std::size_t most = function == Global::RebuildTensor ? 4 : least + 1;
    if (arguments.size() < least || arguments.size() > most)
        return bad("its pickle makes a tensor from " + std::to_string(arguments.size()) + " values, expected "
            + std::to_string(least));
    if (m_pickle.kind(arguments[0]) != ValueKind::Storage)
        return bad("its pickle makes a tensor from " + describe(arguments[0]) + ", expected a storage");
    if (m_pickle.m_tensors.size() >= kMaximumTensors)
        return tooLarge("it has more than " + std::to_string(kMaximumTensors) + " tensors");
    PickleTensor tensor;
    tensor.storage = static_cast<std::uint32_t>(m_pickle.m_values[arguments[0]].a);
    tensor.type = m_pickle.m_storages[tensor.storage].type;
    if (function == Global::RebuildTensorV3) {
        const GlobalMeaning type = meaning(arguments[6]);
        if (type.what != Global::ElementType)
            return unsupported("a tensor of type " + describe(arguments[6]));
        tensor.type = *type.type;
    }
    if (arguments.size() == least + 1) {
        if (auto read = readMetadata(tensor, arguments[least]); !read)
            return unexpected(read.error());
    }
    if (auto read = readView(tensor, arguments[1], arguments[2], arguments[3]); !read)
        return unexpected(read.error());
    m_pickle.m_tensors.push_back(std::move(tensor));
    return make(ValueKind::Tensor, m_pickle.m_tensors.size() - 1);
}

Result<void> PickleBuilder::readView(PickleTensor& tensor, ValueId offset, ValueId shape, ValueId strides) const
{
    const PickleStorage& storage = m_pickle.m_storages[tensor.storage];
    const auto sizes = m_pickle.items(shape), steps = m_pickle.items(strides);
    const auto first = m_pickle.integer(offset);
    const std::string of = "a tensor of storage " + printable(storage.key);
    if (!first || *first < 0)
        return bad(of + " starts at element " + (first ? std::to_string(*first) : describe(offset))
            + ", expected a number of 0 or more");
    if (sizes.size() != steps.size() || sizes.size() > kMaximumRank || m_pickle.kind(shape) == ValueKind::Dictionary
        || m_pickle.kind(strides) == ValueKind::Dictionary)
        return bad(of + " has " + std::to_string(sizes.size()) + " dimensions and " + std::to_string(steps.size())
            + " strides, expected as many of each and at most " + std::to_string(kMaximumRank));
    bool isEmpty = false, fits = true;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto size = m_pickle.integer(sizes[i]), stride = m_pickle.integer(steps[i]);
        if (!size || !stride || *size < 0 || *stride < 0)
            return bad(of + " has a dimension or stride that is no number of 0 or more");
        tensor.shape.push_back(*size);
        tensor.strides.push_back(*stride);
        isEmpty = isEmpty || *size == 0;
    }
    const std::uint64_t itemBytes = pickleTypeBytes(tensor.type);
    const std::uint64_t storageBytes = storage.elements * pickleTypeBytes(storage.type);
    std::uint64_t bytes = itemBytes, last = 0; // of all elements; index of the last one after the first
    for (std::size_t i = 0; i < tensor.shape.size() && fits; ++i) {
        const auto size = static_cast<std::uint64_t>(tensor.shape[i]);
        std::uint64_t reach = 0;
        // Sizes beside a zero are bounded as well: nobody multiplies them again with a check.
        fits = multiply(bytes, std::max<std::uint64_t>(size, 1), bytes)
            && (size == 0
                || (multiply(size - 1, static_cast<std::uint64_t>(tensor.strides[i]), reach)
                    && add(last, reach, last)));
    }
    std::uint64_t end = 0;
    fits = fits && multiply(static_cast<std::uint64_t>(*first), itemBytes, tensor.offset) && add(last, 1, last)
        && multiply(last, itemBytes, tensor.span) && add(tensor.offset, tensor.span, end);
    if (!fits)
        return bad(
            of + " has the impossible shape " + shapeText(tensor.shape) + " with strides " + shapeText(tensor.strides));
    if (isEmpty) {
        tensor.span = 0;
        return {};
    }
    if (end > storageBytes)
        return bad(of + " reaches outside of it: shape " + shapeText(tensor.shape) + ", strides "
            + shapeText(tensor.strides) + " and offset " + std::to_string(*first) + " need " + std::to_string(end)
            + " bytes, the storage has " + std::to_string(storageBytes));
    if (bytes > storageBytes + kMaximumExpandedBytes)
        return tooLarge(
            of + " of " + std::to_string(storageBytes) + " bytes is expanded to the shape " + shapeText(tensor.shape));
    return {};
}

Result<void> PickleBuilder::readMetadata(PickleTensor& tensor, ValueId metadata) const
{
    if (m_pickle.kind(metadata) == ValueKind::None)
        return {};
    const auto items = m_pickle.items(metadata);
    if (m_pickle.kind(metadata) != ValueKind::Dictionary || items.size() % 2 != 0)
        return bad("a tensor's metadata are " + describe(metadata) + ", expected a dictionary");
    for (std::size_t i = 0; i < items.size(); i += 2) {
        const std::string_view key = m_pickle.text(items[i]);
        const auto isSet = m_pickle.integer(items[i + 1]);
        if ((key != "conj" && key != "neg") || !isSet)
            return unsupported("a tensor with the unknown property " + printable(key));
        // PyTorch sets these bits for complex tensors and views of them only.
        const bool isComplex = pickleTypeComponentBytes(tensor.type) != pickleTypeBytes(tensor.type);
        const bool isReal = tensor.type == PickleType::Float64 || tensor.type == PickleType::Float32
            || tensor.type == PickleType::Float16;
        if (*isSet && !isComplex && (key == "conj" || !isReal))
            return bad(std::string("a tensor of type ") + pickleTypeName(tensor.type) + " has the property "
                + printable(key) + ", which it can't have");
        (key == "conj" ? tensor.conjugate : tensor.negative) = *isSet != 0;
    }
    return {};
}

Result<ValueId> PickleBuilder::rebuildFromType(std::span<const ValueId> arguments)
{
    // function, class, its arguments, attributes
    if (arguments.size() != 4)
        return bad("its pickle makes a tensor with attributes from " + std::to_string(arguments.size())
            + " values, expected 4");
    switch (meaning(arguments[0]).what) {
    case Global::RebuildTensor:
    case Global::RebuildTensorV2:
    case Global::RebuildTensorV3:
    case Global::RebuildParameter:
    case Global::RebuildParameterWithState:
        break;
    case Global::Unsupported:
        return unsupported(meaning(arguments[0]).reason);
    default:
        return bad("its pickle makes a tensor by " + describe(arguments[0]) + ", expected a function of torch._utils");
    }
    // A derived class may give the stored values another meaning (packed, quantized).
    if (meaning(arguments[1]).what != Global::TensorClass)
        return unsupported("a tensor of the derived class " + describe(arguments[1]));
    return call(arguments[0], arguments[2]);
}

} // namespace toca::checkpoint
