// SPDX-License-Identifier: Apache-2.0
#include "app/cli/eval_report.h"

#include "app/cli/clip_files.h"
#include "app/cli/console.h"
#include "app/cli/version_text.h"
#include "core/api/version.h"
#include "core/base/atomic_file.h"
#include "core/library/run_name.h"
#include "core/library/stored_pixels.h"
#include "core/world/checker.h"

#include <algorithm>
#include <map>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kSheetGap = 4; // pixels

/// How often something was right among how often it was asked for.
struct Tally {
    int right = 0, asked = 0;
    void add(const Json& isRight)
    {
        if (!isRight.is_boolean())
            return;
        ++asked;
        right += isRight.get<bool>();
    }
    Json json() const { return {{"right", right}, {"asked", asked}}; }
};

struct Mean {
    double sum = 0, least = 0, most = 0;
    int count = 0;
    void add(const Json& value)
    {
        if (!value.is_number())
            return;
        const auto number = value.get<double>();
        least = count > 0 ? std::min(least, number) : number;
        most = count > 0 ? std::max(most, number) : number;
        sum += number;
        ++count;
    }
    Json json() const { return count > 0 ? Json(sum / count) : Json(nullptr); }
};

/// Accuracies of one kind of clips (true renderings, a contestant, ...).
class Accuracy {
public:
    /// @param clip with attributes, follows_prompt
    void add(const Json& clip)
    {
        if (!clip.is_object() || !clip.contains("attributes"))
            return;
        for (std::size_t i = 0; i < world::kAttributeNames.size(); ++i)
            m_attributes[i].add(clip["attributes"].value(world::kAttributeNames[i], Json(nullptr)));
        m_followed.add(clip.value("follows_prompt", Json(nullptr)));
    }
    Json json() const
    {
        Json json = Json::object();
        for (std::size_t i = 0; i < world::kAttributeNames.size(); ++i)
            json[world::kAttributeNames[i]] = m_attributes[i].json();
        json["all"] = m_followed.json();
        return json;
    }

private:
    std::array<Tally, world::kAttributeNames.size()> m_attributes;
    Tally m_followed;
};

bool isCase(const Json& result, int objects)
{
    return result.contains("objects") && result["objects"] == objects;
}

/// The accuracies of all cases with so many objects: `of` picks the clip of a case.
template <class Of>
Json accuracyOf(const std::vector<Json>& results, int objects, const Of& of)
{
    Accuracy accuracy;
    for (const Json& result : results)
        if (isCase(result, objects))
            accuracy.add(of(result));
    return accuracy.json();
}

Json byClass(const std::vector<Json>& results, const char* key, const char* attribute)
{
    std::map<std::string, Tally> classes;
    for (const Json& result : results)
        if (isCase(result, 1))
            classes[result.value(key, "")].add(result["contestants"][0]["attributes"].value(attribute, Json(nullptr)));
    Json json = Json::object();
    for (const auto& [name, tally] : classes)
        json[name] = tally.json();
    return json;
}

Json contestantJson(const Racer& racer, std::size_t index, const std::vector<Json>& results)
{
    Json json{{"name", racer.name}, {"policy", racer.request.policy}, {"preset", racer.request.preset},
        {"parameters", Json::parse(toJson(racer.request))["parameters"]}};
    json["tuned_flops_gain"] = racer.tuned ? Json(racer.tuned->gain.flopsGain) : Json(nullptr);
    const auto of = [&](const Json& result) { return result["contestants"][index]; };
    json["one_object"] = accuracyOf(results, 1, of);
    json["two_objects"] = accuracyOf(results, 2, of);
    std::map<std::string, Mean> means;
    Mean spread;
    for (const Json& result : results) {
        const Json& row = result["contestants"][index];
        spread.add(row.value("spread", Json(nullptr)));
        for (const char* key :
            {"psnr_db", "ssim", "flops_gain", "wall_clock_gain", "denoising_seconds", "total_seconds"})
            means[key].add(row.value(key, Json(nullptr)));
    }
    for (const char* key : {"psnr_db", "ssim", "flops_gain", "wall_clock_gain", "denoising_seconds", "total_seconds"})
        json[key] = means[key].json();
    json["seed_spread"] = spread.json();
    return json;
}

