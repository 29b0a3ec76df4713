// SPDX-License-Identifier: Apache-2.0
#include "app/cli/report_row.h"

#include "app/cli/console.h"

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;

const Json kNothing;

const Json& at(const Json& object, const char* key)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() ? *found : kNothing;
}

std::string numberCell(const Json& value, int decimals, double scale = 1)
{
    return value.is_number() ? fixedText(value.get<double>() * scale, decimals) : "-";
}

} // namespace

Json rowOf(const Json& report)
{
    Json row;
    const auto add = [&row](const char* name, const Json& value) {
        row[name] = value.is_number() || value.is_boolean() ? value : Json(nullptr);
    };
    add("denoising_seconds", at(at(report, "seconds"), "denoising"));
    add("total_seconds", at(at(report, "seconds"), "total"));
    for (const char* key : {"counted_flops", "flops_gain", "wall_clock_gain", "gain_ratio", "end_to_end_gain",
             "identical", "psnr_db", "ssim", "latent_relative_error", "peak_cache_bytes"})
        add(key, at(report, key));
    return row;
}

std::vector<std::string> rowHeadings()
{
    return {"denoising s", "FLOPs", "FLOPs gain", "time gain", "ratio", "end to end", "PSNR dB", "SSIM", "latent error",
        "cache"};
}

std::string rowAlignment()
{
    return std::string(rowHeadings().size(), 'r');
}

std::vector<std::string> rowCells(const Json& row)
{
    const bool isIdentical = at(row, "identical").is_boolean() && at(row, "identical").get<bool>();
    const Json &flops = at(row, "counted_flops"), &bytes = at(row, "peak_cache_bytes");
    return {numberCell(at(row, "denoising_seconds"), 2), flops.is_number() ? flopsText(flops.get<double>()) : "-",
        numberCell(at(row, "flops_gain"), 2), numberCell(at(row, "wall_clock_gain"), 2),
        numberCell(at(row, "gain_ratio"), 2), numberCell(at(row, "end_to_end_gain"), 2),
        isIdentical ? "identical" : numberCell(at(row, "psnr_db"), 2), numberCell(at(row, "ssim"), 4),
        numberCell(at(row, "latent_relative_error"), 4), bytes.is_number() ? bytesText(bytes.get<double>()) : "-"};
}

std::string csvCell(const Json& value)
{
    if (value.is_null())
        return "";
    return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string csvTable(const Json& rows)
{
    std::string text;
    for (const Json& row : rows) {
        std::vector<std::string> names, cells;
        for (const auto& [name, value] : row.items()) {
            names.push_back(name);
            cells.push_back(csvCell(value));
        }
        text += (text.empty() ? csvLine(names) : "") + csvLine(cells);
    }
    return text;
}

} // namespace toca::app
