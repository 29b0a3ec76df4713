// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/frame.h"
#include "core/api/generation_request.h"

#include <memory>
#include <stop_token>

namespace toca {

/// Sends clips through a model's VAE and back: the best that the model could ever show.
class VaeRoundTrip {
public:
    /// Loads the model. @param modelPath "" = the embedded model
    /// @return the errors of opening and loading a model
    static Result<VaeRoundTrip> open(const std::string& modelPath);
    VaeRoundTrip(VaeRoundTrip&&) noexcept;
    VaeRoundTrip& operator=(VaeRoundTrip&&) noexcept;
    ~VaeRoundTrip();

    /// @param request with the clip's size and number of frames
    /// @return Unsupported for a length that the VAE takes in other pieces than the clip has, Cancelled
    Result<Clip> roundTrip(const Clip& clip, const GenerationRequest& request, std::stop_token stop);

private:
    struct Model;
    explicit VaeRoundTrip(std::unique_ptr<Model> model);
    std::unique_ptr<Model> m_model;
};

} // namespace toca