std::string shareText(const Json& tally)
{
    const int asked = tally["asked"].get<int>();
    return asked > 0 ? fixedText(100.0 * tally["right"].get<int>() / asked, 0) + " %" : "-";
}

std::string numberText(const Json& value, int decimals)
{
    return value.is_number() ? fixedText(value.get<double>(), decimals) : "-";
}

/// The lines of the accuracy table: name, attributes, all, then what the run cost.
std::vector<std::vector<std::string>> tableRows(const Json& eval, const char* objects)
{
    std::vector<std::vector<std::string>> rows{{"clips"}};
    for (const char* name : world::kAttributeNames)
        rows[0].push_back(name);
    for (const char* name : {"all", "FLOPs gain", "time gain", "PSNR dB"})
        rows[0].push_back(name);
    const auto add = [&](const std::string& name, const Json& accuracy, const Json& run) {
        std::vector<std::string> row{name};
        for (const char* attribute : world::kAttributeNames)
            row.push_back(shareText(accuracy[attribute]));
        row.push_back(shareText(accuracy["all"]));
        row.push_back(numberText(run.value("flops_gain", Json(nullptr)), 2));
        row.push_back(numberText(run.value("wall_clock_gain", Json(nullptr)), 2));
        row.push_back(numberText(run.value("psnr_db", Json(nullptr)), 1));
        rows.push_back(std::move(row));
    };
    add("true renderings", eval["ceiling"][objects], Json::object());
    add("through the VAE", eval["vae"][objects], Json::object());
    for (const Json& contestant : eval["contestants"])
        add(contestant["name"] == "none" ? "generated, uncached" : contestant["name"].get<std::string>(),
            contestant[objects], contestant);
    return rows;
}

std::string markdownTable(const std::vector<std::vector<std::string>>& rows)
{
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        text += "|";
        for (const std::string& cell : rows[i])
            text += " " + cell + " |";
        text += "\n";
        if (i > 0)
            continue;
        text += "|";
        for (std::size_t column = 0; column < rows[0].size(); ++column)
            text += column == 0 ? " --- |" : " ---: |";
        text += "\n";
    }
    return text;
}

std::string terminalTable(const std::vector<std::vector<std::string>>& rows)
{
    TextTable table("l" + std::string(rows.front().size() - 1, 'r'));
    for (const auto& row : rows)
        table.addRow(row);
    return table.text();
}

std::string classText(const Json& classes)
{
    std::string text;
    for (const auto& [name, tally] : classes.items())
        text += (text.empty() ? "" : ", ") + name + " " + std::to_string(tally["right"].get<int>()) + "/"
            + std::to_string(tally["asked"].get<int>());
    return text;
}

/// @param key of the number of prompts
std::string casesText(const Json& eval, const std::string& key)
{
    const std::string count = std::to_string(eval[key].get<int>());
    if (eval["has_classes"].get<bool>())
        return count + " pictures of classes";
    return count + " held-out prompts with " + (key == "prompts_one_object" ? "one object" : "two objects");
}

std::string vaeText(const Json& eval)
{
    const Json& psnr = eval["vae_psnr_db"];
    if (!psnr["mean"].is_number())
        return "The VAE does not encode clips of this length, so its round trip was not measured.\n";
    return "VAE round trip: " + numberText(psnr["mean"], 2) + " dB PSNR on average (" + numberText(psnr["least"], 2)
        + " to " + numberText(psnr["most"], 2) + ").\n";
}

std::string spreadText(const Json& eval)
{
    if (!eval["truth_seed_spread"].is_number())
        return {};
    std::string text =
        "Clips of one prompt from several seeds differ by (root mean square, 8-bit levels): true renderings "
        + numberText(eval["truth_seed_spread"], 1);
    for (const Json& contestant : eval["contestants"])
        text += ", " + contestant["name"].get<std::string>() + " " + numberText(contestant["seed_spread"], 1);
    return text + ".\n";
}

