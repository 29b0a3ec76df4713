// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/element.h"

namespace toca::kernels {

/// Four floats that a GPU's thread reads and writes at once. @pre addresses are multiples of four elements
struct Pack {
    static constexpr std::int64_t kValues = 4;
    float values[kValues];

    TOCA_BODY Pack& operator+=(const Pack& other)
    {
        for (int i = 0; i < kValues; ++i)
            values[i] += other.values[i];
        return *this;
    }
};

// As for numbers and the CPU's vectors: with another pack, and with one number for all.
#define TOCA_PACK_OPERATOR(sign)                                                                                       \
    TOCA_BODY Pack operator sign(Pack a, const Pack& b)                                                                \
    {                                                                                                                  \
        for (int i = 0; i < Pack::kValues; ++i)                                                                        \
            a.values[i] = a.values[i] sign b.values[i];                                                                \
        return a;                                                                                                      \
    }                                                                                                                  \
    TOCA_BODY Pack operator sign(Pack a, float b)                                                                      \
    {                                                                                                                  \
        for (int i = 0; i < Pack::kValues; ++i)                                                                        \
            a.values[i] = a.values[i] sign b;                                                                          \
        return a;                                                                                                      \
    }
TOCA_PACK_OPERATOR(+)
TOCA_PACK_OPERATOR(-)
TOCA_PACK_OPERATOR(*)
TOCA_PACK_OPERATOR(/)
#undef TOCA_PACK_OPERATOR

/// What four elements take in memory, moved as one word.
template <class T>
struct alignas(4 * sizeof(T)) PackedWords {
    T values[Pack::kValues];
};

template <class T>
TOCA_BODY void load(Pack& to, const T* from)
{
    const PackedWords<T> words = *reinterpret_cast<const PackedWords<T>*>(from);
    for (int i = 0; i < Pack::kValues; ++i)
        to.values[i] = toFloat(words.values[i]);
}

template <class T>
TOCA_BODY void store(T* to, const Pack& from)
{
    PackedWords<T> words;
    for (int i = 0; i < Pack::kValues; ++i)
        fromFloat(words.values[i], from.values[i]);
    *reinterpret_cast<PackedWords<T>*>(to) = words;
}

/// Sum of all values, for a number and for a pack.
TOCA_BODY float sumOf(float value)
{
    return value;
}
TOCA_BODY float sumOf(const Pack& pack)
{
    return (pack.values[0] + pack.values[1]) + (pack.values[2] + pack.values[3]);
}

template <class Values>
struct ValuesIn {
    static constexpr std::int64_t kCount = 1;
};
template <>
struct ValuesIn<Pack> {
    static constexpr std::int64_t kCount = Pack::kValues;
};

/// Whether rows at `address` with this many elements between them can be read in packs.
inline bool isPackable(const void* address, std::int64_t stride, Element element)
{
    const std::uintptr_t bytes = Pack::kValues * (element == Element::Float32 ? 4 : 2);
    return stride % Pack::kValues == 0 && reinterpret_cast<std::uintptr_t>(address) % bytes == 0;
}

} // namespace toca::kernels
