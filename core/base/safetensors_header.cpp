// SPDX-License-Identifier: Apache-2.0
#include "core/base/safetensors_header.h"

#include "core/base/printable.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <tuple>
#include <unordered_set>

namespace toca {

namespace {

struct TypeRow {
    StoredType type;
    const char* name;
    std::uint64_t bytes;
};

constexpr std::array kTypes{
    TypeRow{StoredType::F64, "F64", 8},
    TypeRow{StoredType::F32, "F32", 4},
    TypeRow{StoredType::F16, "F16", 2},
    TypeRow{StoredType::BF16, "BF16", 2},
    TypeRow{StoredType::I64, "I64", 8},
    TypeRow{StoredType::I32, "I32", 4},
    TypeRow{StoredType::I16, "I16", 2},
    TypeRow{StoredType::I8, "I8", 1},
    TypeRow{StoredType::U8, "U8", 1},
    TypeRow{StoredType::Bool, "BOOL", 1},
};

// In the public format, but no model of this program stores them.
constexpr std::array kOtherTypes{
    "U16", "U32", "U64", "C64", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F4", "F6_E2M3", "F6_E3M2"};

Error badFormat(const std::string& fileName, const std::string& what)
{
    return makeError(ErrorCode::BadFormat,
        quotedPath(fileName) + " is not a valid safetensors file: " + what + ". Download or export it again.");
}

/// a * b, or nothing when it does not fit in 63 bits.
std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b)
{
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (a != 0 && b > kLargest / a)
        return std::nullopt;
    return a * b;
}

/// Follows the one structure a header may have and stops at the first thing that differs from it, so that no
/// document tree of untrusted size is ever built.
class HeaderReader final : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit HeaderReader(const std::string& fileName)
        : m_fileName(fileName)
    {
    }

    std::vector<StoredTensor> tensors;
    std::vector<std::pair<std::string, std::string>> metadata;

    Error error() const { return m_error; }

    bool start_object(std::size_t) override
    {
        if (m_place == Place::Start)
            return enter(Place::Root);
        if (m_place == Place::Root)
            return enter(m_key == "__metadata__" ? Place::Metadata : Place::Entry);
        return wrongValue("an object");
    }

    bool key(string_t& name) override
    {
        m_key = name;
        if (m_place == Place::Root)
            return topLevelKey(name);
        if (m_place == Place::Metadata) {
            if (!m_metadataKeys.insert(name).second)
                return fail("the key " + printable(name) + " appears twice in __metadata__");
            if (m_metadataKeys.size() > kMaximumMetadata)
                return fail("its __metadata__ has more than " + std::to_string(kMaximumMetadata) + " entries");
            return true;
        }
        if (name != "dtype" && name != "shape" && name != "data_offsets")
            return fail(tensorName() + " has the unknown field " + printable(name)
                + ", expected only dtype, shape and data_offsets");
        const unsigned bit = name == "dtype" ? kDtype : name == "shape" ? kShape : kOffsets;
        if (m_fields & bit)
            return fail(tensorName() + " has the field " + printable(name) + " twice");
        m_fields |= bit;
        return true;
    }

    bool string(string_t& text) override
    {
        if (m_place == Place::Metadata) {
            metadata.emplace_back(m_key, text);
            return true;
        }
        if (m_place != Place::Entry || m_key != "dtype")
            return wrongValue("the text " + printable(text));
        const auto* row = std::find_if(kTypes.begin(), kTypes.end(), [&](const TypeRow& r) { return text == r.name; });
        if (row != kTypes.end()) {
            tensors.back().type = row->type;
            return true;
        }
        if (std::find(kOtherTypes.begin(), kOtherTypes.end(), text) == kOtherTypes.end())
            return fail(tensorName() + " has the unknown dtype " + printable(text)
                + ", expected one of F64 F32 F16 BF16 "
                  "I64 I32 I16 I8 U8 BOOL");
        m_error = makeError(ErrorCode::Unsupported,
            quotedPath(m_fileName) + ": " + tensorName() + " has the dtype " + text
                + ", which is not supported. Convert the file to F32, F16 or BF16.");
        return false;
    }

    bool start_array(std::size_t) override
    {
        if (m_place == Place::Entry && m_key == "shape")
            return enter(Place::Shape);
        if (m_place == Place::Entry && m_key == "data_offsets")
            return enter(Place::Offsets);
        return wrongValue("a list");
    }

