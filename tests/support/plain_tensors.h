// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/atomic_file.h"
#include "core/base/safetensors_header.h"

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace toca::test {

/// Values of one tensor of a safetensors file, without LibTorch; empty when it is not there or of another element size.
template <class T>
std::vector<T> plainTensor(const std::filesystem::path& path, const std::string& name)
{
    const auto file = readFile(path);
    if (!file)
        return {};
    const auto header = parseSafetensorsHeader(*file, file->size(), path.string());
    if (!header)
        return {};
    for (const auto& tensor : header->tensors) {
        if (tensor.name != name || storedTypeBytes(tensor.type) != sizeof(T))
            continue;
        std::vector<T> values((tensor.end - tensor.begin) / sizeof(T));
        std::memcpy(values.data(), file->data() + header->dataOffset + tensor.begin, values.size() * sizeof(T));
        return values;
    }
    return {};
}

} // namespace toca::test
