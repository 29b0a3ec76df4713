// SPDX-License-Identifier: Apache-2.0
#include "core/verify/verify.h"

#include "core/base/printable.h"
#include "core/engine/guarded.h"
#include "core/verify/families.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <fnmatch.h>

namespace toca::verify {

namespace fs = std::filesystem;

namespace {

/// The folder itself, or the cases one level below it, in a fixed order.
std::vector<fs::path> casesIn(const fs::path& folder)
{
    std::error_code error;
    if (fs::exists(folder / "case.json", error))
        return {folder};
    std::vector<fs::path> cases;
    for (const auto& entry : fs::directory_iterator(folder, error))
        if (fs::exists(entry.path() / "case.json", error))
            cases.push_back(entry.path());
    std::sort(cases.begin(), cases.end());
    return cases;
}

} // namespace

Result<VerifySummary> verify(const VerifyOptions& options, std::ostream& out)
{
    VerifySummary summary;
    if (options.threads > 0)
        at::set_num_threads(options.threads);
    const auto wanted = [&](const std::string& name) {
        return options.only.empty()
            || std::any_of(options.only.begin(), options.only.end(),
                [&](const std::string& glob) { return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0; });
    };
    for (const fs::path& folder : options.folders) {
        const auto cases = casesIn(folder);
        if (cases.empty())
            return unexpected(ErrorCode::NotFound,
                quotedPath(folder.string())
                    + " holds no reference case. Give a folder with a case.json, or one that holds such folders.");
        for (const fs::path& path : cases) {
            out << "# " << path.string() << '\n';
            auto reference = ReferenceCase::open(path);
            if (!reference) {
                out << "case FAILED\n";
                summary.problems.push_back(reference.error().message);
                ++summary.failed;
                continue;
            }
            CaseReport report(*reference, wanted, out);
            const auto family = std::find_if(families().begin(), families().end(),
                [&](const FamilyEntry& entry) { return entry.name == reference->family(); });
            if (family == families().end()) {
                report.finish("family '" + reference->family() + "' is not supported yet");
            } else {
                const auto ran = engine::guarded([&]() -> Result<void> {
                    const c10::InferenceMode inference;
                    return family->run(*reference, report);
                });
                if (!ran) {
                    out << "case FAILED\n";
                    summary.problems.push_back(quotedPath(path.string()) + ": " + ran.error().message);
                    ++summary.failed;
                    report.finish("the case stopped before it");
                } else {
                    report.finish();
                }
            }
            summary.compared += report.compared;
            summary.failed += report.failed;
            summary.unsupported += report.unsupported;
            summary.selections += report.selections;
            summary.ties += report.ties;
        }
    }
    return summary;
}

} // namespace toca::verify
