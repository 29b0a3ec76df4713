// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/cache_storage.h"
#include "cache/plan/geometry.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toca::plan {

/// What happens to a module's tokens at one site.
enum class Action : std::uint8_t {
    Full, ///< every token computed, cache, evidence and ages renewed
    Subset, ///< some tokens computed and written into the cache, the rest reused
    Reuse, ///< the stored output
    Forecast, ///< an output extrapolated from stored ones
    Blend, ///< a weighted mean of a fresh and the stored output
    Skip, ///< not entered at all (its layer or evaluation was jumped over)
};
inline constexpr int kActions = 6;
std::string_view actionName(Action action); ///< "full", "subset", ...

/// What happens to a whole evaluation of the model.
enum class EvaluationDecision : std::uint8_t { Run, ReusePrediction, ConditionalOnly };
std::string_view evaluationDecisionName(EvaluationDecision decision);

/// One call of the model by the sampler.
struct EvaluationInfo {
    int step = 0; ///< 0 = noisiest
    Stream stream = Stream::Joint;
    double timestep = 0.0; ///< 0..1000, as the model sees it
    bool operator==(const EvaluationInfo&) const = default;
};

/// What a sampler will ask of the model.
struct SamplerSchedule {
    std::string name; ///< "rflow"
    int steps = 0;
    std::vector<EvaluationInfo> evaluations;
    bool operator==(const SamplerSchedule&) const = default;
};

/// One evaluation per step; for plans where the timesteps do not matter.
SamplerSchedule uniformSchedule(std::string name, int steps);

/// The decision for one module, as far as it is known before the run.
struct PlannedModule {
    Action action = Action::Full;
    std::int32_t tokens = 0; ///< computed tokens of each row
    bool decidedAtRunTime = false; ///< the policy decides from data; action and tokens are its expectation
    bool operator==(const PlannedModule&) const = default;
};

/// What the cache of a run holds at most at once.
struct CacheContents {
    /// Rows of module outputs and of their forecasts' factors, hiddenSize values each, by the kind of module: tokens x
    /// guidance rows x tensors.
    std::array<std::int64_t, kModuleKinds> rows{};
    std::int64_t otherElements = 0; ///< numbers of all else: layer outputs, residuals, predictions
    /// The same of every module of every layer. @param clips rows of all tokens of a clip: guidance rows x tensors
    static CacheContents ofEveryModule(const Geometry& geometry, std::int64_t clips);
    bool operator==(const CacheContents&) const = default;
};

/// A policy's decisions for one run, with their cost: no tensors, made in microseconds, on any thread.
class Plan {
public:
    Plan() = default;
    /// Everything full at every evaluation.
    Plan(Geometry geometry, SamplerSchedule schedule);

    const Geometry& geometry() const { return m_geometry; }
    const SamplerSchedule& schedule() const { return m_schedule; }
    int evaluationCount() const { return static_cast<int>(m_decisions.size()); }
    int layerCount() const { return m_geometry.layerCount(); }

    PlannedModule& at(int evaluation, int layer, ModuleKind module)
    {
        return m_modules[index(evaluation, layer, module)];
    }
    const PlannedModule& at(int evaluation, int layer, ModuleKind module) const
    {
        return m_modules[index(evaluation, layer, module)];
    }
    EvaluationDecision& decision(int evaluation) { return m_decisions[static_cast<std::size_t>(evaluation)]; }
    EvaluationDecision decision(int evaluation) const { return m_decisions[static_cast<std::size_t>(evaluation)]; }

    /// Marks that whole evaluations or layers are decided from data of the run (thresholds).
    void setDecidedAtRunTime() { m_decidedAtRunTime = true; }
    /// False when any decision waits for data of the run.
    bool isStatic() const;
    /// True when nothing is ever reused: a policy setting that caches nothing.
    bool cachesNothing() const;

    std::int64_t rows(int evaluation) const; ///< guidance rows that the evaluation carries; 0 where it is not made
    double evaluationFlops(int evaluation) const; ///< of this evaluation, without the work done once per run
    double totalFlops() const; ///< all evaluations and the work done once
    double baselineFlops() const; ///< the same run with every module full
    double flopsGain() const { return baselineFlops() / totalFlops(); }
    /// One output per module that is ever reused, or what the policy said.
    CacheContents cacheContents() const;
    void setCacheContents(const CacheContents& contents) { m_contents = contents; }
    /// For a policy that stores no module outputs. @param elements numbers held at most at once, all rows
    void setCachedElements(std::int64_t elements) { m_contents = CacheContents{{}, elements}; }
    /// Bytes of the cache as this run holds it, on the device that computes.
    std::int64_t cacheBytes() const { return cacheBytes(m_storage); }
    /// The same in another storage; what is no module output takes 4 bytes a number.
    std::int64_t cacheBytes(const CacheStorage& storage) const;
    /// Bytes of what is offloaded to the computer's memory.
    std::int64_t offloadedBytes() const { return offloadedBytes(m_storage); }
    std::int64_t offloadedBytes(const CacheStorage& storage) const;
    /// The same with every number in a dtype of `bytesPerElement`.
    std::int64_t cacheBytes(int bytesPerElement) const;
    /// How module outputs are held; changes nothing but bytes.
    const CacheStorage& storage() const { return m_storage; }
    /// Bytes of a number of the features, and so of what is cached as it is; changes nothing but bytes.
    void setFeatureBytes(int bytes) { m_featureBytes = bytes; }
    void setStorage(const CacheStorage& storage) { m_storage = storage; }
    /// The same decisions for a prompt of another length, which changes nothing but costs.
    void setTextTokens(std::int64_t tokens) { m_geometry.textTokens = tokens; }
    /// Mean share of computed tokens over all modules of an evaluation, in [0, 1].
    double freshRatio(int evaluation) const;

    bool operator==(const Plan&) const = default;

private:
    std::size_t index(int evaluation, int layer, ModuleKind module) const
    {
        return (static_cast<std::size_t>(evaluation) * m_geometry.layers.size() + static_cast<std::size_t>(layer))
            * kModuleKinds
            + static_cast<std::size_t>(module);
    }

    Geometry m_geometry;
    SamplerSchedule m_schedule;
    std::vector<EvaluationDecision> m_decisions;
    std::vector<PlannedModule> m_modules;
    bool m_decidedAtRunTime = false;
    std::optional<CacheContents> m_contents; ///< none = one output per module that is ever reused
    std::int64_t rowBytes(CacheDtype dtype) const;

    CacheStorage m_storage;
    int m_featureBytes = 4;
};

} // namespace toca::plan
