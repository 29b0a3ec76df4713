// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/pickle_globals.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace toca::checkpoint {

namespace {

struct TypeNames {
    PickleType type;
    std::uint64_t bytes;
    bool complex;
    const char* element; ///< torch.<element>
    const char* storage; ///< torch.<storage>; nullptr when it is stored untyped
};

constexpr std::array kTypeNames{
    TypeNames{PickleType::Float64, 8, false, "float64", "DoubleStorage"},
    TypeNames{PickleType::Float32, 4, false, "float32", "FloatStorage"},
    TypeNames{PickleType::Float16, 2, false, "float16", "HalfStorage"},
    TypeNames{PickleType::BFloat16, 2, false, "bfloat16", "BFloat16Storage"},
    TypeNames{PickleType::Int64, 8, false, "int64", "LongStorage"},
    TypeNames{PickleType::Int32, 4, false, "int32", "IntStorage"},
    TypeNames{PickleType::Int16, 2, false, "int16", "ShortStorage"},
    TypeNames{PickleType::Int8, 1, false, "int8", "CharStorage"},
    TypeNames{PickleType::UInt8, 1, false, "uint8", "ByteStorage"},
    TypeNames{PickleType::Bool, 1, false, "bool", "BoolStorage"},
    TypeNames{PickleType::UInt64, 8, false, "uint64", nullptr},
    TypeNames{PickleType::UInt32, 4, false, "uint32", nullptr},
    TypeNames{PickleType::UInt16, 2, false, "uint16", nullptr},
    TypeNames{PickleType::Complex32, 4, true, "complex32", nullptr},
    TypeNames{PickleType::Complex64, 8, true, "complex64", "ComplexFloatStorage"},
    TypeNames{PickleType::Complex128, 16, true, "complex128", "ComplexDoubleStorage"},
    TypeNames{PickleType::Float8E4M3, 1, false, "float8_e4m3fn", nullptr},
    TypeNames{PickleType::Float8E5M2, 1, false, "float8_e5m2", nullptr},
    TypeNames{PickleType::Float8E4M3Fnuz, 1, false, "float8_e4m3fnuz", nullptr},
    TypeNames{PickleType::Float8E5M2Fnuz, 1, false, "float8_e5m2fnuz", nullptr},
    TypeNames{PickleType::Float8E8M0, 1, false, "float8_e8m0fnu", nullptr},
};
static_assert(kTypeNames.size() == kPickleTypes.size());

const TypeNames& namesOf(PickleType type)
{
    return kTypeNames[static_cast<std::size_t>(type)];
}

/// Modules whose functions start programs, run code, load libraries, delete files or open connections. No checkpoint of
/// a model has a reason to name them.
constexpr std::array kForbiddenModules{"os", "posix", "nt", "sys", "subprocess", "pty", "shutil", "socket", "runpy",
    "importlib", "imp", "ctypes", "_ctypes", "code", "codeop", "commands", "webbrowser", "marshal", "pickle", "_pickle",
    "cPickle", "dill", "cloudpickle", "pdb", "bdb", "timeit", "asyncio", "multiprocessing", "threading", "_thread",
    "signal", "pip", "pydoc", "urllib", "ftplib", "smtplib", "zipimport", "pkgutil"};

/// The built-in classes that hold data; every other built-in name is a function or an exception.
constexpr std::array kBuiltinData{"bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list",
    "long", "object", "range", "set", "slice", "str", "tuple", "unicode", "xrange", "NoneType", "Ellipsis"};

/// Data classes and pure functions: a call of them is carried as an opaque value.
constexpr std::array kHarmless{"torch.device", "torch.serialization._get_layout", "_codecs.encode",
    "types.SimpleNamespace", "argparse.Namespace", "copyreg._reconstructor", "collections.deque", "datetime.datetime",
    "datetime.date", "datetime.time", "datetime.timedelta", "datetime.timezone", "decimal.Decimal",
    "fractions.Fraction", "uuid.UUID", "pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath",
    "pathlib.PurePosixPath", "pathlib.PureWindowsPath", "pathlib.PurePath", "pathlib._local.PosixPath",
    "pathlib._local.WindowsPath", "pathlib._local.PurePosixPath", "pathlib._local.PureWindowsPath", "numpy.dtype",
    "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
    "numpy.core.numeric._frombuffer", "numpy._core.multiarray.scalar", "numpy._core.multiarray._reconstruct",
    "numpy._core.numeric._frombuffer", "torch.torch_version.TorchVersion"};

constexpr std::array kTensorClasses{"torch.Tensor", "torch._tensor.Tensor", "torch.tensor.Tensor", "torch.nn.Parameter",
    "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer", "torch.nn.Buffer"};

using Meanings = std::unordered_map<std::string, GlobalMeaning>;

Meanings makeMeanings()
{
    Meanings all;
    for (const TypeNames& names : kTypeNames) {
        all[std::string("torch.") + names.element] = {Global::ElementType, names.type, ""};
        if (!names.storage)
            continue;
        // Tensors of a GPU are read into main memory: only the element type counts.
        for (const char* module : {"torch.", "torch.cuda."})
            all[std::string(module) + names.storage] = {Global::Storage, names.type, ""};
    }
    // Untyped storages are counted in bytes; the tensor says its type.
    for (const char* name : {"torch.UntypedStorage", "torch.storage.UntypedStorage", "torch.storage._UntypedStorage",
             "torch.cuda.UntypedStorage"})
        all[name] = {Global::Storage, PickleType::UInt8, ""};
    for (const char* name : {"QInt8Storage", "QUInt8Storage", "QInt32Storage", "QUInt4x2Storage", "QUInt2x4Storage"})
        all[std::string("torch.") + name] = {Global::Unsupported, {}, "a quantized tensor"};
    for (const char* name : kHarmless)
        all[name] = {Global::Harmless, {}, ""};
    for (const char* name : kBuiltinData)
        all[std::string("builtins.") + name] = {Global::Harmless, {}, ""};
    for (const char* name : kTensorClasses)
        all[name] = {Global::TensorClass, {}, ""};
    for (const char* name : {"collections.OrderedDict", "collections.defaultdict", "collections.Counter"})
        all[name] = {Global::Dictionary, {}, ""};
    all["torch.Size"] = {Global::Tuple, {}, ""};
    all["torch._utils._rebuild_tensor"] = {Global::RebuildTensor, {}, ""};
    all["torch._utils._rebuild_tensor_v2"] = {Global::RebuildTensorV2, {}, ""};
    all["torch._utils._rebuild_tensor_v3"] = {Global::RebuildTensorV3, {}, ""};
    all["torch._utils._rebuild_parameter"] = {Global::RebuildParameter, {}, ""};
    all["torch._utils._rebuild_parameter_with_state"] = {Global::RebuildParameterWithState, {}, ""};
    all["torch._tensor._rebuild_from_type_v2"] = {Global::RebuildFromType, {}, ""};
    all["torch._utils._rebuild_qtensor"] = {Global::Unsupported, {}, "a quantized tensor"};
    all["torch._utils._rebuild_sparse_tensor"] = {Global::Unsupported, {}, "a sparse tensor"};
    all["torch._utils._rebuild_sparse_csr_tensor"] = {Global::Unsupported, {}, "a sparse tensor"};
    all["torch._utils._rebuild_nested_tensor"] = {Global::Unsupported, {}, "a nested tensor"};
    all["torch._utils._rebuild_meta_tensor_no_storage"] = {Global::Unsupported, {}, "a tensor without data (meta)"};
    all["torch._utils._rebuild_wrapper_subclass"] = {Global::Unsupported, {}, "a tensor of a derived class"};
    for (const char* name :
        {"_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor", "_rebuild_xla_tensor"})
        all[std::string("torch._utils.") + name] = {Global::Unsupported, {}, "a tensor of a special device"};
    return all;
}

template <std::size_t N>
bool contains(const std::array<const char*, N>& list, std::string_view name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

std::string_view firstPart(std::string_view dotted)
{
    return dotted.substr(0, dotted.find('.'));
}

/// True when a part of the path before its last dot is a forbidden module: protocol 4 walks dotted names, so that
/// ("torch.serialization", "os.system") would reach os.system.
bool leadsThroughForbidden(std::string_view path)
{
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
        if (contains(kForbiddenModules, path.substr(0, dot)))
            return true;
        path.remove_prefix(dot + 1);
    }
    return false;
}

} // namespace

