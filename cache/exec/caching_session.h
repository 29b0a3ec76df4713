// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/exec/policy_run.h"
#include "cache/exec/trace_writer.h"

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>

namespace toca::cache {

/// Thrown out of a model when the run was asked to stop; caught once, by the engine.
class RunCancelled : public std::exception {
public:
    const char* what() const noexcept override { return "the run was cancelled"; }
};

/// Copy of everything a run's future depends on, for going back to this point.
struct SessionState {
    std::unique_ptr<PolicyRun> policy;
    FeatureStore features;
    EvidenceStore evidence;
};

struct SessionOptions {
    std::shared_ptr<plan::Trace> trace; ///< may be null
    std::stop_token stop;
    plan::CacheStorage storage = {}; ///< how module outputs are held
    bool gathersTrace = false; ///< see TraceWriter: true where the model is on another device
};

/// The one place where models and caching policies meet. A model calls it at four heights (evaluation, layers, module,
/// prediction) and for keys and values; the policy decides, the session carries out, keeps the features and writes the
/// trace. One session per run, on the engine's thread. Models know no policy, policies know no model.
class CachingSession {
public:
    /// A module's computation: output of the given tokens. @return (B, K, C)
    using Compute = std::function<torch::Tensor(const TokenSubset&)>;
    /// The model on some of the guidance rows. @return (rows.count, C, T, H, W)
    using Model = std::function<torch::Tensor(RowRange rows)>;

    CachingSession(plan::Geometry geometry, std::unique_ptr<PolicyRun> policy, SessionOptions options = {});

    /// A session that caches nothing: the uncached model is the same code.
    static CachingSession uncached(plan::Geometry geometry, SessionOptions options = {});

    // Height 1 and 4: a whole evaluation and its prediction.
    /// @return the model's output for all rows of the evaluation's stream
    torch::Tensor evaluate(const EvaluationView& view, const Model& model);

    // Height 2: layers.
    /// Runs layers 0 .. count - 1 on `x`, except where the policy jumps.
    /// @param modulatedInput see LayerView; may be empty
    torch::Tensor layers(torch::Tensor x, const std::function<torch::Tensor(int layer, const torch::Tensor& x)>& run,
        const std::function<torch::Tensor(int layer, const torch::Tensor& x)>& modulatedInput = {});

    // Height 3: one module of the layer that is running.
    /// @param x (B, N, C), what the module reads; only its shape and device are used here
    /// @return (B, N, C) the module's output before its gate: computed, stored, or mixed of both
    /// @param scored -> (B, N, C) the tokens that scores read, where the published code scores others than `x`; called
    /// when one does
    torch::Tensor module(plan::ModuleKind module, const torch::Tensor& x, const Compute& compute,
        const std::function<torch::Tensor()>& scored = {})
    {
        return moduleOutput(module, x, compute, scored).features();
    }
    /// The same for `gatedAdd`, which decodes what is held in fewer bits while it adds. To be added before the session
    /// is called again.
    ModuleOutput moduleOutput(plan::ModuleKind module, const torch::Tensor& x, const Compute& compute,
        const std::function<torch::Tensor()>& scored = {});

    /// True when the running module should leave evidence behind. @pre inside a `module` computation
    bool wants(EvidenceKind kind) const { return contains(m_wanted, kind); }
    /// Leaves evidence for the tokens of `subset`; `values` is only called when it is wanted. Its time counts as
    /// selection.
    /// @param values -> (rows, K) float32
    void leaveEvidence(EvidenceKind kind, const TokenSubset& subset, const std::function<torch::Tensor()>& values);

    /// Where a model adds the time it spends on evidence, so that the trace can tell scoring from computing.
    double* selectionClock() { return &m_selectionSeconds; }

