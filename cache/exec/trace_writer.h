// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <torch/types.h>

#include <memory>
#include <vector>

namespace toca::cache {

/// Writes what a session does into its trace: each cell at once where tensors are in the computer's memory. Elsewhere
/// reading one would wait for the device at every module; there the cells of an evaluation are gathered and fetched
/// together when it ends.
class TraceWriter {
public:
    /// @param trace null = nothing is written  @param gathers see above
    TraceWriter(std::shared_ptr<plan::Trace> trace, bool gathers)
        : m_trace(std::move(trace))
        , m_gathers(gathers)
    {
    }

    bool isWanted() const { return m_trace != nullptr; }
    /// @param ids (selection rows, K) int64, not written to afterwards; undefined = no subset
    /// @param score (selection rows, N); undefined = none
    void append(const plan::TraceCell& cell, const torch::Tensor& ids = {}, const torch::Tensor& score = {});
    /// Ends the evaluation. @param latent what it read, any shape; may be undefined
    void appendEvaluation(plan::TraceEvaluation evaluation, const torch::Tensor& latent);

private:
    struct Gathered {
        plan::TraceCell cell;
        torch::Tensor ids, score; ///< as `append` writes them, still on their device
    };
    void fetch();

    std::shared_ptr<plan::Trace> m_trace;
    bool m_gathers;
    std::vector<Gathered> m_gathered;
};

} // namespace toca::cache
