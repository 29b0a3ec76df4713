// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model_identity.h"

#include "core/engine/model_parts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

namespace toca::engine {

namespace {

constexpr std::size_t kWholeBytes = 64 << 10;
constexpr std::size_t kWindows = 64;
constexpr std::size_t kWindowBytes = 256;

/// Two 64-bit lanes that take eight bytes at a time; each word passes through multiplications by odd constants and
/// rotations in both, and the end mixes every bit into every other (the finaliser of splitmix64).
class Digest {
public:
    void add(std::span<const std::byte> bytes)
    {
        addWord(bytes.size());
        for (std::size_t at = 0; at < bytes.size(); at += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data() + at, std::min<std::size_t>(8, bytes.size() - at));
            addWord(word);
        }
    }
    void add(std::string_view text) { add(std::as_bytes(std::span(text.data(), text.size()))); }
    void addWord(std::uint64_t word)
    {
        m_first = std::rotl((m_first ^ word) * 0x9e3779b97f4a7c15u, 29) + 0x2545f4914f6cdd1du;
        m_second = (std::rotl(m_second, 41) + word) * 0xd6e8feb86659fd93u ^ (m_second >> 31);
    }
    std::string hexadecimal() const
    {
        const auto mixed = [](std::uint64_t word) {
            word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
            word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
            return word ^ (word >> 31);
        };
        const std::array<std::uint64_t, 2> words{mixed(m_first + m_second), mixed(m_second ^ std::rotl(m_first, 17))};
        std::string text;
        for (const std::uint64_t word : words)
            for (int shift = 60; shift >= 0; shift -= 4)
                text += "0123456789abcdef"[(word >> shift) & 15];
        return text;
    }

private:
    std::uint64_t m_first = 0x243f6a8885a308d3u;
    std::uint64_t m_second = 0x13198a2e03707344u;
};

} // namespace

Result<std::string> contentIdentity(const checkpoint::Checkpoint& checkpoint)
{
    Digest digest;
    for (const checkpoint::TensorInfo& info : checkpoint.tensors()) { // sorted by name
        if (auto whole = checkpoint.checkFiles(); !whole)
            return unexpected(whole.error());
        digest.add(info.name);
        digest.add(c10::toString(info.dtype));
        digest.addWord(info.shape.size());
        for (const std::int64_t size : info.shape)
            digest.addWord(static_cast<std::uint64_t>(size));
        const torch::Tensor tensor = checkpoint.tensor(info.name).contiguous();
        const auto* data = static_cast<const std::byte*>(tensor.const_data_ptr());
        const std::size_t bytes = tensor.nbytes();
        if (bytes <= kWholeBytes) {
            digest.add(std::span(data, bytes));
            continue;
        }
        for (std::size_t window = 0; window < kWindows; ++window)
            digest.add(std::span(data + (bytes - kWindowBytes) / (kWindows - 1) * window, kWindowBytes));
        digest.add(std::span(data + bytes - kWindowBytes, kWindowBytes));
    }
    return digest.hexadecimal();
}

Result<std::string> modelIdentity(const std::filesystem::path& model)
{
    const auto parts = findParts(model);
    if (!parts)
        return unexpected(parts.error());
    for (const PartKind kind : {PartKind::Stdit3, PartKind::Pixart, PartKind::Dit})
        if (const FoundPart* part = parts->first(kind))
            return contentIdentity(part->checkpoint);
    return unexpected(
        ErrorCode::BadCheckpoint, quoted(model) + " holds no transformer, so its weights cannot be told from others.");
}

std::filesystem::path calibrationFolder(const std::filesystem::path& model)
{
    std::error_code error;
    if (std::filesystem::is_directory(model, error))
        return model / "calibration";
    std::filesystem::path beside = model;
    beside += ".calibration";
    return beside;
}

} // namespace toca::engine
