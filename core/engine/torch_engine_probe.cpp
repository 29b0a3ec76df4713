// SPDX-License-Identifier: Apache-2.0
// Going back to a step of a run.
#include "core/engine/guarded.h"
#include "core/engine/torch_engine_parts.h"

#include <torch/torch.h>

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

namespace toca::engine {
namespace {

/// Policies whose decisions and features after an all-full step depend on nothing before it.
bool isForgetful(const std::string& policy)
{
    static const std::vector<std::string> names{"none", "fora", "toca", "duca", "pab", "harmonica", "schedule"};
    return std::find(names.begin(), names.end(), policy) != names.end();
}

/// What an edit can change: tokens that are computed, chosen or reused. Forecasts and whole predictions are no choice
/// among tokens.
Result<void> checkEditable(const plan::Plan& plan, const std::string& policy)
{
    bool isEditable = isForgetful(policy);
    for (int evaluation = 0; evaluation < plan.evaluationCount(); ++evaluation)
        for (int layer = 0; layer < plan.layerCount(); ++layer)
            for (const plan::ModuleKind module : plan::kAllModules) {
                const plan::Action action = plan.at(evaluation, layer, module).action;
                isEditable &= action != plan::Action::Forecast && action != plan::Action::Blend;
            }
    if (isEditable)
        return {};
    return unexpected(ErrorCode::Unsupported,
        "The policy '" + policy
            + "' forecasts or decides as a whole, so single tokens cannot be kept fresh or stale in it; probe a run of "
              "none, fora, toca, duca, pab, harmonica or a schedule.");
}

Result<void> checkEdit(const ProbeEdit& edit, const plan::Geometry& geometry, int steps)
{
    const auto range = [](const char* what, int first, int last, int count) -> Result<void> {
        if (0 <= first && first <= last && last < count)
            return {};
        return unexpected(ErrorCode::InvalidArgument,
            std::string("The probe's ") + what + " " + std::to_string(first) + " to " + std::to_string(last)
                + " are not possible; they must lie in 0 to " + std::to_string(count - 1) + ", the first one first.");
    };
    if (auto valid = range("steps", edit.firstStep, edit.lastStep, steps); !valid)
        return valid;
    if (auto valid = range("layers", edit.firstLayer, edit.lastLayer, geometry.layerCount()); !valid)
        return valid;
    if (!edit.mask.isEmpty() && !(edit.mask.grid == geometry.grid))
        return unexpected(ErrorCode::InvalidArgument,
            "The probe's token mask is for another grid; this run has " + std::to_string(geometry.grid.frames) + "x"
                + std::to_string(geometry.grid.rows) + "x" + std::to_string(geometry.grid.columns)
                + " tokens (latent frames x rows x columns).");
    return {};
}

std::vector<double> frameDifferences(const Clip& a, const Clip& b)
{
    std::vector<double> result;
    for (std::size_t frame = 0; frame < std::min(a.frames.size(), b.frames.size()); ++frame) {
        const auto &left = a.frames[frame].rgb, &right = b.frames[frame].rgb;
        double sum = 0;
        for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
            sum += (left[i] - right[i]) * (left[i] - right[i]);
        result.push_back(left.empty() ? 0 : std::sqrt(sum / static_cast<double>(left.size())));
    }
    return result;
}

/// Token computations of one row within the range.
std::int64_t computedTokens(const plan::Trace& trace, const ProbeEdit& edit)
{
    std::int64_t sum = 0;
    for (int evaluation = 0; evaluation < trace.publishedEvaluations(); ++evaluation) {
        const int step = trace.schedule().evaluations[static_cast<std::size_t>(evaluation)].step;
        for (int layer = edit.firstLayer; step >= edit.firstStep && step <= edit.lastStep && layer <= edit.lastLayer;
             ++layer)
            for (const plan::ModuleKind module : plan::kAllModules)
                sum += trace.cell(trace.cellIndex(evaluation, layer, module)).computedTokens;
    }
    return sum;
}

} // namespace

void copyBefore(const plan::Trace& from, int end, plan::Trace& to)
{
    const auto tokens = static_cast<std::size_t>(from.geometry().grid.tokens());
    const std::size_t cells = static_cast<std::size_t>(end) * plan::Trace::cellsPerEvaluation(from.geometry());
    for (std::size_t i = 0; i < cells; ++i) {
        const plan::TraceCell& cell = from.cell(i);
        std::vector<std::int64_t> fresh;
        std::vector<float> scores;
        for (int row = 0; row < from.selectionRows(); ++row) {
            if (cell.action == plan::Action::Subset && cell.computedTokens > 0) {
                const std::vector<std::uint8_t> isFresh = from.freshTokens(i, row);
                for (std::size_t token = 0; token < tokens; ++token)
                    if (isFresh[token] != 0)
                        fresh.push_back(static_cast<std::int64_t>(token));
            }
            const std::vector<float> own = from.scores(i, row);
            scores.insert(scores.end(), own.begin(), own.end());
        }
        to.append(cell, fresh, scores);
    }
    for (int evaluation = 0; evaluation < end; ++evaluation)
        to.appendEvaluation(from.evaluation(evaluation));
}

int replayStart(const plan::Trace& trace, const std::string& policy, int step)
{
    if (!isForgetful(policy))
        return 0;
    const int last = std::min(step, trace.publishedEvaluations() - 1);
    for (int evaluation = last; evaluation > 0; --evaluation) {
        bool isFull = trace.evaluation(evaluation).decision == plan::EvaluationDecision::Run;
        for (int layer = 0; layer < trace.layerCount() && isFull; ++layer)
            for (const plan::ModuleKind module : plan::kAllModules) {
                const bool isAbsent = module == plan::ModuleKind::CrossAttention && !trace.geometry().crossAttention;
                isFull &=
                    isAbsent || trace.cell(trace.cellIndex(evaluation, layer, module)).action == plan::Action::Full;
            }
        if (isFull)
            return evaluation;
    }
    return 0;
}

Result<std::shared_ptr<const RunHistory>> TorchEngine::historyOf(
    const GenerationRequest& request, Observer& observer, const std::stop_token& stop)
{
    auto prepared = prepare(request);
    if (!prepared)
        return unexpected(prepared.error());
    if (m_history && m_history->request == prepared->request && m_history->fingerprint == prepared->fingerprint)
        return m_history;
    if (auto enough = checkMemory(prepared->memory); !enough)
        return unexpected(enough.error());
    at::set_num_threads(prepared->threads);
    auto history = std::make_shared<RunHistory>();
    prepared->history = history;
    m_history.reset();
    auto result = run(*prepared, observer, stop);
    if (!result)
        return unexpected(result.error());
    history->request = prepared->request;
    history->fingerprint = prepared->fingerprint;
    history->result = std::make_shared<const RunResult>(std::move(*result));
    m_history = history;
    return m_history;
}

Result<ProbeResult> TorchEngine::probe(const ProbeRequest& request, Observer& observer, std::stop_token stop)
{
    return guarded([&]() -> Result<ProbeResult> {
        const c10::InferenceMode inference;
        auto prepared = prepare(request.request);
        if (!prepared)
            return unexpected(prepared.error());
        const ProbeEdit& edit = request.edit;
        const plan::Geometry geometry = prepared->plan.geometry();
        if (auto valid = checkEdit(edit, geometry, request.request.steps); !valid)
            return unexpected(valid.error());
        if (auto editable = checkEditable(prepared->plan, request.request.policy); !edit.mask.isEmpty() && !editable)
            return unexpected(editable.error());
        const auto history = historyOf(request.request, observer, stop);
        if (!history)
            return unexpected(history.error());
        prepared = prepare(request.request); // the model is loaded now
        if (!prepared)
            return unexpected(prepared.error());
        const RunResult& original = *(*history)->result;
        prepared->earlier = *history;
        // Stale tokens need the outputs of the step before.
        const bool needsBefore = edit.mode == ProbeMode::KeepStale && !edit.mask.isEmpty();
        prepared->firstEvaluation =
            replayStart(*original.trace, request.request.policy, std::max(0, edit.firstStep - (needsBefore ? 1 : 0)));
        if (!edit.mask.isEmpty())
            prepared->probe = cache::ProbeRange{{edit.mask.tokens.begin(), edit.mask.tokens.end()},
                edit.mode == ProbeMode::KeepFresh, edit.firstStep, edit.lastStep, edit.firstLayer, edit.lastLayer};
        // The range's modules are stored, whatever the policy alone would store.
        prepared->memory.cache += edit.mask.isEmpty()
            ? 0
            : geometry.moduleOutputBytes() * plan::kModuleKinds * (edit.lastLayer - edit.firstLayer + 1);
        if (auto enough = checkMemory(prepared->memory); !enough)
            return unexpected(enough.error());
        at::set_num_threads(prepared->threads);
        auto edited = run(*prepared, observer, stop);
        if (!edited)
            return unexpected(edited.error());

        ProbeResult result;
        result.original = (*history)->result;
        result.edited = std::move(*edited);
        result.restartedAt = prepared->firstEvaluation;
        result.grid = geometry.grid;
        result.tokenDamage = tokenDamage(result.edited.latent, original.latent, original.latentShape, geometry.grid);
        result.frameRmse = frameDifferences(result.edited.clip, original.clip);
        double change = 0, norm = 0;
        for (std::size_t i = 0; i < original.latent.size(); ++i) {
            const double was = static_cast<double>(original.latent[i]);
            change += std::pow(static_cast<double>(result.edited.latent[i]) - was, 2);
            norm += was * was;
        }
        result.latentRelativeError = norm > 0 ? std::sqrt(change / norm) : 0;
        result.computedTokens = computedTokens(*result.edited.trace, edit);
        result.originalTokens = computedTokens(*original.trace, edit);
        result.isIdentical = result.edited.latent == original.latent
            && std::all_of(result.frameRmse.begin(), result.frameRmse.end(), [](double rmse) { return rmse == 0; });
        return result;
    });
}

} // namespace toca::engine
