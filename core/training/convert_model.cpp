// SPDX-License-Identifier: Apache-2.0
#include "core/training/convert_model.h"

#include "core/base/printable.h"
#include "core/checkpoint/checkpoint.h"
#include "core/training/model_export.h"

#include <torch/torch.h>

namespace toca::training {
namespace {

namespace fs = std::filesystem;

Result<torch::ScalarType> typeOf(const std::string& name)
{
    for (const auto& [known, type] : {std::pair{"float32", torch::kFloat32}, std::pair{"float16", torch::kFloat16},
             std::pair{"bfloat16", torch::kBFloat16}})
        if (name == known)
            return type;
    return unexpected(ErrorCode::InvalidArgument,
        "There is no dtype " + printable(name) + " for weights; there are: float32, float16, bfloat16.");
}

Result<void> convertFile(const fs::path& from, const fs::path& to, torch::ScalarType dtype)
{
    const auto weights = checkpoint::Checkpoint::open(from);
    if (!weights)
        return unexpected(weights.error());
    std::vector<std::pair<std::string, torch::Tensor>> tensors;
    for (const auto& info : weights->tensors()) {
        const torch::Tensor stored = weights->tensor(info.name);
        torch::Tensor value = stored.is_floating_point() ? stored.to(dtype) : stored;
        if (stored.is_floating_point() && !value.isfinite().all().item<bool>())
            return unexpected(ErrorCode::InvalidArgument,
                quotedPath(from.string()) + ": '" + printable(info.name)
                    + "' holds values that this dtype cannot hold; choose bfloat16 or float32.");
        tensors.emplace_back(info.name, value.contiguous());
    }
    return checkpoint::writeSafetensors(to, tensors, weights->metadata());
}

} // namespace

Result<void> convertModel(const fs::path& from, const fs::path& to, const std::string& dtype)
{
    const auto type = typeOf(dtype);
    if (!type)
        return unexpected(type.error());
    std::error_code error;
    if (fs::exists(to, error))
        return unexpected(ErrorCode::InvalidArgument,
            quotedPath(to.string()) + " is there already; name a folder that is not there yet.");
    const fs::path inside = fs::weakly_canonical(fs::absolute(to), error)
                                .lexically_relative(fs::weakly_canonical(fs::absolute(from), error));
    if (!inside.empty() && *inside.begin() != "..")
        return unexpected(ErrorCode::InvalidArgument,
            quotedPath(to.string()) + " lies in " + quotedPath(from.string()) + "; name a folder beside it.");
    if (fs::exists(from / "state.safetensors", error) && fs::exists(from / "model", error))
        return unexpected(ErrorCode::InvalidArgument,
            quotedPath(from.string()) + " is a training; its model is " + quotedPath((from / "model").string()) + ".");
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator item(from, error), end; !error && item != end; item.increment(error))
        if (item->path().extension() == ".safetensors")
            files.push_back(item->path().lexically_relative(from)); // fs::relative would follow links
    if (error || files.empty())
        return unexpected(ErrorCode::NotFound,
            quotedPath(from.string()) + " holds no safetensors files"
                + (error ? " (" + error.message() + ")" : std::string()) + "; choose a model folder.");
    if (auto copied = copyModelFolder(from, to); !copied)
        return copied;
    for (const fs::path& file : files)
        if (fs::exists(to / file, error)) // else of the old weights
            if (auto converted = convertFile(from / file, to / file, *type); !converted)
                return converted;
    return {};
}

} // namespace toca::training
