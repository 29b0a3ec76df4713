// SPDX-License-Identifier: Apache-2.0
// libFuzzer target: config.json reading. What parses must survive every typed read and the report of wrong fields.

#include "core/checkpoint/json_config.h"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace toca::checkpoint;
    const JsonLimits limits{.bytes = 1u << 20, .depth = 16, .values = 10'000};
    const std::string text(reinterpret_cast<const char*>(data), size);
    auto value = parseJson(text, "fuzz", limits);
    if (!value) {
        if (value.error().message.empty())
            std::abort();
        return 0;
    }
    // Accepted text is strict: written and read again it is the same.
    const auto again = parseJson(value->dump(), "fuzz", limits);
    if (!again || *again != *value)
        std::abort();

    std::vector<std::string> keys{"depth"};
    if (value->is_object()) {
        for (const auto& item : value->items())
            keys.push_back(item.key());
    }
    ConfigReader config(std::move(*value), "fuzz");
    for (const std::string& key : keys) {
        const auto depth = config.integer(key, 3, 1, 1000);
        const auto scale = config.number(key, ConfigReader::kRequired, -10, 10);
        if (depth < 1 || depth > 1000 || !(scale >= -10 && scale <= 10))
            std::abort();
        config.boolean(key, ConfigReader::kRequired);
        config.string(key, "none", {"none", "linear"});
        for (const auto number : config.integerList(key, ConfigReader::kRequired, -5, 5, 1, 4)) {
            if (number < -5 || number > 5)
                std::abort();
        }
        config.numberList(key, ConfigReader::kRequired, -1, 1, 2, 2);
        config.booleanList(key, ConfigReader::kRequired);
        config.stringList(key, ConfigReader::kRequired);
        config.object(key).integer("inner", ConfigReader::kRequired, 0, 1);
    }
    if (const auto done = config.finish(); !done && done.error().message.empty())
        std::abort();
    return 0;
}
