// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/cache_storage.h"
#include "cache/plan/targets.h"
#include "core/base/expected.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace toca::engine {

/// A caching setting to be measured.
struct BenchPolicy {
    std::string name; ///< "toca:dit-ddim50": as reports show it
    std::string policy;
    std::string preset; ///< "" = the family's default
    plan::ParameterValues values; ///< over the preset
    plan::CacheStorage storage = {}; ///< how the cache holds module outputs
};

struct BenchRequest {
    std::string model = "embedded"; ///< or one of `benchModels`: a published geometry with random weights
    std::vector<BenchPolicy> policies; ///< the uncached run comes first by itself
    /// Gains in time to be reached: each policy is measured once for each of them, with the setting that
    /// `plan::solveTarget` chooses by module costs measured here; empty: with the policies' own settings.
    std::vector<double> targets;
    bool withPlain = false; ///< each setting also with LibTorch's operations alone (cache::PlainOperations)
    int warmUpSteps = 4; ///< of each setting, before the first round
    std::vector<std::string> dtypes{"fp32"}; ///< of the transformer's weights and features: "fp32", "bf16"
    std::optional<int> steps; ///< of the sampler; none: the published number
    /// Published geometries also decode, with a VAE of the published sizes and random weights. The embedded model does
    /// always.
    bool withVae = false;
    std::optional<int> layers; ///< only so many transformer layers of a published geometry (STDiT3: pairs)
    std::optional<int> frames; ///< STDiT3 only, as width and height
    std::optional<int> width; ///< pixels
    std::optional<int> height; ///< pixels
    int threads = 0; ///< 0 = LibTorch's default
    int repeat = 3;
    std::uint64_t seed = 1; ///< of weights and noise
};

/// One measured run of the denoising loop, and of what follows it where the model has a VAE.
struct BenchRun {
    double seconds = 0; ///< of the denoising loop
    double cpuSeconds = 0; ///< of all threads, in the same time
    double decodingSeconds = 0; ///< 0 without a VAE
    std::vector<double> parts; ///< seconds, in the order of BenchResult::parts; their sum is the loop and the decoding
};

/// What a setting was chosen for.
struct BenchTarget {
    double gain = 1; ///< asked for, of the denoising loop's time
    plan::TargetAnswer answer;
};

/// All runs of one setting with one dtype.
struct BenchSeries {
    BenchPolicy policy;
    std::optional<BenchTarget> target;
    std::string dtype;
    bool isPlain = false; ///< computed with LibTorch's operations alone
    double flops = 0; ///< counted, of the denoising loop
    std::int64_t cacheBytes = 0; ///< at most held
    std::int64_t peakBytes = 0; ///< resident memory of the process at most; 0 = unknown
    std::vector<BenchRun> runs;
    double latentPsnrDb = 0; ///< final latent against the first series', peak = its range; infinity when equal
    std::optional<double> clipPsnrDb; ///< decoded clip against the first series'
    std::optional<double> ownPsnrDb; ///< plain only: final latent against the series before, the same setting
};

struct BenchResult {
    std::string model;
    std::string description; ///< sizes in one line
    int layers = 0, steps = 0, threads = 1;
    std::int64_t tokens = 0, rows = 0;
    std::vector<std::string> parts; ///< names; "other" is what none of them explains
    std::map<std::string, std::string> machine; ///< processor, instruction sets, cores, memory, system, load
    std::map<std::string, std::string> versions;
    bool isInterrupted = false; ///< stopped after fewer rounds than were asked for
    std::vector<BenchSeries> series; ///< the first one is uncached, in the first dtype
};

/// Names of the published geometries: "dit-xl-2-256", "pixart-alpha-256", "stdit3-xl-2".
std::vector<std::string> benchModels();

/// Measures: all settings by turns in one process, every second round in reverse, after a short warm-up of each.
/// With targets three uncached runs and three of each policy come first, from which module costs are learned.
/// Weights of published geometries are drawn from the seed, in memory. Stopped after a whole round of all settings,
/// the result has the rounds that were finished.
/// @param progress told what runs now, in a few words
/// @return InvalidArgument, NotFound, Unsupported, TooLarge, Cancelled
Result<BenchResult> runBench(
    const BenchRequest& request, const std::function<void(const std::string&)>& progress, std::stop_token stop);

} // namespace toca::engine
