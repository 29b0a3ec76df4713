// SPDX-License-Identifier: Apache-2.0
// toca compare: how far clips are from the first one, and all of them in one clip.
#include "app/cli/arguments.h"
#include "app/cli/clip_files.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "app/cli/output_paths.h"
#include "core/api/run_result.h"
#include "core/library/run_library.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <iostream>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

struct CompareOptions {
    std::vector<std::string> clips;
    std::optional<std::string> out;
    std::optional<std::string> labels;
    std::optional<int> gain;
    bool hasDifference = false;
    bool isJson = false;
};

struct Compared {
    std::filesystem::path path;
    LabelledClip clip;
    std::optional<Fidelity> fidelity; ///< against the first clip; none where sizes or lengths differ
    std::string problem; ///< why there is none
};

std::vector<std::string> splitAtCommas(const std::string& text)
{
    std::vector<std::string> parts(1);
    for (const char letter : text) {
        if (letter == ',')
            parts.emplace_back();
        else
            parts.back() += letter;
    }
    return parts;
}

/// What a clip is called when nobody says it: its policy with the preset, else its file.
std::string labelOf(const std::filesystem::path& path)
{
    if (const auto request = requestFromJson(clipRequest(path)); request && !clipRequest(path).empty()) {
        if (request->policy == "none")
            return "uncached";
        return request->policy + (request->preset.empty() ? "" : ", " + request->preset);
    }
    return path.stem().string();
}

/// A clip file, or the clip of a run's folder.
Result<std::filesystem::path> clipPathOf(const std::string& name)
{
    const std::filesystem::path path = name;
    std::error_code error;
    if (!std::filesystem::is_directory(path, error) || !std::filesystem::exists(path / "request.json", error))
        return path;
    auto run = library::readRun(path);
    if (!run)
        return unexpected(run.error());
    if (run->clip.empty())
        return unexpected(ErrorCode::NotFound, "The run '" + name + "' has no clip to compare.");
    return run->clip;
}

Result<std::vector<Compared>> load(const CompareOptions& options)
{
    if (options.clips.size() < 2)
        return unexpected(
            ErrorCode::InvalidArgument, "A comparison needs at least two clips; name them one after the other.");
    const auto labels = options.labels ? splitAtCommas(*options.labels) : std::vector<std::string>();
    if (options.labels && labels.size() != options.clips.size())
        return unexpected(ErrorCode::InvalidArgument,
            "--labels gives " + std::to_string(labels.size()) + (labels.size() == 1 ? " label" : " labels") + " for "
                + std::to_string(options.clips.size()) + " clips; give one for each, with commas between them.");
    if (options.gain && (*options.gain < 1 || *options.gain > 64))
        return unexpected(ErrorCode::InvalidArgument, "--gain must be from 1 to 64.");
    if (options.out) {
        if (auto ready = checkWritableClip(*options.out); !ready)
            return unexpected(ready.error());
    }
    std::vector<Compared> compared;
    for (std::size_t i = 0; i < options.clips.size(); ++i) {
        const auto path = clipPathOf(options.clips[i]);
        if (!path)
            return unexpected(path.error());
        auto clip = readClipFile(*path);
        if (!clip)
            return unexpected(clip.error());
        Compared each{*path, {std::move(*clip), labels.empty() ? labelOf(*path) : labels[i]}, {}, {}};
        if (i > 0) {
            auto measured = fidelity(each.clip.clip, compared.front().clip.clip);
            if (measured)
                each.fidelity = std::move(*measured);
            else
                each.problem = measured.error().message;
        }
        compared.push_back(std::move(each));
    }
    return compared;
}

Json finite(double value)
{
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string shown(const std::vector<Compared>& compared, bool isJson)
{
    if (isJson) {
        Json clips = Json::array();
        for (const Compared& each : compared) {
            Json object{{"clip", each.path.string()}, {"label", each.clip.label}};
            if (each.fidelity) {
                object["identical"] = each.fidelity->identical;
                object["psnr_db"] = finite(each.fidelity->psnrDb);
                object["ssim"] = finite(each.fidelity->ssim);
            } else if (!each.problem.empty()) {
                object["fidelity_error"] = each.problem;
            }
            clips.push_back(std::move(object));
        }
        const Json report{{"format", "toca-comparison"}, {"format_version", 1}, {"clips", clips}};
        return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    }
    TextTable table("lrrl");
    table.addRow({"clip", "PSNR", "SSIM", ""});
    for (const Compared& each : compared) {
        if (each.fidelity && each.fidelity->identical)
            table.addRow({oneLine(each.clip.label, 60), "identical", fixedText(each.fidelity->ssim, 4), ""});
        else if (each.fidelity)
            table.addRow({oneLine(each.clip.label, 60), fixedText(each.fidelity->psnrDb, 2) + " dB",
                fixedText(each.fidelity->ssim, 4), ""});
        else
            table.addRow({oneLine(each.clip.label, 60), "", "",
                each.problem.empty() ? "the others are compared with it" : oneLine(each.problem, 200)});
    }
    return table.text();
}

int compare(const CompareOptions& options)
{
    const Interrupt interrupt;
    auto compared = load(options);
    if (!compared)
        return fail(compared.error());
    std::cout << shown(*compared, options.isJson);
    if (!options.out)
        return kExitDone;
    std::vector<LabelledClip> clips;
    for (Compared& each : *compared)
        clips.push_back(std::move(each.clip));
    const auto whole = sideBySide(std::move(clips), options.hasDifference ? options.gain.value_or(4) : 0);
    if (!whole)
        return fail(whole.error());
    const auto written = saveClip(*options.out, *whole, {}, interrupt.token());
    if (!written)
        return fail(written.error());
    if (!options.isJson)
        std::cout << *written << "\n";
    return kExitDone;
}

} // namespace

void addCompareCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<CompareOptions>();
    CLI::App* command =
        program.add_subcommand("compare", "Measure clips against the first one, and show them side by side");
    command
        ->add_option("clips", options->clips,
            "Clips, pictures or folders of runs; the first is what the others are compared with")
        ->type_name("CLIP");
    addText(*command, "--out", options->out,
        "Write all of them side by side below their labels: .mp4, .webm, .gif, .png", "FILE");
    addText(*command, "--labels", options->labels,
        "What stands above each clip, with commas between (default: its policy)", "LIST");
    command->add_flag("--difference", options->hasDifference, "Add |first - second| as one more picture");
    addInteger(*command, "--gain", options->gain, "The difference is shown so many times larger (default 4)");
    command->add_flag("--json", options->isJson, "Print JSON");
    command->callback([&action, options] { action = [options] { return compare(*options); }; });
}

} // namespace toca::app
