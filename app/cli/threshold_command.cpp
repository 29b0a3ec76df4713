// SPDX-License-Identifier: Apache-2.0
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "app/cli/output_paths.h"
#include "app/cli/progress.h"
#include "app/cli/request_options.h"
#include "app/cli/threshold_text.h"
#include "core/base/atomic_file.h"
#include "core/engine/make_engine.h"

#include <cstdio>
#include <iostream>

namespace toca::app {
namespace {

struct ThresholdOptions {
    RequestOptions request;
    std::optional<int> points;
    std::optional<double> from;
    std::optional<double> to;
    std::optional<std::string> csv;
    std::optional<std::string> json;
};

Result<plan::ThresholdResponse> responseOf(const ThresholdOptions& options, const Interrupt& interrupt)
{
    const auto engine = makeEngine();
    const auto model = engine->describe(options.request.model.value_or(""));
    if (!model)
        return unexpected(model.error());
    const auto request = requestOf(options.request, defaultsOf(*model));
    if (!request)
        return unexpected(request.error());
    if (!plan::isThresholdPolicy(request->policy))
        return unexpected(ErrorCode::InvalidArgument,
            "The policy " + oneLine(request->policy, 80)
                + " decides by no threshold of a measured change; choose teacache, dbcache, magcache or easycache "
                  "with --policy.");
    // Everything that is wrong is said before the minutes of a run; a missing calibration too.
    if (const auto forecast = engine->forecast(*request); !forecast)
        return unexpected(forecast.error());
    for (const auto& file : {options.csv, options.json})
        if (file && *file != "-")
            if (auto writable = checkWritableFile(*file); !writable)
                return unexpected(writable.error());

    plan::SignalOptions signals;
    if (request->policy == "dbcache") {
        const auto policy = plan::makePolicy(
            request->policy, request->policyParameters, request->preset, {model->shape.family, "", ""});
        if (!policy)
            return unexpected(policy.error());
        signals.firstLayers = static_cast<int>(std::get<std::int64_t>((*policy)->parameters().at("first_layers")));
    }
    signals.firstLayerPairs = request->policy == "dbcache";
    Progress progress(options.request.isQuiet);
    const auto record = engine->recordSignals(*request, signals, progress, interrupt.token());
    progress.clear();
    if (!record)
        return unexpected(record.error());
    if (signals.firstLayerPairs && record->firstLayerStride > 1)
        warn("The first layers' residuals were kept for every " + std::to_string(record->firstLayerStride)
            + "th token only, to save memory; the thresholds are estimates.");
    const auto policy = plan::makePolicy(request->policy, request->policyParameters, request->preset,
        {record->geometry.family, record->modelIdentity, record->calibrationFolder});
    if (!policy)
        return unexpected(policy.error());
    plan::ThresholdRange range;
    range.points = options.points.value_or(range.points);
    range.from = options.from.value_or(0);
    range.to = options.to.value_or(0);
    return plan::thresholdResponse(**policy, *record, range);
}

int showThresholds(const ThresholdOptions& options)
{
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto response = responseOf(options, interrupt);
    if (!response)
        return fail(response.error());
    const std::pair<std::optional<std::string>, std::string> files[]{
        {options.csv, thresholdCsv(*response)}, {options.json, thresholdJson(*response)}};
    bool isTextWanted = !options.request.isQuiet;
    for (const auto& [file, content] : files) {
        if (!file)
            continue;
        if (*file == "-") {
            std::cout << content;
            isTextWanted = false;
        } else if (auto written = writeFileAtomically(*file, content); !written) {
            return fail(written.error());
        }
    }
    if (isTextWanted)
        std::cout << thresholdText(*response);
    return kExitDone;
}

} // namespace

void addThresholdCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<ThresholdOptions>();
    CLI::App* command = program.add_subcommand("threshold",
        "Show how many steps TeaCache, DBCache, MagCache or EasyCache skip at each threshold, from one uncached run");
    options->request.addRequestTo(*command);
    options->request.addCachingTo(*command);
    command->option_defaults()->group("Thresholds");
    addInteger(*command, "--points", options->points, "Number of thresholds, spaced evenly in logarithm (default 200)");
    addNumber(*command, "--from", options->from, "Smallest threshold (default: inside the inert zone)");
    addNumber(*command, "--to", options->to, "Largest threshold (default: where nothing more is skipped)");
    addText(*command, "--csv", options->csv, "Table of all points; - writes it to standard output", "FILE");
    addText(*command, "--json", options->json, "The same as JSON; - writes it to standard output", "FILE");
    command->add_flag("--quiet", options->request.isQuiet, "Print nothing but warnings and errors");
    command->option_defaults()->group("Options");
    command->callback([&action, options] { action = [options] { return showThresholds(*options); }; });
}

} // namespace toca::app
