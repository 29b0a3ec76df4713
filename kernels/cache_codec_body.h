// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/block.h"
#include "kernels/cache_codec.h"
#include "kernels/pack.h"

#include <cmath>

// Compiled without fused multiplications (see CMakeLists.txt): codes are the same on every device.
namespace toca::kernels {

inline constexpr int kCodecThreads = 128; ///< a row for each warp

/// How one value is held, for each kind of code. `Scaled` rows know the largest magnitude among their values.
template <class Code>
struct CodeOf;

template <>
struct CodeOf<BFloat16> {
    static constexpr bool kIsScaled = false;
    TOCA_BODY static BFloat16 of(float value, float /*inverse*/)
    {
        BFloat16 code;
        fromFloat(code, value);
        return code;
    }
    TOCA_BODY static float valueOf(BFloat16 code) { return toFloat(code); }
};

template <>
struct CodeOf<std::int8_t> {
    static constexpr bool kIsScaled = true;
    static constexpr float kMostCode = 127.0F;
    static constexpr std::uint32_t kTooLargeBits = 0x7F000000U; ///< 2^127; infinity and NaN are above it

    TOCA_BODY static std::uint32_t magnitudeBits(float value)
    {
        std::uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        return bits & 0x7FFFFFFFU;
    }
    TOCA_BODY static float magnitude(std::uint32_t bits)
    {
        float value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    /// What the row's codes are multiplied with, from the bits of its largest magnitude.
    TOCA_BODY static float scaleOf(std::uint32_t bits)
    {
        if (bits >= kTooLargeBits)
            return NAN;
        return magnitude(bits) < kSmallestCoded ? 0.0F : magnitude(bits) / kMostCode;
    }
    /// What values are multiplied with before they are rounded; 0 for rows without codes.
    TOCA_BODY static float inverseOf(std::uint32_t bits)
    {
        return bits >= kTooLargeBits || magnitude(bits) < kSmallestCoded ? 0.0F : kMostCode / magnitude(bits);
    }
    TOCA_BODY static std::int8_t of(float value, float inverse)
    {
        if (inverse == 0) // also of NaN and infinity
            return 0;
        constexpr std::int32_t kRounderBits = 0x4B400000;
        const float rounded = value * inverse + 12582912.0F; // 1.5 * 2^23: ties to even, the number in the low bits
        std::int32_t bits;
        memcpy(&bits, &rounded, sizeof bits);
        return static_cast<std::int8_t>(bits - kRounderBits);
    }
    TOCA_BODY static float valueOf(std::int8_t code) { return static_cast<float>(code); }
};

/// The row that this thread's warp works on.
template <class Block>
TOCA_BODY std::int64_t codecRow(const Block& block)
{
    return block.index() * (kCodecThreads / kWarp) + block.thread() / kWarp;
}

TOCA_BODY std::int64_t codecBlocks(std::int64_t rows)
{
    return (rows + kCodecThreads / kWarp - 1) / (kCodecThreads / kWarp);
}

template <class T, class Code>
struct EncodeRowsBody {
    static constexpr int kThreads = kCodecThreads;
    struct Shared { };

    EncodeRows operation;

    TOCA_HD std::int64_t blocks() const { return codecBlocks(operation.rows()); }

    template <class Block>
    TOCA_HD void run(Block& block) const
    {
        const std::int64_t row = codecRow(block), width = operation.width;
        if (row >= operation.rows())
            return; // whole warps
        const std::int64_t b = row / operation.chosen, k = row % operation.chosen;
        const std::int64_t to = b * operation.tokens + (operation.ids ? operation.ids[row] : k);
        const T* const features = static_cast<const T*>(operation.features) + row * width;
        Code* const codes = static_cast<Code*>(operation.to.codes) + to * width;
        const int lane = block.thread() % kWarp;
        float inverse = 1;
        if constexpr (CodeOf<Code>::kIsScaled) {
            std::uint32_t largest = 0;
            for (std::int64_t c = lane; c < width; c += kWarp) {
                const std::uint32_t bits = CodeOf<Code>::magnitudeBits(toFloat(features[c]));
                largest = bits > largest ? bits : largest;
            }
            largest = block.warpLargest(largest);
            inverse = CodeOf<Code>::inverseOf(largest);
            if (lane == 0)
                operation.to.scales[to] = CodeOf<Code>::scaleOf(largest);
        }
        for (std::int64_t c = lane; c < width; c += kWarp)
            codes[c] = CodeOf<Code>::of(toFloat(features[c]), inverse);
    }
};

/// One channel of one row for each index.
template <class T, class Code>
struct DecodeRowsBody {
    DecodeRows operation;

