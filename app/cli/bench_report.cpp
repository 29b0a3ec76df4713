// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench_report.h"

#include "app/cli/console.h"
#include "core/api/version.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;
using engine::BenchRun;
using engine::BenchSeries;

double medianOf(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Json spreadOf(const std::vector<double>& values)
{
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return {{"median", medianOf(values)}, {"min", *least}, {"max", *most}};
}

std::vector<double> each(const BenchSeries& series, const std::function<double(const BenchRun&)>& value)
{
    std::vector<double> values;
    for (const BenchRun& run : series.runs)
        values.push_back(value(run));
    return values;
}

/// The baseline's time over the setting's, round by round: what changes from round to round leaves it alone.
std::vector<double> gains(
    const BenchSeries& series, const BenchSeries& baseline, const std::function<double(const BenchRun&)>& value)
{
    std::vector<double> values;
    for (std::size_t round = 0; round < series.runs.size(); ++round)
        values.push_back(value(baseline.runs[round]) / value(series.runs[round]));
    return values;
}

double loopSeconds(const BenchRun& run)
{
    return run.seconds;
}

double allSeconds(const BenchRun& run)
{
    return run.seconds + run.decodingSeconds;
}

Json decibels(double value)
{
    return std::isinf(value) ? Json("identical") : Json(value);
}

double cpuSeconds(const BenchRun& run)
{
    return run.cpuSeconds;
}

/// The uncached series of the same dtype and composition, or of a given one.
const BenchSeries* uncachedOf(const engine::BenchResult& result, const std::string& dtype, bool isPlain)
{
    const auto found = std::find_if(result.series.begin(), result.series.end(), [&](const BenchSeries& other) {
        return other.dtype == dtype && other.isPlain == isPlain && other.policy.policy == "none";
    });
    return found == result.series.end() ? nullptr : &*found;
}

/// What the program's kernels gain over LibTorch's operations in the same setting, and, with the cache, over those
/// uncached.
Json againstPlain(const BenchSeries& own, const BenchSeries& plain, const BenchSeries& plainUncached)
{
    return {{"wall_clock_gain", spreadOf(gains(own, plain, loopSeconds))},
        {"cpu_gain", medianOf(gains(own, plain, cpuSeconds))},
        {"wall_clock_gain_over_uncached", spreadOf(gains(own, plainUncached, loopSeconds))},
        {"cpu_gain_over_uncached", medianOf(gains(own, plainUncached, cpuSeconds))},
        {"latent_psnr_db", decibels(*plain.ownPsnrDb)}};
}

Json seriesJson(const BenchSeries& series, const BenchSeries& baseline, const std::vector<std::string>& parts)
{
    Json json{{"name", series.policy.name}, {"policy", series.policy.policy}, {"preset", series.policy.preset}};
    json["parameters"] = Json::object();
    for (const auto& [name, value] : series.policy.values)
        json["parameters"][name] = plan::toText(value);
    json["dtype"] = series.dtype;
    json["plain"] = series.isPlain;
    if (series.target)
        json["target"] = {{"time_gain", series.target->gain}, {"is_met", series.target->answer.isMet},
            {"planned_time_gain", *series.target->answer.timeGain},
            {"planned_flops_gain", series.target->answer.flopsGain}, {"reason", series.target->answer.reason}};
    json["denoising_seconds"] = spreadOf(each(series, loopSeconds));
    json["cpu_seconds"] = spreadOf(each(series, cpuSeconds));
    json["decoding_seconds"] = spreadOf(each(series, [](const BenchRun& run) { return run.decodingSeconds; }));
    json["flops"] = series.flops;
    json["cache_bytes"] = series.cacheBytes;
    json["peak_bytes"] = series.peakBytes;
    const double flopsGain = baseline.flops / series.flops;
    const auto wallGains = gains(series, baseline, loopSeconds);
    json["flops_gain"] = flopsGain;
    json["wall_clock_gain"] = spreadOf(wallGains);
    json["gain_ratio"] = medianOf(wallGains) / flopsGain;
    if (series.target)
        json["target"]["time_error"] = *series.target->answer.timeGain / medianOf(wallGains) - 1;
    json["cpu_gain"] = medianOf(gains(series, baseline, cpuSeconds));
    json["end_to_end_gain"] = medianOf(gains(series, baseline, allSeconds));
    json["latent_psnr_db"] = decibels(series.latentPsnrDb);
    json["clip_psnr_db"] = series.clipPsnrDb ? decibels(*series.clipPsnrDb) : Json(nullptr);
    json["parts"] = Json::object();
    for (std::size_t part = 0; part < parts.size(); ++part)
        json["parts"][parts[part]] = medianOf(each(series, [part](const BenchRun& run) { return run.parts[part]; }));
    return json;
}

std::string labelOf(const Json& series)
{
    return series["name"].get<std::string>()
        + (series.contains("target") ? " " + fixedText(series["target"]["time_gain"].get<double>(), 2) + "x" : "")
        + ", " + series["dtype"].get<std::string>() + (series.value("plain", false) ? ", plain" : "");
}

std::string seconds(double value)
{
    return fixedText(value, value < 10 ? 3 : 1);
}

std::string spreadText(const Json& spread, const std::function<std::string(double)>& text)
{
    return text(spread["median"].get<double>()) + " (" + text(spread["min"].get<double>()) + ".."
        + text(spread["max"].get<double>()) + ")";
}

std::string gainText(double value)
{
    return fixedText(value, 3);
}

std::string decibelText(const Json& value)
{
    return value.is_null() ? "-" : value.is_string() ? "same" : fixedText(value.get<double>(), 1);
}

std::string gainTable(const Json& bench)
{
    TextTable table("lrrrrrrrrrrr");
    table.addRow({"setting", "loop s", "CPU s", "TFLOP", "FLOPs gain", "wall gain", "ratio", "CPU gain", "with VAE",
        "PSNR dB", "cache", "peak"});
    for (const Json& series : bench["series"]) {
        const bool hasDecoder = series["decoding_seconds"]["median"].get<double>() > 0;
        const Json& psnr = series["clip_psnr_db"].is_null() ? series["latent_psnr_db"] : series["clip_psnr_db"];
        const auto peak = series["peak_bytes"].get<double>();
        table.addRow({labelOf(series), spreadText(series["denoising_seconds"], seconds),
            seconds(series["cpu_seconds"]["median"].get<double>()), fixedText(series["flops"].get<double>() / 1e12, 3),
            gainText(series["flops_gain"].get<double>()), spreadText(series["wall_clock_gain"], gainText),
            gainText(series["gain_ratio"].get<double>()), gainText(series["cpu_gain"].get<double>()),
            hasDecoder ? gainText(series["end_to_end_gain"].get<double>()) : "-", decibelText(psnr),
            bytesText(series["cache_bytes"].get<double>()), peak > 0 ? bytesText(peak) : "-"});
    }
    return table.text();
}

std::string signedPercent(double share)
{
    return (share >= 0 ? "+" : "") + fixedText(100 * share, 1) + " %";
}

/// What was planned for each target, and what came of it; empty without targets.
std::string targetTable(const Json& bench)
{
    TextTable table("lrrrrrl");
    table.addRow({"asked for", "times faster", "planned", "measured", "error", "FLOPs gain", "setting"});
    double worst = 0;
    int rows = 0;
    for (const Json& series : bench["series"]) {
        if (!series.contains("target"))
            continue;
        const Json& target = series["target"];
        const auto error = target["time_error"].get<double>();
        worst = std::max(worst, std::abs(error));
        ++rows;
        std::string setting;
        for (const auto& [name, value] : series["parameters"].items())
            setting += (setting.empty() ? "" : " ") + name + "=" + value.get<std::string>();
        table.addRow({series["name"].get<std::string>() + ", " + series["dtype"].get<std::string>(),
            fixedText(target["time_gain"].get<double>(), 2),
            fixedText(target["planned_time_gain"].get<double>(), 2)
                + (target["is_met"].get<bool>() ? "" : " (cannot be met)"),
            spreadText(series["wall_clock_gain"], [](double gain) { return fixedText(gain, 2); }), signedPercent(error),
            fixedText(series["flops_gain"].get<double>(), 2), setting});
    }
    if (rows == 0)
        return "";
    return "\n" + table.text() + "times faster of the denoising loop; largest error of the planned gain "
        + fixedText(100 * worst, 1) + " %\n";
}

/// What the program's kernels gain; empty where they were not measured against LibTorch's operations.
std::string plainTable(const Json& bench)
{
    TextTable table("lrrrrr");
    table.addRow({"against LibTorch alone", "wall gain", "CPU gain", "over uncached plain", "CPU", "PSNR dB"});
    bool isThere = false;
    for (const Json& series : bench["series"]) {
        if (!series.contains("against_plain"))
            continue;
        const Json& plain = series["against_plain"];
        isThere = true;
        table.addRow({labelOf(series), spreadText(plain["wall_clock_gain"], gainText),
            gainText(plain["cpu_gain"].get<double>()), spreadText(plain["wall_clock_gain_over_uncached"], gainText),
            gainText(plain["cpu_gain_over_uncached"].get<double>()), decibelText(plain["latent_psnr_db"])});
    }
    return isThere ? "\n" + table.text()
            + "times faster than the same setting, and than the uncached run, with LibTorch's "
              "operations alone; PSNR between the latents of both ways\n"
                   : "";
}

/// Milliseconds of each part per step, a column per setting; parts that take no time anywhere are left out.
std::string partTable(const Json& bench)
{
    const Json& all = bench["series"];
    const double perStep = 1e3 / bench["steps"].get<double>();
    TextTable table("l" + std::string(all.size(), 'r'));
    std::vector<std::string> heading{"ms per step"};
    for (const Json& series : all)
        heading.push_back(labelOf(series));
    table.addRow(std::move(heading));
    for (const auto& [part, first] : all.front()["parts"].items()) {
        std::vector<std::string> row{part};
        bool isThere = false;
        for (const Json& series : all) {
            const double value = series["parts"][part].get<double>();
            double whole = 0;
            for (const Json& each : series["parts"])
                whole += each.get<double>();
            isThere = isThere || value > 0;
            row.push_back(fixedText(value * perStep, 3) + fixedText(100 * value / whole, 1).insert(0, " ") + " %");
        }
        if (isThere)
            table.addRow(std::move(row));
    }
    return table.text();
}

const Json* seriesLike(const Json& bench, const Json& wanted)
{
    for (const Json& series : bench["series"])
        if (series["name"] == wanted["name"] && series["dtype"] == wanted["dtype"]
            && series.value("plain", Json(false)) == wanted["plain"] && series["parameters"] == wanted["parameters"])
            return &series;
    return nullptr;
}

} // namespace

