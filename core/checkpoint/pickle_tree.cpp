// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle_tree.h"

#include "core/base/printable.h"
#include "core/base/safetensors_header.h"
#include "core/checkpoint/pickle_text.h"

#include <charconv>
#include <unordered_set>

namespace toca::checkpoint {

namespace {

constexpr int kMaximumDepth = 100;
/// Items looked at while unfolding, each as often as it is reached.
constexpr std::size_t kMaximumVisits = 16'000'000;
constexpr std::size_t kMaximumPathBytes = 64u << 20; ///< of all paths together

class TreeWalk {
public:
    TreeWalk(const Pickle& pickle, const std::string& fileName)
        : m_pickle(pickle)
        , m_fileName(fileName)
        , m_states(pickle.valueCount(), State::Unknown)
    {
    }

    Result<std::vector<NamedTensor>> run()
    {
        if (auto looked = look(m_pickle.root(), 0); !looked)
            return unexpected(looked.error());
        if (m_states[m_pickle.root()] == State::HoldsTensors) {
            std::string path;
            if (auto walked = walk(m_pickle.root(), path); !walked)
                return unexpected(walked.error());
        }
        if (m_found.empty()) {
            const std::string name = m_pickle.globalName(m_pickle.root());
            return unexpected(ErrorCode::Unsupported,
                quotedPath(m_fileName) + " holds no tensors"
                    + (name.empty() ? std::string() : ": it is a Python object of the class " + printable(name))
                    + ". Save the model's state_dict, not the model itself.");
        }
        return std::move(m_found);
    }

private:
    enum class State : std::uint8_t { Unknown, Open, HoldsNone, HoldsTensors };

    Unexpected bad(const std::string& what) const
    {
        return unexpected(ErrorCode::BadFormat,
            quotedPath(m_fileName) + " can't be read as named tensors: " + what
                + ". Save it again as a plain state_dict.");
    }

    /// Finds out what holds tensors, each value once: recursion is bounded by kMaximumDepth.
    Result<void> look(ValueId id, int depth)
    {
        if (m_pickle.kind(id) == ValueKind::Tensor) {
            m_states[id] = State::HoldsTensors;
            return {};
        }
        const auto items = m_pickle.items(id);
        if (depth > kMaximumDepth)
            return bad("its containers are nested deeper than " + std::to_string(kMaximumDepth) + " levels");
        const std::size_t step = m_pickle.kind(id) == ValueKind::Dictionary ? 2 : 1;
        m_states[id] = State::Open;
        bool holds = false;
        for (std::size_t i = step - 1; i < items.size(); i += step) {
            if (m_states[items[i]] == State::Unknown) {
                if (auto looked = look(items[i], depth + 1); !looked)
                    return looked;
            }
            if (m_states[items[i]] == State::Open)
                return bad("one of its containers holds itself");
            holds = holds || m_states[items[i]] == State::HoldsTensors;
        }
        m_states[id] = holds ? State::HoldsTensors : State::HoldsNone;
        return {};
    }

    /// Names what is below `id`, which holds tensors. `path` is the way to it, and is as before when this returns.
    Result<void> walk(ValueId id, std::string& path)
    {
        if (m_pickle.kind(id) == ValueKind::Tensor)
            return found(id, path);
        const auto items = m_pickle.items(id);
        m_visits += items.size();
        if (m_visits > kMaximumVisits)
            return tooMany();
        const bool isDictionary = m_pickle.kind(id) == ValueKind::Dictionary;
        std::unordered_map<std::string, std::size_t> lastOf; // a later item of the same key replaces the earlier
        if (isDictionary) {
            for (std::size_t i = 0; i + 1 < items.size(); i += 2)
                lastOf[keyIdentity(items[i])] = i;
        }
        const std::size_t step = isDictionary ? 2 : 1;
        for (std::size_t i = 0; i + step <= items.size(); i += step) {
            const ValueId value = items[i + step - 1];
            if (m_states[value] != State::HoldsTensors || (isDictionary && lastOf[keyIdentity(items[i])] != i))
                continue;
            auto key = isDictionary ? keyText(items[i]) : Result<std::string>(std::to_string(i));
            if (!key)
                return unexpected(key.error());
            const std::size_t before = path.size();
            // A first key may be empty, so that the start of the path says nothing about its length.
            path += m_level > 0 ? "/" + *key : *key;
            if (path.size() > kMaximumNameBytes)
                return bad("a tensor's name is longer than " + std::to_string(kMaximumNameBytes)
                    + " bytes: " + printable(path));
            ++m_level;
            if (auto walked = walk(value, path); !walked)
                return walked;
            --m_level;
            path.resize(before);
        }
        return {};
    }

    Result<void> found(ValueId id, const std::string& path)
    {
        m_pathBytes += path.size();
        if (m_found.size() >= kMaximumTensors || m_pathBytes > kMaximumPathBytes)
            return tooMany();
        if (!isUtf8(path) || hasControlCharacters(path))
            return bad("the name " + printable(path) + " is no UTF-8 without control characters");
        if (!m_paths.insert(path).second)
            return bad("two tensors are named " + printable(path));
        m_found.push_back({path, id});
        return {};
    }

    Unexpected tooMany() const
    {
        return unexpected(ErrorCode::TooLarge,
            quotedPath(m_fileName)
                + " is not read: its containers unfold to too many names. Save it again as a plain state_dict.");
    }

    /// Tells keys apart as Python does, where 1 and '1' are two.
    std::string keyIdentity(ValueId key) const
    {
        std::string text = m_pickle.kind(key) == ValueKind::Text ? "t" : "k";
        if (m_pickle.kind(key) == ValueKind::Text)
            return text.append(m_pickle.text(key));
        if (const auto number = m_pickle.integer(key))
            return text.append(std::to_string(*number));
        // Of other kinds each is its own: such keys are rare, and a tensor below them gets no name.
        return "v" + std::to_string(key);
    }

    Result<std::string> keyText(ValueId key) const
    {
        switch (m_pickle.kind(key)) {
        case ValueKind::Text:
            return std::string(m_pickle.text(key));
        case ValueKind::Bool:
            return std::string(*m_pickle.integer(key) ? "True" : "False");
        case ValueKind::Integer:
            return std::to_string(*m_pickle.integer(key));
        case ValueKind::None:
            return std::string("None");
        case ValueKind::Global:
            return m_pickle.globalName(key); // a class, as Lightning keeps the state of its callbacks
        case ValueKind::Float: {
            char text[32];
            const auto end = std::to_chars(text, text + sizeof text, *m_pickle.number(key)).ptr;
            const std::string shortest(text, end);
            // Python writes 1.0 where the shortest form is 1.
            return shortest.find_first_of(".eni") == std::string::npos ? shortest + ".0" : shortest;
        }
        default:
            return bad("a tensor is kept under a key that is no text, number or name");
        }
    }

    const Pickle& m_pickle;
    const std::string& m_fileName;
    std::vector<State> m_states; ///< of every value
    std::vector<NamedTensor> m_found;
    std::unordered_set<std::string> m_paths;
    std::size_t m_visits = 0, m_pathBytes = 0, m_level = 0;
};

} // namespace

Result<std::vector<NamedTensor>> tensorsOf(const Pickle& pickle, const std::string& fileName)
{
    return TreeWalk(pickle, fileName).run();
}

} // namespace toca::checkpoint
