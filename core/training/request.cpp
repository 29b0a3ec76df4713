// SPDX-License-Identifier: Apache-2.0
#include "core/training/request.h"

#include "core/checkpoint/json_config.h"

#include <array>
#include <cmath>
#include <utility>

namespace toca::training {
namespace {

constexpr std::array<std::pair<TrainedPart, const char*>, 4> kParts{
    {{TrainedPart::Transformer, "transformer"}, {TrainedPart::TextAndTransformer, "text+transformer"},
        {TrainedPart::SpatialVae, "spatial-vae"}, {TrainedPart::TemporalVae, "temporal-vae"}}};
constexpr std::array<std::pair<TrainingPrecision, const char*>, 3> kPrecisions{{{TrainingPrecision::Auto, "auto"},
    {TrainingPrecision::Float32, "float32"}, {TrainingPrecision::Bfloat16, "bfloat16"}}};

template <class Names, class Value>
const char* nameIn(const Names& names, Value value)
{
    for (const auto& [known, name] : names)
        if (known == value)
            return name;
    return "";
}

template <class Value, std::size_t count>
Result<Value> valueIn(
    const std::array<std::pair<Value, const char*>, count>& names, std::string_view name, const std::string& what)
{
    std::string known;
    for (const auto& [value, text] : names) {
        if (name == text)
            return value;
        known += (known.empty() ? "" : ", ") + std::string(text);
    }
    return unexpected(
        ErrorCode::InvalidArgument, "There is no " + what + " '" + std::string(name) + "'; there are: " + known + ".");
}

template <class Names>
std::vector<std::string> textsOf(const Names& names)
{
    std::vector<std::string> texts;
    for (const auto& item : names)
        texts.emplace_back(item.second);
    return texts;
}

constexpr std::int64_t kMostSteps = std::int64_t{1} << 40;

} // namespace

const char* partName(TrainedPart part)
{
    return nameIn(kParts, part);
}

Result<TrainedPart> partOf(std::string_view name)
{
    return valueIn(kParts, name, "part");
}

const char* precisionName(TrainingPrecision precision)
{
    return nameIn(kPrecisions, precision);
}

Result<TrainingPrecision> precisionOf(std::string_view name)
{
    return valueIn(kPrecisions, name, "precision");
}

std::string toJson(const TrainingRequest& request)
{
    nlohmann::ordered_json json;
    json["init"] = request.init.string();
    json["latents"] = request.latents.string();
    json["data"] = request.data.string();
    json["part"] = partName(request.part);
    json["precision"] = precisionName(request.precision);
    json["seed"] = request.seed;
    json["batch"] = request.batch;
    json["learning_rate"] = request.learningRate;
    json["optimizer"] = request.orthogonalizes ? "muon" : "adamw";
    json["warmup_steps"] = request.warmupSteps;
    json["longest_gradient"] = request.longestGradient;
    json["average_decay"] = request.averageDecay;
    json["caption_dropout"] = request.captionDropout;
    json["image_share"] = request.imageShare;
    json["object_weight"] = request.objectWeight;
    json["noise_location"] = request.noiseLocation;
    json["as_velocity"] = request.asVelocity;
    json["clips"] = request.clips;
    json["mirrors"] = request.mirrors;
    json["width"] = request.width;
    json["height"] = request.height;
    json["small_steps"] = request.smallSteps;
    json["save_every"] = request.saveEvery;
    json["validate_every"] = request.validateEvery;
    json["samples"] = request.samples;
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<TrainingRequest> requestFromJson(std::string_view text, const std::string& fileName)
{
    auto json = checkpoint::parseJson(text, fileName);
    if (!json)
        return unexpected(json.error());
    if (!json->is_object())
        return unexpected(ErrorCode::BadFormat, fileName + ": expected an object of settings.");
    constexpr auto kRequired = checkpoint::ConfigReader::kRequired;
    checkpoint::ConfigReader reader(*std::move(json), fileName);
    TrainingRequest request;
    request.init = reader.string("init", "");
    request.latents = reader.string("latents", "");
    request.data = reader.string("data", "");
    const auto part = reader.string("part", kRequired, textsOf(kParts));
    const auto precision = reader.string("precision", "auto", textsOf(kPrecisions));
    request.seed = static_cast<std::uint64_t>(reader.integer("seed", kRequired, 0, INT64_MAX));
    request.batch = reader.integer("batch", kRequired, 1, 1 << 16);
    request.learningRate = reader.number("learning_rate", kRequired, 0, 1e3);
    request.orthogonalizes = reader.string("optimizer", "muon", {"muon", "adamw"}) == "muon";
    request.warmupSteps = reader.integer("warmup_steps", request.warmupSteps, 0, kMostSteps);
    request.longestGradient = reader.number("longest_gradient", request.longestGradient, 0, 1e9);
    request.averageDecay = reader.number("average_decay", request.averageDecay, 0, 1);
    request.captionDropout = reader.number("caption_dropout", request.captionDropout, 0, 1);
    request.imageShare = reader.number("image_share", request.imageShare, 0, 1);
    request.objectWeight = reader.number("object_weight", request.objectWeight, 1, 100);
    request.noiseLocation = reader.number("noise_location", request.noiseLocation, -10, 10);
    request.asVelocity = reader.boolean("as_velocity", request.asVelocity);
    request.clips = reader.integer("clips", request.clips, 1, 1 << 30);
    request.mirrors = reader.boolean("mirrors", request.mirrors);
    request.width = static_cast<int>(reader.integer("width", 0, 0, 1 << 14));
    request.height = static_cast<int>(reader.integer("height", 0, 0, 1 << 14));
    request.smallSteps = reader.integer("small_steps", 0, 0, kMostSteps);
    request.saveEvery = reader.integer("save_every", request.saveEvery, 1, kMostSteps);
    request.validateEvery = reader.integer("validate_every", request.validateEvery, 1, kMostSteps);
    request.samples = static_cast<int>(reader.integer("samples", request.samples, 0, 64));
    if (auto done = reader.finish(); !done)
        return unexpected(done.error());
    request.part = *partOf(part);
    request.precision = *precisionOf(precision);
    if (auto checked = checkRequest(request); !checked)
        return unexpected(ErrorCode::BadFormat, fileName + ": " + checked.error().message);
    return request;
}

Result<void> checkRequest(const TrainingRequest& request)
{
    const auto bad = [](const std::string& what) { return unexpected(ErrorCode::InvalidArgument, what); };
    const auto isShare = [](double value) { return value >= 0 && value <= 1; };
    if (request.batch < 1 || request.batch > 1 << 16)
        return bad("The batch is " + std::to_string(request.batch) + ", expected 1 to 65536 clips.");
    if (!(request.learningRate > 0) || request.learningRate > 1)
        return bad("The learning rate must be above 0 and at most 1.");
    if (!(request.averageDecay >= 0) || request.averageDecay >= 1)
        return bad("The moving average's decay must be from 0 to below 1.");
    if (!isShare(request.captionDropout))
        return bad("The caption dropout is a share from 0 to 1.");
    if (!isShare(request.imageShare))
        return bad("The share of image steps must be from 0 to 1.");
    if (!(request.objectWeight >= 1 && request.objectWeight <= 100))
        return bad("The weight of objects must be from 1 to 100.");
    const bool isVae = request.part == TrainedPart::SpatialVae || request.part == TrainedPart::TemporalVae;
    if (request.objectWeight != 1 && (isVae || !request.data.empty()))
        return bad("Only transformers that learn the world can weigh its objects: leave the weight of objects at 1.");
    if (request.asVelocity && isVae)
        return bad("An autoencoder knows no noise levels: leave --as-velocity away.");
    if (!std::isfinite(request.noiseLocation) || std::abs(request.noiseLocation) > 10)
        return bad("The noise location must be from -10 to 10.");
    if (!(request.longestGradient >= 0))
        return bad("The longest gradient must be 0 (no clipping) or above.");
    if (request.clips < 1 || request.clips > 1 << 30)
        return bad("The number of clips is " + std::to_string(request.clips) + ", expected 1 to 2^30.");
    if (request.warmupSteps < 0 || request.smallSteps < 0)
        return bad("A number of steps cannot be negative.");
    if (request.saveEvery < 1 || request.validateEvery < 1)
        return bad("States and validations need at least one step between them.");
    if (request.samples < 0 || request.samples > 64)
        return bad("The number of samples is " + std::to_string(request.samples) + ", expected 0 to 64.");
    if (request.width < 0 || request.height < 0 || request.width > 1 << 14 || request.height > 1 << 14)
        return bad("Width and height must be from 0 (the model's own) to 16384 pixels.");
    return {};
}

} // namespace toca::training