Json benchJson(const engine::BenchResult& result, const engine::BenchRequest& request)
{
    Json json{{"format", "toca-bench"}, {"format_version", 1}, {"model", result.model},
        {"description", result.description}, {"layers", result.layers}, {"tokens", result.tokens},
        {"rows", result.rows}, {"steps", result.steps}, {"threads", result.threads},
        {"repeat", result.series.front().runs.size()}, {"seed", request.seed}};
    json["machine"] = result.machine;
    json["versions"] = {{"toca", programVersion()}};
    for (const auto& [name, version] : result.versions)
        json["versions"][name] = version;
    json["series"] = Json::array();
    for (std::size_t index = 0; index < result.series.size(); ++index) {
        const BenchSeries& series = result.series[index];
        // Each dtype has its own baseline, and so has LibTorch alone.
        Json one = seriesJson(series, *uncachedOf(result, series.dtype, series.isPlain), result.parts);
        if (!series.isPlain && index + 1 < result.series.size() && result.series[index + 1].isPlain)
            one["against_plain"] =
                againstPlain(series, result.series[index + 1], *uncachedOf(result, series.dtype, true));
        json["series"].push_back(std::move(one));
    }
    return json;
}

std::string benchText(const Json& bench)
{
    const Json& machine = bench["machine"];
    const auto threads = bench["threads"].get<int>(), rounds = bench["repeat"].get<int>();
    return bench["model"].get<std::string>() + ": " + bench["description"].get<std::string>() + ", "
        + std::to_string(bench["steps"].get<int>()) + " steps, " + std::to_string(threads)
        + (threads == 1 ? " thread\n" : " threads\n") + machine["processor"].get<std::string>() + " ("
        + machine["instruction_sets"].get<std::string>() + "), load " + machine["load_at_start"].get<std::string>()
        + " at the start, " + machine["load_at_end"].get<std::string>() + " at the end\n\n" + gainTable(bench)
        + targetTable(bench) + plainTable(bench) + "\n" + partTable(bench) + "\n" + "medians (smallest..largest) of "
        + std::to_string(rounds) + (rounds == 1 ? " round" : " interleaved rounds")
        + "; gains against the uncached run of the same dtype in the same round; PSNR against the first line\n";
}

