// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/trace_file_format.h"
#include "core/base/safetensors_header.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

namespace toca::plan {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

using nlohmann::json;
using Shape = std::vector<std::int64_t>;
namespace fs = std::filesystem;
namespace names = trace_file;

/// One trace file while it is read. The first thing wrong ends the reading: every step returns false after it.
///
/// Memory: the header parser has checked that each tensor's shape lies inside the file, and every array of the trace is
/// made only after the shape of its tensor was compared, so no more than a small multiple of the file is allocated.
class TraceReader {
public:
    explicit TraceReader(const fs::path& path)
        : m_path(path)
    {
    }

    Result<TraceFile> read()
    {
        TraceFile file;
        if (openFile() && readHeader() && readMetadata(file.requestJson) && readGeometry() && readSchedule()
            && readCells() && readEvaluations() && readFreshBits() && readScores()) {
            TraceFileAccess::publish(*m_trace, m_cells, m_evaluations);
            file.trace = m_trace;
            return file;
        }
        return unexpected(m_error);
    }

private:
    bool fail(const std::string& what)
    {
        m_error = makeError(ErrorCode::BadFormat,
            "'" + m_path.string() + "' is not a usable trace: " + what + ". Save the run's trace again.");
        return false;
    }

    bool failWith(ErrorCode code, std::string message)
    {
        m_error = makeError(code, std::move(message));
        return false;
    }

    bool openFile()
    {
        std::error_code status;
        const fs::file_status kind = fs::status(m_path, status);
        if (!fs::exists(kind))
            return failWith(ErrorCode::NotFound, "There is no file '" + m_path.string() + "'.");
        if (!fs::is_regular_file(kind))
            return failWith(ErrorCode::Io, "'" + m_path.string() + "' is not a file; choose a trace file.");
        m_bytes = fs::file_size(m_path, status);
        m_stream.open(m_path, std::ios::binary);
        if (status || !m_stream)
            return failWith(ErrorCode::Io, "Cannot read '" + m_path.string() + "'; check that you may read this file.");
        return true;
    }

    bool readBytes(std::uint64_t offset, void* to, std::size_t count)
    {
        m_stream.seekg(static_cast<std::streamoff>(offset));
        m_stream.read(static_cast<char*>(to), static_cast<std::streamsize>(count));
        if (m_stream && static_cast<std::size_t>(m_stream.gcount()) == count)
            return true;
        return failWith(ErrorCode::Io, "Cannot read all of '" + m_path.string() + "'; it became shorter meanwhile.");
    }

    bool readHeader()
    {
        std::string start(static_cast<std::size_t>(std::min<std::uint64_t>(m_bytes, 8)), '\0');
        if (!readBytes(0, start.data(), start.size()))
            return false;
        const auto end = safetensorsHeaderEnd(start, m_bytes, m_path.string());
        if (!end)
            return failWith(end.error().code, end.error().message);
        start.resize(static_cast<std::size_t>(*end));
        if (!readBytes(0, start.data(), start.size()))
            return false;
        auto header = parseSafetensorsHeader(start, m_bytes, m_path.string());
        if (!header)
            return failWith(header.error().code, header.error().message);
        m_header = std::move(*header);
        return true;
    }

    const std::string* metadata(const char* key) const
    {
        for (const auto& [name, value] : m_header.metadata)
            if (name == key)
                return &value;
        return nullptr;
    }

    bool metadataObject(const char* key, json& object)
    {
        constexpr std::size_t kMaxBytes = 64 * 1024; // a parsed document takes many times its text
        const std::string* text = metadata(key);
        if (text && text->size() <= kMaxBytes)
            object = json::parse(*text, nullptr, /*allow_exceptions=*/false);
        return (text && object.is_object()) || fail("its metadata has no valid '" + std::string(key) + "'");
    }

    bool readMetadata(std::string& requestJson)
    {
        const std::string* format = metadata("format");
        const std::string* version = metadata("format_version");
        if (!format || *format != names::kFormat || !version)
            return fail("it is a safetensors file, but not a trace");
        if (*version != names::kVersion)
            return failWith(ErrorCode::Unsupported,
                "'" + m_path.string() + "' is a trace of another version of this program; this one reads version "
                    + std::string(names::kVersion) + ".");
        const std::string* request = metadata("request");
        if (!request)
            return fail("its metadata has no 'request'");
        requestJson = *request;
        return metadataObject("geometry", m_geometryJson) && metadataObject("run", m_runJson);
    }