std::string seenText(const Json& clip)
{
    const Json& seen = clip["seen"];
    std::string text;
    for (const Json& object : seen["objects"])
        text += (text.empty() ? "" : " + ") + object["size"].get<std::string>() + " "
            + object["colour"].get<std::string>() + " " + object["shape"].get<std::string>() + " "
            + object["motion"].get<std::string>();
    return text + ", " + seen["backdrop"].get<std::string>();
}

/// @param frames `perPrompt` for each prompt, row by row
Clip sheetOf(const std::vector<Frame>& frames, int perPrompt)
{
    const int columns = perPrompt > 1 ? 3 : 8;
    const int prompts = static_cast<int>(frames.size()) / perPrompt;
    const int rows = (prompts + columns - 1) / columns;
    const int width = frames.front().width, height = frames.front().height;
    const int cellWidth = perPrompt * width + kSheetGap, cellHeight = height + kSheetGap;
    Frame sheet{std::min(prompts, columns) * cellWidth - kSheetGap, rows * cellHeight - kSheetGap, {}};
    sheet.rgb.assign(static_cast<std::size_t>(sheet.width) * static_cast<std::size_t>(sheet.height) * 3, 255);
    const auto rowBytes = static_cast<std::size_t>(width) * 3;
    for (int i = 0; i < prompts * perPrompt; ++i) {
        const int prompt = i / perPrompt;
        const int left = prompt % columns * cellWidth + i % perPrompt * width;
        const int top = prompt / columns * cellHeight;
        for (int y = 0; y < height; ++y)
            std::copy_n(frames[static_cast<std::size_t>(i)].rgb.begin() + static_cast<std::ptrdiff_t>(rowBytes) * y,
                rowBytes, sheet.rgb.begin() + (static_cast<std::ptrdiff_t>(top + y) * sheet.width + left) * 3);
    }
    return {1.0, {std::move(sheet)}};
}

} // namespace

Json evalJson(const ModelInfo& model, const std::vector<Racer>& contestants, std::optional<double> target,
    const std::vector<Json>& results)
{
    Json eval{{"format", "toca-eval"}, {"format_version", 1}};
    eval["versions"] = {{"toca", programVersion()}};
    for (const auto& [name, version] : libraryVersions())
        eval["versions"][name] = version;
    eval["model"] = {{"name", model.name}, {"family", model.family}, {"parameters", model.parameters()}};
    eval["request"] = Json::parse(toJson(contestants.front().request));
    eval["request"].erase("prompt");
    eval["target_flops_gain"] = target ? Json(*target) : Json(nullptr);
    eval["has_classes"] = !model.takesPrompt;
    eval["prompts_one_object"] =
        std::count_if(results.begin(), results.end(), [](const Json& result) { return isCase(result, 1); });
    eval["prompts_two_objects"] =
        std::count_if(results.begin(), results.end(), [](const Json& result) { return isCase(result, 2); });
    Mean psnr, truthSpread;
    for (const Json& result : results) {
        if (const auto vae = result.find("vae"); vae != result.end() && vae->is_object())
            psnr.add(vae->value("psnr_db", Json(nullptr)));
        truthSpread.add(result.value("truth_spread", Json(nullptr)));
    }
    eval["vae_psnr_db"] = {{"mean", psnr.json()}, {"least", psnr.least}, {"most", psnr.most}};
    eval["truth_seed_spread"] = truthSpread.json();
    for (const auto& [name, key] : {std::pair{"ceiling", "truth"}, std::pair{"vae", "vae"}})
        for (const auto& [objects, count] : {std::pair{"one_object", 1}, std::pair{"two_objects", 2}})
            eval[name][objects] = accuracyOf(results, count, [key = key](const Json& result) { return result[key]; });
    eval["contestants"] = Json::array();
    for (std::size_t i = 0; i < contestants.size(); ++i)
        eval["contestants"].push_back(contestantJson(contestants[i], i, results));
    eval["uncached_by_class"] = {{"motion", byClass(results, "motion", "motion")},
        {"shape", byClass(results, "shape", "shape")}, {"colour", byClass(results, "colour", "colour")},
        {"backdrop", byClass(results, "backdrop", "backdrop")}};
    eval["cases"] = results;
    return eval;
}