    bool number_unsigned(number_unsigned_t value) override
    {
        if (m_place == Place::Shape) {
            auto& shape = tensors.back().shape;
            if (shape.size() == kMaximumRank)
                return fail(tensorName() + " has more than " + std::to_string(kMaximumRank) + " dimensions");
            if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max()))
                return fail(
                    tensorName() + " has a dimension of " + std::to_string(value) + ", expected less than 2^63");
            shape.push_back(static_cast<std::int64_t>(value));
            return true;
        }
        if (m_place == Place::Offsets) {
            if (m_offsetCount == 2)
                return fail(tensorName() + " has more than two data_offsets");
            (m_offsetCount++ == 0 ? tensors.back().begin : tensors.back().end) = value;
            return true;
        }
        return wrongValue("the number " + std::to_string(value));
    }

    bool number_integer(number_integer_t value) override
    {
        if (m_place == Place::Shape || m_place == Place::Offsets)
            return fail(tensorName() + " has " + std::to_string(value) + " in its " + m_key
                + ", expected whole numbers that are not negative");
        return wrongValue("the number " + std::to_string(value));
    }

    bool number_float(number_float_t, const string_t& text) override
    {
        if (m_place == Place::Shape || m_place == Place::Offsets)
            return fail(tensorName() + " has " + printable(text, 40) + " in its " + m_key
                + ", expected whole numbers below 2^63");
        return wrongValue("the number " + printable(text, 40));
    }

    bool end_array() override
    {
        if (m_place == Place::Offsets && m_offsetCount != 2)
            return fail(tensorName() + " has " + std::to_string(m_offsetCount) + " data_offsets, expected two");
        return enter(Place::Entry);
    }

    bool end_object() override
    {
        if (m_place == Place::Root)
            return enter(Place::Done);
        if (m_place == Place::Entry && m_fields != (kDtype | kShape | kOffsets)) {
            const char* missing = !(m_fields & kDtype) ? "dtype" : !(m_fields & kShape) ? "shape" : "data_offsets";
            return fail(tensorName() + " has no " + missing);
        }
        return enter(Place::Root);
    }

    bool null() override { return wrongValue("null"); }
    bool boolean(bool value) override { return wrongValue(value ? "true" : "false"); }
    bool binary(binary_t&) override { return wrongValue("binary data"); }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& reason) override
    {
        // 406: a number that no double holds.
        return fail(
            std::string(reason.id == 406 ? "its header has a number out of range" : "its header is not strict JSON")
            + ", at byte " + std::to_string(position) + " of the header");
    }

private:
    enum class Place { Start, Root, Metadata, Entry, Shape, Offsets, Done };
    static constexpr unsigned kDtype = 1, kShape = 2, kOffsets = 4;

    bool enter(Place place)
    {
        m_place = place;
        return true;
    }

    bool fail(const std::string& what)
    {
        m_error = badFormat(m_fileName, what);
        return false;
    }

    std::string tensorName() const { return "tensor " + printable(tensors.back().name); }

    bool topLevelKey(const std::string& name)
    {
        if (!m_names.insert(name).second)
            return fail("the name " + printable(name) + " appears twice in its header");
        if (name == "__metadata__")
            return true;
        if (name.empty())
            return fail("a tensor has an empty name");
        if (name.size() > kMaximumNameBytes)
            return fail("the tensor name " + printable(name) + " has " + std::to_string(name.size())
                + " bytes, expected at most " + std::to_string(kMaximumNameBytes));
        if (hasControlCharacters(name))
            return fail("the tensor name " + printable(name) + " holds control characters");
        if (tensors.size() == kMaximumTensors)
            return fail("it has more than " + std::to_string(kMaximumTensors) + " tensors");
        tensors.emplace_back().name = name;
        m_fields = 0;
        m_offsetCount = 0;
        return true;
    }

    bool wrongValue(const std::string& found)
    {
        switch (m_place) {
        case Place::Start:
        case Place::Done:
            return fail("its header is " + found + ", expected a JSON object");
        case Place::Root:
            return fail("the value of " + printable(m_key) + " is " + found + ", expected an object");
        case Place::Metadata:
            return fail("the __metadata__ value of " + printable(m_key) + " is " + found + ", expected text");
        case Place::Entry:
            return fail(tensorName() + " has " + found + " as its " + m_key + ", expected "
                + (m_key == "dtype" ? "text such as 'F32'" : "a list of whole numbers"));
        case Place::Shape:
        case Place::Offsets:
            return fail(tensorName() + " has " + found + " in its " + m_key + ", expected whole numbers");
        }
        return fail("its header is malformed");
    }

    const std::string& m_fileName;
    Error m_error;
    Place m_place = Place::Start;
    std::string m_key;
    std::unordered_set<std::string> m_names, m_metadataKeys;
    unsigned m_fields = 0;
    int m_offsetCount = 0;
};

std::string range(const StoredTensor& tensor)
{
    return "bytes " + std::to_string(tensor.begin) + " to " + std::to_string(tensor.end);
}

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

