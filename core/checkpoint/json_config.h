// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toca::checkpoint {

/// What an untrusted JSON text may cost.
struct JsonLimits {
    std::size_t bytes = 16u << 20;
    int depth = 32;
    std::size_t values = 1'000'000; ///< numbers, texts, objects and lists together; each takes some 50 bytes of memory
};

/// Parses strict JSON: UTF-8 without byte order mark, no comments, no NaN or infinity, no number that overflows a
/// double, no key twice in one object, nothing after the value. Nothing is built before the limits are checked.
///
/// @param fileName only for messages
/// @return TooLarge when over a limit, else BadFormat naming file, line and what is wrong
Result<nlohmann::json> parseJson(std::string_view text, const std::string& fileName, const JsonLimits& limits = {});

/// Reads a whole file and parses it as `parseJson` does. Pipes and devices are refused.
///
/// @return NotFound, Io, TooLarge or BadFormat
Result<nlohmann::json> readJsonFile(const std::filesystem::path& path, const JsonLimits& limits = {});

/// Typed, checked access to an object such as config.json. Fields are read one after the other; whatever is wrong is
/// collected, and `finish` reports all of it in one message:
///
///     auto config = ConfigReader::open(folder / "config.json");
///     if (!config) return unexpected(config.error());
///     const auto depth = config->integer("depth", kRequired, 1, 1000);
///     const auto eps = config->number("eps", 1e-6, 0, 1);
///     if (auto done = config->finish(); !done) return unexpected(done.error());
///
/// A field that is absent or null takes its fallback. A wrong or missing required one yields the fallback or the lower
/// bound (an empty text or list), so values must not be used before `finish` succeeded. Unknown fields are ignored.
class ConfigReader {
public:
    /// As fallback: the field must be there.
    static constexpr std::nullopt_t kRequired = std::nullopt;

    /// @return as `readJsonFile`, and BadFormat when the file holds no object
    static Result<ConfigReader> open(const std::filesystem::path& path, const JsonLimits& limits = {});
    /// @param fileName only for messages
    ConfigReader(nlohmann::json object, std::string fileName);

    /// Present and not null.
    bool has(const std::string& key) const;
    /// The field as it is; null when absent.
    const nlohmann::json& raw(const std::string& key) const;

    std::int64_t integer(
        const std::string& key, std::optional<std::int64_t> fallback, std::int64_t minimum, std::int64_t maximum);
    /// Whole numbers are taken too.
    double number(const std::string& key, std::optional<double> fallback, double minimum, double maximum);
    bool boolean(const std::string& key, std::optional<bool> fallback);
    /// @param allowed when not empty, the text must be one of these
    std::string string(
        const std::string& key, std::optional<std::string> fallback, const std::vector<std::string>& allowed = {});

    /// Lists. Every element must be in [minimum, maximum], their count in [minimumCount, maximumCount].
    std::vector<std::int64_t> integerList(const std::string& key, std::optional<std::vector<std::int64_t>> fallback,
        std::int64_t minimum, std::int64_t maximum, std::size_t minimumCount = 0, std::size_t maximumCount = 1024);
    std::vector<double> numberList(const std::string& key, std::optional<std::vector<double>> fallback, double minimum,
        double maximum, std::size_t minimumCount = 0, std::size_t maximumCount = 65536);
    std::vector<bool> booleanList(const std::string& key, std::optional<std::vector<bool>> fallback,
        std::size_t minimumCount = 0, std::size_t maximumCount = 1024);
    std::vector<std::string> stringList(const std::string& key, std::optional<std::vector<std::string>> fallback,
        std::size_t minimumCount = 0, std::size_t maximumCount = 1024);

    /// A nested object; its problems are reported by this reader's `finish` (under "outer.inner"). Empty when absent,
    /// so that its fields' fallbacks apply.
    ConfigReader object(const std::string& key, bool required = false);

    /// Adds a problem found by the caller, such as two fields that contradict each other.
    void addProblem(const std::string& key, const std::string& problem);

    /// @return BadFormat with every wrong field: "'config.json': 'depth' is 0, expected a whole number from 1 to 1000;
    /// ..."
    Result<void> finish() const;

private:
    struct Problems;
    ConfigReader(const nlohmann::json* object, std::string prefix, const ConfigReader& parent);

    const nlohmann::json* present(const std::string& key, bool required, const std::string& expected);
    const nlohmann::json* list(const std::string& key, bool required, const std::string& element,
        bool (*fits)(const nlohmann::json&), std::size_t minimumCount, std::size_t maximumCount);
    void wrong(const std::string& key, const nlohmann::json& found, const std::string& expected);

    std::shared_ptr<const nlohmann::json> m_document; // kept alive for nested readers
    const nlohmann::json* m_object;
    std::string m_prefix;
    std::shared_ptr<Problems> m_problems;
};

} // namespace toca::checkpoint
