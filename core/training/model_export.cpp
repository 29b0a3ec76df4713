// SPDX-License-Identifier: Apache-2.0
#include "core/training/model_export.h"

#include "core/base/atomic_file.h"
#include "core/base/printable.h"
#include "core/checkpoint/checkpoint.h"

#include <torch/torch.h>

#include <array>

namespace toca::training {

namespace fs = std::filesystem;

Result<void> exportWeights(const torch::nn::Module& module, const fs::path& path)
{
    std::vector<std::pair<std::string, torch::Tensor>> tensors;
    for (const auto& tensors_ : {module.named_parameters(), module.named_buffers()})
        for (const auto& item : tensors_)
            tensors.emplace_back(item.key(), item.value().detach().to(torch::kCPU, torch::kFloat32).contiguous());
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    return checkpoint::writeSafetensors(path, tensors);
}

Result<void> copyModelFolder(const fs::path& from, const fs::path& to)
{
    constexpr std::array kOfOldWeights{"calibration", "expected", "eval.json", "eval.md", "contact.png"};
    std::error_code failed;
    const auto refused = [&] {
        return unexpected(ErrorCode::Io,
            "Cannot copy " + quotedPath(from.string()) + " to " + quotedPath(to.string()) + ": " + failed.message()
                + ".");
    };
    fs::create_directories(to, failed);
    for (fs::recursive_directory_iterator item(from, failed), end; !failed && item != end; item.increment(failed)) {
        const auto name = item->path().lexically_relative(from); // not fs::relative, which would follow links
        if (failed)
            return refused();
        if (std::find(kOfOldWeights.begin(), kOfOldWeights.end(), *name.begin()) != kOfOldWeights.end()) {
            item.disable_recursion_pending();
            continue;
        }
        if (item->is_directory(failed)) {
            fs::create_directories(to / name, failed);
        } else {
            const auto temporary = temporaryBeside(to / name);
            if (fs::copy_file(item->path(), temporary, failed))
                if (auto committed = commitTemporary(temporary, to / name); !committed)
                    return committed;
        }
        if (failed)
            return refused();
    }
    if (failed)
        return refused();
    return {};
}

} // namespace toca::training
