// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/expected.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toca::app {

// Strict readers: the whole text must be the value, whatever the locale. Errors are InvalidArgument naming option and
// text.

Result<std::int64_t> parseInteger(std::string_view option, std::string_view text);
Result<std::uint64_t> parseUnsigned(std::string_view option, std::string_view text);
/// A finite number.
Result<double> parseNumber(std::string_view option, std::string_view text);

/// Width and height in pixels.
struct Size {
    int width = 0;
    int height = 0;
};
/// "WxH", both from 1 to 65536.
Result<Size> parseSize(std::string_view option, std::string_view text);

/// First and last seed, both included.
struct SeedRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};
/// "A-B" with A <= B, or one number.
Result<SeedRange> parseSeeds(std::string_view option, std::string_view text);

// Options that keep what was given and stay empty otherwise. A wrong value ends the parsing with CLI::ValidationError.

CLI::Option* addInteger(CLI::App& app, const std::string& name, std::optional<int>& value, const std::string& help);
CLI::Option* addSeed(
    CLI::App& app, const std::string& name, std::optional<std::uint64_t>& value, const std::string& help);
CLI::Option* addNumber(CLI::App& app, const std::string& name, std::optional<double>& value, const std::string& help);
CLI::Option* addSize(CLI::App& app, const std::string& name, std::optional<Size>& value, const std::string& help);
CLI::Option* addSeeds(CLI::App& app, const std::string& name, std::optional<SeedRange>& value, const std::string& help);
CLI::Option* addText(CLI::App& app, const std::string& name, std::optional<std::string>& value, const std::string& help,
    const std::string& type = "TEXT");

} // namespace toca::app
