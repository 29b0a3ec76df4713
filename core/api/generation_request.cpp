// SPDX-License-Identifier: Apache-2.0
#include "core/api/generation_request.h"

#include "core/api/utf8.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace toca {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxPromptBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxPathBytes = 4096; // PATH_MAX
constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxMaskBytes = std::size_t{1} << 20;
// Two prompts of the largest size, every byte escaped, and room for the rest.
constexpr std::size_t kMaxJsonBytes = std::size_t{16} << 20;

constexpr std::int64_t kMostCacheBytes = std::int64_t{1} << 60;

constexpr const char* kDeviceNames[] = {"cpu", "cuda", "auto"};
constexpr const char* kPrecisionNames[] = {"fp32", "bf16"};
constexpr const char* kTraceLevelNames[] = {"decisions", "scores"};

json toJsonValue(const plan::ParameterValue& value)
{
    return std::visit([](const auto& held) { return json(held); }, value);
}

Unexpected wrongKey(const std::string& key, const std::string& expected)
{
    return unexpected(
        ErrorCode::BadFormat, "The request's key \"" + key + "\" is not valid: it must be " + expected + ".");
}

/// Reads the keys of one object one after the other; the first thing wrong is kept and the rest is skipped.
class Reader {
public:
    explicit Reader(const json& object)
        : m_object(object)
    {
    }

    void read(const char* key, std::string& field)
    {
        const json* value = find(key);
        if (!value)
            return;
        if (value->is_string())
            field = value->get<std::string>();
        else
            fail(key, "a text");
    }

    void read(const char* key, double& field)
    {
        const json* value = find(key);
        if (!value)
            return;
        if (value->is_number())
            field = value->get<double>();
        else
            fail(key, "a number");
    }

    void read(const char* key, int& field)
    {
        const json* value = find(key);
        if (!value)
            return;
        constexpr int kLargest = std::numeric_limits<int>::max();
        if (value->is_number_unsigned() && value->get<std::uint64_t>() <= static_cast<std::uint64_t>(kLargest))
            field = value->get<int>();
        else
            fail(key, "a whole number from 0 to " + std::to_string(kLargest));
    }

    void read(const char* key, plan::CacheStorage& field)
    {
        std::string text = plan::toText(field);
        read(key, text);
        if (!m_result)
            return;
        if (const auto storage = plan::cacheStorageFromText(text))
            field = *storage;
        else
            fail(key, "fp32, bf16, int8 or such a format for single modules, each with @host where it is offloaded");
    }

    void read(const char* key, std::int64_t& field)
    {
        const json* value = find(key);
        if (!value)
            return;
        if (value->is_number_unsigned() && value->get<std::uint64_t>() <= static_cast<std::uint64_t>(kMostCacheBytes))
            field = value->get<std::int64_t>();
        else
            fail(key, "a number of bytes from 0 to " + std::to_string(kMostCacheBytes));
    }

    void read(const char* key, std::uint64_t& field)
    {
        const json* value = find(key);
        if (!value)
            return;
        if (value->is_number_unsigned())
            field = value->get<std::uint64_t>();
        else
            fail(key, "a whole number from 0 to 18446744073709551615");
    }

    template <class Enum, std::size_t count>
    void read(const char* key, Enum& field, const char* const (&names)[count])
    {
        const json* value = find(key);
        if (!value)
            return;
        std::string known;
        for (std::size_t i = 0; i < count; ++i) {
            if (value->is_string() && value->get_ref<const std::string&>() == names[i]) {
                field = static_cast<Enum>(i);
                return;
            }
            known += (i == 0 ? "" : ", ") + std::string(names[i]);
        }
        fail(key, "one of " + known);
    }

