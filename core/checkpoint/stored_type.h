// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/safetensors_header.h"

#include <torch/types.h>

#include <optional>

namespace toca::checkpoint {

inline torch::ScalarType toScalarType(StoredType type)
{
    switch (type) {
    case StoredType::F64:
        return torch::kFloat64;
    case StoredType::F32:
        return torch::kFloat32;
    case StoredType::F16:
        return torch::kFloat16;
    case StoredType::BF16:
        return torch::kBFloat16;
    case StoredType::I64:
        return torch::kInt64;
    case StoredType::I32:
        return torch::kInt32;
    case StoredType::I16:
        return torch::kInt16;
    case StoredType::I8:
        return torch::kInt8;
    case StoredType::U8:
        return torch::kUInt8;
    case StoredType::Bool:
        return torch::kBool;
    }
    return torch::kFloat32;
}

/// @return nothing for a type that safetensors files of this program don't hold
inline std::optional<StoredType> toStoredType(torch::ScalarType type)
{
    for (const auto stored : {StoredType::F64, StoredType::F32, StoredType::F16, StoredType::BF16, StoredType::I64,
             StoredType::I32, StoredType::I16, StoredType::I8, StoredType::U8, StoredType::Bool}) {
        if (toScalarType(stored) == type)
            return stored;
    }
    return std::nullopt;
}

} // namespace toca::checkpoint
