// SPDX-License-Identifier: Apache-2.0
#include "app/cli/generate_item.h"

#include "app/cli/clip_files.h"
#include "app/cli/comparison.h"
#include "app/cli/console.h"
#include "app/cli/prompt_check.h"
#include "app/cli/version_text.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace toca::app {
namespace {

/// Warnings are printed once, whether the forecast or the run says them.
class Warnings {
public:
    explicit Warnings(Progress& progress)
        : m_progress(progress)
    {
    }
    void add(const std::string& warning)
    {
        if (std::find(m_all.begin(), m_all.end(), warning) != m_all.end())
            return;
        m_all.push_back(warning);
        m_progress.clear();
        warn(warning);
    }
    void add(const std::vector<std::string>& warnings)
    {
        for (const std::string& warning : warnings)
            add(warning);
    }
    const std::vector<std::string>& all() const { return m_all; }

private:
    Progress& m_progress;
    std::vector<std::string> m_all;
};

std::string vocabularyWarning(const ModelInfo& model, const std::string& prompt)
{
    std::string list;
    for (const std::string& word : unknownWords(model, prompt))
        list += (list.empty() ? "" : ", ") + oneLine(word, 40);
    return list.empty() ? "" : "The model has never seen these words: " + list + ".";
}

std::string timesText(const RunResult& run)
{
    const RunTimes& times = run.times;
    std::string text = "denoising " + fixedText(times.denoising, 2) + " s, decoding " + fixedText(times.decoding, 2)
        + " s (first picture after " + fixedText(times.firstFrame, 2) + " s), total " + fixedText(times.total(), 2)
        + " s on " + run.device + "; ";
    const double counted = run.trace ? run.trace->flops() : run.plan.totalFlops();
    return text + flopsText(counted) + " counted, " + fixedText(run.plan.baselineFlops() / counted, 2)
        + " times fewer than uncached\n";
}

/// One line of the gains that a report holds.
std::string gainsText(const std::string& reportText)
{
    const auto report = nlohmann::json::parse(reportText);
    const auto number = [&report](const char* key, int decimals) {
        const auto& value = report.at(key);
        return value.is_number() ? fixedText(value.get<double>(), decimals) : std::string("infinite");
    };
    std::string text = "against uncached: " + number("wall_clock_gain", 2) + " times faster (FLOPs "
        + number("flops_gain", 2) + "), end to end " + number("end_to_end_gain", 2) + "; ";
    if (!report.contains("psnr_db"))
        return text + "the clips cannot be compared\n";
    if (report.at("identical").get<bool>())
        return text + "identical clips\n";
    return text + "PSNR " + number("psnr_db", 2) + " dB, SSIM " + number("ssim", 4) + ", latent error "
        + number("latent_relative_error", 4) + "\n";
}

void complete(RunResult& run, const std::vector<std::string>& warnings)
{
    run.versions.merge(libraryVersions());
    for (const std::string& warning : warnings)
        if (std::find(run.warnings.begin(), run.warnings.end(), warning) == run.warnings.end())
            run.warnings.push_back(warning);
}

} // namespace

Result<void> saveTrace(const std::filesystem::path& path, const plan::Trace& trace, const std::string& requestJson)
{
    const std::string extension = path.extension().string();
    if (extension == ".csv")
        return plan::exportTraceCsv(path, trace);
    if (extension == ".json")
        return plan::exportTraceEvents(path, trace);
    return plan::writeTrace(path, trace, requestJson);
}

Result<ItemResult> generateItem(
    Engine& engine, const ModelInfo& model, const GenerateItem& item, Progress& progress, std::stop_token stop)
{
    Warnings warnings(progress);
    const auto forecast = engine.forecast(item.request);
    if (!forecast)
        return unexpected(forecast.error());
    warnings.add(forecast->warnings);
    if (const std::string unknown = vocabularyWarning(model, item.request.prompt); !unknown.empty())
        warnings.add(unknown);

    ItemResult result;
    const auto keep = [&](const RunResult& run) -> Result<void> {
        warnings.add(run.warnings);
        const std::string requestJson = toJson(run.request);
        const auto saved = saveClip(item.clip, run.clip, requestJson, stop);
        if (!saved)
            return unexpected(saved.error());
        result.summary = *saved + "\n";
        if (item.trace && run.trace)
            return saveTrace(*item.trace, *run.trace, requestJson);
        return {};
    };

    if (!item.compareBaseline) {
        progress.begin(item.label);
        auto run = engine.generate(item.request, progress, stop);
        if (!run)
            return unexpected(run.error());
        if (auto kept = keep(*run); !kept)
            return unexpected(kept.error());
        complete(*run, warnings.all());
        const auto check = promptCheckJson(run->request.prompt, run->clip);
        result.report = withPromptCheck(reportJson(*run, nullptr, item.clip.string()), check);
        if (item.target)
            result.report = withTarget(result.report, *item.target);
        result.summary += timesText(*run) + promptCheckText(check);
        return result;
    }

    auto comparison = runWithBaseline(engine, item.request, item.repeat, item.warmUp, progress, item.label, stop, keep);
    if (!comparison)
        return unexpected(comparison.error());
    complete(comparison->run, warnings.all());
    complete(comparison->baseline, {});
    // The trace belongs to the repetition that the report tells of.
    if (item.trace && item.repeat > 1 && comparison->run.trace)
        if (auto saved = saveTrace(*item.trace, *comparison->run.trace, toJson(comparison->run.request)); !saved)
            return unexpected(saved.error());
    const auto check = promptCheckJson(comparison->run.request.prompt, comparison->run.clip);
    result.report = withPromptCheck(reportOf(*comparison, item.clip.string()), check);
    result.summary += timesText(comparison->run) + gainsText(result.report);
    if (item.target) {
        result.report = withTarget(result.report, *item.target);
        result.summary += targetOutcome(result.report);
    }
    result.summary += promptCheckText(check);
    if (const auto before = promptCheckText(promptCheckJson(item.request.prompt, comparison->baseline.clip));
        !before.empty())
        result.summary += "uncached: " + before;
    return result;
}

} // namespace toca::app
