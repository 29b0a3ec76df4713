// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/caching_session.h"

namespace toca::models {

/// What conditions one run, in the rows' order [conditional | unconditional]; P prompts. A family reads what it knows.
struct Conditions {
    torch::Tensor text; ///< (rows, 1, L, captionChannels) text features; unconditional rows hold the null embedding
    torch::Tensor mask; ///< (P, L), or (rows, L) where a negative prompt has its own; undefined = all tokens
    torch::Tensor labels; ///< (rows) int64 classes; the number of classes = no class
    torch::Tensor fps; ///< (P) frames per second
    torch::Tensor height; ///< (P) pixels
    torch::Tensor width; ///< (P) pixels
    torch::Tensor isGiven; ///< (T) bool, true = this latent frame is a condition; undefined: none
};

/// A family's transformer as sampling loop and engine see it.
class Denoiser {
public:
    virtual ~Denoiser() = default;
    /// One evaluation on some of the guidance rows.
    /// @param latent (P, C, T, H, W): every row of a prompt starts from the same one
    /// @param timestep (P) or (1) float32, 0..1000
    /// @return (rows.count, outChannels, T, H, W) float32, before guidance
    /// @throws c10::Error for shapes that do not fit, cache::RunCancelled
    virtual torch::Tensor predict(const torch::Tensor& latent, const torch::Tensor& timestep,
        const Conditions& conditions, cache::RowRange rows, cache::CachingSession& session) = 0;
};

} // namespace toca::models
