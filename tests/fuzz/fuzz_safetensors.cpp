// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: the header parser of safetensors files. It links no LibTorch, so it runs fast.

#include "core/base/safetensors_header.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

void require(bool holds, const char* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "accepted a header, but: %s\n", what);
    std::abort();
}

/// What every accepted header promises to the code that maps the data.
void parse(const std::string& file)
{
    const auto header = toca::parseSafetensorsHeader(file, file.size(), "fuzz");
    if (!header) {
        require(!header.error().message.empty(), "the error has no message");
        return;
    }
    require(header->dataOffset + header->dataBytes == file.size(), "the data ends at the file's end");
    std::uint64_t filled = 0;
    for (const auto& tensor : header->tensors) {
        require(tensor.begin == filled && tensor.end >= tensor.begin, "tensors follow each other");
        std::uint64_t bytes = storedTypeBytes(tensor.type);
        for (const auto size : tensor.shape) {
            require(size >= 0, "dimensions are not negative");
            bytes *= static_cast<std::uint64_t>(size);
        }
        require(bytes == tensor.end - tensor.begin, "length is the product of the shape");
        require(!tensor.name.empty(), "names are not empty");
        filled = tensor.end;
    }
    require(filled == header->dataBytes, "the tensors fill the data");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string file(reinterpret_cast<const char*>(data), size);
    parse(file);
    // Most mutations change the JSON's length; with the length set right they reach the checks behind it.
    const auto end = file.rfind('}');
    if (end != std::string::npos && end >= 8) {
        for (int i = 0; i < 8; ++i)
            file[static_cast<std::size_t>(i)] = static_cast<char>((end - 7) >> (8 * i) & 0xff);
        parse(file);
    }
    return 0;
}
