// SPDX-License-Identifier: Apache-2.0
#include "app/recorded_runs.h"

#include "core/library/run_library.h"

#include <nlohmann/json.hpp>

#include <limits>

namespace toca::app {

std::vector<plan::RecordedRun> recordedRuns(const std::string& modelPath, std::filesystem::path folder)
{
    std::vector<plan::RecordedRun> recorded;
    if (folder.empty())
        folder = library::RunLibrary::defaultFolder();
    std::error_code error;
    if (folder.empty() || !std::filesystem::is_directory(folder, error))
        return recorded;
    const auto runs = library::RunLibrary::open(folder);
    const auto listing = runs ? runs->list() : Result<library::Listing>(library::Listing());
    if (!listing)
        return recorded;
    for (const library::StoredRun& run : listing->runs) {
        if (run.request.modelPath != modelPath || run.request.policy == "none")
            continue;
        const auto text = library::readReport(run.folder);
        if (!text)
            continue;
        const auto report = nlohmann::json::parse(*text, nullptr, false);
        const auto psnr = report.is_object() ? report.find("psnr_db") : report.end();
        const auto identical = report.is_object() ? report.find("identical") : report.end();
        const bool isIdentical = identical != report.end() && identical->is_boolean() && identical->get<bool>();
        const bool isCompared = psnr != report.end() && psnr->is_number();
        if (!isIdentical && !isCompared)
            continue;
        plan::PolicyContext context;
        if (const auto model = report.find("model"); model != report.end() && model->is_object())
            if (const auto family = model->find("family"); family != model->end() && family->is_string())
                context.family = family->get<std::string>();
        const auto policy =
            plan::makePolicy(run.request.policy, run.request.policyParameters, run.request.preset, context);
        if (policy)
            recorded.push_back({run.request.policy, (*policy)->parameters(), run.request.steps,
                isIdentical ? std::numeric_limits<double>::infinity() : psnr->get<double>()});
    }
    return recorded;
}

} // namespace toca::app
