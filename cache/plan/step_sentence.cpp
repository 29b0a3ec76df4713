// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/step_sentence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace toca::plan {
namespace {

/// Evaluations of a step that lie in the trace; `published` is cleared when one of them is still to come.
std::vector<int> evaluationsOf(const Trace& trace, int step, bool& published)
{
    std::vector<int> found;
    const auto& evaluations = trace.schedule().evaluations;
    const int ready = trace.publishedEvaluations();
    for (int i = 0; i < trace.evaluationCount(); ++i) {
        if (evaluations[static_cast<std::size_t>(i)].step != step)
            continue;
        if (i < ready)
            found.push_back(i);
        else
            published = false;
    }
    return found;
}

bool isPresent(const Trace& trace, ModuleKind module)
{
    return module != ModuleKind::CrossAttention || trace.geometry().crossAttention;
}

/// Computed tokens of one kind of module, share of all; counts what the others did.
double freshRatioOf(const Trace& trace, const std::vector<int>& evaluations, ModuleKind module,
    std::array<int, kActions>* actions = nullptr)
{
    double computed = 0, all = 0;
    for (const int evaluation : evaluations) {
        for (int layer = 0; layer < trace.layerCount(); ++layer) {
            const TraceCell& cell = trace.cell(trace.cellIndex(evaluation, layer, module));
            const bool isAll = cell.action == Action::Full;
            computed += isAll ? static_cast<double>(trace.geometry().grid.tokens()) : cell.computedTokens;
            all += static_cast<double>(trace.geometry().grid.tokens());
            if (actions && !isAll && cell.computedTokens == 0)
                ++(*actions)[static_cast<std::size_t>(cell.action)];
        }
    }
    return all > 0 ? std::min(1.0, computed / all) : 0.0;
}

bool isWhole(const Trace& trace, const std::vector<int>& evaluations)
{
    if (evaluations.empty())
        return false;
    for (const int evaluation : evaluations)
        if (trace.evaluation(evaluation).decision != EvaluationDecision::Run)
            return false;
    return std::all_of(kAllModules.begin(), kAllModules.end(), [&](ModuleKind module) {
        return !isPresent(trace, module) || freshRatioOf(trace, evaluations, module) >= 1.0;
    });
}

double secondsOf(const Trace& trace, const std::vector<int>& evaluations)
{
    double seconds = 0;
    for (const int evaluation : evaluations)
        seconds += trace.evaluation(evaluation).seconds;
    return seconds;
}

/// Mean seconds of the run's own full steps; 0 when there is none yet.
double ownFullSeconds(const Trace& trace)
{
    double first = 0, sum = 0;
    int count = 0;
    for (int step = 0; step < trace.schedule().steps; ++step) {
        bool published = true;
        const auto evaluations = evaluationsOf(trace, step, published);
        if (!published || !isWhole(trace, evaluations))
            continue;
        if (step == 0) {
            first = secondsOf(trace, evaluations);
        } else {
            sum += secondsOf(trace, evaluations);
            ++count;
        }
    }
    return count > 0 ? sum / count : first;
}

const char* spokenName(ModuleKind module)
{
    switch (module) {
    case ModuleKind::SelfAttention:
        return "self-attention";
    case ModuleKind::CrossAttention:
        return "cross-attention";
    case ModuleKind::Mlp:
        break;
    }
    return "MLP";
}

/// What a module did, without its name: "computes 15 % of the tokens", "is reused from step 12".
std::string deedOf(const ModuleAccount& module)
{
    if (module.freshRatio >= 1.0)
        return "computes all tokens";
    if (module.freshRatio > 0)
        return "computes " + spokenPercent(module.freshRatio) + " of the tokens";
    const std::string from = module.reusedFrom >= 0 ? " from step " + std::to_string(module.reusedFrom) : "";
    switch (module.action) {
    case Action::Forecast:
        return "is forecast" + from;
    case Action::Blend:
        return "is mixed with stored results" + from;
    case Action::Skip:
        return "is jumped over";
    case Action::Full:
    case Action::Subset:
    case Action::Reuse:
        break;
    }
    return "is reused" + from;
}

} // namespace

