// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/models/denoiser.h"
#include "core/models/stdit3/stdit3.h"

namespace toca::models {

/// STDiT3 in the sampling loop. Given frames (Conditions::isGiven) are marked for the model as conditions.
class Stdit3Denoiser final : public Denoiser {
public:
    explicit Stdit3Denoiser(Stdit3 model)
        : m_model(std::move(model))
    {
    }
    torch::Tensor predict(const torch::Tensor& latent, const torch::Tensor& timestep, const Conditions& conditions,
        cache::RowRange rows, cache::CachingSession& session) override;

private:
    Stdit3 m_model;
};

} // namespace toca::models
