// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/trace_file_format.h"
#include "core/base/atomic_file.h"

#include <nlohmann/json.hpp>

#include <cstring>

namespace toca::plan {
namespace {

using Json = nlohmann::ordered_json;

/// Collects tensors one after the other; `finish` puts the header in front.
class SafetensorsBuilder {
public:
    explicit SafetensorsBuilder(Json metadata) { m_header["__metadata__"] = std::move(metadata); }

    /// `at(i)` gives element i, converted to Stored.
    template <class Stored, class At>
    void add(const char* name, const char* dtype, const std::vector<std::size_t>& shape, At at)
    {
        std::size_t count = 1;
        for (const std::size_t size : shape)
            count *= size;
        const std::size_t begin = m_data.size();
        m_data.resize(begin + count * sizeof(Stored));
        for (std::size_t i = 0; i < count; ++i) {
            const Stored value = static_cast<Stored>(at(i));
            std::memcpy(m_data.data() + begin + i * sizeof(Stored), &value, sizeof(Stored));
        }
        m_header[name] = {{"dtype", dtype}, {"shape", shape}, {"data_offsets", {begin, m_data.size()}}};
    }

    std::string finish() const
    {
        std::string header = m_header.dump(-1, ' ', false, Json::error_handler_t::replace);
        header.resize((header.size() + 7) / 8 * 8, ' '); // keeps the data aligned
        const std::uint64_t length = header.size();
        std::string file(sizeof length, '\0');
        std::memcpy(file.data(), &length, sizeof length);
        file.reserve(file.size() + header.size() + m_data.size());
        return file.append(header).append(m_data);
    }

private:
    Json m_header;
    std::string m_data;
};

Json metadataOf(const Trace& trace, std::size_t cells, int evaluations, const std::string& requestJson)
{
    const Geometry& geometry = trace.geometry();
    const Json geometryJson{{"family", geometry.family}, {"frames", geometry.grid.frames}, {"rows", geometry.grid.rows},
        {"columns", geometry.grid.columns}, {"hidden_size", geometry.hiddenSize}, {"heads", geometry.heads},
        {"mlp_hidden_size", geometry.mlpHiddenSize}, {"cross_attention", geometry.crossAttention},
        {"text_tokens", geometry.textTokens}, {"caption_channels", geometry.captionChannels},
        {"caption_tokens", geometry.captionTokens}, {"patch_inputs", geometry.patchInputs},
        {"patch_outputs", geometry.patchOutputs}, {"conditioning_flops", geometry.conditioningFlops},
        {"prompts", geometry.prompts}, {"guidance_rows", geometry.guidanceRows}};
    const Json run{{"sampler", trace.schedule().name}, {"steps", trace.schedule().steps},
        {"selection_rows", trace.selectionRows()}, {"published_cells", cells}, {"published_evaluations", evaluations},
        {"once_flops", trace.onceFlops()}, {"once_seconds", trace.onceSeconds()}};
    const auto text = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); };
    return {{"format", trace_file::kFormat}, {"format_version", trace_file::kVersion}, {"request", requestJson},
        {"geometry", text(geometryJson)}, {"run", text(run)}};
}

/// Byte `i` of the packed bits of a row at a cell; full cells have all tokens set.
std::uint8_t freshByte(const Trace& trace, std::size_t cell, int row, std::size_t i)
{
    const Action action = trace.cell(cell).action;
    if (action == Action::Subset)
        return static_cast<std::uint8_t>(TraceFileAccess::words(trace, cell, row)[i / 8] >> (i % 8 * 8));
    if (action != Action::Full && action != Action::Blend)
        return 0;
    const std::size_t left = static_cast<std::size_t>(trace.geometry().grid.tokens()) - i * 8;
    return left >= 8 ? 0xff : static_cast<std::uint8_t>((1u << left) - 1);
}

} // namespace

