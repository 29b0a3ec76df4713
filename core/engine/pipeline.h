// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/engine.h"
#include "core/engine/denoising.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace toca::engine {

/// A model of one family, from request to pictures: what the engine knows of it. Opening one reads configs and file
/// headers; weights are loaded when a run needs them. A new family is a class of this kind and a line in
/// `openPipeline`.
class Pipeline {
public:
    virtual ~Pipeline() = default;

    /// The folder or file that it was opened from.
    virtual const std::filesystem::path& path() const = 0;
    virtual Result<ModelInfo> describe() const = 0;

    // Before a run; no weights.
    /// Checks sizes, frames, class and text of the request. @return InvalidArgument with the nearest valid value
    virtual Result<plan::Geometry> geometry(const GenerationRequest& request) const = 0;
    virtual Result<std::unique_ptr<schedulers::Sampler>> sampler(
        const GenerationRequest& request, torch::Device device) const = 0;
    /// Bytes of weights that a run holds at once when everything is loaded.
    /// @param type what the transformer computes in
    virtual std::int64_t weightBytes(torch::ScalarType type) const = 0;
    /// Upper estimate of what turning the latent into pictures needs beside the weights.
    /// @param within bytes that it may take: where it can do with less memory and more time, it does; 0 = no limit
    virtual std::int64_t decodeBytes(const GenerationRequest& request, std::int64_t within) const = 0;

    // Running
    /// Frees what it holds and computes on this device from now on.
    virtual void setDevice(torch::Device device) = 0;
    /// Computes the transformer in this type from the next `load` on: float32, which it starts with, or bfloat16.
    virtual void setWeightType(torch::ScalarType type) = 0;
    /// Loads what is missing, one part after the other; does nothing for parts that are loaded.
    /// @param keepGoing asked between parts; false ends with Cancelled and keeps what is loaded
    virtual Result<void> load(const std::function<bool()>& keepGoing) = 0;
    /// Text, class and sizes as the transformer reads them; start noise is not included. Large text encoders are freed
    /// afterwards.
    virtual Result<models::Conditions> conditions(const GenerationRequest& request, const plan::Geometry& geometry) = 0;
    /// Latent of one prompt, (1, C, T, h, w).
    virtual std::vector<std::int64_t> latentShape(const GenerationRequest& request) const = 0;
    /// Channels that classifier-free guidance mixes.
    virtual std::int64_t guidedChannels() const = 0;
    /// Encodes given pictures for the latent's first frames. @return the number of latent frames that are given
    /// @param given (1, C, T, h, w), filled
    virtual Result<std::int64_t> encodeGiven(
        Clip clip, const GenerationRequest& request, torch::Tensor& given, const std::function<bool()>& keepGoing)
    {
        (void)clip;
        (void)request;
        (void)given;
        (void)keepGoing;
        return unexpected(ErrorCode::Unsupported, "This model takes no picture as a condition.");
    }
    /// The latent of a whole clip of the request's size and length, (1, C, T, h, w), as the transformer sees it.
    /// @return Unsupported for a length that the VAE takes in other pieces than the clip has; Cancelled
    virtual Result<torch::Tensor> encode(
        const Clip& clip, const GenerationRequest& request, const std::function<bool()>& keepGoing) = 0;
    virtual models::Denoiser& denoiser() = 0;
    /// What `preview` needs beyond `load`; does nothing when that is there. @param keepGoing as `load`
    virtual Result<void> preparePreview(const std::function<bool()>& keepGoing) = 0;
    /// @param progress(done, of); false stops with Cancelled  @param firstFrame called when the first picture is there;
    /// may be empty
    virtual Result<Clip> decode(const torch::Tensor& latent, const GenerationRequest& request,
        const std::function<bool(int, int)>& progress, const std::function<void()>& firstFrame) = 0;
    /// A picture of a clean latent in microseconds. @pre `preparePreview` succeeded since the last `load`
    virtual Clip preview(const torch::Tensor& cleanLatent, const GenerationRequest& request) const = 0;
};

/// Finds out from what lies there, not from names, which family a folder or checkpoint file holds.
/// @return NotFound, BadFormat, BadCheckpoint or Unsupported, naming what was found and what was expected
Result<std::unique_ptr<Pipeline>> openPipeline(const std::filesystem::path& path);

/// Standard normal start noise of one prompt, made on the CPU so that a seed means the same everywhere. (1, C, T, h, w)
torch::Tensor startNoise(std::uint64_t seed, at::IntArrayRef latentShape);

} // namespace toca::engine
