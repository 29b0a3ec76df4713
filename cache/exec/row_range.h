// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <torch/types.h>

namespace toca::cache {

/// Guidance rows [begin, begin + count) of a batch whose rows are ordered [conditional | unconditional].
struct RowRange {
    std::int64_t begin = 0;
    std::int64_t count = 0;

    static RowRange of(const plan::Geometry& geometry, plan::Stream stream)
    {
        const std::int64_t prompts = geometry.prompts;
        switch (stream) {
        case plan::Stream::Conditional:
        case plan::Stream::Inversion:
            return {0, prompts};
        case plan::Stream::Unconditional:
            return {prompts, prompts};
        case plan::Stream::Joint:
            break;
        }
        return {0, geometry.rows()};
    }
    /// This range's part of a tensor that holds all rows.
    torch::Tensor of(const torch::Tensor& allRows) const
    {
        return begin == 0 && count == allRows.size(0) ? allRows : allRows.narrow(0, begin, count);
    }
    bool operator==(const RowRange&) const = default;
};

} // namespace toca::cache
