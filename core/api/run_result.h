// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"
#include "core/api/frame.h"
#include "core/api/generation_request.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toca {

enum class Stage : std::uint8_t { Loading, EncodingText, EncodingCondition, Denoising, Decoding, Done };
const char* stageName(Stage stage); ///< "loading model", "encoding text", ...

/// Seconds of a run's parts. The wall-clock gain compares `denoising`; the end-to-end gain `total`.
struct RunTimes {
    double loading = 0; ///< 0 when the model was already loaded
    double text = 0;
    double condition = 0;
    double denoising = 0;
    double preview = 0; ///< inside denoising's span but not counted in it
    double decoding = 0;
    double firstFrame = 0; ///< from the prompt to the first decoded picture, loading left out; 0 = none was decoded
    double total() const { return text + condition + denoising + preview + decoding; }
};

/// Memory a run will need, known before it starts. Bytes.
struct MemoryEstimate {
    std::int64_t weights = 0;
    std::int64_t activations = 0;
    std::int64_t cache = 0;
    std::int64_t trace = 0;
    std::int64_t available = 0; ///< of the machine (or device) at the time of asking
    std::int64_t total() const { return weights + activations + cache + trace; }
};

/// The latent after one step: IEEE half values, (C, T, H, W) row by row. Shared, because a report and a result hold it.
using StepLatent = std::shared_ptr<const std::vector<std::uint16_t>>;

/// ||latent - baseline|| / ||baseline|| of two latents of the same step. NaN when one is missing, their sizes differ,
/// or the baseline is zero.
double latentRelativeError(const StepLatent& latent, const StepLatent& baseline);

/// A small picture of the predicted clean clip at one step, by a linear projection of the latent.
struct Preview {
    int step = 0;
    Clip clip;
};

/// What is known when the first step starts.
struct RunStart {
    std::uint64_t runId = 0;
    GenerationRequest request; ///< with all defaults filled in
    plan::Plan plan;
    std::shared_ptr<const plan::Trace> trace; ///< fills while the run goes on
    MemoryEstimate memory;
};

struct StepReport {
    std::uint64_t runId = 0;
    int step = 0; ///< the one that has just ended
    int steps = 0;
    double seconds = 0; ///< of this step
    double denoisingSeconds = 0; ///< since the first step started, previews excluded
    double etaSeconds = 0; ///< until the last step, from the plan's FLOPs and the measured pace
    std::int64_t cacheBytes = 0;
    StepLatent latent = {}; ///< null where all of a run would take too much memory
};

/// A finished run.
struct RunResult {
    std::uint64_t runId = 0;
    GenerationRequest request;
    plan::Plan plan;
    std::shared_ptr<const plan::Trace> trace;
    Clip clip;
    std::vector<float> latent; ///< final normalised latent, (C, T, H, W) row by row
    std::vector<std::int64_t> latentShape;
    std::vector<StepLatent> stepLatents; ///< by step; empty where they would take too much memory
    RunTimes times;
    /// Seconds of denoising loop, previews and decoding by what they were spent on: they sum up to the whole. Names as
    /// in docs/report-schema.md ("attention", "row_moves", ..., "other"); empty where nothing was measured.
    std::map<std::string, double> partSeconds;
    int threads = 0;
    std::string device; ///< "cpu", "cuda:0"; with ", bf16" behind it where that was the precision
    std::map<std::string, std::string> versions; ///< of the libraries that computed: {"libtorch", "2.11.0"}
    std::vector<std::string> warnings; ///< sentences, e.g. that the setting cached nothing
};

/// How far a run is from its uncached baseline.
struct Fidelity {
    bool identical = false;
    double psnrDb = 0; ///< over the clip, 8-bit RGB; infinity when identical
    double ssim = 0; ///< luma, Gaussian 11x11 sigma 1.5, mean over frames
    double latentRelativeError = 0; ///< ||a - b|| / ||b|| of the final latents
    std::vector<double> framePsnrDb;
    std::vector<double> frameSsim;
};

/// SSIM is that of Wang et al. 2004: luma 0.299 R + 0.587 G + 0.114 B in 0..255, K1 0.01, K2 0.03, mean over the places
/// where the whole window lies inside the frame. Frames below 11 pixels use the largest odd window that fits.
/// @param latent, baselineLatent may be empty: then the latent error is 0
/// @return InvalidArgument when the clips differ in size or number of frames, or are empty.
Result<Fidelity> fidelity(const Clip& clip, const Clip& baseline, const std::vector<float>& latent = {},
    const std::vector<float>& baselineLatent = {});

/// Gains of a cached run over its baseline: planned and counted FLOPs, denoising loop, end to end.
struct Gains {
    double flops = 1; ///< counted
    double wallClock = 1; ///< denoising loop
    double endToEnd = 1;
};
Gains gains(const RunResult& run, const RunResult& baseline);

/// What gains are made of: few numbers, which a comparison keeps after the run itself is gone.
struct RunFigures {
    double flops = 0; ///< counted; planned where there is no trace
    double denoising = 0; ///< seconds
    double total = 0; ///< seconds
    std::int64_t peakCacheBytes = 0; ///< most that the cache held at the end of an evaluation
};
RunFigures figuresOf(const RunResult& run);
/// A gain is 1 where one of the two has no figure.
Gains gains(const RunFigures& run, const RunFigures& baseline);

/// An uncached run that others are compared with.
struct Reference {
    RunFigures figures;
    Clip clip;
    std::vector<float> latent;
};
Reference referenceOf(RunResult run);

/// The report of `toca generate --report` (schema in docs/report-schema.md). `baseline` may be null.
std::string reportJson(const RunResult& run, const RunResult* baseline, const std::string& clipPath);
/// The same without the key `baseline`: the uncached run has a report of its own.
/// @param figures of the run where they are not its own: medians of several
std::string reportJson(
    const RunResult& run, const RunFigures& figures, const Reference& reference, const std::string& clipPath);

} // namespace toca
