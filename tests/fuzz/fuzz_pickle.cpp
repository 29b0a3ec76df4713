// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle.h"
#include "core/checkpoint/pickle_tree.h"
#include "core/checkpoint/pytorch_file.h"

#include <cstdint>
#include <cstdlib>

using namespace toca;
using namespace toca::checkpoint;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// As a whole file: every tensor that comes out lies inside of it.
void readAsFile(const ByteSource& source, std::string_view bytes)
{
    const auto file = readPytorchFile(source, layoutOf(bytes.substr(0, kLayoutBytes)));
    if (!file) {
        require(!file.error().message.empty());
        return;
    }
    unsigned sum = 0;
    for (const StoredView& view : file->tensors) {
        require(view.span == 0 || (view.offset <= source.size && view.span <= source.size - view.offset));
        std::uint64_t last = 0;
        bool isEmpty = false;
        for (std::size_t i = 0; i < view.shape.size(); ++i) {
            isEmpty = isEmpty || view.shape[i] == 0;
            last += static_cast<std::uint64_t>(view.shape[i] - 1) * static_cast<std::uint64_t>(view.strides[i]);
        }
        require(isEmpty ? view.span == 0 : (last + 1) * pickleTypeBytes(view.type) == view.span);
        for (std::uint64_t i = 0; i < view.span; ++i)
            sum += static_cast<unsigned char>(bytes[static_cast<std::size_t>(view.offset + i)]);
    }
    static volatile unsigned sink = 0;
    sink = sum;
}

/// As a pickle alone, so that mutations need not keep an archive around it intact.
void readAsPickle(const ByteSource& source)
{
    ByteStream stream(source, 0, source.size);
    const auto pickle = readPickle(stream);
    require(stream.position() <= source.size);
    if (pickle)
        (void)tensorsOf(*pickle, source.name);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const ByteSource source{"fuzz", size, [&](std::uint64_t offset, std::size_t count) -> Result<std::string> {
                                require(offset <= size && count <= size - offset);
                                return std::string(bytes.substr(static_cast<std::size_t>(offset), count));
                            }};
    readAsFile(source, bytes);
    readAsPickle(source);
    return 0;
}