    // Service 5: keys and values (or anything else) that stay the same for the whole run.
    /// Computes once per run for each row range and keeps the result; a range inside one that is kept is a view of it.
    /// @param name unique within the model ("spatial_blocks.3.cross_attn.kv")
    torch::Tensor once(const std::string& name, const std::function<torch::Tensor()>& compute);
    /// As `once`, for a value that has no rows (position embeddings).
    torch::Tensor constant(const std::string& name, const std::function<torch::Tensor()>& compute);

    /// Tells which timesteps come, for `perTimestep`. @param timesteps (E, P) or (E, 1), one line for each evaluation
    void setTimesteps(torch::Tensor timesteps) { m_timesteps = std::move(timesteps); }
    /// A value that depends on the timestep and on nothing else that changes during a run. It is computed for several
    /// evaluations at once where their timesteps are known: a product with few rows is bound by reading its weights.
    /// @param timestep (B) of the rows that run
    /// @param compute (B * K) -> (B * K, V): K timesteps of the first row, then of the second, ...
    /// @return (B, V)
    torch::Tensor perTimestep(const std::string& name, const torch::Tensor& timestep,
        const std::function<torch::Tensor(const torch::Tensor& timesteps)>& compute);

    RowRange rows() const { return m_rows; }
    const plan::Geometry& geometry() const { return m_geometry; }
    FeatureStore& features() { return m_features; }
    const PolicyRun& policy() const { return *m_policy; }
    std::int64_t cacheBytes() const { return m_features.bytes(); }

    SessionState save() const;
    void restore(const SessionState& state);

private:
    struct Cell {
        plan::Action action = plan::Action::Full;
        bool selected = false;
        std::int64_t computed = 0;
        double selectionSeconds = 0;
        torch::Tensor ids; ///< (selection rows, K)
        torch::Tensor score; ///< (selection rows, N)
    };
    /// A checked layer runs twice; outside of one the pass is Normal.
    enum class Pass : std::uint8_t { Normal, Draft, Check };
    torch::Tensor runChecked(const LayerView& view, const torch::Tensor& x,
        const std::function<torch::Tensor(int layer, const torch::Tensor& x)>& run);
    ModuleOutput carryOut(const ModuleAction& action, const torch::Tensor& x, const Compute& compute, Cell& cell);
    torch::Tensor computeFull(const ModuleAction& action, const torch::Tensor& x, const Compute& compute, Cell& cell);
    ModuleOutput computeSubset(const ModuleAction& action, const torch::Tensor& x, const Compute& compute, Cell& cell);
    torch::Tensor computed(const Compute& compute, const TokenSubset& subset) const;
    ModuleOutput forecast(const ModuleAction& action);
    torch::Tensor blend(const ModuleAction& action, const torch::Tensor& x, const Compute& compute, Cell& cell);
    std::int64_t selectionRows() const;
    void record(const Cell& cell, double seconds);
    void recordSkipped(int firstLayer, int endLayer);
    /// One cell that costs nothing: the trace holds every module of every layer.
    void recordAbsent();
    ModuleOutput storedOutput() const;
    void throwIfCancelled() const;

    plan::Geometry m_geometry;
    std::unique_ptr<PolicyRun> m_policy;
    SessionOptions m_options;
    TraceWriter m_trace;
    FeatureStore m_features;
    EvidenceStore m_evidence;
    std::map<std::string, std::pair<RowRange, torch::Tensor>> m_once;
    std::map<std::string, torch::Tensor> m_constants;
    struct TimestepTable {
        std::int64_t first = -1; ///< evaluation
        RowRange rows;
        torch::Tensor values; ///< (rows, evaluations, V)
    };
    std::map<std::pair<std::string, std::int64_t>, TimestepTable> m_tables; ///< by name and first row
    torch::Tensor m_timesteps;
    plan::Site m_site;
    RowRange m_rows;
    Pass m_pass = Pass::Normal;
    EvidenceSet m_wanted = 0;
    double m_selectionSeconds = 0;
    double m_moduleFlops = 0;
};

} // namespace toca::cache