std::string benchComparison(const Json& bench, const Json& earlier)
{
    TextTable table("lrrrr");
    table.addRow({"against the earlier file", "loop s", "times faster", "wall gain", "ratio"});
    const auto fromTo = [](const std::string& from, const std::string& to) { return from + " -> " + to; };
    int common = 0;
    for (const Json& now : bench["series"]) {
        const Json* then = seriesLike(earlier, now);
        if (!then)
            continue;
        ++common;
        const auto old = (*then)["denoising_seconds"]["median"].get<double>(),
                   fresh = now["denoising_seconds"]["median"].get<double>();
        table.addRow({labelOf(now), fromTo(seconds(old), seconds(fresh)), gainText(old / fresh),
            fromTo(gainText((*then)["wall_clock_gain"]["median"].get<double>()),
                gainText(now["wall_clock_gain"]["median"].get<double>())),
            fromTo(gainText((*then)["gain_ratio"].get<double>()), gainText(now["gain_ratio"].get<double>()))});
    }
    if (common == 0)
        return "The earlier file holds none of these settings.\n";
    std::string text = table.text();
    for (const char* key : {"model", "layers", "tokens", "rows", "steps", "threads"})
        if (bench[key] != earlier[key])
            text += std::string("note: ") + key + " differs: " + oneLine(earlier[key].dump(), 80) + " -> "
                + bench[key].dump() + "\n";
    if (bench["machine"]["processor"] != earlier["machine"]["processor"])
        text += "note: measured on another processor; only gains and ratios can be compared\n";
    return text
        + "Two runs of the program on a busy machine differ by themselves: gains are compared within one run.\n";
}