    template <class Integer>
    bool integer(const json& object, const char* key, Integer& value)
    {
        const auto found = object.find(key);
        if (found == object.end() || !found->is_number_unsigned()
            || found->template get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<Integer>::max()))
            return fail("its metadata has no valid '" + std::string(key) + "'");
        value = found->template get<Integer>();
        return true;
    }

    bool number(const json& object, const char* key, double& value)
    {
        const auto found = object.find(key);
        if (found == object.end() || !found->is_number() || !(found->get<double>() >= 0))
            return fail("its metadata has no valid '" + std::string(key) + "'");
        value = found->get<double>();
        return true;
    }

    bool text(const json& object, const char* key, std::string& value)
    {
        const auto found = object.find(key);
        if (found == object.end() || !found->is_string())
            return fail("its metadata has no valid '" + std::string(key) + "'");
        value = found->get<std::string>();
        return true;
    }

    const StoredTensor* find(const char* name) const
    {
        for (const StoredTensor& tensor : m_header.tensors)
            if (tensor.name == name)
                return &tensor;
        return nullptr;
    }

    /// Checks a tensor's type and shape, then reads it.
    template <class T>
    bool tensor(const char* name, StoredType type, const Shape& shape, std::vector<T>& values)
    {
        const StoredTensor* stored = find(name);
        if (!stored)
            return fail("the tensor '" + std::string(name) + "' is missing");
        if (stored->type != type || stored->shape != shape)
            return fail("the tensor '" + std::string(name) + "' does not have the type or shape of a trace");
        values.resize(static_cast<std::size_t>(stored->end - stored->begin) / sizeof(T));
        return readBytes(m_header.dataOffset + stored->begin, values.data(), values.size() * sizeof(T));
    }

    template <class T, class Valid>
    bool all(const char* name, const std::vector<T>& values, Valid valid)
    {
        return std::all_of(values.begin(), values.end(), valid)
            || fail("the tensor '" + std::string(name) + "' holds a value that no run writes");
    }

    /// Length of a tensor that has one dimension, else 0.
    std::int64_t length(const char* name) const
    {
        const StoredTensor* stored = find(name);
        return stored && stored->shape.size() == 1 ? stored->shape[0] : 0;
    }

    bool readGeometry()
    {
        const json& from = m_geometryJson;
        Geometry& to = m_geometry;
        const auto crossAttention = from.find("cross_attention");
        if (crossAttention == from.end() || !crossAttention->is_boolean())
            return fail("its metadata has no valid 'cross_attention'");
        to.crossAttention = crossAttention->get<bool>();
        std::vector<std::uint8_t> kinds;
        if (!(text(from, "family", to.family) && integer(from, "frames", to.grid.frames)
                && integer(from, "rows", to.grid.rows) && integer(from, "columns", to.grid.columns)
                && integer(from, "hidden_size", to.hiddenSize) && integer(from, "heads", to.heads)
                && integer(from, "mlp_hidden_size", to.mlpHiddenSize) && integer(from, "text_tokens", to.textTokens)
                && integer(from, "caption_channels", to.captionChannels)
                && integer(from, "caption_tokens", to.captionTokens) && integer(from, "patch_inputs", to.patchInputs)
                && integer(from, "patch_outputs", to.patchOutputs) && integer(from, "prompts", to.prompts)
                && integer(from, "guidance_rows", to.guidanceRows)
                && (!from.contains("conditioning_flops") || number(from, "conditioning_flops", to.conditioningFlops))
                && tensor(names::kLayerKind, StoredType::U8, {length(names::kLayerKind)}, kinds)
                && all(names::kLayerKind, kinds, [](std::uint8_t kind) { return kind <= 2; })))
            return false;
        for (const std::uint8_t kind : kinds)
            to.layers.push_back(static_cast<LayerKind>(kind));
        if (const auto checked = checkGeometry(to); !checked)
            return fail(checked.error().message);
        return true;
    }

