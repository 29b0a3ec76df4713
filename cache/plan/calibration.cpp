// SPDX-License-Identifier: Apache-2.0
#include "cache/plan/calibration.h"

#include "cache/plan/policies/spec_makers.h"
#include "core/base/atomic_file.h"
#include "core/base/printable.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace toca::plan {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "toca-calibration";
constexpr int kVersion = 1;
constexpr std::size_t kMostBytes = 4u << 20; // of a file
constexpr std::size_t kMostTexts = 10'000;
constexpr std::size_t kMostTextBytes = 16'384;
constexpr double kLargest = 1e30; // of any number: products of a few stay finite

/// One list of numbers that a method needs.
struct Demand {
    const char* method;
    const char* name;
    std::size_t least;
    std::size_t most;
    double minimum;
    double maximum;
};
constexpr Demand kDemands[]{
    {"teacache", "coefficients", 5, 5, -kLargest, kLargest},
    {"teacache", "range", 2, 2, 0.0, kLargest},
    {"magcache", "ratios", 1, 1000, 0.0, 1e6},
    {"ebcache", "noise_scale", 1, 1, 0.1, 10.0},
};

Result<void> checkNumbers(const std::string& name, const std::vector<double>& values, std::size_t least,
    std::size_t most, double minimum, double maximum)
{
    if (values.size() < least || values.size() > most)
        return unexpected(ErrorCode::InvalidArgument,
            printable(name) + " holds " + std::to_string(values.size()) + " numbers, expected "
                + (least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most)));
    for (const double value : values)
        if (!(value >= minimum && value <= maximum)) // refuses NaN
            return unexpected(ErrorCode::InvalidArgument,
                printable(name) + " holds the number " + toText(ParameterValue(value)) + ", expected one from "
                    + toText(ParameterValue(minimum)) + " to " + toText(ParameterValue(maximum)));
    return {};
}

/// Typed access that collects the first problem.
class Reader {
public:
    explicit Reader(const Json& object, std::string prefix = {})
        : m_object(object)
        , m_prefix(std::move(prefix))
    {
    }
    std::string text(const char* key, std::size_t most = 1024)
    {
        const Json* value = get(key);
        if (!value || !value->is_string() || value->get_ref<const std::string&>().size() > most)
            return wrong(key, "a text of at most " + std::to_string(most) + " bytes"), std::string();
        return value->get<std::string>();
    }
    double number(const char* key, double minimum, double maximum)
    {
        const Json* value = get(key);
        const double number = value && value->is_number() ? value->get<double>() : std::nan("");
        if (!(number >= minimum && number <= maximum))
            return wrong(key, "a number from " + toText(minimum) + " to " + toText(maximum)), minimum;
        return number;
    }
    int integer(const char* key, int minimum, int maximum)
    {
        const double value = number(key, minimum, maximum);
        if (value != std::floor(value))
            return wrong(key, "a whole number"), minimum;
        return static_cast<int>(value);
    }
    const Json* list(const char* key, std::size_t most)
    {
        const Json* value = get(key);
        if (!value || !value->is_array() || value->size() > most)
            return wrong(key, "a list of at most " + std::to_string(most) + " values"), nullptr;
        return value;
    }
    const Json* object(const char* key)
    {
        const Json* value = get(key);
        if (!value || !value->is_object() || value->size() > 64)
            return wrong(key, "an object"), nullptr;
        return value;
    }
    void wrong(const std::string& key, const std::string& expected)
    {
        if (m_problem.empty())
            m_problem = "'" + m_prefix + key + "' is missing or wrong, expected " + expected;
    }
    const std::string& problem() const { return m_problem; }

private:
    static std::string toText(double number) { return plan::toText(ParameterValue(number)); }
    const Json* get(const char* key) const
    {
        const auto found = m_object.find(key);
        return found == m_object.end() ? nullptr : &*found;
    }
    const Json& m_object;
    std::string m_prefix;
    std::string m_problem;
};