Result<void> checkBenchJson(const Json& json, const std::string& fileName)
{
    const auto bad = [&](const std::string& what) {
        return unexpected(ErrorCode::BadFormat,
            "'" + oneLine(fileName) + "' " + what + "; give a file that `toca bench --out` wrote.");
    };
    if (!json.is_object() || json.value("format", Json()) != "toca-bench")
        return bad("is not a measurement of this program");
    if (!json.contains("series") || !json["series"].is_array())
        return bad("has no list 'series'");
    for (const char* key : {"model", "layers", "tokens", "rows", "steps", "threads"})
        if (!json.contains(key))
            return bad(std::string("has no '") + key + "'");
    if (!json.contains("machine") || !json["machine"].is_object() || !json["machine"].contains("processor"))
        return bad("does not say on which machine");
    for (const Json& series : json["series"]) {
        const auto hasMedian = [&](const char* key) {
            return series.contains(key) && series[key].is_object() && series[key].contains("median")
                && series[key]["median"].is_number();
        };
        if (!series.is_object() || !series.contains("name") || !series.contains("dtype")
            || !series.contains("parameters") || !hasMedian("denoising_seconds") || !hasMedian("wall_clock_gain")
            || !series.contains("gain_ratio") || !series["gain_ratio"].is_number())
            return bad("has a setting without name, dtype, parameters, times or gains");
    }
    return {};
}

} // namespace toca::app
