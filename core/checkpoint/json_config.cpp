// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/json_config.h"

#include "core/base/atomic_file.h"
#include "core/base/printable.h"

#include <algorithm>
#include <cstdio>
#include <unordered_set>
#include <utility>

namespace toca::checkpoint {

using nlohmann::json;

namespace {

constexpr std::size_t kProblemsShown = 20;

/// Walks over the text without building anything, so that limits and duplicate keys are known before memory is spent.
class JsonGuard final : public nlohmann::json_sax<json> {
public:
    explicit JsonGuard(const JsonLimits& limits)
        : m_limits(limits)
    {
    }

    std::string problem;
    std::size_t position = 0; ///< byte of a syntax error, 1-based; 0 = not known
    ErrorCode code = ErrorCode::BadFormat;

    bool null() override { return count(); }
    bool boolean(bool) override { return count(); }
    bool number_integer(number_integer_t) override { return count(); }
    bool number_unsigned(number_unsigned_t) override { return count(); }
    bool number_float(number_float_t, const string_t&) override { return count(); }
    bool string(string_t&) override { return count(); }
    bool binary(binary_t&) override { return count(); }

    bool start_object(std::size_t) override
    {
        m_keys.emplace_back();
        return enter();
    }
    bool key(string_t& name) override
    {
        if (m_keys.back().insert(name).second)
            return true;
        problem = "has the key " + printable(name) + " twice";
        return false;
    }
    bool end_object() override
    {
        m_keys.pop_back();
        --m_depth;
        return true;
    }
    bool start_array(std::size_t) override { return enter(); }
    bool end_array() override
    {
        --m_depth;
        return true;
    }

    bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception& reason) override
    {
        problem = reason.id == 406 ? "has a number out of range" : "is not strict JSON";
        position = at;
        return false;
    }

private:
    bool enter()
    {
        if (++m_depth > m_limits.depth) {
            problem = "is nested more than " + std::to_string(m_limits.depth) + " deep";
            code = ErrorCode::TooLarge;
            return false;
        }
        return count();
    }

    bool count()
    {
        if (++m_values <= m_limits.values)
            return true;
        problem = "holds more than " + std::to_string(m_limits.values) + " values";
        code = ErrorCode::TooLarge;
        return false;
    }

    JsonLimits m_limits;
    std::vector<std::unordered_set<std::string>> m_keys;
    int m_depth = 0;
    std::size_t m_values = 0;
};

std::string numberText(double value)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string valueText(const json& value)
{
    if (value.is_string())
        return printable(value.get_ref<const std::string&>(), 40);
    if (value.is_array())
        return "a list of " + std::to_string(value.size());
    if (value.is_object())
        return "an object";
    return value.is_number_float() ? numberText(value.get<double>()) : value.dump();
}

/// A whole number that int64 holds.
bool isInteger(const json& value)
{
    return value.is_number_integer() && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX);
}

std::string wholeNumber(std::int64_t minimum, std::int64_t maximum)
{
    return "a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum);
}

std::string anyNumber(double minimum, double maximum)
{
    return "a number from " + numberText(minimum) + " to " + numberText(maximum);
}

} // namespace

struct ConfigReader::Problems {
    std::string fileName;
    std::vector<std::string> list;
};

Result<json> parseJson(std::string_view text, const std::string& fileName, const JsonLimits& limits)
{
    if (text.size() > limits.bytes)
        return unexpected(ErrorCode::TooLarge,
            quotedPath(fileName) + " has " + std::to_string(text.size()) + " bytes, expected at most "
                + std::to_string(limits.bytes) + ".");
    // The JSON library takes a NUL for the end of its input, and skips a byte order mark.
    if (text.find('\0') != std::string_view::npos)
        return unexpected(ErrorCode::BadFormat, quotedPath(fileName) + " holds a NUL byte, expected JSON text.");
    if (text.substr(0, 3) == "\xef\xbb\xbf")
        return unexpected(ErrorCode::BadFormat,
            quotedPath(fileName)
                + " starts with a byte order mark, expected JSON text in UTF-8 without one. Save it again without.");
    JsonGuard guard(limits);
    if (!json::sax_parse(text.begin(), text.end(), &guard)) {
        std::string where;
        if (guard.position > 0) {
            const auto upTo = text.begin() + static_cast<std::ptrdiff_t>(std::min(guard.position, text.size()));
            where = " at line " + std::to_string(1 + std::count(text.begin(), upTo, '\n'));
        }
        return unexpected(
            guard.code, quotedPath(fileName) + " " + guard.problem + where + ". Correct it or get it again.");
    }
    json value = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded())
        return unexpected(
            ErrorCode::BadFormat, quotedPath(fileName) + " is not strict JSON. Correct it or get it again.");
    return value;
}

