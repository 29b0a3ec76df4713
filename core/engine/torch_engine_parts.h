// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/probing_run.h"
#include "core/api/probe.h"
#include "core/engine/torch_engine.h"

#include <optional>

/// What the files of the engine share.
namespace toca::engine {

/// What going back to a step of a finished run needs.
struct RunHistory {
    GenerationRequest request;
    std::string fingerprint; ///< of the model's files
    std::shared_ptr<const RunResult> result;
    std::vector<torch::Tensor> latents; ///< by evaluation, going in
    std::vector<std::shared_ptr<schedulers::Sampler>> samplers; ///< by evaluation, as they were before it
};

/// Where a run computes and in what, as RunResult::device has it.
std::string placeText(torch::Device device, Precision precision);

struct TorchEngine::Prepared {
    GenerationRequest request;
    std::unique_ptr<Pipeline> opened; ///< null when the loaded model is the one
    torch::Device device{torch::kCPU};
    torch::ScalarType weightType = torch::kFloat32;
    std::string files; ///< of the model
    std::string fingerprint; ///< files, device and type of the weights
    std::unique_ptr<plan::Policy> policy;
    std::unique_ptr<schedulers::Sampler> sampler;
    plan::Plan plan;
    int threads = 1;
    MemoryEstimate memory;
    std::vector<std::string> warnings;
    plan::TokenMask protection; ///< of the request
    std::shared_ptr<plan::SignalRecord> record; ///< a run that records its signals, and decodes nothing
    plan::SignalOptions recording;
    bool isDecoded = true; ///< else the result has a latent and no clip
    std::shared_ptr<RunHistory> history; ///< filled while the run goes on; null: not kept
    std::shared_ptr<const RunHistory> earlier; ///< the run that this one goes back in
    int firstEvaluation = 0; ///< to start at; its state is all that `earlier` kept
    std::optional<cache::ProbeRange> probe;
};

/// Path, sizes and times: changes whenever one of the model's files does, so that an edited folder is loaded again.
std::string filesOf(const std::filesystem::path& model);
/// Appends everything that `from` holds of the evaluations before `end` to the empty `to`.
void copyBefore(const plan::Trace& from, int end, plan::Trace& to);
/// The last evaluation up to `step` at which a run can start afresh: every module was full there, and the policy
/// decides from nothing older; else 0.
int replayStart(const plan::Trace& trace, const std::string& policy, int step);

Unexpected cancelled();
/// @return TooLarge naming all parts when the estimate is over what is free
Result<void> checkMemory(const MemoryEstimate& memory);

} // namespace toca::engine