bool StepAccount::isFull() const
{
    return happened && decision == EvaluationDecision::Run
        && std::all_of(modules.begin(), modules.end(),
            [](const ModuleAccount& module) { return !module.isPresent || module.freshRatio >= 1.0; });
}

StepAccount accountOf(const Trace& trace, int step, double fullSeconds)
{
    StepAccount account;
    account.step = step;
    bool published = true;
    const auto evaluations = evaluationsOf(trace, step, published);
    account.happened = published && !evaluations.empty();
    if (!account.happened)
        return account;
    account.decision = trace.evaluation(evaluations.back()).decision;
    for (const ModuleKind kind : kAllModules) {
        ModuleAccount& module = account.modules[static_cast<std::size_t>(kind)];
        module.isPresent = isPresent(trace, kind);
        if (!module.isPresent)
            continue;
        std::array<int, kActions> actions{};
        module.freshRatio = freshRatioOf(trace, evaluations, kind, &actions);
        if (module.freshRatio < 1.0) {
            module.action = module.freshRatio > 0
                ? Action::Subset
                : static_cast<Action>(std::max_element(actions.begin(), actions.end()) - actions.begin());
            for (int earlier = step - 1; earlier >= 0 && module.reusedFrom < 0; --earlier) {
                bool known = true;
                const auto before = evaluationsOf(trace, earlier, known);
                if (!before.empty() && freshRatioOf(trace, before, kind) >= 1.0)
                    module.reusedFrom = earlier;
            }
        }
    }
    const double full = fullSeconds > 0 ? fullSeconds : ownFullSeconds(trace);
    if (full > 0)
        account.timeShare = secondsOf(trace, evaluations) / full;
    const Plan whole(trace.geometry(), trace.schedule());
    double flops = 0, all = 0;
    for (const int evaluation : evaluations) {
        flops += trace.evaluation(evaluation).flops;
        all += whole.evaluationFlops(evaluation);
    }
    if (all > 0)
        account.flopsShare = flops / all;
    return account;
}

std::string spokenPercent(double share)
{
    const double percent = 100 * share;
    char text[32];
    const int digits = percent == 0 || percent >= 9.95 ? 0 : percent >= 0.0995 ? 1 : 2;
    std::snprintf(text, sizeof text, "%.*f %%", digits, percent);
    return text;
}

std::string stepSentence(const StepAccount& account, double error)
{
    std::string text = "Step " + std::to_string(account.step) + ": ";
    if (!account.happened)
        return text + "not made yet.";
    if (account.decision == EvaluationDecision::ReusePrediction) {
        text += "the model is not called, its last prediction is used again";
    } else if (account.isFull()) {
        text += "everything is computed and kept";
    } else {
        // Modules that did the same are named together.
        std::vector<std::pair<std::string, std::vector<const char*>>> deeds;
        for (const ModuleKind kind : {ModuleKind::Mlp, ModuleKind::SelfAttention, ModuleKind::CrossAttention}) {
            const ModuleAccount& module = account.modules[static_cast<std::size_t>(kind)];
            if (!module.isPresent)
                continue;
            const std::string deed = deedOf(module);
            const auto same = std::find_if(deeds.begin(), deeds.end(), [&](const auto& d) { return d.first == deed; });
            if (same == deeds.end())
                deeds.push_back({deed, {spokenName(kind)}});
            else
                same->second.push_back(spokenName(kind));
        }
        for (std::size_t i = 0; i < deeds.size(); ++i) {
            const auto& names = deeds[i].second;
            text += i > 0 ? ", " : "";
            for (std::size_t k = 0; k < names.size(); ++k)
                text += (k == 0 ? "" : k + 1 == names.size() ? " and " : ", ") + std::string(names[k]);
            std::string deed = deeds[i].first;
            if (names.size() > 1) // plural
                deed = deed.starts_with("is ") ? "are " + deed.substr(3) : "compute" + deed.substr(8);
            text += " " + deed;
        }
        if (account.decision == EvaluationDecision::ConditionalOnly)
            text += ", only for the row with the prompt";
    }
    if (std::isfinite(account.timeShare))
        text += ", " + spokenPercent(account.timeShare) + " of a full step's time";
    if (std::isfinite(error))
        text += "; error " + spokenPercent(error);
    return text + ".";
}

} // namespace toca::plan
