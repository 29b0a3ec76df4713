// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/engine/bench.h"
#include "core/engine/denoising.h"

#include <memory>

namespace toca::engine {

/// A model ready to be measured: everything that comes before the denoising loop is done.
class BenchModel {
public:
    virtual ~BenchModel() = default;

    virtual const plan::Geometry& geometry() const = 0;
    virtual std::string description() const = 0;
    virtual const DenoisingInput& input() const = 0;
    virtual models::Denoiser& denoiser() = 0;
    /// A new one for each run.
    virtual Result<std::unique_ptr<schedulers::Sampler>> sampler(int steps) const = 0;
    virtual int defaultSteps() const = 0;
    /// What a step costs beside the loop: the small picture of the clean latent. May do nothing.
    virtual void preview(const torch::Tensor& cleanLatent) = 0;
    /// The pictures of a latent; an empty clip without a VAE.
    virtual Result<Clip> decode(const torch::Tensor& latent) = 0;
};

/// The model that a request names, its transformer in one of the request's dtypes.
/// @param dtype one of torch::kFloat32, torch::kBFloat16
Result<std::unique_ptr<BenchModel>> makeBenchModel(const BenchRequest& request, torch::ScalarType dtype);

} // namespace toca::engine