std::string evalText(const Json& eval)
{
    std::string text;
    for (const auto& [objects, count] :
        {std::pair{"one_object", "prompts_one_object"}, std::pair{"two_objects", "prompts_two_objects"}})
        if (eval[count].get<int>() > 0)
            text +=
                (text.empty() ? "" : "\n") + casesText(eval, count) + "\n" + terminalTable(tableRows(eval, objects));
    return text + "\n" + vaeText(eval) + spreadText(eval);
}

std::string evalMarkdown(const Json& eval)
{
    const Json& request = eval["request"];
    std::string text = "# Evaluation of " + eval["model"]["name"].get<std::string>() + "\n\n";
    text += "Made by `toca eval` " + eval["versions"]["toca"].get<std::string>() + ": "
        + std::to_string(request["steps"].get<int>()) + " steps, guidance "
        + fixedText(request["guidance"].get<double>(), 1) + ". ";
    if (eval["target_flops_gain"].is_number())
        text += "Every policy was set to come nearest to " + fixedText(eval["target_flops_gain"].get<double>(), 2)
            + " times fewer FLOPs. ";
    text += "PSNR compares a cached clip with the uncached one of the same seed; *all* means that nothing asked for is "
            "wrong.\n";
    for (const auto& [objects, count] :
        {std::pair{"one_object", "prompts_one_object"}, std::pair{"two_objects", "prompts_two_objects"}})
        if (eval[count].get<int>() > 0)
            text += "\n## " + casesText(eval, count) + "\n\n" + markdownTable(tableRows(eval, objects));
    text += "\n" + vaeText(eval) + "\n" + spreadText(eval);
    text += "\n## By class, uncached (right / asked)\n\n";
    for (const auto& [attribute, classes] : eval["uncached_by_class"].items())
        text += "- " + attribute + ": " + classText(classes) + "\n";
    text += "\n## Prompts, and what was seen in the uncached clips\n\n";
    std::vector<std::vector<std::string>> rows{{"prompt", "seed", "right", "seen"}};
    for (const Json& result : eval["cases"]) {
        if (!result.contains("objects"))
            continue;
        const Json& clip = result["contestants"][0];
        Tally tally;
        for (const auto& [name, isRight] : clip["attributes"].items())
            tally.add(isRight);
        rows.push_back({result["prompt"].get<std::string>(), result["seed"].dump(),
            std::to_string(tally.right) + "/" + std::to_string(tally.asked), seenText(clip)});
    }
    return text + markdownTable(rows);
}

Result<void> saveEval(const EvalFolder& folder, const Json& eval, const std::vector<Racer>& contestants,
    const std::vector<EvalCase>& cases, std::stop_token stop)
{
    if (auto written = writeFileAtomically(folder.path() / "eval.json", eval.dump(2) + "\n"); !written)
        return written;
    if (auto written = writeFileAtomically(folder.path() / "eval.md", evalMarkdown(eval)); !written)
        return written;
    std::vector<std::vector<Frame>> sheets(contestants.size() + 1);
    const std::size_t perPrompt = framesOnSheet(contestants.front().request.frames);
    for (const EvalCase& each : cases) {
        if (!each.isOnSheet)
            continue;
        const auto pixels = library::readPixels(folder.pixels(each.id));
        if (!pixels)
            return unexpected(pixels.error());
        if (pixels->clip.frames.size() != sheets.size() * perPrompt)
            return unexpected(ErrorCode::BadFormat,
                "'" + folder.pixels(each.id).string()
                    + "' does not hold the frames of this evaluation; remove it and the file '" + each.id + ".json'.");
        for (std::size_t i = 0; i < pixels->clip.frames.size(); ++i)
            sheets[i / perPrompt].push_back(pixels->clip.frames[i]);
    }
    for (std::size_t i = 0; i < sheets.size(); ++i) {
        if (sheets[i].empty())
            continue;
        const std::string name = i == 0 ? "truth"
            : i == 1                    ? "none"
                                        : library::wordsOf(contestants[i - 1].name, "policy");
        if (auto saved = saveClip(
                folder.path() / ("sheet-" + name + ".png"), sheetOf(sheets[i], static_cast<int>(perPrompt)), "", stop);
            !saved)
            return unexpected(saved.error());
    }
    return {};
}

} // namespace toca::app