    void read(const char* key, plan::ParameterValues& field)
    {
        const json* value = find(key);
        if (!value)
            return;
        if (!value->is_object())
            return fail(key, "an object of parameters");
        for (const auto& [name, held] : value->items()) {
            if (held.is_boolean())
                field[name] = held.get<bool>();
            else if (held.is_number_float())
                field[name] = held.get<double>();
            else if (held.is_string())
                field[name] = held.get<std::string>();
            else if (held.is_number_integer()
                && !(held.is_number_unsigned()
                    && held.get<std::uint64_t>()
                        > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())))
                field[name] = held.get<std::int64_t>();
            else
                return fail(key, "an object whose values are true, false, numbers or texts");
        }
    }

    const Result<void>& result() const { return m_result; }

private:
    const json* find(const char* key) const
    {
        const auto found = m_result ? m_object.find(key) : m_object.end();
        return found == m_object.end() ? nullptr : &*found;
    }
    void fail(const char* key, const std::string& expected) { m_result = wrongKey(key, expected); }

    const json& m_object;
    Result<void> m_result;
};

Unexpected outOfRange(const std::string& field, const std::string& value, const std::string& range)
{
    return unexpected(
        ErrorCode::InvalidArgument, "The request's " + field + " is " + value + "; it must be " + range + ".");
}

Result<void> checkInteger(
    const char* field, std::int64_t value, std::int64_t minimum, std::int64_t maximum, const char* unit = "")
{
    if (value >= minimum && value <= maximum)
        return {};
    return outOfRange(
        field, std::to_string(value), "from " + std::to_string(minimum) + " to " + std::to_string(maximum) + unit);
}

Result<void> checkNumber(const char* field, double value, double minimum, double maximum, const char* range)
{
    if (value >= minimum && value <= maximum) // false for NaN
        return {};
    return outOfRange(field, plan::toText(value), range);
}

Result<void> checkLength(const char* field, const std::string& text, std::size_t limit)
{
    if (text.size() <= limit)
        return {};
    return outOfRange(
        field, std::to_string(text.size()) + " bytes long", "at most " + std::to_string(limit) + " bytes");
}

} // namespace

std::string toJson(const GenerationRequest& request, int indent)
{
    json parameters = json::object();
    for (const auto& [name, value] : request.policyParameters)
        parameters[name] = toJsonValue(value);
    nlohmann::ordered_json object;
    object["prompt"] = request.prompt;
    object["negative_prompt"] = request.negativePrompt;
    if (request.classLabel >= 0)
        object["class"] = request.classLabel;
    object["sampler"] = request.sampler;
    object["model"] = request.modelPath;
    object["seed"] = request.seed;
    object["steps"] = request.steps;
    object["guidance"] = request.guidanceScale;
    object["frames"] = request.frames;
    object["width"] = request.width;
    object["height"] = request.height;
    object["fps"] = request.fps;
    object["policy"] = request.policy;
    object["preset"] = request.preset;
    object["parameters"] = parameters;
    if (!request.cacheStorage.isDefault())
        object["cache_dtype"] = plan::toText(request.cacheStorage);
    if (request.cacheBudget > 0)
        object["cache_budget"] = request.cacheBudget;
    object["condition"] = request.conditionPath;
    object["condition_frames"] = request.conditionFrames;
    if (!request.protect.empty()) {
        object["protect"] = request.protect;
        object["protect_strength"] = request.protectStrength;
    }
    object["device"] = kDeviceNames[static_cast<std::size_t>(request.device)];
    if (request.precision != Precision::Float32)
        object["dtype"] = kPrecisionNames[static_cast<std::size_t>(request.precision)];
    object["threads"] = request.threads;
    object["trace_level"] = kTraceLevelNames[static_cast<std::size_t>(request.traceLevel)];
    // A prompt may be any bytes; JSON is UTF-8.
    return object.dump(indent, ' ', false, json::error_handler_t::replace);
}

