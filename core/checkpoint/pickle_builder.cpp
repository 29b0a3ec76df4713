// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle_builder.h"

#include "core/base/printable.h"

namespace toca::checkpoint {

namespace {

/// Longest module or member name of a global.
constexpr std::size_t kMaximumGlobalBytes = 512;

} // namespace

Unexpected PickleBuilder::bad(const std::string& what) const
{
    return unexpected(ErrorCode::BadFormat,
        quotedPath(m_fileName) + " is not a valid PyTorch file: " + what + ". Download or export it again.");
}

Unexpected PickleBuilder::unsupported(const std::string& what) const
{
    return unexpected(ErrorCode::Unsupported,
        quotedPath(m_fileName) + " holds " + what
            + ", which is not read here. Save its state_dict as plain dense tensors, or convert it to safetensors.");
}

Unexpected PickleBuilder::tooLarge(const std::string& what) const
{
    return unexpected(ErrorCode::TooLarge,
        quotedPath(m_fileName) + " is not read: " + what
            + ". Save the state_dict alone, or convert it to safetensors.");
}

Result<void> PickleBuilder::charge(std::size_t steps)
{
    m_steps += steps;
    if (m_steps > kMaximumPickleSteps)
        return tooLarge("its pickle takes more than " + std::to_string(kMaximumPickleSteps) + " steps");
    return {};
}

Result<ValueId> PickleBuilder::make(ValueKind kind, std::uint64_t a, std::uint64_t b)
{
    auto& values = m_pickle.m_values;
    if (values.size() >= kMaximumPickleValues)
        return tooLarge("its pickle makes more than " + std::to_string(kMaximumPickleValues) + " objects");
    values.push_back({kind, a, b});
    return static_cast<ValueId>(values.size() - 1);
}

Result<ValueId> PickleBuilder::makeText(ValueKind kind, std::string_view text)
{
    auto id = make(kind, m_pickle.m_texts.size(), text.size());
    if (id)
        m_pickle.m_texts += text;
    return id;
}

Result<ValueId> PickleBuilder::makeGlobal(std::string_view module, std::string_view name)
{
    if (module.empty() || name.empty() || module.size() > kMaximumGlobalBytes || name.size() > kMaximumGlobalBytes)
        return bad("its pickle names the class or function " + printable(module) + " " + printable(name)
            + ", expected a module and a name of 1 to " + std::to_string(kMaximumGlobalBytes) + " bytes");
    if (meaningOf(module, name).what == Global::Forbidden)
        return unexpected(ErrorCode::BadFormat,
            quotedPath(m_fileName) + " is refused: its pickle names "
                + printable(std::string(module) + "." + std::string(name))
                + ", which runs programs or code, and no model needs it. Nothing was run. Get the weights from a "
                  "source "
                  "that you trust, best as safetensors.");
    const std::uint64_t start = m_pickle.m_texts.size();
    m_pickle.m_texts.append(module).append(name);
    return make(ValueKind::Global, start, (std::uint64_t{module.size()} << 32) + name.size());
}

Result<ValueId> PickleBuilder::makeContainer(ValueKind kind, std::span<const ValueId> items)
{
    auto id = make(kind, Pickle::kNoItems);
    if (!id)
        return id;
    if (auto added = append(*id, items); !added)
        return unexpected(added.error());
    return id;
}

Result<void> PickleBuilder::append(ValueId container, std::span<const ValueId> items)
{
    if (auto paid = charge(items.size()); !paid)
        return paid;
    if (items.empty())
        return {};
    auto& value = m_pickle.m_values[container];
    // Most containers of a hostile pickle are empty: only those with items own a list.
    if (value.a == Pickle::kNoItems) {
        value.a = m_pickle.m_items.size();
        m_pickle.m_items.emplace_back(items.begin(), items.end());
        return {};
    }
    auto& all = m_pickle.m_items[value.a];
    all.insert(all.end(), items.begin(), items.end());
    return {};
}

GlobalMeaning PickleBuilder::meaning(ValueId global) const
{
    if (m_pickle.kind(global) != ValueKind::Global)
        return {};
    const auto& value = m_pickle.m_values[global];
    const std::string_view both(m_pickle.m_texts.data() + value.a, (value.b >> 32) + (value.b & 0xffff'ffff));
    return meaningOf(both.substr(0, value.b >> 32), both.substr(value.b >> 32));
}

std::string PickleBuilder::describe(ValueId id) const
{
    static constexpr const char* kNames[] = {"None", "a truth value", "a number", "a number", "a number", "a text",
        "a list", "a tuple", "a dictionary", "a name", "a storage", "a tensor", "an object"};
    const std::string name = m_pickle.globalName(id);
    return name.empty() ? kNames[static_cast<std::size_t>(m_pickle.kind(id))] : printable(name);
}

Result<ValueId> PickleBuilder::opaque(ValueId global)
{
    return make(ValueKind::Opaque, std::uint64_t{global} + 1);
}

Result<ValueId> PickleBuilder::makeDictionary(ValueId arguments)
{
    // Python 2 gives OrderedDict its items as one list of [key, value] lists; Counter gets a dictionary. A
    // defaultdict's factory is only a name.
    const auto given = m_pickle.items(arguments);
    if (given.size() == 1 && m_pickle.kind(given[0]) == ValueKind::Dictionary)
        return given[0];
    std::vector<ValueId> items;
    if (given.size() == 1
        && (m_pickle.kind(given[0]) == ValueKind::List || m_pickle.kind(given[0]) == ValueKind::Tuple)) {
        for (const ValueId pair : m_pickle.items(given[0])) {
            const auto both = m_pickle.items(pair);
            if (both.size() != 2 || m_pickle.kind(pair) == ValueKind::Dictionary)
                return bad("its pickle makes a dictionary of " + describe(pair) + ", expected pairs of key and value");
            items.insert(items.end(), both.begin(), both.end());
        }
    }
    return makeContainer(ValueKind::Dictionary, items);
}

Result<ValueId> PickleBuilder::call(ValueId callee, ValueId arguments)
{
    if (m_pickle.kind(arguments) != ValueKind::Tuple)
        return bad("its pickle calls " + describe(callee) + " with " + describe(arguments) + ", expected a tuple");
    const GlobalMeaning meant = meaning(callee);
    const auto given = m_pickle.items(arguments);
    switch (meant.what) {
    case Global::Harmless:
        return opaque(callee);
    case Global::Unsupported:
        return unsupported(meant.reason);
    case Global::Dictionary:
        return makeDictionary(arguments);
    case Global::Tuple:
        if (given.empty())
            return makeContainer(ValueKind::Tuple, {});
        if (given.size() == 1
            && (m_pickle.kind(given[0]) == ValueKind::Tuple || m_pickle.kind(given[0]) == ValueKind::List))
            return given[0];
        return bad("its pickle makes a torch.Size of " + std::to_string(given.size()) + " values, expected one tuple");
    case Global::TensorClass:
        // A parameter made by its class: torch.nn.Parameter(tensor, requires_grad).
        if ((given.size() == 1 || given.size() == 2) && m_pickle.kind(given[0]) == ValueKind::Tensor)
            return given[0];
        return unsupported("a tensor made by " + describe(callee) + " in an unknown way");
    case Global::RebuildTensor:
    case Global::RebuildTensorV2:
    case Global::RebuildTensorV3:
        return rebuildTensor(meant.what, given);
    case Global::RebuildParameter:
    case Global::RebuildParameterWithState:
        // tensor, requires_grad, hooks (and attributes): the tensor is all that counts here.
        if (given.size() != (meant.what == Global::RebuildParameter ? 3u : 4u)
            || m_pickle.kind(given[0]) != ValueKind::Tensor)
            return bad("its pickle makes a parameter that is no tensor");
        return given[0];
    case Global::RebuildFromType:
        return rebuildFromType(given);
    case Global::Unknown:
    case Global::Forbidden:
    case Global::Storage:
    case Global::ElementType:
        break;
    }
    if (m_pickle.kind(callee) != ValueKind::Global)
        return bad("its pickle calls " + describe(callee) + ", which is no function");
    return unexpected(ErrorCode::Unsupported,
        quotedPath(m_fileName) + " is refused: its pickle asks to call " + describe(callee)
            + ", and nothing that a file asks for is called. Nothing was run. If you trust its source, save its "
              "state_dict alone, or convert it to safetensors.");
}

Result<ValueId> PickleBuilder::newObject(ValueId type, ValueId arguments)
{
    if (m_pickle.kind(type) != ValueKind::Global)
        return bad("its pickle makes an object of " + describe(type) + ", expected the name of a class");
    if (m_pickle.kind(arguments) != ValueKind::Tuple)
        return bad("its pickle makes a " + describe(type) + " from " + describe(arguments) + ", expected a tuple");
    switch (meaning(type).what) {
    case Global::Unknown:
    case Global::Harmless:
        return opaque(type);
    default:
        return call(type, arguments);
    }
}

Result<void> PickleBuilder::setState(ValueId object, ValueId state)
{
    switch (m_pickle.kind(object)) {
    case ValueKind::Opaque:
    case ValueKind::Dictionary: // an OrderedDict's attributes, e.g. `_metadata` of a state_dict
        return {};
    case ValueKind::Tensor:
        // Attributes are dropped; a tuple would be another content.
        if (m_pickle.kind(state) == ValueKind::Dictionary)
            return {};
        return unsupported("a tensor that is set after it was made");
    default:
        return bad("its pickle gives attributes to " + describe(object) + ", which has none");
    }
}

} // namespace toca::checkpoint
