// SPDX-License-Identifier: Apache-2.0
#include "kernels/cache_codec.h"

#include "kernels/cpu/lanes.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace toca::kernels {
namespace {

using kernels::load;
using kernels::toFloat;

using LaneInts = std::int32_t __attribute__((vector_size(64)));
using LaneCodes = std::int8_t __attribute__((vector_size(16)));

constexpr float kMostCode = 127.0F;
// Adding 1.5 * 2^23 rounds a small float to a whole number, ties to even, and leaves it in the low bits.
constexpr float kRounder = 12582912.0F;
constexpr std::int32_t kRounderBits = 0x4B400000;

TOCA_INLINE std::uint32_t magnitudeBits(float value)
{
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits & 0x7FFFFFFFU;
}

/// Magnitudes order as their bits do, with infinity and NaN above all finite ones.
template <class T>
TOCA_INLINE std::uint32_t largestBits(const T* row, std::int64_t width)
{
    LaneBits largest{};
    Lanes values;
    std::int64_t c = 0;
    for (; c + kLanes <= width; c += kLanes) {
        load(values, row + c);
        LaneBits bits;
        std::memcpy(&bits, &values, sizeof bits);
        bits &= 0x7FFFFFFFU;
        largest = bits > largest ? bits : largest;
    }
    std::uint32_t result = 0;
    for (std::int64_t lane = 0; lane < kLanes; ++lane)
        result = std::max(result, largest[lane]);
    for (; c < width; ++c)
        result = std::max(result, magnitudeBits(toFloat(row[c])));
    return result;
}

TOCA_INLINE std::int8_t codeOf(float value, float inverse)
{
    const float rounded = value * inverse + kRounder;
    std::int32_t bits;
    std::memcpy(&bits, &rounded, sizeof bits);
    return static_cast<std::int8_t>(bits - kRounderBits);
}

template <class T>
TOCA_INLINE void encodeRow(const T* row, std::int64_t width, std::int8_t* codes, float& scale)
{
    constexpr std::uint32_t kTooLargeBits = 0x7F000000U; // 2^127; infinity and NaN are above it
    const std::uint32_t bits = largestBits(row, width);
    float largest;
    std::memcpy(&largest, &bits, sizeof largest);
    if (bits >= kTooLargeBits || largest < kSmallestCoded) {
        std::memset(codes, 0, static_cast<std::size_t>(width));
        scale = bits >= kTooLargeBits ? std::numeric_limits<float>::quiet_NaN() : 0.0F;
        return;
    }
    scale = largest / kMostCode;
    const float inverse = kMostCode / largest;
    Lanes values;
    std::int64_t c = 0;
    for (; c + kLanes <= width; c += kLanes) {
        load(values, row + c);
        values = values * inverse + kRounder;
        LaneInts rounded;
        std::memcpy(&rounded, &values, sizeof rounded);
        const LaneCodes packed = __builtin_convertvector(rounded - kRounderBits, LaneCodes);
        std::memcpy(codes + c, &packed, sizeof packed);
    }
    for (; c < width; ++c)
        codes[c] = codeOf(toFloat(row[c]), inverse);
}

template <class T>
TOCA_INLINE void encodeRow(const T* row, std::int64_t width, BFloat16* codes, float& /*scale*/)
{
    Lanes values;
    std::int64_t c = 0;
    for (; c + kLanes <= width; c += kLanes) {
        load(values, row + c);
        store(codes + c, values);
    }
    for (; c < width; ++c)
        fromFloat(codes[c], toFloat(row[c]));
}

TOCA_INLINE void load(Lanes& to, const std::int8_t* from)
{
    LaneCodes codes;
    std::memcpy(&codes, from, sizeof codes);
    to = __builtin_convertvector(__builtin_convertvector(codes, LaneInts), Lanes);
}

TOCA_INLINE float toFloat(std::int8_t code)
{
    return static_cast<float>(code);
}

/// What a code is multiplied with.
TOCA_INLINE float scaleOf(const CodedRows& table, const std::int8_t* /*codes*/, std::int64_t row)
{
    return table.scales[row];
}

TOCA_INLINE float scaleOf(const CodedRows& /*table*/, const BFloat16* /*codes*/, std::int64_t /*row*/)
{
    return 1.0F;
}

template <class Code>
TOCA_INLINE Code* codesOf(const CodedRows& table, std::int64_t row, std::int64_t width)
{
    return static_cast<Code*>(table.codes) + row * width;
}

template <class T, class Code>
TOCA_INLINE void encodeAll(const EncodeRows& operation, std::int64_t first, std::int64_t last)
{
    const std::int64_t width = operation.width;
    float unused = 0;
    for (std::int64_t row = first; row < last; ++row) {
        const std::int64_t b = row / operation.chosen, k = row % operation.chosen;
        const std::int64_t to = b * operation.tokens + (operation.ids ? operation.ids[row] : k);
        encodeRow(static_cast<const T*>(operation.features) + row * width, width,
            codesOf<Code>(operation.to, to, width), operation.to.scales ? operation.to.scales[to] : unused);
    }
}

template <class T, class Code>
TOCA_INLINE void decodeAll(const DecodeRows& operation, std::int64_t first, std::int64_t last)
{
    const std::int64_t width = operation.width;
    std::array<const Code*, kMostCodedTerms> codes;
    std::array<float, kMostCodedTerms> factors;
    const auto count = static_cast<std::size_t>(operation.count);
    for (std::int64_t row = first; row < last; ++row) {
        for (std::size_t term = 0; term < count; ++term) {
            codes[term] = codesOf<Code>(operation.terms[term], row, width);
            factors[term] = operation.weights[term] * scaleOf(operation.terms[term], codes[term], row);
        }
        const T* x = operation.x ? static_cast<const T*>(operation.x) + row * width : nullptr;
        const T* gate = operation.gate
            ? static_cast<const T*>(operation.gate) + row / operation.tokens * operation.gateStride
            : nullptr;
        T* out = static_cast<T*>(operation.out) + row * width;
        Lanes sum, values;
        std::int64_t c = 0;
        for (; c + kLanes <= width; c += kLanes) {
            load(sum, codes[0] + c);
            sum *= factors[0];
            for (std::size_t term = 1; term < count; ++term) {
                load(values, codes[term] + c);
                sum += factors[term] * values;
            }
            if (gate) {
                load(values, gate + c);
                sum *= values;
            }
            if (x) {
                load(values, x + c);
                sum += values;
            }
            store(out + c, sum);
        }
        for (; c < width; ++c) {
            float value = factors[0] * toFloat(codes[0][c]);
            for (std::size_t term = 1; term < count; ++term)
                value += factors[term] * toFloat(codes[term][c]);
            if (gate)
                value *= toFloat(gate[c]);
            if (x)
                value += toFloat(x[c]);
            fromFloat(out[c], value);
        }
    }
}

/// d_{i+1} of a row: (now - old) / distance.
template <class Code>
TOCA_INLINE void differenceOf(
    const float* now, const Code* old, float scale, float distance, std::int64_t width, float* difference)
{
    Lanes values, before;
    std::int64_t c = 0;
    for (; c + kLanes <= width; c += kLanes) {
        load(values, now + c);
        load(before, old + c);
        values = (values - scale * before) / distance;
        store(difference + c, values);
    }
    for (; c < width; ++c)
        difference[c] = (now[c] - scale * toFloat(old[c])) / distance;
}

template <class T, class Code>
TOCA_INLINE void renewAll(const RenewFactors& operation, std::int64_t first, std::int64_t last, float* scratch)
{
    const std::int64_t width = operation.width;
    float unused = 0;
    for (std::int64_t row = first; row < last; ++row) {
        float *now = scratch, *next = scratch + width;
        const T* features = static_cast<const T*>(operation.features) + row * width;
        Lanes values;
        std::int64_t c = 0;
        for (; c + kLanes <= width; c += kLanes) {
            load(values, features + c);
            store(now + c, values);
        }
        for (; c < width; ++c)
            now[c] = toFloat(features[c]);
        for (int i = 0; i < operation.made; ++i) {
            const CodedRows& factor = operation.factors[static_cast<std::size_t>(i)];
            Code* codes = codesOf<Code>(factor, row, width);
            if (i + 1 < operation.made && i < operation.held)
                differenceOf(now, codes, scaleOf(factor, codes, row), operation.distance, width, next);
            encodeRow(now, width, codes, factor.scales ? factor.scales[row] : unused);
            std::swap(now, next);
        }
    }
}

// A version for each instruction set of each pair of formats.

TOCA_PER_INSTRUCTION_SET
void encodeFloats(const EncodeRows& operation, std::int64_t first, std::int64_t last)
{
    if (operation.code == CacheCode::Int8)
        encodeAll<float, std::int8_t>(operation, first, last);
    else
        encodeAll<float, BFloat16>(operation, first, last);
}

TOCA_PER_INSTRUCTION_SET
void encodeHalves(const EncodeRows& operation, std::int64_t first, std::int64_t last)
{
    if (operation.code == CacheCode::Int8)
        encodeAll<BFloat16, std::int8_t>(operation, first, last);
    else
        encodeAll<BFloat16, BFloat16>(operation, first, last);
}

TOCA_PER_INSTRUCTION_SET
void decodeFloats(const DecodeRows& operation, std::int64_t first, std::int64_t last)
{
    if (operation.code == CacheCode::Int8)
        decodeAll<float, std::int8_t>(operation, first, last);
    else
        decodeAll<float, BFloat16>(operation, first, last);
}

TOCA_PER_INSTRUCTION_SET
void decodeHalves(const DecodeRows& operation, std::int64_t first, std::int64_t last)
{
    if (operation.code == CacheCode::Int8)
        decodeAll<BFloat16, std::int8_t>(operation, first, last);
    else
        decodeAll<BFloat16, BFloat16>(operation, first, last);
}

TOCA_PER_INSTRUCTION_SET
void renewFloats(const RenewFactors& operation, std::int64_t first, std::int64_t last, float* scratch)
{
    if (operation.code == CacheCode::Int8)
        renewAll<float, std::int8_t>(operation, first, last, scratch);
    else
        renewAll<float, BFloat16>(operation, first, last, scratch);
}

TOCA_PER_INSTRUCTION_SET
void renewHalves(const RenewFactors& operation, std::int64_t first, std::int64_t last, float* scratch)
{
    if (operation.code == CacheCode::Int8)
        renewAll<BFloat16, std::int8_t>(operation, first, last, scratch);
    else
        renewAll<BFloat16, BFloat16>(operation, first, last, scratch);
}

} // namespace

void encodeRows(const EncodeRows& operation, std::int64_t first, std::int64_t last)
{
    (operation.element == Element::Float32 ? encodeFloats : encodeHalves)(operation, first, last);
}

void decodeRows(const DecodeRows& operation, std::int64_t first, std::int64_t last)
{
    (operation.element == Element::Float32 ? decodeFloats : decodeHalves)(operation, first, last);
}

void renewFactors(const RenewFactors& operation, std::int64_t first, std::int64_t last)
{
    thread_local std::vector<float> scratch; // grows once per thread
    const auto needed = static_cast<std::size_t>(2 * operation.width);
    if (scratch.size() < needed)
        scratch.resize(needed);
    (operation.element == Element::Float32 ? renewFloats : renewHalves)(operation, first, last, scratch.data());
}

} // namespace toca::kernels
