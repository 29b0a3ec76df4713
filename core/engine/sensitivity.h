// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/perturbing_run.h"
#include "cache/plan/policies/toca_options.h"
#include "core/api/sensitivity.h"
#include "core/engine/denoising.h"

#include <chrono>
#include <map>
#include <memory>
#include <vector>

namespace toca::engine {

/// What a measurement works on.
struct SensitivitySubject {
    models::Denoiser* model = nullptr;
    const schedulers::Sampler* sampler = nullptr; ///< not used up: copies are
    const DenoisingInput* input = nullptr; ///< of one prompt
    plan::Geometry geometry; ///< of one prompt
    plan::TocaOptions scores; ///< weights of the combined score
    /// Ages of the tokens in a run of the request's own policy; null where it chooses no tokens.
    std::shared_ptr<const plan::Trace> ages;
};

/// Measures how much an error of single tokens changes the prediction (ToCa, section 3.2, figures 2 and 3).
///
/// Each step is replayed from its stored latent, twice: the evaluation before (frozen outputs, evidence) and the step
/// itself, whose layer inputs and outputs are kept where something is measured. A measurement then starts behind the
/// perturbed module; several groups go through the model side by side, one per prompt slot. They are compared with an
/// evaluation of as many slots without an error, so that no error gives exactly no change.
class SensitivityMeter {
public:
    SensitivityMeter(
        SensitivitySubject subject, SensitivityRecord& record, SensitivityObserver& observer, std::stop_token stop);

    /// Measures what the record misses, until done, stopped or out of budget. The result does not depend on how often
    /// it was interrupted.
    /// @throws c10::Error
    void run();

private:
    struct Reference { ///< what no error gives
        torch::Tensor guided; ///< (slots, C, T, h, w)
        double norm = 0; ///< of one slot
    };

    bool isOver() const;
    void countTotal();
    void measurePredictions();
    void report(std::int64_t measurements, std::int64_t evaluations);
    /// The uncached run, up to the last step that is asked about.
    void recordLatents();
    void capture(int step);
    void fillScores(SensitivitySite& site);
    void prepareSite(SensitivitySite& site);
    std::vector<std::int32_t> batchOf(std::size_t batch) const;
    std::size_t batches() const;
    void measureBatch(SensitivitySite& site, const std::vector<std::int32_t>& groups);
    /// Groups spaced evenly over the measured changes.
    std::vector<std::int32_t> finalGroups(const SensitivitySite& site) const;
    void measureFinals(SensitivitySite& site);
    /// Guided predictions (slots, C, T, h, w) of the site, with an error for each of these groups.
    torch::Tensor evaluate(const SensitivitySite& site, const std::vector<std::int32_t>& groups);
    /// @return (rows of a prompt, tokens of the group, C)
    torch::Tensor errorOf(const SensitivitySite& site, std::int32_t group) const;
    torch::Tensor noiseOf(const SensitivitySite& site) const;
    torch::Tensor guidedAt(int evaluation, const torch::Tensor& latents);
    /// Final latents of each slot after predictions of `step`.
    torch::Tensor finish(int step, const torch::Tensor& guided);
    torch::Tensor tokenNorms(const torch::Tensor& squares) const;

    SensitivitySubject m_subject;
    SensitivityRecord& m_record;
    SensitivityObserver& m_observer;
    std::stop_token m_stop;
    std::vector<std::vector<std::int32_t>> m_groups;
    std::vector<std::int32_t> m_order; ///< groups as they are measured
    std::int64_t m_slots = 1;
    plan::Geometry m_geometry; ///< of all slots
    models::Conditions m_conditions; ///< of all slots
    std::shared_ptr<cache::CapturingRun::State> m_captured;
    std::shared_ptr<cache::PerturbingRun::Perturbation> m_perturbation;
    std::unique_ptr<cache::CachingSession> m_capturing, m_perturbing;

    std::map<int, torch::Tensor> m_latents; ///< by step, (1, C, T, h, w)
    std::map<int, std::shared_ptr<schedulers::Sampler>> m_samplers; ///< by step: their state before it
    int m_capturedStep = -1;
    // Of the site that is being measured
    const SensitivitySite* m_site = nullptr;
    Reference m_reference;
    torch::Tensor m_output, m_before; ///< (rows of a prompt, N, C) of the module, at this step and the one before
    torch::Tensor m_noise; ///< (rows of a prompt, most tokens of a group, C)
    double m_outputNorm = 0;
    // Of the step whose end was last computed
    torch::Tensor m_finalStart, m_finalReference; ///< a prediction without error and the final latents it leads to
    int m_finalStep = -1;

    std::int64_t m_done = 0, m_total = 0, m_doneHere = 0, m_evaluationsHere = 0;
    double m_startSeconds = 0;
    std::chrono::steady_clock::time_point m_start;
};

/// Plain values of a tensor on any device; empty for an undefined one.
std::vector<float> valuesOf(const torch::Tensor& values);
/// Prompt 0's rows of a tensor of many prompts, ordered [conditional | unconditional].
torch::Tensor firstSlot(const torch::Tensor& rows, std::int64_t slots);

} // namespace toca::engine
