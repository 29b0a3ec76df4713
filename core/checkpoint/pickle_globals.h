// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace toca::checkpoint {

/// Element types of PyTorch tensors that are read from pickles.
enum class PickleType {
    Float64,
    Float32,
    Float16,
    BFloat16,
    Int64,
    Int32,
    Int16,
    Int8,
    UInt8,
    Bool,
    UInt64,
    UInt32,
    UInt16,
    Complex32,
    Complex64,
    Complex128,
    Float8E4M3,
    Float8E5M2,
    Float8E4M3Fnuz,
    Float8E5M2Fnuz,
    Float8E8M0,
};
inline constexpr std::array kPickleTypes{PickleType::Float64, PickleType::Float32, PickleType::Float16,
    PickleType::BFloat16, PickleType::Int64, PickleType::Int32, PickleType::Int16, PickleType::Int8, PickleType::UInt8,
    PickleType::Bool, PickleType::UInt64, PickleType::UInt32, PickleType::UInt16, PickleType::Complex32,
    PickleType::Complex64, PickleType::Complex128, PickleType::Float8E4M3, PickleType::Float8E5M2,
    PickleType::Float8E4M3Fnuz, PickleType::Float8E5M2Fnuz, PickleType::Float8E8M0};

/// PyTorch's name, without "torch.".
const char* pickleTypeName(PickleType type);
/// Bytes of one element.
std::uint64_t pickleTypeBytes(PickleType type);
/// Bytes that are reversed as one in a file of the other byte order: half an element of a complex type.
std::uint64_t pickleTypeComponentBytes(PickleType type);

/// What a global name of a pickle (`module` + `name`) may do here. Nothing is ever imported or called: a name is looked
/// up in a fixed list, and what the list says is all that can happen.
enum class Global {
    /// Not on the list. May stand as a value, and objects of it may be "made" (NEWOBJ, BUILD): they are carried as
    /// opaque values. Calling it (REDUCE, INST, OBJ) is refused.
    Unknown,
    /// Runs programs or code when called (os, subprocess, eval, ...). Its mere name is refused.
    Forbidden,
    /// A data class or pure function of wide use (argparse.Namespace, numpy scalars, ...). A call gives an opaque
    /// value.
    Harmless,
    /// A kind of tensor or storage that is not read here; `reason` says which. Calling it is refused.
    Unsupported,
    Dictionary, ///< OrderedDict and its kin
    Tuple, ///< torch.Size
    Storage, ///< `type` is set
    ElementType, ///< `type` is set
    TensorClass, ///< torch.Tensor, torch.nn.Parameter: says of which class a tensor is, is not made by calling
    RebuildTensor,
    RebuildTensorV2,
    RebuildTensorV3,
    RebuildParameter,
    RebuildParameterWithState,
    RebuildFromType,
};

struct GlobalMeaning {
    Global what = Global::Unknown;
    std::optional<PickleType> type;
    const char* reason = "";
};

/// The list. Names of Python 2 (`__builtin__`, `copy_reg`) mean those of Python 3.
GlobalMeaning meaningOf(std::string_view module, std::string_view name);

} // namespace toca::checkpoint
