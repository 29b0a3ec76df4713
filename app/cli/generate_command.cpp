// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/generate_batch.h"
#include "app/cli/interrupt.h"
#include "app/cli/target_solver.h"
#include "core/base/atomic_file.h"
#include "core/engine/make_engine.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>

namespace toca::app {
namespace {

/// The report of one clip as it is, those of a batch as an array, in which a failed clip has its error.
class ReportFile {
public:
    ReportFile(std::optional<std::string> path, bool isArray)
        : m_path(std::move(path))
        , m_isArray(isArray)
    {
    }

    Result<void> add(const std::string& report)
    {
        if (!m_path)
            return {};
        if (m_isArray)
            m_reports.push_back(nlohmann::ordered_json::parse(report));
        else
            m_single = report;
        // After each clip, so that a batch that is broken off has told of those before. Standard output gets it once.
        return *m_path == "-" ? Result<void>() : writeFileAtomically(*m_path, text());
    }

    Result<void> addFailure(const GenerationRequest& request, const Error& error)
    {
        nlohmann::ordered_json report;
        report["format"] = "toca-report";
        report["format_version"] = 1;
        report["error"] = {{"code", errorCodeName(error.code)}, {"message", oneLine(error.message)}};
        report["settings"] = nlohmann::ordered_json::parse(toJson(request));
        return m_isArray ? add(report.dump()) : Result<void>();
    }

    void finish() const
    {
        if (m_path && *m_path == "-")
            std::cout << text();
    }

private:
    std::string text() const { return m_isArray ? m_reports.dump(2) + "\n" : m_single; }

    std::optional<std::string> m_path;
    bool m_isArray = false;
    std::string m_single;
    nlohmann::ordered_json m_reports = nlohmann::ordered_json::array();
};

int runBatch(Engine& engine, const ModelInfo& model, const GenerateBatch& batch, bool isQuiet, std::stop_token stop)
{
    Progress progress(isQuiet);
    ReportFile report(batch.report(), batch.isNumbered());
    std::FILE* summaries = batch.report() == "-" ? stderr : stdout;
    std::size_t failures = 0;
    int exitCode = kExitDone;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const GenerateItem item = batch.item(i);
        const auto result = generateItem(engine, model, item, progress, stop);
        progress.clear();
        Result<void> reported = result ? report.add(result->report) : report.addFailure(item.request, result.error());
        if (!result) {
            ++failures;
            const int code = fail(result.error());
            exitCode = exitCode == kExitDone || code == kExitCancelled ? code : exitCode;
            if (code == kExitCancelled)
                break;
        } else if (!isQuiet) {
            std::fprintf(summaries, "%s", result->summary.c_str());
            std::fflush(summaries);
        }
        if (!reported)
            return fail(reported.error());
    }
    report.finish();
    if (batch.isNumbered() && failures > 0 && exitCode != kExitCancelled)
        fail({ErrorCode::Internal,
            std::to_string(failures) + " of " + std::to_string(batch.size()) + " clips could not be made."});
    return exitCode;
}

struct GenerateOptions {
    RequestOptions request;
    TargetOptions target;
};

/// Chooses the batch's setting, and says which.
Result<void> aim(GenerateBatch& batch, const Target& target, Engine& engine, const ModelInfo& model, bool isQuiet,
    std::stop_token stop)
{
    TargetSolver solver(engine, model, library::CostFolder(library::CostFolder::defaultFolder()), isQuiet);
    const auto solved = solver.solve(target, batch.item(0).request, std::move(stop));
    if (!solved)
        return unexpected(solved.error());
    if (!solved->answer.isMet)
        return unexpected(
            ErrorCode::Unsupported, "No clip is made for " + target.text() + ". " + solved->answer.reason);
    if (!isQuiet)
        std::cerr << targetText(*solved);
    batch.setTarget(*solved);
    return {};
}

int generate(const GenerateOptions& all)
{
    const RequestOptions& options = all.request;
    const auto target = all.target.target();
    if (!target)
        return fail(target.error());
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto engine = makeEngine();
    const auto model = engine->describe(options.model.value_or(""));
    if (!model)
        return fail(model.error());
    const auto request = requestOf(options, defaultsOf(*model));
    if (!request)
        return fail(request.error());
    auto batch = GenerateBatch::make(options, *request);
    if (!batch)
        return fail(batch.error());
    // What is wrong with all of a batch is said once, and before anything is written.
    if (const auto forecast = engine->forecast(batch->item(0).request); !forecast)
        return fail(forecast.error());
    if (const auto writable = batch->checkOutputs(); !writable)
        return fail(writable.error());
    if (*target)
        if (auto aimed = aim(*batch, **target, *engine, *model, options.isQuiet, interrupt.token()); !aimed)
            return fail(aimed.error());
    return runBatch(*engine, *model, *batch, options.isQuiet, interrupt.token());
}

} // namespace

void addGenerateCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<GenerateOptions>();
    CLI::App* command = program.add_subcommand("generate", "Make a clip from a prompt, with cached features");
    options->request.addTo(*command);
    options->target.addTo(*command);
    command->callback([&action, options] { action = [options] { return generate(*options); }; });
}

} // namespace toca::app
