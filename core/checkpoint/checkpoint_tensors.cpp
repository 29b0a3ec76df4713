// SPDX-License-Identifier: Apache-2.0
#include "core/base/printable.h"
#include "core/checkpoint/checkpoint_data.h"

#include <algorithm>

namespace toca::checkpoint {

namespace {

/// Reverses each `count` bytes.
void swapBytes(std::byte* bytes, std::uint64_t size, std::uint64_t count)
{
    for (std::uint64_t i = 0; i + count <= size; i += count)
        std::reverse(bytes + i, bytes + i + count);
}

std::span<std::byte> bytesOf(const torch::Tensor& tensor)
{
    return {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()};
}

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

} // namespace

torch::Tensor Checkpoint::Data::tensorAt(std::size_t index) const
{
    if (base)
        return joined(index);
    const TensorInfo& info = tensors[index];
    if (info.bytes == 0)
        return torch::empty(info.shape, info.dtype);
    const Place& place = places[index];
    const File file = files[place.file];
    const std::byte* first = file->data() + place.offset;
    const auto itemBytes = c10::elementSize(info.dtype);
    const bool isRowMajor = place.strides.empty(); // also of a tensor without dimensions
    // The formats do not promise alignment; reading a misaligned element is undefined.
    if (reinterpret_cast<std::uintptr_t>(first) % itemBytes != 0 || place.swapped > 1 || place.isConjugate
        || place.isNegative) {
        torch::Tensor copy = torch::empty({static_cast<std::int64_t>(place.span / itemBytes)}, info.dtype);
        // Read, not copied from the mapping: mapped pages would count beside the copy.
        const auto read = file->readInto(place.offset, {static_cast<std::byte*>(copy.data_ptr()), place.span});
        TORCH_CHECK(read, read ? "" : read.error().message);
        if (place.swapped > 1)
            swapBytes(static_cast<std::byte*>(copy.data_ptr()), place.span, place.swapped);
        copy = isRowMajor ? copy.view(info.shape) : copy.as_strided(info.shape, place.strides);
        if (place.isConjugate)
            copy = copy.conj_physical();
        return place.isNegative ? copy.neg() : copy;
    }
    // LibTorch has no view of constant memory; the pages are mapped read-only, so writing would fault.
    const auto keep = [file](void*) {};
    const torch::TensorOptions options(info.dtype);
    return isRowMajor ? torch::from_blob(const_cast<std::byte*>(first), info.shape, keep, options)
                      : torch::from_blob(const_cast<std::byte*>(first), info.shape, place.strides, keep, options);
}

torch::Tensor Checkpoint::Data::joined(std::size_t index) const
{
    const auto& of = parts[index];
    if (of.size() == 1)
        return base->tensorAt(of.front());
    const torch::Tensor all = torch::empty(tensors[index].shape, tensors[index].dtype);
    std::int64_t row = 0;
    for (const std::size_t part : of) {
        const std::int64_t rows = base->tensors[part].shape.front();
        const torch::Tensor place = all.narrow(0, row, rows);
        if (!base->readRows(part, place))
            place.copy_(base->tensorAt(part));
        row += rows;
    }
    return all;
}

bool Checkpoint::Data::readRows(std::size_t index, const torch::Tensor& rows) const
{
    if (base || tensors[index].bytes == 0 || places[index].swapped > 1 || places[index].isConjugate
        || places[index].isNegative)
        return false;
    const Place& place = places[index];
    if (!place.strides.empty() && !std::equal(place.strides.begin(), place.strides.end(), rows.strides().begin()))
        return false;
    // As in `tensorAt`: mapped pages would count beside the joined tensor.
    const auto read = files[place.file]->readInto(place.offset, bytesOf(rows));
    TORCH_CHECK(read, read ? "" : read.error().message);
    return true;
}

Result<void> Checkpoint::Data::join(const JoinedTensor& wanted)
{
    const auto bad = [&](const std::string& what) {
        return unexpected(
            ErrorCode::BadCheckpoint, quotedPath(path.string()) + ": " + what + ". Choose a complete checkpoint.");
    };
    if (!tensors.empty() && tensors.back().name == wanted.name)
        return bad("two tensors stand for " + printable(wanted.name));
    TensorInfo info;
    std::vector<std::size_t> indices;
    for (const std::string& source : wanted.sources) {
        const auto at = base->indexOf(source);
        if (!at)
            return bad("tensor " + printable(source) + " is missing, a part of " + printable(wanted.name));
        const TensorInfo& part = base->tensors[*at];
        if (indices.empty()) {
            info = part;
        } else {
            const bool fits = part.dtype == info.dtype && !part.shape.empty() && part.shape.size() == info.shape.size()
                && std::equal(part.shape.begin() + 1, part.shape.end(), info.shape.begin() + 1);
            // Rows add up in numbers, bytes in the file: each tensor has at most 2^62.
            if (!fits || __builtin_add_overflow(info.shape[0], part.shape[0], &info.shape[0])
                || __builtin_add_overflow(info.bytes, part.bytes, &info.bytes) || info.bytes >> 62 != 0)
                return bad("tensor " + printable(source) + " " + torch::toString(part.dtype) + " "
                    + shapeText(part.shape) + " can't be joined with " + printable(wanted.sources.front()) + " "
                    + torch::toString(base->tensors[indices.front()].dtype) + " "
                    + shapeText(base->tensors[indices.front()].shape));
        }
        indices.push_back(*at);
    }
    info.name = wanted.name;
    bytes += info.bytes;
    tensors.push_back(std::move(info));
    parts.push_back(std::move(indices));
    return {};
}

} // namespace toca::checkpoint