    TOCA_HD std::int64_t count() const { return operation.rows() * operation.width; }
    TOCA_HD void operator()(std::int64_t i) const
    {
        const std::int64_t row = i / operation.width, c = i % operation.width;
        float sum = 0;
        for (int term = 0; term < operation.count; ++term) {
            float factor = operation.weights[static_cast<std::size_t>(term)];
            const CodedRows& table = operation.terms[static_cast<std::size_t>(term)];
            if constexpr (CodeOf<Code>::kIsScaled)
                factor *= table.scales[row];
            const float value = factor * CodeOf<Code>::valueOf(static_cast<const Code*>(table.codes)[i]);
            sum = term == 0 ? value : sum + value;
        }
        if (operation.gate)
            sum *= toFloat(static_cast<const T*>(operation.gate)[row / operation.tokens * operation.gateStride + c]);
        if (operation.x)
            sum += toFloat(static_cast<const T*>(operation.x)[i]);
        fromFloat(static_cast<T*>(operation.out)[i], sum);
    }
};

/// The new factors of one value are a chain over the old ones. It is followed twice: for the largest magnitudes of the
/// row, and to write the codes, each after the old one at its place was read. Nothing but numbers of a thread is kept.
template <class T, class Code>
struct RenewFactorsBody {
    static constexpr int kThreads = kCodecThreads;
    struct Shared { };

    RenewFactors operation;

    TOCA_HD std::int64_t blocks() const { return codecBlocks(operation.rows); }

    TOCA_BODY Code* codesOf(int factor, std::int64_t row) const
    {
        return static_cast<Code*>(operation.factors[static_cast<std::size_t>(factor)].codes) + row * operation.width;
    }

    /// The new d_{factor + 1} from the new and the old d_factor; without an old one there is none to make.
    TOCA_BODY float nextOf(float now, Code old, float scale, int factor) const
    {
        if (factor + 1 >= operation.made || factor >= operation.held)
            return 0;
        return (now - scale * CodeOf<Code>::valueOf(old)) / operation.distance;
    }

    template <class Block>
    TOCA_HD void run(Block& block) const
    {
        const std::int64_t row = codecRow(block), width = operation.width;
        if (row >= operation.rows)
            return; // whole warps
        const T* const features = static_cast<const T*>(operation.features) + row * width;
        const int lane = block.thread() % kWarp;
        float oldScales[kMostCodedTerms], inverses[kMostCodedTerms];
        for (int factor = 0; factor < operation.made; ++factor) {
            oldScales[factor] = inverses[factor] = 1;
            if constexpr (CodeOf<Code>::kIsScaled)
                if (factor < operation.held)
                    oldScales[factor] = operation.factors[static_cast<std::size_t>(factor)].scales[row];
        }
        block.syncWarp(); // all have read the old scales
        if constexpr (CodeOf<Code>::kIsScaled) {
            std::uint32_t largest[kMostCodedTerms] = {};
            for (std::int64_t c = lane; c < width; c += kWarp) {
                float now = toFloat(features[c]);
                for (int factor = 0; factor < operation.made; ++factor) {
                    const std::uint32_t bits = CodeOf<Code>::magnitudeBits(now);
                    largest[factor] = bits > largest[factor] ? bits : largest[factor];
                    now = nextOf(now, codesOf(factor, row)[c], oldScales[factor], factor);
                }
            }
            for (int factor = 0; factor < operation.made; ++factor) {
                const std::uint32_t most = block.warpLargest(largest[factor]);
                inverses[factor] = CodeOf<Code>::inverseOf(most);
                if (lane == 0)
                    operation.factors[static_cast<std::size_t>(factor)].scales[row] = CodeOf<Code>::scaleOf(most);
            }
        }
        for (std::int64_t c = lane; c < width; c += kWarp) {
            float now = toFloat(features[c]);
            for (int factor = 0; factor < operation.made; ++factor) {
                Code& code = codesOf(factor, row)[c];
                const float next = nextOf(now, code, oldScales[factor], factor);
                code = CodeOf<Code>::of(now, inverses[factor]);
                now = next;
            }
        }
    }
};

} // namespace toca::kernels
