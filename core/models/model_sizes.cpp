// SPDX-License-Identifier: Apache-2.0
#include "core/models/model_sizes.h"

#include <torch/torch.h>

namespace toca::models {

std::int64_t parameterBytes(const torch::nn::Module& module)
{
    std::int64_t bytes = 0;
    for (const torch::Tensor& tensor : module.parameters())
        bytes += tensor.numel() * tensor.element_size();
    for (const torch::Tensor& tensor : module.buffers())
        bytes += tensor.numel() * tensor.element_size();
    return bytes;
}

} // namespace toca::models