    bool readSchedule()
    {
        const std::int64_t count = length(names::kStep);
        if (count < 1 || count > std::numeric_limits<std::int32_t>::max())
            return fail("it has no evaluations");
        double onceFlops = 0, onceSeconds = 0;
        std::uint64_t cells = 0;
        int selectionRows = 0;
        std::vector<std::int32_t> steps;
        std::vector<std::uint8_t> streams;
        std::vector<double> timesteps;
        SamplerSchedule schedule;
        const json& run = m_runJson;
        if (!(text(run, "sampler", schedule.name) && integer(run, "steps", schedule.steps)
                && integer(run, "selection_rows", selectionRows) && integer(run, "published_cells", cells)
                && integer(run, "published_evaluations", m_evaluations) && number(run, "once_flops", onceFlops)
                && number(run, "once_seconds", onceSeconds) && tensor(names::kStep, StoredType::I32, {count}, steps)
                && tensor(names::kStream, StoredType::U8, {count}, streams)
                && tensor(names::kTimestep, StoredType::F64, {count}, timesteps)
                && all(names::kStep, steps, [&](std::int32_t step) { return step >= 0 && step < schedule.steps; })
                && all(names::kStream, streams, [](std::uint8_t stream) { return stream <= 3; })
                && all(names::kTimestep, timesteps, [](double timestep) { return std::isfinite(timestep); })))
            return false;
        const auto layers = static_cast<std::int64_t>(m_geometry.layers.size());
        const std::int64_t rowBytes = (m_geometry.grid.tokens() + 7) / 8;
        // The file must hold a bit for every token of every row before the trace is made.
        const StoredTensor* bits = find(names::kFreshBits);
        if (selectionRows < 1 || !bits || bits->type != StoredType::U8
            || bits->shape != Shape{count, layers, kModuleKinds, selectionRows, rowBytes})
            return fail("the tensor 'fresh_bits' does not have the type or shape of a trace");
        m_sites = {count, layers, kModuleKinds};
        const auto perEvaluation = Trace::cellsPerEvaluation(m_geometry);
        const auto allCells = static_cast<std::uint64_t>(count) * perEvaluation;
        if (m_evaluations > count || cells > allCells
            || cells < static_cast<std::uint64_t>(m_evaluations) * perEvaluation)
            return fail("it says that more was recorded than it holds");
        m_cells = static_cast<std::size_t>(cells);
        for (std::size_t i = 0; i < steps.size(); ++i)
            schedule.evaluations.push_back({steps[i], static_cast<Stream>(streams[i]), timesteps[i]});
        m_trace = std::make_shared<Trace>(m_geometry, std::move(schedule), selectionRows);
        m_trace->setOnce(onceFlops, onceSeconds);
        return true;
    }

    bool readCells()
    {
        const std::int64_t tokens = m_geometry.grid.tokens();
        const auto duration = [](auto value) { return std::isfinite(value) && value >= 0; };
        std::vector<double> flops;
        std::vector<float> seconds, selectionSeconds;
        std::vector<std::int32_t> computed;
        std::vector<std::uint8_t> actions, selected;
        if (!(tensor(names::kFlops, StoredType::F64, m_sites, flops) && all(names::kFlops, flops, duration)
                && tensor(names::kSeconds, StoredType::F32, m_sites, seconds) && all(names::kSeconds, seconds, duration)
                && tensor(names::kSelectionSeconds, StoredType::F32, m_sites, selectionSeconds)
                && all(names::kSelectionSeconds, selectionSeconds, duration)
                && tensor(names::kComputedTokens, StoredType::I32, m_sites, computed)
                && all(names::kComputedTokens, computed, [=](std::int32_t k) { return k >= 0 && k <= tokens; })
                && tensor(names::kAction, StoredType::U8, m_sites, actions)
                && all(names::kAction, actions, [](std::uint8_t action) { return action < kActions; })
                && tensor(names::kSelected, StoredType::Bool, m_sites, selected)
                && all(names::kSelected, selected, [](std::uint8_t flag) { return flag <= 1; })))
            return false;
        std::vector<TraceCell>& cells = TraceFileAccess::cells(*m_trace);
        for (std::size_t i = 0; i < cells.size(); ++i)
            cells[i] = {static_cast<Action>(actions[i]), selected[i] != 0, computed[i], seconds[i], selectionSeconds[i],
                flops[i]};
        return true;
    }

