// SPDX-License-Identifier: Apache-2.0
#include "core/models/stdit3/stdit3_denoiser.h"

namespace toca::models {

torch::Tensor Stdit3Denoiser::predict(const torch::Tensor& latent, const torch::Tensor& timestep,
    const Conditions& conditions, cache::RowRange rows, cache::CachingSession& session)
{
    const std::int64_t prompts = latent.size(0), repeats = rows.count / prompts;
    Stdit3Input call;
    call.x = latent.repeat({repeats, 1, 1, 1, 1});
    call.timestep = timestep.expand({prompts}).repeat({repeats});
    call.y = rows.of(conditions.text);
    // A mask of P rows is repeated by the model; one of all rows is cut like them.
    const bool maskPerRow = conditions.mask.defined() && conditions.mask.size(0) != prompts;
    call.mask = maskPerRow ? rows.of(conditions.mask) : conditions.mask;
    call.fps = conditions.fps;
    call.height = conditions.height;
    call.width = conditions.width;
    if (conditions.isGiven.defined())
        call.xMask = conditions.isGiven.logical_not().unsqueeze(0).expand({rows.count, -1});
    return m_model->forward(call, session);
}

} // namespace toca::models
