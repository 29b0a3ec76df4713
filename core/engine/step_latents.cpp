// SPDX-License-Identifier: Apache-2.0
#include "core/engine/step_latents.h"

#include <torch/torch.h>

namespace toca::engine {

StepLatents::StepLatents(std::int64_t values, int steps)
{
    if (values > 0 && steps > 0 && values <= kMostBytes / 2 / steps)
        m_latents.resize(static_cast<std::size_t>(steps));
}

StepLatent StepLatents::keep(int step, const torch::Tensor& latent)
{
    if (step < 0 || static_cast<std::size_t>(step) >= m_latents.size())
        return nullptr;
    const auto half = latent.to(torch::kCPU, torch::kHalf).contiguous();
    const auto* values = reinterpret_cast<const std::uint16_t*>(half.const_data_ptr<at::Half>());
    auto kept = std::make_shared<const std::vector<std::uint16_t>>(values, values + half.numel());
    return m_latents[static_cast<std::size_t>(step)] = kept; // the last evaluation of a step counts
}

} // namespace toca::engine
