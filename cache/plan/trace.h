// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/plan.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace toca::plan {

/// What really happened at one site.
struct TraceCell {
    Action action = Action::Full;
    bool selected = false; ///< a selection was made here (also with 0 tokens): scores and ages were used
    std::int32_t computedTokens = 0; ///< per row
    float seconds = 0; ///< of the module, selection included
    float selectionSeconds = 0; ///< scoring, ranking, gather and scatter
    double flops = 0; ///< all rows, convention of flops.h
};

/// The numbers that a step-wise decision was made from. NaN = the policy made no such decision.
struct DecisionScalars {
    double signal = std::numeric_limits<double>::quiet_NaN(); ///< what was measured at this evaluation
    double accumulated = std::numeric_limits<double>::quiet_NaN(); ///< what was held against the threshold
    double threshold = std::numeric_limits<double>::quiet_NaN();
};

/// What really happened in one evaluation.
struct TraceEvaluation {
    EvaluationDecision decision = EvaluationDecision::Run;
    double seconds = 0; ///< of the whole evaluation, guidance and sampler update included
    double flops = 0; ///< fixed work included, without the work done once per run
    std::int64_t cacheBytes = 0; ///< held at its end
    double latentRms = 0; ///< root mean square of the latent after it
    DecisionScalars scalars;
};

/// Whether a trace keeps the scores of every selection (16 bit).
enum class TraceLevel : std::uint8_t { Decisions, Scores };

/// The record of one run, written by the engine while any other thread reads what has been published.
///
/// All memory is allocated in the constructor from the plan's size (token bits: evaluations x layers x modules x
/// selection rows x N / 8 bytes), so appending never allocates, locks or moves. The writer fills cell after cell in the
/// order (evaluation, layer, module) and publishes each with one release store; readers look only below
/// `publishedCells`.
class Trace {
public:
    /// @param selectionRows rows with their own selection: 1 when all guidance rows of a prompt share it
    Trace(Geometry geometry, SamplerSchedule schedule, int selectionRows = 1, TraceLevel level = TraceLevel::Decisions);

    /// Bytes that such a trace holds when every selection is written; for estimates before a run.
    static std::size_t bytesFor(const Geometry& geometry, const SamplerSchedule& schedule, int selectionRows = 1,
        TraceLevel level = TraceLevel::Decisions);

    const Geometry& geometry() const { return m_geometry; }
    const SamplerSchedule& schedule() const { return m_schedule; }
    int selectionRows() const { return m_selectionRows; }
    TraceLevel level() const { return m_level; }
    int evaluationCount() const { return static_cast<int>(m_schedule.evaluations.size()); }
    int layerCount() const { return m_geometry.layerCount(); }

    // Reading (any thread)
    std::size_t cellCount() const { return m_cells.size(); }
    std::size_t publishedCells() const { return m_publishedCells.load(std::memory_order_acquire); }
    int publishedEvaluations() const { return m_publishedEvaluations.load(std::memory_order_acquire); }
    static std::size_t cellsPerEvaluation(const Geometry& geometry) { return geometry.layers.size() * kModuleKinds; }
    std::size_t cellIndex(int evaluation, int layer, ModuleKind module) const;
    Site siteOf(std::size_t cell) const;
    /// @pre cell < publishedCells()
    const TraceCell& cell(std::size_t cell) const { return m_cells[cell]; }
    /// @pre evaluation < publishedEvaluations()
    const TraceEvaluation& evaluation(int evaluation) const
    {
        return m_evaluations[static_cast<std::size_t>(evaluation)];
    }
    /// True when `token` was computed at the cell (all are in a full one, none in a reused one).
    bool isFresh(std::size_t cell, int row, std::int64_t token) const;
    /// One byte per token, 1 = computed at this cell. @return N values
    std::vector<std::uint8_t> freshTokens(std::size_t cell, int row = 0) const;
    /// Evaluations since each token was last computed in this layer and module, up to and including this cell.
    std::vector<std::int32_t> ages(std::size_t cell, int row = 0) const;
    /// Final scores of the selection; empty when none was made or the level keeps none. @return N values
    std::vector<float> scores(std::size_t cell, int row = 0) const;

    // Writing (engine thread only)
    /// Publishes the next cell. `fresh` holds the computed token ids of row 0, 1, ... one after the other
    /// (selectionRows * computedTokens values) for Subset, else it is empty; `scores` selectionRows * N values or
    /// empty.
    void append(const TraceCell& cell, std::span<const std::int64_t> fresh = {}, std::span<const float> scores = {});
    void appendEvaluation(const TraceEvaluation& evaluation);
    void setOnce(double flops, double seconds)
    {
        m_onceFlops.store(flops);
        m_onceSeconds.store(seconds);
    }

    // Sums over what has been published
    double flops() const; ///< with the work done once per run
    double seconds() const;
    std::int64_t peakCacheBytes() const;
    double onceFlops() const { return m_onceFlops.load(); }
    double onceSeconds() const { return m_onceSeconds.load(); }
    std::size_t bytes() const; ///< memory held by this trace

private:
    friend struct TraceFileAccess;
    std::size_t wordsPerRow() const { return (static_cast<std::size_t>(m_geometry.grid.tokens()) + 63) / 64; }
    std::size_t scoresPerCell() const;
    void reserveScores(std::size_t slots);

    Geometry m_geometry;
    SamplerSchedule m_schedule;
    int m_selectionRows = 1;
    TraceLevel m_level = TraceLevel::Decisions;
    std::vector<TraceCell> m_cells;
    std::vector<std::uint64_t> m_bits; ///< cells x selectionRows x ceil(N / 64)
    /// IEEE half, selectionRows x N for each slot. Left uninitialised: the system commits a page when it is written, so
    /// cells without a selection cost nothing.
    std::unique_ptr<std::uint16_t[]> m_scores;
    std::size_t m_scoreSlots = 0; ///< room in m_scores
    std::size_t m_usedScoreSlots = 0; ///< engine thread only
    std::vector<std::uint32_t> m_scoreSlotOfCell; ///< slot + 1; 0 = no scores. Empty at level Decisions
    std::vector<TraceEvaluation> m_evaluations;
    std::atomic<std::size_t> m_publishedCells{0};
    std::atomic<int> m_publishedEvaluations{0};
    std::atomic<double> m_onceFlops{0};
    std::atomic<double> m_onceSeconds{0};
};

/// A trace with the text it was saved with.
struct TraceFile {
    std::shared_ptr<const Trace> trace;
    std::string requestJson; ///< the request that made it (core/api/generation_request.h)
};

/// Saves as safetensors (documented in docs/trace-format.md; Python: safetensors.numpy.load_file). Atomic.
Result<void> writeTrace(const std::filesystem::path& path, const Trace& trace, const std::string& requestJson);
/// Reads and checks a trace file; never trusts its sizes.
Result<TraceFile> readTrace(const std::filesystem::path& path);
/// One line per site: evaluation, step, stream, timestep, layer, kind, module, action, computed tokens, tokens,
/// seconds, FLOPs.
Result<void> exportTraceCsv(const std::filesystem::path& path, const Trace& trace);
/// Trace Event format (JSON), as profilers open it; durations in microseconds.
Result<void> exportTraceEvents(const std::filesystem::path& path, const Trace& trace);

} // namespace toca::plan
