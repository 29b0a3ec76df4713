// SPDX-License-Identifier: Apache-2.0
#include "app/cli/memory_table.h"

#include "app/cli/console.h"

#include <nlohmann/json.hpp>

namespace toca::app {
namespace {

using Json = nlohmann::ordered_json;
using plan::CacheMemoryComparison;
using plan::PublishedTensors;

std::string megabytes(std::int64_t bytes)
{
    return fixedText(static_cast<double>(bytes) / 1e6, 1);
}

double shareOf(const CacheMemoryComparison& row, std::size_t dtype)
{
    return static_cast<double>(row.ourBytes[dtype]) / static_cast<double>(row.theirBytes);
}

} // namespace

std::string cacheMemoryText(const std::vector<CacheMemoryComparison>& rows)
{
    TextTable table("llrrrrrrr");
    table.addRow({"model", "policy", "published", "fp32", "bf16", "int8", "fp32", "bf16", "int8"});
    std::string tensors;
    std::string last;
    for (const CacheMemoryComparison& row : rows) {
        table.addRow(
            {row.geometry, row.policy + (row.preset.empty() ? "" : ":" + row.preset), megabytes(row.theirBytes),
                megabytes(row.ourBytes[0]), megabytes(row.ourBytes[1]), megabytes(row.ourBytes[2]),
                fixedText(shareOf(row, 0), 2), fixedText(shareOf(row, 1), 2), fixedText(shareOf(row, 2), 2)});
        if (row.code == last)
            continue; // the same code holds the same
        last = row.code;
        tensors += "\n" + row.code + ", " + row.geometry + "\n";
        TextTable held("lrlr");
        for (const PublishedTensors& each : row.theirs) {
            std::string shape;
            for (const std::int64_t size : each.shape)
                shape += (shape.empty() ? "" : " x ") + std::to_string(size);
            held.addRow({"  " + each.what, std::to_string(each.count) + " x",
                "(" + shape + ") x " + std::to_string(each.bytesPerValue) + " bytes", megabytes(each.bytes())});
        }
        tensors += held.text();
    }
    return "Cache memory in MB (10^6 bytes), one prompt with both guidance rows; the last columns are shares of the "
           "published.\n\n"
        + table.text() + tensors;
}

std::string cacheMemoryJson(const std::vector<CacheMemoryComparison>& rows)
{
    Json list = Json::array();
    for (const CacheMemoryComparison& row : rows) {
        Json tensors = Json::array();
        for (const PublishedTensors& each : row.theirs)
            tensors.push_back({{"what", each.what}, {"count", each.count}, {"shape", each.shape},
                {"bytes_per_value", each.bytesPerValue}, {"bytes", each.bytes()}});
        Json ours, shares;
        for (int dtype = 0; dtype < plan::kCacheDtypes; ++dtype) {
            const std::string name(plan::cacheDtypeName(static_cast<plan::CacheDtype>(dtype)));
            ours[name] = row.ourBytes[static_cast<std::size_t>(dtype)];
            shares[name] = shareOf(row, static_cast<std::size_t>(dtype));
        }
        list.push_back({{"geometry", row.geometry}, {"policy", row.policy}, {"preset", row.preset}, {"code", row.code},
            {"published_bytes", row.theirBytes}, {"tensors", tensors}, {"bytes", ours}, {"shares", shares}});
    }
    return list.dump(2) + "\n";
}

} // namespace toca::app
