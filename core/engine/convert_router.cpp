// SPDX-License-Identifier: Apache-2.0
#include "core/engine/convert_router.h"

#include "core/base/printable.h"
#include "core/checkpoint/checkpoint.h"

#include <torch/torch.h>

namespace toca::engine {

Result<plan::RouterTable> publishedRouter(const std::filesystem::path& path)
{
    checkpoint::OpenOptions options;
    options.section = "routers";
    const auto file = checkpoint::Checkpoint::open(path, options);
    if (!file)
        return unexpected(file.error());
    const auto refused = [&](const std::string& problem) {
        return unexpected(ErrorCode::BadCheckpoint,
            quotedPath(path.string()) + " is no HarmoniCa router: " + problem
                + "; expected 0.prob, 1.prob, .. for each step, two numbers a layer in each.");
    };
    if (auto whole = file->checkFiles(); !whole)
        return unexpected(whole.error());
    constexpr std::size_t kMostSteps = 1000;
    const std::size_t steps = file->tensors().size();
    if (steps == 0 || steps > kMostSteps)
        return refused("it holds " + std::to_string(steps) + " tensors");
    plan::RouterTable table;
    for (std::size_t step = 0; step < steps; ++step) {
        const std::string name = std::to_string(step) + ".prob";
        const checkpoint::TensorInfo* info = file->find(name);
        if (!info)
            return refused("there is no " + name + " among its " + std::to_string(steps) + " tensors");
        constexpr std::int64_t kMostNumbers = 1 << 14;
        if (info->shape.size() != 1 || info->shape[0] > kMostNumbers || !torch::isFloatingType(info->dtype))
            return refused(name + " is no list of numbers");
        const auto numbers = file->tensor(name).to(torch::kFloat64).contiguous();
        const double* const begin = numbers.const_data_ptr<double>();
        table.routers.emplace_back(begin, begin + numbers.numel());
    }
    table.source = path.filename().string();
    if (auto checked = plan::checkRouterTable(table); !checked)
        return refused(checked.error().message);
    return table;
}

} // namespace toca::engine