Result<json> readJsonFile(const std::filesystem::path& path, const JsonLimits& limits)
{
    // Asked first, because opening a pipe would wait for its writer.
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return unexpected(ErrorCode::Io, "Cannot read '" + path.string() + "': it is not a regular file.");
    auto text = readFile(path, limits.bytes);
    if (!text)
        return unexpected(text.error());
    return parseJson(*text, path.string(), limits);
}

Result<ConfigReader> ConfigReader::open(const std::filesystem::path& path, const JsonLimits& limits)
{
    auto document = readJsonFile(path, limits);
    if (!document)
        return unexpected(document.error());
    if (!document->is_object())
        return unexpected(ErrorCode::BadFormat,
            quotedPath(path.string()) + " is " + valueText(*document)
                + ", expected a JSON object. Correct it or get it again.");
    return ConfigReader(std::move(*document), path.string());
}

ConfigReader::ConfigReader(json object, std::string fileName)
    : m_document(std::make_shared<const json>(std::move(object)))
    , m_object(m_document.get())
    , m_problems(std::make_shared<Problems>())
{
    m_problems->fileName = std::move(fileName);
}

ConfigReader::ConfigReader(const json* object, std::string prefix, const ConfigReader& parent)
    : m_document(parent.m_document)
    , m_object(object)
    , m_prefix(std::move(prefix))
    , m_problems(parent.m_problems)
{
}

const json& ConfigReader::raw(const std::string& key) const
{
    static const json kNull;
    if (!m_object || !m_object->is_object())
        return kNull;
    const auto found = m_object->find(key);
    return found == m_object->end() ? kNull : *found;
}

bool ConfigReader::has(const std::string& key) const
{
    return !raw(key).is_null();
}

void ConfigReader::addProblem(const std::string& key, const std::string& problem)
{
    m_problems->list.push_back(printable(m_prefix + key) + " " + problem);
}

void ConfigReader::wrong(const std::string& key, const json& found, const std::string& expected)
{
    addProblem(key, "is " + valueText(found) + ", expected " + expected);
}

const json* ConfigReader::present(const std::string& key, bool required, const std::string& expected)
{
    const json& value = raw(key);
    if (!value.is_null())
        return &value;
    if (required)
        addProblem(key, "is missing, expected " + expected);
    return nullptr;
}

std::int64_t ConfigReader::integer(
    const std::string& key, std::optional<std::int64_t> fallback, std::int64_t minimum, std::int64_t maximum)
{
    const std::string expected = wholeNumber(minimum, maximum);
    if (const json* value = present(key, !fallback, expected)) {
        if (isInteger(*value) && value->get<std::int64_t>() >= minimum && value->get<std::int64_t>() <= maximum)
            return value->get<std::int64_t>();
        wrong(key, *value, expected);
    }
    return fallback.value_or(minimum);
}

double ConfigReader::number(const std::string& key, std::optional<double> fallback, double minimum, double maximum)
{
    const std::string expected = anyNumber(minimum, maximum);
    if (const json* value = present(key, !fallback, expected)) {
        if (value->is_number() && value->get<double>() >= minimum && value->get<double>() <= maximum)
            return value->get<double>();
        wrong(key, *value, expected);
    }
    return fallback.value_or(minimum);
}

bool ConfigReader::boolean(const std::string& key, std::optional<bool> fallback)
{
    if (const json* value = present(key, !fallback, "true or false")) {
        if (value->is_boolean())
            return value->get<bool>();
        wrong(key, *value, "true or false");
    }
    return fallback.value_or(false);
}

std::string ConfigReader::string(
    const std::string& key, std::optional<std::string> fallback, const std::vector<std::string>& allowed)
{
    std::string expected = "text";
    for (std::size_t i = 0; i < allowed.size(); ++i)
        expected = i == 0 ? "one of " + printable(allowed[i]) : expected + ", " + printable(allowed[i]);
    if (const json* value = present(key, !fallback, expected)) {
        if (value->is_string()) {
            const auto& text = value->get_ref<const std::string&>();
            if (allowed.empty() || std::find(allowed.begin(), allowed.end(), text) != allowed.end())
                return text;
        }
        wrong(key, *value, expected);
    }
    return fallback.value_or("");
}

