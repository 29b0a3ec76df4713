// SPDX-License-Identifier: Apache-2.0
#include "app/cli/target_options.h"

#include "app/cli/console.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

Unexpected invalid(std::string message)
{
    return unexpected(ErrorCode::InvalidArgument, std::move(message));
}

const char* kindName(const Target& target)
{
    switch (target.kind) {
    case plan::TargetKind::Memory:
        return "memory";
    case plan::TargetKind::Fidelity:
        return "psnr";
    case plan::TargetKind::Speed:
        break;
    }
    return target.byFlops ? "flops_gain" : "speed";
}

/// As short as it can be said: "2.5", "30".
std::string shortText(double value)
{
    std::string text = fixedText(value, 2);
    while (text.ends_with('0'))
        text.pop_back();
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

std::string signedPercent(double share)
{
    return (share >= 0 ? "+" : "") + fixedText(100 * share, 1) + " %";
}

} // namespace

Result<double> parseBytes(std::string_view option, std::string_view text)
{
    struct Unit {
        std::string_view name;
        double bytes;
    };
    static constexpr std::array<Unit, 12> kUnits{
        {{"kib", 1024.0}, {"mib", 1048576.0}, {"gib", 1073741824.0}, {"tib", 1099511627776.0}, {"kb", 1e3}, {"mb", 1e6},
            {"gb", 1e9}, {"tb", 1e12}, {"k", 1e3}, {"m", 1e6}, {"g", 1e9}, {"b", 1}}};
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
        [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; });
    double factor = 1;
    for (const Unit& unit : kUnits)
        if (lower.ends_with(unit.name)) {
            factor = unit.bytes;
            lower.resize(lower.size() - unit.name.size());
            break;
        }
    while (lower.ends_with(' '))
        lower.pop_back();
    const auto number = parseNumber(option, lower);
    if (!number || *number < 0 || *number * factor > 1e18)
        return invalid(std::string(option) + " cannot be '" + oneLine(text, 80)
            + "'; it must be a number of bytes, such as 400MB, 1.5GiB or 65536.");
    return *number * factor;
}

std::string Target::text() const
{
    switch (kind) {
    case plan::TargetKind::Memory:
        return "at most " + shortText(value / 1e6) + " MB";
    case plan::TargetKind::Fidelity:
        return "at least " + shortText(value) + " dB";
    case plan::TargetKind::Speed:
        break;
    }
    return shortText(value) + (byFlops ? " times fewer FLOPs" : " times faster");
}

void TargetOptions::addTo(CLI::App& command)
{
    command.option_defaults()->group("Caching by a target");
    auto* bySpeed = addNumber(command, "--target-speed", speed,
        "Choose the policy's setting: so many times faster than uncached on this machine (of the denoising loop)");
    auto* byGain = addNumber(command, "--target-gain", gain, "Choose it: so many times fewer FLOPs");
    auto* byMemory =
        addText(command, "--target-memory", memory, "Choose the fastest whose cache holds at most this: 400MB", "SIZE");
    auto* byPsnr = addNumber(command, "--target-psnr", psnr,
        "Choose the fastest that recorded runs kept so near (dB) to their uncached ones");
    byGain->excludes(bySpeed);
    byMemory->excludes(bySpeed)->excludes(byGain);
    byPsnr->excludes(bySpeed)->excludes(byGain)->excludes(byMemory);
    command.option_defaults()->group("Options");
}

Result<std::optional<Target>> TargetOptions::target() const
{
    const auto inRange = [](double value, double least, double most) { return value >= least && value <= most; };
    if (speed && !inRange(*speed, 1, 1000))
        return invalid("--target-speed must be from 1 to 1000 times faster.");
    if (gain && !inRange(*gain, 1, 1000))
        return invalid("--target-gain must be from 1 to 1000 times fewer FLOPs.");
    if (psnr && !inRange(*psnr, 0, 200))
        return invalid("--target-psnr must be from 0 to 200 dB.");
    if (speed)
        return std::optional(Target{plan::TargetKind::Speed, *speed, false});
    if (gain)
        return std::optional(Target{plan::TargetKind::Speed, *gain, true});
    if (psnr)
        return std::optional(Target{plan::TargetKind::Fidelity, *psnr, false});
    if (!memory)
        return std::optional<Target>();
    const auto bytes = parseBytes("--target-memory", *memory);
    if (!bytes)
        return unexpected(bytes.error());
    return std::optional(Target{plan::TargetKind::Memory, *bytes, false});
}

std::string SolvedTarget::setting() const
{
    std::string text = policy;
    for (const auto& [name, value] : answer.values)
        text += " " + name + "=" + plan::toText(value);
    return text;
}

Json targetJson(const SolvedTarget& solved)
{
    const plan::TargetAnswer& answer = solved.answer;
    Json json{{"kind", kindName(solved.target)}, {"value", solved.target.value}, {"is_met", answer.isMet},
        {"policy", solved.policy}, {"parameters", Json::object()}, {"planned_flops_gain", answer.flopsGain},
        {"planned_time_gain", answer.timeGain ? Json(*answer.timeGain) : Json(nullptr)},
        {"planned_cache_bytes", answer.cacheBytes}, {"settings_tried", answer.settingsTried},
        {"reason", answer.reason}};
    for (const auto& [name, value] : answer.values)
        json["parameters"][name] = std::visit([](const auto& held) { return Json(held); }, value);
    if (answer.psnrDb)
        json["recorded_psnr_db"] = std::isfinite(*answer.psnrDb) ? Json(*answer.psnrDb) : Json("identical");
    return json;
}

std::string targetText(const SolvedTarget& solved)
{
    return "target " + solved.target.text() + ": " + solved.setting() + ". " + solved.answer.reason + "\n";
}

std::string withTarget(const std::string& text, const SolvedTarget& solved)
{
    Json report = Json::parse(text);
    Json target = targetJson(solved);
    if (const auto measured = report.find("wall_clock_gain"); measured != report.end() && measured->is_number()) {
        target["measured_time_gain"] = *measured;
        if (solved.answer.timeGain && measured->get<double>() > 0)
            target["time_error"] = *solved.answer.timeGain / measured->get<double>() - 1;
    }
    report["target"] = std::move(target);
    return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string targetOutcome(const std::string& text)
{
    const Json report = Json::parse(text);
    const Json& target = report.at("target");
    if (!target.contains("measured_time_gain"))
        return "";
    const std::string measured = fixedText(target["measured_time_gain"].get<double>(), 2) + " measured";
    if (!target.contains("time_error"))
        return "planned " + fixedText(target["planned_flops_gain"].get<double>(), 2) + " times fewer FLOPs, " + measured
            + " times faster\n";
    return "planned " + fixedText(target["planned_time_gain"].get<double>(), 2) + " times faster (denoising loop), "
        + measured + " (" + signedPercent(target["time_error"].get<double>()) + ")\n";
}

} // namespace toca::app
