// SPDX-License-Identifier: Apache-2.0
#include "kernels/gelu.h"

#include "kernels/cpu/lane_functions.h"

#include <algorithm>

namespace toca::kernels {
namespace {

constexpr float kTwoRoots = 1.59576912160573071176F; // 2 sqrt(2 / pi)
constexpr float kCubic = 0.044715F;
/// Where exp(-2 u) ends: there 1 / (1 + exp(-2 u)) is 0 for every use.
constexpr float kLargest = 87.0F;

/// x = 1 / (1 + exp(-2 u(x)))
TOCA_INLINE void share(Lanes& x)
{
    Lanes power = (x + kCubic * (x * x * x)) * -kTwoRoots;
    const auto isLarge = power > kLargest; // not for NaN, which stays
    power = isLarge ? Lanes{} : power;
    exponentials(power);
    x = isLarge ? Lanes{} : 1.0F / (1.0F + power);
}

/// x = gradient * gelu'(x)
TOCA_INLINE void differentiate(Lanes& x, const Lanes& gradient)
{
    Lanes s = x;
    share(s);
    const Lanes slope = (1.0F + (3.0F * kCubic) * (x * x)) * kTwoRoots;
    x = gradient * (s + x * slope * s * (1.0F - s));
}

/// Calls `change(values, gradients)` for all values, 16 at once; the last ones are filled up.
template <bool kHasGradient, class T, class Change>
TOCA_INLINE void forAll(const Gelu& operation, std::int64_t first, std::int64_t last, const Change& change)
{
    const T* x = static_cast<const T*>(operation.x);
    const T* gradient = static_cast<const T*>(operation.gradient);
    T* out = static_cast<T*>(operation.out);
    Lanes values, gradients{};
    std::int64_t i = first;
    for (; i + kLanes <= last; i += kLanes) {
        load(values, x + i);
        if constexpr (kHasGradient)
            load(gradients, gradient + i);
        change(values, gradients);
        store(out + i, values);
    }
    if (i == last)
        return;
    T rest[2][kLanes] = {};
    std::copy(x + i, x + last, rest[0]);
    load(values, rest[0]);
    if constexpr (kHasGradient) {
        std::copy(gradient + i, gradient + last, rest[1]);
        load(gradients, rest[1]);
    }
    change(values, gradients);
    store(rest[0], values);
    std::copy(rest[0], rest[0] + (last - i), out + i);
}

struct Forward {
    TOCA_INLINE void operator()(Lanes& x, const Lanes& /*gradients*/) const
    {
        Lanes s = x;
        share(s);
        x *= s;
    }
};

struct Backward {
    TOCA_INLINE void operator()(Lanes& x, const Lanes& gradients) const { differentiate(x, gradients); }
};

TOCA_PER_INSTRUCTION_SET void floats(const Gelu& operation, std::int64_t first, std::int64_t last)
{
    forAll<false, float>(operation, first, last, Forward());
}
TOCA_PER_INSTRUCTION_SET void halves(const Gelu& operation, std::int64_t first, std::int64_t last)
{
    forAll<false, BFloat16>(operation, first, last, Forward());
}
TOCA_PER_INSTRUCTION_SET void floatGradients(const Gelu& operation, std::int64_t first, std::int64_t last)
{
    forAll<true, float>(operation, first, last, Backward());
}
TOCA_PER_INSTRUCTION_SET void halfGradients(const Gelu& operation, std::int64_t first, std::int64_t last)
{
    forAll<true, BFloat16>(operation, first, last, Backward());
}

} // namespace

void gelu(const Gelu& operation, std::int64_t first, std::int64_t last)
{
    if (operation.element == Element::Float32)
        floats(operation, first, last);
    else
        halves(operation, first, last);
}

void geluGradient(const Gelu& operation, std::int64_t first, std::int64_t last)
{
    if (operation.element == Element::Float32)
        floatGradients(operation, first, last);
    else
        halfGradients(operation, first, last);
}

} // namespace toca::kernels