const json* ConfigReader::list(const std::string& key, bool required, const std::string& element,
    bool (*fits)(const json&), std::size_t minimumCount, std::size_t maximumCount)
{
    const std::string count = minimumCount == maximumCount
        ? std::to_string(minimumCount)
        : std::to_string(minimumCount) + " to " + std::to_string(maximumCount);
    const std::string expected = "a list of " + count + ", each " + element;
    const json* value = present(key, required, expected);
    if (!value)
        return nullptr;
    if (!value->is_array() || value->size() < minimumCount || value->size() > maximumCount) {
        wrong(key, *value, expected);
        return nullptr;
    }
    for (std::size_t i = 0; i < value->size(); ++i) {
        if (!fits((*value)[i])) {
            wrong(key + "[" + std::to_string(i) + "]", (*value)[i], element);
            return nullptr;
        }
    }
    return value;
}

std::vector<std::int64_t> ConfigReader::integerList(const std::string& key,
    std::optional<std::vector<std::int64_t>> fallback, std::int64_t minimum, std::int64_t maximum,
    std::size_t minimumCount, std::size_t maximumCount)
{
    const std::string element = wholeNumber(minimum, maximum);
    if (const json* value = list(key, !fallback, element, isInteger, minimumCount, maximumCount)) {
        auto numbers = value->get<std::vector<std::int64_t>>();
        const auto bad =
            std::find_if(numbers.begin(), numbers.end(), [&](std::int64_t n) { return n < minimum || n > maximum; });
        if (bad == numbers.end())
            return numbers;
        wrong(key + "[" + std::to_string(bad - numbers.begin()) + "]", *bad, element);
    }
    return fallback.value_or(std::vector<std::int64_t>());
}

std::vector<double> ConfigReader::numberList(const std::string& key, std::optional<std::vector<double>> fallback,
    double minimum, double maximum, std::size_t minimumCount, std::size_t maximumCount)
{
    const std::string element = anyNumber(minimum, maximum);
    const auto isNumber = [](const json& value) { return value.is_number(); };
    if (const json* value = list(key, !fallback, element, isNumber, minimumCount, maximumCount)) {
        auto numbers = value->get<std::vector<double>>();
        const auto bad =
            std::find_if(numbers.begin(), numbers.end(), [&](double n) { return !(n >= minimum && n <= maximum); });
        if (bad == numbers.end())
            return numbers;
        wrong(key + "[" + std::to_string(bad - numbers.begin()) + "]", *bad, element);
    }
    return fallback.value_or(std::vector<double>());
}

std::vector<bool> ConfigReader::booleanList(const std::string& key, std::optional<std::vector<bool>> fallback,
    std::size_t minimumCount, std::size_t maximumCount)
{
    const auto isBoolean = [](const json& value) { return value.is_boolean(); };
    if (const json* value = list(key, !fallback, "true or false", isBoolean, minimumCount, maximumCount))
        return value->get<std::vector<bool>>();
    return fallback.value_or(std::vector<bool>());
}

std::vector<std::string> ConfigReader::stringList(const std::string& key,
    std::optional<std::vector<std::string>> fallback, std::size_t minimumCount, std::size_t maximumCount)
{
    const auto isString = [](const json& value) { return value.is_string(); };
    if (const json* value = list(key, !fallback, "text", isString, minimumCount, maximumCount))
        return value->get<std::vector<std::string>>();
    return fallback.value_or(std::vector<std::string>());
}

ConfigReader ConfigReader::object(const std::string& key, bool required)
{
    const json* value = present(key, required, "an object");
    if (value && !value->is_object()) {
        wrong(key, *value, "an object");
        value = nullptr;
    }
    return ConfigReader(value, m_prefix + key + ".", *this);
}

Result<void> ConfigReader::finish() const
{
    const auto& problems = m_problems->list;
    if (problems.empty())
        return {};
    std::string message = quotedPath(m_problems->fileName) + ": ";
    for (std::size_t i = 0; i < problems.size() && i < kProblemsShown; ++i)
        message += (i ? "; " : "") + problems[i];
    if (problems.size() > kProblemsShown)
        message += "; and " + std::to_string(problems.size() - kProblemsShown) + " more";
    return unexpected(ErrorCode::BadFormat, message + ". Correct the file or get it again.");
}

} // namespace toca::checkpoint