Result<void> writeTrace(const std::filesystem::path& path, const Trace& trace, const std::string& requestJson)
{
    // A run may go on meanwhile: only what is published now is written, the rest stays zero.
    const int evaluations = trace.publishedEvaluations();
    const std::size_t cells = trace.publishedCells();
    const auto E = static_cast<std::size_t>(trace.evaluationCount());
    const std::size_t L = trace.geometry().layers.size();
    const auto R = static_cast<std::size_t>(trace.selectionRows());
    const auto N = static_cast<std::size_t>(trace.geometry().grid.tokens());
    const std::size_t rowBytes = (N + 7) / 8;

    const TraceCell noCell{Action::Skip, false, 0, 0, 0, 0};
    const TraceEvaluation noEvaluation;
    const auto cell = [&](std::size_t i) -> const TraceCell& { return i < cells ? trace.cell(i) : noCell; };
    const auto evaluation = [&](std::size_t i) -> const TraceEvaluation& {
        return i < static_cast<std::size_t>(evaluations) ? trace.evaluation(static_cast<int>(i)) : noEvaluation;
    };
    const auto info = [&](std::size_t i) -> const EvaluationInfo& { return trace.schedule().evaluations[i]; };
    const std::vector<std::size_t> sites{E, L, kModuleKinds}, runs{E};
    const std::vector<std::int64_t> scored = TraceFileAccess::scoredCells(trace, cells);

    // Widest elements first, so that every tensor is aligned.
    SafetensorsBuilder file(metadataOf(trace, cells, evaluations, requestJson));
    namespace names = trace_file;
    file.add<double>(names::kFlops, "F64", sites, [&](std::size_t i) { return cell(i).flops; });
    file.add<double>(names::kTimestep, "F64", runs, [&](std::size_t i) { return info(i).timestep; });
    file.add<double>(names::kEvaluationSeconds, "F64", runs, [&](std::size_t i) { return evaluation(i).seconds; });
    file.add<double>(names::kEvaluationFlops, "F64", runs, [&](std::size_t i) { return evaluation(i).flops; });
    file.add<double>(names::kLatentRms, "F64", runs, [&](std::size_t i) { return evaluation(i).latentRms; });
    file.add<double>(names::kSignal, "F64", runs, [&](std::size_t i) { return evaluation(i).scalars.signal; });
    file.add<double>(
        names::kAccumulated, "F64", runs, [&](std::size_t i) { return evaluation(i).scalars.accumulated; });
    file.add<double>(names::kThreshold, "F64", runs, [&](std::size_t i) { return evaluation(i).scalars.threshold; });
    file.add<std::int64_t>(names::kCacheBytes, "I64", runs, [&](std::size_t i) { return evaluation(i).cacheBytes; });
    if (trace.level() == TraceLevel::Scores)
        file.add<std::int64_t>(names::kScoreCell, "I64", {scored.size()}, [&](std::size_t i) { return scored[i]; });
    file.add<float>(names::kSeconds, "F32", sites, [&](std::size_t i) { return cell(i).seconds; });
    file.add<float>(names::kSelectionSeconds, "F32", sites, [&](std::size_t i) { return cell(i).selectionSeconds; });
    file.add<std::int32_t>(names::kComputedTokens, "I32", sites, [&](std::size_t i) { return cell(i).computedTokens; });
    file.add<std::int32_t>(names::kStep, "I32", runs, [&](std::size_t i) { return info(i).step; });
    if (trace.level() == TraceLevel::Scores)
        file.add<std::uint16_t>(names::kScores, "F16", {scored.size(), R, N}, [&](std::size_t i) {
            return TraceFileAccess::halfScores(trace, static_cast<std::size_t>(scored[i / (R * N)]))[i % (R * N)];
        });
    file.add<std::uint8_t>(names::kAction, "U8", sites, [&](std::size_t i) { return cell(i).action; });
    file.add<std::uint8_t>(names::kSelected, "BOOL", sites, [&](std::size_t i) { return cell(i).selected; });
    file.add<std::uint8_t>(names::kStream, "U8", runs, [&](std::size_t i) { return info(i).stream; });
    file.add<std::uint8_t>(names::kDecision, "U8", runs, [&](std::size_t i) { return evaluation(i).decision; });
    file.add<std::uint8_t>(names::kLayerKind, "U8", {L}, [&](std::size_t i) { return trace.geometry().layers[i]; });
    file.add<std::uint8_t>(
        names::kFreshBits, "U8", {E, L, kModuleKinds, R, rowBytes}, [&](std::size_t i) -> std::uint8_t {
            const std::size_t at = i / (R * rowBytes);
            return at < cells ? freshByte(trace, at, static_cast<int>(i / rowBytes % R), i % rowBytes)
                              : std::uint8_t{0};
        });
    return writeFileAtomically(path, file.finish());
}

} // namespace toca::plan