std::string readSource(const Json& object, CalibrationSource& source)
{
    Reader reader(object, "source.");
    if (const Json* prompts = reader.list("prompts", kMostTexts)) {
        for (const Json& prompt : *prompts) {
            if (!prompt.is_string() || prompt.get_ref<const std::string&>().size() > kMostTextBytes)
                reader.wrong("prompts", "texts of at most " + std::to_string(kMostTextBytes) + " bytes");
            else
                source.prompts.push_back(prompt.get<std::string>());
        }
    }
    if (const Json* seeds = reader.list("seeds", kMostTexts)) {
        for (const Json& seed : *seeds) {
            if (!seed.is_number_unsigned())
                reader.wrong("seeds", "whole numbers from 0");
            else
                source.seeds.push_back(seed.get<std::uint64_t>());
        }
    }
    source.steps = reader.integer("steps", 1, 1000);
    source.sampler = reader.text("sampler", 80);
    source.guidanceScale = reader.number("guidance", 0, 1e6);
    source.frames = reader.integer("frames", 1, 1 << 20);
    source.width = reader.integer("width", 1, 1 << 20);
    source.height = reader.integer("height", 1, 1 << 20);
    source.program = reader.text("program", 80);
    return reader.problem();
}

std::string readValues(const Json& object, std::map<std::string, std::vector<double>>& values)
{
    for (const auto& [name, list] : object.items()) {
        if (name.empty() || name.size() > 64 || !list.is_array() || list.size() > 1000)
            return printable("values." + name) + " is wrong, expected a list of at most 1000 numbers";
        std::vector<double>& numbers = values[name];
        for (const Json& number : list) {
            if (!number.is_number())
                return printable("values." + name) + " is wrong, expected numbers only";
            numbers.push_back(number.get<double>());
        }
    }
    return {};
}

std::string howToMake(std::string_view method)
{
    return "Make one with `toca calibrate --policy " + std::string(method)
        + " --model DIR --out FILE` and give it with `--set calibration=FILE`.";
}

} // namespace

const std::vector<std::string>& calibratedMethods()
{
    static const std::vector<std::string> methods{"teacache", "magcache", "ebcache"};
    return methods;
}

Result<void> checkCalibration(const Calibration& calibration)
{
    const auto& methods = calibratedMethods();
    if (std::find(methods.begin(), methods.end(), calibration.method) == methods.end())
        return unexpected(ErrorCode::InvalidArgument,
            "'method' is " + printable(calibration.method) + ", expected teacache, magcache or ebcache");
    if (calibration.modelIdentity.empty() || calibration.modelIdentity.size() > 128)
        return unexpected(
            ErrorCode::InvalidArgument, "'model.identity' is missing or longer than 128 bytes; it names the weights");
    for (const Demand& demand : kDemands) {
        if (calibration.method != demand.method)
            continue;
        const auto found = calibration.values.find(demand.name);
        if (found == calibration.values.end())
            return unexpected(ErrorCode::InvalidArgument, "'values." + std::string(demand.name) + "' is missing");
        if (auto valid =
                checkNumbers(demand.name, found->second, demand.least, demand.most, demand.minimum, demand.maximum);
            !valid)
            return valid;
    }
    for (const auto& [name, numbers] : calibration.values)
        if (auto valid = checkNumbers(name, numbers, 0, 1000, -kLargest, kLargest); !valid)
            return valid;
    if (const auto range = calibration.values.find("range");
        calibration.method == "teacache" && range->second[0] >= range->second[1])
        return unexpected(ErrorCode::InvalidArgument, "'values.range' is not from a smaller to a larger number");
    return {};
}