Result<GenerationRequest> requestFromJson(std::string_view text)
{
    if (text.size() > kMaxJsonBytes)
        return unexpected(ErrorCode::TooLarge,
            "The request has " + std::to_string(text.size()) + " bytes of JSON; at most "
                + std::to_string(kMaxJsonBytes) + " are read.");
    const json object = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (!object.is_object())
        return unexpected(ErrorCode::BadFormat, "The request is not a JSON object; it may be cut off or damaged.");
    GenerationRequest request;
    Reader reader(object);
    reader.read("prompt", request.prompt);
    reader.read("negative_prompt", request.negativePrompt);
    reader.read("class", request.classLabel);
    reader.read("sampler", request.sampler);
    reader.read("model", request.modelPath);
    reader.read("seed", request.seed);
    reader.read("steps", request.steps);
    reader.read("guidance", request.guidanceScale);
    reader.read("frames", request.frames);
    reader.read("width", request.width);
    reader.read("height", request.height);
    reader.read("fps", request.fps);
    reader.read("policy", request.policy);
    reader.read("preset", request.preset);
    reader.read("parameters", request.policyParameters);
    reader.read("cache_dtype", request.cacheStorage);
    reader.read("cache_budget", request.cacheBudget);
    reader.read("condition", request.conditionPath);
    reader.read("condition_frames", request.conditionFrames);
    reader.read("protect", request.protect);
    reader.read("protect_strength", request.protectStrength);
    reader.read("device", request.device, kDeviceNames);
    reader.read("dtype", request.precision, kPrecisionNames);
    reader.read("threads", request.threads);
    reader.read("trace_level", request.traceLevel, kTraceLevelNames);
    if (!reader.result())
        return unexpected(reader.result().error());
    if (auto checked = checkRequest(request); !checked)
        return unexpected(checked.error());
    return request;
}

Result<void> checkRequest(const GenerationRequest& request)
{
    const auto firstFailure = [](std::initializer_list<Result<void>> checks) -> Result<void> {
        for (const auto& check : checks)
            if (!check)
                return check;
        return {};
    };
    return firstFailure({
        checkLength("prompt", request.prompt, kMaxPromptBytes),
        checkLength("negative_prompt", request.negativePrompt, kMaxPromptBytes),
        checkLength("model", request.modelPath, kMaxPathBytes),
        checkLength("condition", request.conditionPath, kMaxPathBytes),
        checkInteger("class", request.classLabel, -1, 1 << 20),
        checkLength("sampler", request.sampler, kMaxNameBytes),
        checkLength("policy", request.policy, kMaxNameBytes),
        checkLength("preset", request.preset, kMaxNameBytes),
        checkInteger("steps", request.steps, 1, 1000),
        checkNumber("guidance", request.guidanceScale, 0, 1000, "a number from 0 to 1000"),
        checkInteger("frames", request.frames, 1, 1'000'000),
        checkInteger("width", request.width, 1, 65536, " pixels"),
        checkInteger("height", request.height, 1, 65536, " pixels"),
        checkNumber("fps", request.fps, 0.1, 1000, "from 0.1 to 1000 frames per second"),
        checkInteger("condition_frames", request.conditionFrames, 1, 1'000'000),
        checkLength("protect", request.protect, kMaxMaskBytes),
        checkNumber("protect_strength", request.protectStrength, 0, 100, "a number from 0 to 100"),
        checkInteger("cache_budget", request.cacheBudget, 0, kMostCacheBytes, " bytes"),
        checkInteger("threads", request.threads, 0, 4096),
    });
}

std::string sanitizedPrompt(std::string_view prompt)
{
    std::string out;
    out.reserve(prompt.size());
    while (!prompt.empty()) {
        const std::size_t bytes = utf8CharacterBytes(prompt);
        const auto lead = static_cast<unsigned char>(prompt[0]);
        // C1 controls are U+0080 to U+009F: C2 80 to C2 9F.
        const bool c1 = bytes == 2 && lead == 0xc2 && static_cast<unsigned char>(prompt[1]) < 0xa0;
        if (bytes == 0)
            out += "\xEF\xBF\xBD"; // U+FFFD
        else if (lead < 0x20 || lead == 0x7f || c1)
            out += ' ';
        else
            out += prompt.substr(0, bytes);
        prompt.remove_prefix(bytes == 0 ? 1 : bytes);
    }
    return out;
}

} // namespace toca
