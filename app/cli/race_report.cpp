// SPDX-License-Identifier: Apache-2.0
#include "app/cli/race_report.h"

#include "app/cli/clip_files.h"
#include "app/cli/console.h"
#include "app/cli/report_row.h"
#include "app/cli/version_text.h"
#include "core/api/version.h"
#include "core/base/atomic_file.h"
#include "core/library/run_name.h"

#include <algorithm>
#include <cmath>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSheetGap = 4; // pixels between frames
constexpr int kMostSheetColumns = 4;

Json reportOf(const Racer& racer, const RunFigures& figures, const Reference& reference, const std::string& clip)
{
    RunResult run = racer.runs.median();
    run.versions.merge(libraryVersions());
    return Json::parse(reportJson(run, figures, reference, clip));
}

Reference referenceOf(const std::vector<Racer>& racers)
{
    Reference reference = toca::referenceOf(racers.front().runs.first());
    reference.figures = racers.front().runs.medianFigures();
    return reference;
}

Json tunedJson(const plan::Tuned& tuned, double target)
{
    return {{"target_flops_gain", target}, {"found_flops_gain", tuned.gain.flopsGain},
        {"by", tuned.gain.isMeasured ? "runs" : "plans"}, {"plans", tuned.plans}, {"runs", tuned.runs}};
}

std::string settingText(const Json& parameters)
{
    std::string text;
    for (const auto& [name, value] : parameters.items())
        text += (text.empty() ? "" : " ") + name + "=" + csvCell(value);
    return text;
}

/// "03-toca-opensora-r85"
std::string stemOf(std::size_t index, const std::string& name)
{
    const std::string number = std::to_string(index);
    return (number.size() < 2 ? "0" : "") + number + "-" + library::wordsOf(name, "policy");
}

/// The middle frames of all clips on one picture, row by row.
Clip contactSheet(const std::vector<Racer>& racers)
{
    const auto middleOf = [](const Racer& racer) -> const Frame& {
        const auto& frames = racer.runs.first().clip.frames;
        return frames[frames.size() / 2];
    };
    const int count = static_cast<int>(racers.size());
    const int columns = std::min(kMostSheetColumns, count), rows = (count + columns - 1) / columns;
    const int cellWidth = middleOf(racers.front()).width + kSheetGap;
    const int cellHeight = middleOf(racers.front()).height + kSheetGap;
    Frame sheet{columns * cellWidth - kSheetGap, rows * cellHeight - kSheetGap, {}};
    sheet.rgb.assign(static_cast<std::size_t>(sheet.width) * static_cast<std::size_t>(sheet.height) * 3, 255);
    for (int i = 0; i < count; ++i) {
        const Frame& frame = middleOf(racers[static_cast<std::size_t>(i)]);
        const int left = i % columns * cellWidth, top = i / columns * cellHeight;
        const auto rowBytes = static_cast<std::size_t>(frame.width) * 3;
        for (int y = 0; y < frame.height; ++y)
            std::copy_n(frame.rgb.begin() + static_cast<std::ptrdiff_t>(rowBytes) * y, rowBytes,
                sheet.rgb.begin() + (static_cast<std::ptrdiff_t>(top + y) * sheet.width + left) * 3);
    }
    return {1.0, {std::move(sheet)}};
}

} // namespace

Json raceJson(const std::vector<Racer>& racers, std::optional<double> target)
{
    Json race{{"format", "toca-race"}, {"format_version", 1}};
    race["versions"] = {{"toca", programVersion()}};
    for (const auto& [name, version] : libraryVersions())
        race["versions"][name] = version;
    const RunResult& baseline = racers.front().runs.first();
    race["request"] = Json::parse(toJson(baseline.request));
    race["device"] = baseline.device;
    race["threads"] = baseline.threads;
    race["rounds"] = racers.front().runs.count();
    race["target_flops_gain"] = target ? Json(*target) : Json(nullptr);
    race["racers"] = Json::array();
    const Reference reference = referenceOf(racers);
    for (const Racer& racer : racers) {
        const Json report = reportOf(racer, racer.runs.medianFigures(), reference, "");
        Json row{{"name", racer.name}, {"policy", racer.request.policy}, {"preset", racer.request.preset}};
        row["parameters"] = Json::parse(toJson(racer.request))["parameters"];
        row["tuned"] = racer.tuned && target ? tunedJson(*racer.tuned, *target) : Json(nullptr);
        row.update(rowOf(report));
        row["denoising_seconds"] = racer.runs.medianFigures().denoising;
        row["total_seconds"] = racer.runs.medianFigures().total;
        row["every_denoising_seconds"] = Json::array();
        for (const RunTimes& times : racer.runs.times())
            row["every_denoising_seconds"].push_back(times.denoising);
        race["racers"].push_back(std::move(row));
    }
    return race;
}

std::string raceText(const Json& race)
{
    TextTable table("l" + rowAlignment() + "l");
    std::vector<std::string> headings = rowHeadings();
    headings.insert(headings.begin(), "policy");
    headings.push_back("settings");
    table.addRow(std::move(headings));
    std::string notes;
    for (const Json& row : race["racers"]) {
        std::vector<std::string> cells = rowCells(row);
        cells.insert(cells.begin(), row["name"].get<std::string>());
        cells.push_back(settingText(row["parameters"]));
        table.addRow(std::move(cells));
        const Json& tuned = row["tuned"];
        if (tuned.is_null())
            continue;
        notes += row["name"].get<std::string>() + ": " + fixedText(tuned["found_flops_gain"].get<double>(), 3)
            + " times fewer FLOPs, found among " + std::to_string(tuned["plans"].get<int>()) + " plans and "
            + std::to_string(tuned["runs"].get<int>()) + " runs of this request\n";
    }
    const auto rounds = race["rounds"].get<int>();
    std::string text = table.text() + "\n";
    if (!race["target_flops_gain"].is_null())
        text += "tuned to " + fixedText(race["target_flops_gain"].get<double>(), 2) + " times fewer FLOPs\n" + notes;
    return text + (rounds > 1 ? "times are medians of " + std::to_string(rounds) + " interleaved rounds" : "one round")
        + " on " + race["device"].get<std::string>() + ", " + std::to_string(race["threads"].get<int>())
        + (race["threads"].get<int>() == 1 ? " thread\n" : " threads\n");
}

std::string raceCsv(const Json& race)
{
    return csvTable(race["racers"]);
}

Result<void> saveRace(
    const std::filesystem::path& folder, const std::vector<Racer>& racers, const Json& race, std::stop_token stop)
{
    const Reference reference = referenceOf(racers);
    for (std::size_t i = 0; i < racers.size(); ++i) {
        const Racer& racer = racers[i];
        const RunResult& run = racer.runs.first();
        const std::string stem = stemOf(i, racer.name);
        const std::string clip = stem + (run.clip.frames.size() == 1 ? ".png" : ".mp4");
        if (auto saved = saveClip(folder / clip, run.clip, toJson(run.request), stop); !saved)
            return unexpected(saved.error());
        const Json report = reportOf(racer, racer.runs.medianFigures(), reference, clip);
        if (auto written = writeFileAtomically(folder / (stem + ".json"), report.dump(2) + "\n"); !written)
            return written;
    }
    if (auto saved = saveClip(folder / "sheet.png", contactSheet(racers), "", stop); !saved)
        return unexpected(saved.error());
    if (auto written = writeFileAtomically(folder / "race.csv", raceCsv(race)); !written)
        return written;
    return writeFileAtomically(folder / "race.json", race.dump(2) + "\n");
}

} // namespace toca::app
