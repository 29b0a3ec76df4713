// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/safetensors_header.h"
#include "core/checkpoint/pickle_globals.h"

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

inline torch::ScalarType toScalarType(PickleType type)
{
    switch (type) {
    case PickleType::Float64:
        return torch::kFloat64;
    case PickleType::Float32:
        return torch::kFloat32;
    case PickleType::Float16:
        return torch::kFloat16;
    case PickleType::BFloat16:
        return torch::kBFloat16;
    case PickleType::Int64:
        return torch::kInt64;
    case PickleType::Int32:
        return torch::kInt32;
    case PickleType::Int16:
        return torch::kInt16;
    case PickleType::Int8:
        return torch::kInt8;
    case PickleType::UInt8:
        return torch::kUInt8;
    case PickleType::Bool:
        return torch::kBool;
    case PickleType::UInt64:
        return torch::kUInt64;
    case PickleType::UInt32:
        return torch::kUInt32;
    case PickleType::UInt16:
        return torch::kUInt16;
    case PickleType::Complex32:
        return torch::ScalarType::ComplexHalf;
    case PickleType::Complex64:
        return torch::ScalarType::ComplexFloat;
    case PickleType::Complex128:
        return torch::ScalarType::ComplexDouble;
    case PickleType::Float8E4M3:
        return torch::kFloat8_e4m3fn;
    case PickleType::Float8E5M2:
        return torch::kFloat8_e5m2;
    case PickleType::Float8E4M3Fnuz:
        return torch::kFloat8_e4m3fnuz;
    case PickleType::Float8E5M2Fnuz:
        return torch::kFloat8_e5m2fnuz;
    case PickleType::Float8E8M0:
        return torch::kFloat8_e8m0fnu;
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