/// Range and size of one tensor. @return what is wrong, or ""
std::string checkOne(const StoredTensor& tensor, std::uint64_t dataBytes)
{
    const std::string who = "tensor " + printable(tensor.name);
    const std::uint64_t elementBytes = storedTypeBytes(tensor.type);
    // Strides are products too, and a dimension of 0 must not hide an overflow in them.
    std::optional<std::uint64_t> strideBytes = elementBytes;
    std::uint64_t bytes = elementBytes;
    for (const std::int64_t size : tensor.shape) {
        strideBytes = product(*strideBytes, std::max<std::uint64_t>(1, static_cast<std::uint64_t>(size)));
        if (!strideBytes)
            return who + " of shape " + shapeText(tensor.shape) + " has more than 2^63 bytes";
        bytes *= static_cast<std::uint64_t>(size);
    }
    if (tensor.begin > tensor.end)
        return who + " ends before it begins (" + range(tensor) + ")";
    if (tensor.end > dataBytes)
        return who + " is at " + range(tensor) + ", but the file has only " + std::to_string(dataBytes)
            + " bytes of data (it is truncated or its header is wrong)";
    if (tensor.end - tensor.begin != bytes)
        return who + " has " + std::to_string(tensor.end - tensor.begin) + " bytes, expected " + std::to_string(bytes)
            + " for " + storedTypeName(tensor.type) + " " + shapeText(tensor.shape);
    return {};
}

/// Sorts by place and checks that the tensors fill the data exactly. @return what is wrong, or ""
std::string checkLayout(std::vector<StoredTensor>& tensors, std::uint64_t dataBytes)
{
    std::sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    std::uint64_t filled = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const StoredTensor& tensor = tensors[i];
        if (tensor.begin < filled)
            return "tensor " + printable(tensor.name) + " (" + range(tensor) + ") overlaps tensor "
                + printable(tensors[i - 1].name) + " (" + range(tensors[i - 1]) + ")";
        if (tensor.begin > filled)
            return "there is a hole before tensor " + printable(tensor.name) + ": it begins at byte "
                + std::to_string(tensor.begin) + " of the data, expected " + std::to_string(filled);
        filled = tensor.end;
    }
    if (filled != dataBytes)
        return "it has " + std::to_string(dataBytes - filled) + " bytes after its last tensor, expected none";
    return {};
}

} // namespace

const char* storedTypeName(StoredType type)
{
    return kTypes[static_cast<std::size_t>(type)].name;
}

std::uint64_t storedTypeBytes(StoredType type)
{
    return kTypes[static_cast<std::size_t>(type)].bytes;
}

Result<std::uint64_t> safetensorsHeaderEnd(std::string_view start, std::uint64_t fileBytes, const std::string& fileName)
{
    if (start.size() < 8 || fileBytes < 8)
        return unexpected(
            badFormat(fileName, "it has only " + std::to_string(fileBytes) + " bytes, expected at least 10"));
    std::uint64_t length = 0;
    for (int i = 7; i >= 0; --i)
        length = length << 8 | static_cast<unsigned char>(start[static_cast<std::size_t>(i)]);
    if (length > kMaximumHeaderBytes)
        return unexpected(badFormat(fileName,
            "its header length is " + std::to_string(length) + " bytes, expected at most "
                + std::to_string(kMaximumHeaderBytes)));
    if (length > fileBytes - 8)
        return unexpected(badFormat(fileName,
            "its header length is " + std::to_string(length) + " bytes, but the file has only "
                + std::to_string(fileBytes) + " bytes (it is truncated or not a safetensors file)"));
    if (length < 2)
        return unexpected(
            badFormat(fileName, "its header length is " + std::to_string(length) + " bytes, expected at least 2"));
    return length + 8;
}

Result<SafetensorsHeader> parseSafetensorsHeader(
    std::string_view start, std::uint64_t fileBytes, const std::string& fileName)
{
    const auto end = safetensorsHeaderEnd(start, fileBytes, fileName);
    if (!end)
        return unexpected(end.error());
    if (start.size() < *end)
        return unexpected(badFormat(fileName, "its header could not be read completely"));
    const std::string_view json = start.substr(8, *end - 8);
    if (json.front() != '{')
        return unexpected(
            badFormat(fileName, "its header starts with " + printable(json.substr(0, 1)) + ", expected '{'"));
    // The JSON library takes a NUL for the end of its input and would not see what follows.
    if (json.find('\0') != std::string_view::npos)
        return unexpected(badFormat(fileName, "its header holds a NUL byte"));

    HeaderReader reader(fileName);
    if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader))
        return unexpected(reader.error());

    SafetensorsHeader header;
    header.dataOffset = *end;
    header.dataBytes = fileBytes - *end;
    header.metadata = std::move(reader.metadata);
    header.tensors = std::move(reader.tensors);
    for (const StoredTensor& tensor : header.tensors) {
        if (const std::string wrong = checkOne(tensor, header.dataBytes); !wrong.empty())
            return unexpected(badFormat(fileName, wrong));
    }
    if (const std::string wrong = checkLayout(header.tensors, header.dataBytes); !wrong.empty())
        return unexpected(badFormat(fileName, wrong));
    return header;
}

} // namespace toca