    bool readEvaluations()
    {
        const Shape shape{m_sites[0]};
        const auto amount = [](double value) { return std::isfinite(value) && value >= 0; };
        std::vector<double> seconds, flops, rms;
        std::vector<std::int64_t> cacheBytes;
        std::vector<std::uint8_t> decisions;
        // The latent of a run that went wrong may be NaN: its size is kept as it is.
        if (!(tensor(names::kEvaluationSeconds, StoredType::F64, shape, seconds)
                && all(names::kEvaluationSeconds, seconds, amount)
                && tensor(names::kEvaluationFlops, StoredType::F64, shape, flops)
                && all(names::kEvaluationFlops, flops, amount) && tensor(names::kLatentRms, StoredType::F64, shape, rms)
                && tensor(names::kCacheBytes, StoredType::I64, shape, cacheBytes)
                && all(names::kCacheBytes, cacheBytes, [](std::int64_t bytes) { return bytes >= 0; })
                && tensor(names::kDecision, StoredType::U8, shape, decisions)
                && all(names::kDecision, decisions, [](std::uint8_t decision) { return decision <= 2; })))
            return false;
        // Files written before policies decided from data do not have these.
        std::vector<double> signal(seconds.size(), kNoNumber), accumulated = signal, threshold = signal;
        const std::pair<const char*, std::vector<double>*> scalars[]{
            {names::kSignal, &signal}, {names::kAccumulated, &accumulated}, {names::kThreshold, &threshold}};
        for (const auto& [name, values] : scalars)
            if (find(name) && !tensor(name, StoredType::F64, shape, *values))
                return false;
        std::vector<TraceEvaluation>& evaluations = TraceFileAccess::evaluations(*m_trace);
        for (std::size_t i = 0; i < evaluations.size(); ++i)
            evaluations[i] = {static_cast<EvaluationDecision>(decisions[i]), seconds[i], flops[i], cacheBytes[i],
                rms[i], {signal[i], accumulated[i], threshold[i]}};
        return true;
    }

    bool readFreshBits()
    {
        const StoredTensor& bits = *find(names::kFreshBits);
        const std::int64_t tokens = m_geometry.grid.tokens();
        std::vector<std::uint8_t> row(static_cast<std::size_t>((tokens + 7) / 8));
        std::uint64_t offset = m_header.dataOffset + bits.begin;
        for (std::size_t cell = 0; cell < m_trace->cellCount(); ++cell) {
            for (int r = 0; r < m_trace->selectionRows(); ++r, offset += row.size()) {
                if (TraceFileAccess::cells(*m_trace)[cell].action != Action::Subset)
                    continue; // follows from the action
                if (!readBytes(offset, row.data(), row.size()))
                    return false;
                const auto words = TraceFileAccess::words(*m_trace, cell, r);
                std::int64_t count = 0;
                for (std::size_t i = 0; i < row.size(); ++i) {
                    words[i / 8] |= static_cast<std::uint64_t>(row[i]) << (i % 8 * 8);
                    count += std::popcount(row[i]);
                }
                const bool outside = tokens % 8 != 0 && (row.back() >> (tokens % 8)) != 0;
                if (outside || count != TraceFileAccess::cells(*m_trace)[cell].computedTokens)
                    return fail("the chosen tokens do not agree with their number");
            }
        }
        return true;
    }

    bool readScores()
    {
        if (!find(names::kScoreCell) && !find(names::kScores))
            return true;
        const std::int64_t count = length(names::kScoreCell);
        std::vector<std::int64_t> cells;
        std::vector<std::uint16_t> values;
        std::int64_t before = -1;
        const auto ascending = [&](std::int64_t cell) {
            const bool valid = cell > before && cell < static_cast<std::int64_t>(m_cells);
            before = cell;
            return valid;
        };
        if (!(tensor(names::kScoreCell, StoredType::I64, {count}, cells) && all(names::kScoreCell, cells, ascending)
                && tensor(names::kScores, StoredType::F16, {count, m_trace->selectionRows(), m_geometry.grid.tokens()},
                    values)))
            return false;
        const auto to = TraceFileAccess::restoreScores(*m_trace, cells);
        std::copy(values.begin(), values.end(), to.begin());
        return true;
    }

    fs::path m_path;
    std::ifstream m_stream;
    std::uint64_t m_bytes = 0;
    SafetensorsHeader m_header;
    json m_geometryJson, m_runJson;
    Geometry m_geometry;
    Shape m_sites; // (E, L, 3)
    std::shared_ptr<Trace> m_trace;
    std::size_t m_cells = 0; // published
    int m_evaluations = 0; // published
    Error m_error;
};

} // namespace

Result<TraceFile> readTrace(const std::filesystem::path& path)
{
    return TraceReader(path).read();
}

} // namespace toca::plan
