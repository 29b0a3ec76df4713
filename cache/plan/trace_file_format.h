// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/trace.h"

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace toca::plan {

// The arrays are written and read as they lie in memory; safetensors is little-endian.
static_assert(std::endian::native == std::endian::little, "trace files are written by little-endian machines only");

/// Names of the tensors and metadata of a trace file: docs/trace-format.md. E evaluations, L layers, 3 modules,
/// R selection rows, N tokens, K selections with scores.
namespace trace_file {
inline constexpr std::string_view kFormat = "toca-trace";
inline constexpr std::string_view kVersion = "1";

inline constexpr const char* kFlops = "flops"; // F64 (E, L, 3)
inline constexpr const char* kTimestep = "evaluation_timestep"; // F64 (E)
inline constexpr const char* kEvaluationSeconds = "evaluation_seconds"; // F64 (E)
inline constexpr const char* kEvaluationFlops = "evaluation_flops"; // F64 (E)
inline constexpr const char* kLatentRms = "evaluation_latent_rms"; // F64 (E)
inline constexpr const char* kSignal = "evaluation_signal"; // F64 (E), NaN = no decision from data
inline constexpr const char* kAccumulated = "evaluation_accumulated"; // F64 (E)
inline constexpr const char* kThreshold = "evaluation_threshold"; // F64 (E)
inline constexpr const char* kCacheBytes = "evaluation_cache_bytes"; // I64 (E)
inline constexpr const char* kScoreCell = "score_cell"; // I64 (K)
inline constexpr const char* kSeconds = "seconds"; // F32 (E, L, 3)
inline constexpr const char* kSelectionSeconds = "selection_seconds"; // F32 (E, L, 3)
inline constexpr const char* kComputedTokens = "computed_tokens"; // I32 (E, L, 3)
inline constexpr const char* kStep = "evaluation_step"; // I32 (E)
inline constexpr const char* kScores = "scores"; // F16 (K, R, N)
inline constexpr const char* kAction = "action"; // U8 (E, L, 3)
inline constexpr const char* kSelected = "selected"; // BOOL (E, L, 3)
inline constexpr const char* kStream = "evaluation_stream"; // U8 (E)
inline constexpr const char* kDecision = "evaluation_decision"; // U8 (E)
inline constexpr const char* kLayerKind = "layer_kind"; // U8 (L)
inline constexpr const char* kFreshBits = "fresh_bits"; // U8 (E, L, 3, R, ceil(N / 8))
} // namespace trace_file

/// What the trace file's writer and reader need of a trace beyond its public face.
struct TraceFileAccess {
    static std::vector<TraceCell>& cells(Trace& trace) { return trace.m_cells; }
    static std::vector<TraceEvaluation>& evaluations(Trace& trace) { return trace.m_evaluations; }
    /// Words of one row's tokens at a cell; bit t % 64 of word t / 64 is token t.
    static std::span<std::uint64_t> words(Trace& trace, std::size_t cell, int row)
    {
        const auto rows = static_cast<std::size_t>(trace.m_selectionRows);
        return {trace.m_bits.data() + (cell * rows + static_cast<std::size_t>(row)) * trace.wordsPerRow(),
            trace.wordsPerRow()};
    }
    static std::span<const std::uint64_t> words(const Trace& trace, std::size_t cell, int row)
    {
        return words(const_cast<Trace&>(trace), cell, row);
    }
    /// The cells below `published` that have scores.
    static std::vector<std::int64_t> scoredCells(const Trace& trace, std::size_t published)
    {
        std::vector<std::int64_t> cells;
        for (std::size_t cell = 0; cell < published && cell < trace.m_scoreSlotOfCell.size(); ++cell)
            if (trace.m_scoreSlotOfCell[cell] != 0)
                cells.push_back(static_cast<std::int64_t>(cell));
        return cells;
    }
    /// Half-precision scores of a cell that has some, selectionRows x N.
    static std::span<const std::uint16_t> halfScores(const Trace& trace, std::size_t cell)
    {
        return {trace.m_scores.get()
                + (static_cast<std::size_t>(trace.m_scoreSlotOfCell[cell]) - 1) * trace.scoresPerCell(),
            trace.scoresPerCell()};
    }
    /// Makes room for exactly these cells' scores. @return their values in the same order, to be filled
    static std::span<std::uint16_t> restoreScores(Trace& trace, std::span<const std::int64_t> cells)
    {
        trace.m_level = TraceLevel::Scores;
        trace.reserveScores(cells.size());
        for (const std::int64_t cell : cells)
            trace.m_scoreSlotOfCell[static_cast<std::size_t>(cell)] =
                static_cast<std::uint32_t>(++trace.m_usedScoreSlots);
        return {trace.m_scores.get(), cells.size() * trace.scoresPerCell()};
    }
    static void publish(Trace& trace, std::size_t cells, int evaluations)
    {
        trace.m_publishedEvaluations.store(evaluations, std::memory_order_release);
        trace.m_publishedCells.store(cells, std::memory_order_release);
    }
};

} // namespace toca::plan