const char* pickleTypeName(PickleType type)
{
    return namesOf(type).element;
}

std::uint64_t pickleTypeBytes(PickleType type)
{
    return namesOf(type).bytes;
}

std::uint64_t pickleTypeComponentBytes(PickleType type)
{
    return namesOf(type).complex ? namesOf(type).bytes / 2 : namesOf(type).bytes;
}

GlobalMeaning meaningOf(std::string_view module, std::string_view name)
{
    static const Meanings meanings = makeMeanings();
    if (module == "__builtin__" || module == "__builtins__")
        module = "builtins";
    else if (module == "copy_reg")
        module = "copyreg";
    if (contains(kForbiddenModules, firstPart(module)) || leadsThroughForbidden(name))
        return {Global::Forbidden, {}, ""};
    if (firstPart(module) == "builtins" && !(module == "builtins" && contains(kBuiltinData, name)))
        return {Global::Forbidden, {}, ""};
    // The longest name on the list has far fewer characters; a longer one need not be copied.
    if (module.size() + name.size() > 128)
        return {};
    const auto known = meanings.find(std::string(module).append(1, '.').append(name));
    // "a.b" + "c" and "a" + "b.c" are the same text; only the first is a name of a module's member.
    if (known == meanings.end() || name.find('.') != std::string_view::npos)
        return {};
    return known->second;
}

} // namespace toca::checkpoint