std::string calibrationJson(const Calibration& calibration)
{
    const CalibrationSource& source = calibration.source;
    Json json;
    json["format"] = kFormat;
    json["version"] = kVersion;
    json["method"] = calibration.method;
    json["model"]["name"] = calibration.modelName;
    json["model"]["identity"] = calibration.modelIdentity;
    json["values"] = Json::object();
    for (const auto& [name, numbers] : calibration.values)
        json["values"][name] = numbers;
    json["source"] = {{"prompts", source.prompts}, {"seeds", source.seeds}, {"steps", source.steps},
        {"sampler", source.sampler}, {"guidance", source.guidanceScale}, {"frames", source.frames},
        {"width", source.width}, {"height", source.height}, {"program", source.program}};
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Calibration> calibrationFromJson(std::string_view json, const std::string& fileName)
{
    const auto refused = [&](const std::string& problem) {
        return unexpected(
            ErrorCode::BadFormat, quotedPath(fileName) + " is no calibration of this program: " + problem + ".");
    };
    // Depth and number of values are bounded by the size; the parser builds no tree for what is deeper.
    const Json parsed = Json::parse(
        json.begin(), json.end(), [](int depth, Json::parse_event_t, Json&) { return depth <= 4; }, false);
    if (!parsed.is_object())
        return refused("it holds no JSON object");
    Reader reader(parsed);
    if (reader.text("format", 80) != kFormat)
        return refused("'format' is not " + std::string(kFormat));
    if (const int version = reader.integer("version", 1, 1'000'000); reader.problem().empty() && version != kVersion)
        return unexpected(ErrorCode::Unsupported,
            quotedPath(fileName) + " has version " + std::to_string(version)
                + " of the format; this program reads version " + std::to_string(kVersion) + ".");
    Calibration calibration;
    calibration.method = reader.text("method", 80);
    const Json* model = reader.object("model");
    const Json* values = reader.object("values");
    const Json* source = reader.object("source");
    if (!reader.problem().empty())
        return refused(reader.problem());
    Reader modelReader(*model, "model.");
    calibration.modelName = modelReader.text("name");
    calibration.modelIdentity = modelReader.text("identity", 128);
    if (!modelReader.problem().empty())
        return refused(modelReader.problem());
    if (const std::string problem = readValues(*values, calibration.values); !problem.empty())
        return refused(problem);
    if (const std::string problem = readSource(*source, calibration.source); !problem.empty())
        return refused(problem);
    if (auto valid = checkCalibration(calibration); !valid)
        return refused(valid.error().message);
    return calibration;
}

Result<void> writeCalibration(const std::filesystem::path& path, const Calibration& calibration)
{
    if (auto valid = checkCalibration(calibration); !valid)
        return unexpected(valid.error().code, "The calibration cannot be written: " + valid.error().message + ".");
    return writeFileAtomically(path, calibrationJson(calibration));
}

Result<Calibration> readCalibration(const std::filesystem::path& path)
{
    const auto text = readFile(path, kMostBytes);
    if (!text)
        return unexpected(text.error());
    return calibrationFromJson(*text, path.string());
}

Result<Calibration> calibrationFor(std::string_view method, const std::string& file, const PolicyContext& context)
{
    std::filesystem::path path(file);
    if (file.empty()) {
        if (context.modelIdentity.empty())
            return Calibration{}; // a plan without weights
        std::error_code error;
        path = std::filesystem::path(context.calibrationFolder) / (std::string(method) + ".json");
        if (context.calibrationFolder.empty() || !std::filesystem::exists(path, error))
            return unexpected(ErrorCode::NotFound,
                "The policy " + std::string(method) + " needs a calibration of this model, and the model has none"
                    + (context.calibrationFolder.empty() ? "" : " (" + quotedPath(path.string()) + " does not exist)")
                    + ". " + howToMake(method));
    }
    auto calibration = readCalibration(path);
    if (!calibration)
        return calibration;
    if (calibration->method != method)
        return unexpected(ErrorCode::InvalidArgument,
            quotedPath(path.string()) + " is a calibration for " + calibration->method + ", not for "
                + std::string(method) + ". " + howToMake(method));
    if (!context.modelIdentity.empty() && calibration->modelIdentity != context.modelIdentity)
        return unexpected(ErrorCode::InvalidArgument,
            quotedPath(path.string()) + " was fitted to other weights (" + printable(calibration->modelName)
                + ", identity " + printable(calibration->modelIdentity) + ") than this model's (identity "
                + context.modelIdentity + "), so it is not used. " + howToMake(method));
    return calibration;
}

ParameterSpec calibrationSpec(std::string help)
{
    return textSpec("calibration", "Calibration file", std::move(help), "Calibration", ParameterKind::File, true);
}

} // namespace toca::plan
