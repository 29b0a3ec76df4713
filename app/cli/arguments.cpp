// SPDX-License-Identifier: Apache-2.0
#include "app/cli/arguments.h"

#include "app/cli/console.h"

#include <charconv>
#include <cmath>
#include <functional>
#include <limits>

namespace toca::app {
namespace {

Unexpected refused(std::string_view option, std::string_view text, const std::string& expected)
{
    return unexpected(ErrorCode::InvalidArgument,
        std::string(option) + " cannot be '" + oneLine(text, 80) + "'; it must be " + expected + ".");
}

template <class Number>
bool readWhole(std::string_view text, Number& number)
{
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    return status == std::errc() && end == text.data() + text.size();
}

Result<int> parseInt(std::string_view option, std::string_view text)
{
    const auto number = parseInteger(option, text);
    if (!number)
        return unexpected(number.error());
    if (*number < std::numeric_limits<int>::min() || *number > std::numeric_limits<int>::max())
        return refused(option, text, "a whole number of at most 10 digits");
    return static_cast<int>(*number);
}

template <class Value>
CLI::Option* addParsed(CLI::App& app, const std::string& name, std::optional<Value>& value, const std::string& help,
    const std::string& type, Result<Value> (*parse)(std::string_view, std::string_view))
{
    auto* option = app.add_option_function<std::string>(
        name,
        [name, &value, parse](const std::string& text) {
            auto parsed = parse(name, text);
            if (!parsed)
                throw CLI::ValidationError(parsed.error().message);
            value = std::move(*parsed);
        },
        help);
    // A repeated option is a mistake more often than a wish.
    return option->type_name(type)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

Result<std::string> asText(std::string_view /*option*/, std::string_view text)
{
    return std::string(text);
}

} // namespace

Result<std::int64_t> parseInteger(std::string_view option, std::string_view text)
{
    std::int64_t number = 0;
    if (!readWhole(text, number))
        return refused(option, text, "a whole number");
    return number;
}

Result<std::uint64_t> parseUnsigned(std::string_view option, std::string_view text)
{
    std::uint64_t number = 0;
    if (!readWhole(text, number))
        return refused(option, text, "a whole number from 0 to 18446744073709551615");
    return number;
}

Result<double> parseNumber(std::string_view option, std::string_view text)
{
    double number = 0;
    if (!readWhole(text, number) || !std::isfinite(number))
        return refused(option, text, "a number such as 3 or 7.5");
    return number;
}

Result<Size> parseSize(std::string_view option, std::string_view text)
{
    const std::size_t x = text.find('x');
    Size size;
    if (x == std::string_view::npos || !readWhole(text.substr(0, x), size.width)
        || !readWhole(text.substr(x + 1), size.height) || size.width < 1 || size.height < 1 || size.width > 65536
        || size.height > 65536)
        return refused(option, text, "width x height in pixels, each from 1 to 65536, such as 128x128");
    return size;
}

Result<SeedRange> parseSeeds(std::string_view option, std::string_view text)
{
    const std::size_t dash = text.find('-');
    SeedRange seeds;
    bool isValid = readWhole(text.substr(0, dash), seeds.first);
    seeds.last = seeds.first;
    if (isValid && dash != std::string_view::npos)
        isValid = readWhole(text.substr(dash + 1), seeds.last) && seeds.first <= seeds.last;
    if (!isValid)
        return refused(option, text, "a range of seeds A-B with A not above B, such as 1-8");
    return seeds;
}

CLI::Option* addInteger(CLI::App& app, const std::string& name, std::optional<int>& value, const std::string& help)
{
    return addParsed(app, name, value, help, "N", parseInt);
}

CLI::Option* addSeed(
    CLI::App& app, const std::string& name, std::optional<std::uint64_t>& value, const std::string& help)
{
    return addParsed(app, name, value, help, "N", parseUnsigned);
}

CLI::Option* addNumber(CLI::App& app, const std::string& name, std::optional<double>& value, const std::string& help)
{
    return addParsed(app, name, value, help, "X", parseNumber);
}

CLI::Option* addSize(CLI::App& app, const std::string& name, std::optional<Size>& value, const std::string& help)
{
    return addParsed(app, name, value, help, "WxH", parseSize);
}

CLI::Option* addSeeds(CLI::App& app, const std::string& name, std::optional<SeedRange>& value, const std::string& help)
{
    return addParsed(app, name, value, help, "A-B", parseSeeds);
}

CLI::Option* addText(CLI::App& app, const std::string& name, std::optional<std::string>& value, const std::string& help,
    const std::string& type)
{
    return addParsed(app, name, value, help, type, asText);
}

} // namespace toca::app
