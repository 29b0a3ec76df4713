// SPDX-License-Identifier: Apache-2.0
#include "core/training/finer_tokens.h"

#include <torch/torch.h>

namespace toca::training {

Result<models::Stdit3Config> finerConfig(const models::Stdit3Config& coarse, std::int64_t patch)
{
    const auto [frames, rows, columns] = coarse.patchSize;
    if (patch < 1 || patch >= rows || rows % patch != 0 || rows != columns)
        return unexpected(ErrorCode::InvalidArgument,
            "Tokens of " + std::to_string(rows) + "x" + std::to_string(columns) + " latent pixels cannot be cut to "
                + std::to_string(patch) + "x" + std::to_string(patch) + ": --patch must be a smaller divisor.");
    const std::int64_t ratio = rows / patch;
    if (coarse.inputSqSize % ratio != 0)
        return unexpected(ErrorCode::InvalidArgument,
            "The model's input_sq_size " + std::to_string(coarse.inputSqSize) + " is no multiple of "
                + std::to_string(ratio) + ", which finer tokens need.");
    models::Stdit3Config fine = coarse;
    fine.patchSize = {frames, patch, patch};
    // Positions count tokens divided by sqrt(pixels) / input_sq_size: they stay where they were.
    fine.inputSqSize = coarse.inputSqSize / ratio;
    return fine;
}

void takeOverWeights(const models::Stdit3& coarse, models::Stdit3& fine)
{
    const torch::NoGradGuard noGradients;
    const auto given = coarse->named_parameters();
    const std::int64_t patch = fine->config().patchSize[1], ratio = coarse->config().patchSize[1] / patch;
    const std::int64_t frames = fine->config().patchSize[0], channels = fine->config().outChannels();
    for (auto& item : fine->named_parameters()) {
        torch::Tensor from = given[item.key()];
        if (item.key() == "x_embedder.proj.weight") // (D, C, f, p, p): even content counts ratio^2 times
            from = from.unflatten(4, {patch, ratio}).unflatten(3, {patch, ratio}).sum({4, 6});
        else if (item.key().rfind("final_layer.linear.", 0) == 0) // (f p p C, ...)
            from = from.unflatten(0, {frames, patch, ratio, patch, ratio, channels}).mean({2, 4}).flatten(0, 3);
        TORCH_CHECK(from.sizes() == item.value().sizes(), "takeOverWeights: ", item.key());
        item.value().set_data(from.clone().to(item.value().scalar_type()));
    }
    const auto buffers = coarse->named_buffers();
    for (auto& item : fine->named_buffers())
        item.value().set_data(buffers[item.key()].clone());
}

} // namespace toca::training
