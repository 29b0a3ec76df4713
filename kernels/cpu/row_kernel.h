// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/cpu/lanes.h"

/// Defines `void name(const Operation&, first, last)`, which calls `rowsOf<T>` with the operation's element type, in a
/// version per instruction set. @pre `rowsOf` is TOCA_INLINE
#define TOCA_ROW_KERNEL(name, Operation)                                                                               \
    namespace {                                                                                                        \
    TOCA_PER_INSTRUCTION_SET void ofFloats(const Operation& operation, std::int64_t first, std::int64_t last)          \
    {                                                                                                                  \
        rowsOf<float>(operation, first, last);                                                                         \
    }                                                                                                                  \
    TOCA_PER_INSTRUCTION_SET void ofHalves(const Operation& operation, std::int64_t first, std::int64_t last)          \
    {                                                                                                                  \
        rowsOf<BFloat16>(operation, first, last);                                                                      \
    }                                                                                                                  \
    }                                                                                                                  \
    void name(const Operation& operation, std::int64_t first, std::int64_t last)                                       \
    {                                                                                                                  \
        if (operation.element == Element::Float32)                                                                     \
            ofFloats(operation, first, last);                                                                          \
        else                                                                                                           \
            ofHalves(operation, first, last);                                                                          \
    }
