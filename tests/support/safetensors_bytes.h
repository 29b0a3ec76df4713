// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace toca::tests {

/// A safetensors file with this JSON, whatever it says, and `dataBytes` zero bytes of data.
inline std::string safetensorsBytes(const std::string& json, std::size_t dataBytes)
{
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>(static_cast<std::uint64_t>(json.size()) >> (8 * i) & 0xff);
    return bytes + json + std::string(dataBytes, '\0');
}

/// `"name":{"dtype":...,"shape":...,"data_offsets":...}`
inline std::string entry(
    const std::string& name, const std::string& dtype, const std::string& shape, const std::string& offsets)
{
    return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

inline void writeBytes(const std::filesystem::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

} // namespace toca::tests
