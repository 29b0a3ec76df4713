// SPDX-License-Identifier: Apache-2.0
#include "core/engine/model_folder.h"

#include "core/checkpoint/json_config.h"
#include "core/engine/text_encoder_part.h"

#include <set>

namespace toca::engine {

namespace fs = std::filesystem;

namespace {

using checkpoint::ConfigReader;

Result<nlohmann::json> configOf(const fs::path& folder)
{
    std::error_code error; // a folder that may not be looked into counts as missing
    if (!fs::is_directory(folder, error))
        return unexpected(ErrorCode::NotFound,
            "'" + folder.string()
                + "' is missing: a model folder needs transformer/, text_encoder/, tokenizer/, vae/spatial/ and "
                  "vae/temporal/ with a config.json and safetensors weights each. Choose the folder that holds "
                  "pipeline.json.");
    auto json = checkpoint::readJsonFile(folder / "config.json");
    if (json && !json->is_object())
        return unexpected(ErrorCode::BadFormat,
            "'" + (folder / "config.json").string() + "' holds no JSON object, so it is no config of a model.");
    return json;
}

/// Reads pipeline.json: sampler, sizes, text settings.
Result<void> readPipeline(ModelFolder& model)
{
    auto opened = ConfigReader::open(model.path / "pipeline.json");
    if (!opened)
        return unexpected(opened.error());
    ConfigReader& pipeline = *opened;
    model.name = pipeline.string("name", model.path.filename().string());
    model.fps = pipeline.number("fps", 24.0, 0.1, 240.0);
    model.frames = static_cast<int>(pipeline.integer("num_frames", 17, 1, 1 << 16));
    const auto size = pipeline.integerList("resolution", std::vector<std::int64_t>{128, 128}, 8, 1 << 14, 2, 2);

    ConfigReader scheduler = pipeline.object("scheduler", /*required=*/true);
    scheduler.string("type", "rflow", {"rflow"});
    model.sampler.timesteps = static_cast<int>(scheduler.integer("num_timesteps", 1000, 1, 1'000'000));
    model.sampler.steps = static_cast<int>(scheduler.integer("num_sampling_steps", 30, 1, 1000));
    model.guidanceScale = scheduler.number("cfg_scale", 7.0, 0.0, 1000.0);
    model.sampler.discreteTimesteps = scheduler.boolean("use_discrete_timesteps", false);
    model.sampler.transformTimesteps = scheduler.boolean("use_timestep_transform", true);
    model.sampler.transformScale = scheduler.number("transform_scale", 1.0, 1e-6, 1e6);

    ConfigReader text = pipeline.object("text");
    const std::string tokenizerName = text.string("tokenizer", "tokenizer/spiece.model");
    model.tokenizer.maxLength = text.integer("max_length", model.transformer.maxTextTokens, 1, 1 << 16);
    model.tokenizer.lowercase = text.boolean("lowercase", false);
    model.tokenizer.strip = text.boolean("strip", false);
    model.tokenizer.appendEos = text.boolean("append_eos", true);
    model.tokenizer.padId = text.integer("pad_id", 0, 0, 1 << 24);
    model.tokenizer.eosId = text.integer("eos_id", 1, 0, 1 << 24);
    model.tokenizer.unkId = text.integer("unk_id", 2, 0, 1 << 24);
    const fs::path tokenizerPath(tokenizerName);
    const fs::path normal = tokenizerPath.lexically_normal();
    if (tokenizerPath.is_absolute() || (!normal.empty() && *normal.begin() == ".."))
        text.addProblem("tokenizer", "must name a file inside the model folder");
    if (model.tokenizer.maxLength > model.transformer.maxTextTokens)
        text.addProblem("max_length", "is more than the transformer's 'model_max_length'");
    if (auto done = pipeline.finish(); !done)
        return done;
    model.height = static_cast<int>(size[0]);
    model.width = static_cast<int>(size[1]);
    model.tokenizerFile = model.path / normal;
    return {};
}

/// Whether the parts fit together.
Result<void> checkTogether(const ModelFolder& model)
{
    const auto mismatch = [&](const std::string& what) {
        return unexpected(ErrorCode::BadCheckpoint,
            "'" + model.path.string() + "': " + what + ". The parts come from different models.");
    };
    if (model.transformer.inChannels != model.vae.temporal.embeddingChannels)
        return mismatch("the transformer works on " + std::to_string(model.transformer.inChannels)
            + " latent channels, the temporal VAE makes " + std::to_string(model.vae.temporal.embeddingChannels));
    if (model.transformer.captionChannels != model.textEncoder.modelSize)
        return mismatch("the transformer reads text features of width "
            + std::to_string(model.transformer.captionChannels) + ", the text encoder makes "
            + std::to_string(model.textEncoder.modelSize));
    return {};
}

std::string dtypeName(torch::ScalarType type)
{
    switch (type) {
    case torch::kFloat32:
        return "float32";
    case torch::kFloat16:
        return "float16";
    case torch::kBFloat16:
        return "bfloat16";
    default:
        return "other";
    }
}

Result<ModelPart> partOf(const fs::path& folder, const char* name, const char* type)
{
    auto file = checkpoint::Checkpoint::open(folder);
    if (!file)
        return unexpected(file.error());
    ModelPart part{name, type, 0, 0, {}};
    std::set<std::string> dtypes;
    for (const auto& tensor : file->tensors()) {
        std::int64_t count = 1;
        for (const std::int64_t size : tensor.shape)
            count *= size;
        part.parameters += count;
        part.bytes += static_cast<std::int64_t>(tensor.bytes);
        dtypes.insert(dtypeName(tensor.dtype));
    }
    part.dtype = dtypes.size() == 1 ? *dtypes.begin() : "mixed";
    return part;
}

} // namespace

Result<ModelFolder> ModelFolder::open(const fs::path& path)
{
    std::error_code error;
    if (!fs::is_directory(path, error))
        return unexpected(ErrorCode::NotFound,
            "'" + path.string() + "' is not a folder. Choose a model folder (it holds pipeline.json).");
    ModelFolder model;
    model.path = path;
    if (!fs::exists(path / "pipeline.json", error))
        return unexpected(ErrorCode::NotFound,
            "'" + path.string()
                + "' holds no pipeline.json, so it is not a model folder. Choose the folder that holds pipeline.json, "
                  "transformer/, text_encoder/, tokenizer/ and vae/.");
    model.transformerPath = path / "transformer";
    model.textEncoderPath = path / "text_encoder";
    model.spatialVaePath = path / "vae" / "spatial";
    model.temporalVaePath = path / "vae" / "temporal";

    const auto transformerJson = configOf(model.transformerPath);
    if (!transformerJson)
        return unexpected(transformerJson.error());
    auto transformer =
        models::Stdit3Config::fromJson(*transformerJson, (model.transformerPath / "config.json").string());
    if (!transformer)
        return unexpected(transformer.error());
    model.transformer = *transformer;

    const auto textJson = configOf(model.textEncoderPath);
    if (!textJson)
        return unexpected(textJson.error());
    auto text = models::T5Config::fromJson(*textJson, (model.textEncoderPath / "config.json").string());
    if (!text)
        return unexpected(text.error());
    model.textEncoder = *text;

    const auto spatial = configOf(model.spatialVaePath);
    if (!spatial)
        return unexpected(spatial.error());
    const auto temporal = configOf(model.temporalVaePath);
    if (!temporal)
        return unexpected(temporal.error());
    auto vae = models::VideoVaeConfig::fromParts(*spatial, (model.spatialVaePath / "config.json").string(), *temporal,
        (model.temporalVaePath / "config.json").string());
    if (!vae)
        return unexpected(vae.error());
    model.vae = *vae;

    if (auto read = readPipeline(model); !read)
        return unexpected(read.error());
    auto notes = readModelNotes(model.path);
    if (!notes)
        return unexpected(notes.error());
    model.notes = *std::move(notes);
    if (auto fits = model.complete(); !fits)
        return unexpected(fits.error());
    return model;
}

Result<ModelFolder> ModelFolder::openPublished(const fs::path& path, const FoundParts& parts)
{
    const auto missing = [&](const char* what) {
        return unexpected(ErrorCode::NotFound,
            "'" + path.string() + "' holds an STDiT3 transformer but no " + what
                + ". Put the folders of STDiT3, of OpenSora-VAE-v1.2 and of a T5 text encoder with its spiece.model "
                  "beside each other; a folder in this program's own layout needs its pipeline.json.");
    };
    ModelFolder model;
    model.path = path;
    model.name = path.filename().empty() ? path.parent_path().filename().string() : path.filename().string();
    const FoundPart& transformer = *parts.first(PartKind::Stdit3);
    if (!transformer.config)
        return unexpected(ErrorCode::NotFound,
            "'" + transformer.path.string() + "' has no config.json beside it, which says how large the model is.");
    auto config = models::Stdit3Config::fromJson(*transformer.config, transformer.configName);
    if (!config)
        return unexpected(config.error());
    model.transformer = *config;
    model.transformerPath = transformer.path;

    const FoundPart* vae = parts.first(PartKind::VideoVae);
    if (!vae)
        return missing("video VAE");
    auto vaeConfig = models::VideoVaeConfig::fromJson(vae->config.value_or(nlohmann::json::object()), vae->configName);
    if (!vaeConfig)
        return unexpected(vaeConfig.error());
    model.vae = *vaeConfig;
    model.videoVaePath = vae->path;

    model.tokenizer.maxLength = model.transformer.maxTextTokens;
    model.tokenizer.lowercase = true; // as the published text cleaning does
    model.tokenizer.strip = true;
    auto text = TextEncoderPart::find(parts, path, model.tokenizer);
    if (!text)
        return unexpected(text.error());
    model.textEncoder = text->config();
    model.textEncoderPath = text->weights();
    model.tokenizerFile = text->tokenizerFile();

    // hpcaitech/Open-Sora v1.2, configs/opensora-v1-2/inference/sample.py.
    model.fps = 24;
    model.frames = 51;
    model.width = 854;
    model.height = 480;
    model.guidanceScale = 7.0;
    model.sampler.steps = 30;
    auto notes = readModelNotes(model.path);
    if (!notes)
        return unexpected(notes.error());
    model.notes = *std::move(notes);
    if (auto fits = model.complete(); !fits)
        return unexpected(fits.error());
    // Whole latent pixels: 854 becomes 848.
    const auto down = static_cast<int>(model.shape.spatialDownsample);
    model.width -= model.width % down;
    model.height -= model.height % down;
    return model;
}

/// What follows from the parts together.
Result<void> ModelFolder::complete()
{
    if (auto fits = checkTogether(*this); !fits)
        return fits;
    shape = transformer.shape();
    shape.spatialDownsample = vae.spatial.downsample();
    shape.temporalDownsample = vae.temporal.downsample();
    shape.microFrameSize = vae.microFrameSize;
    shape.latentPerMicro = (vae.microFrameSize + shape.temporalDownsample - 1) / shape.temporalDownsample;
    return {};
}

Result<ModelInfo> ModelFolder::describe() const
{
    ModelInfo info;
    info.path = path.string();
    info.name = name;
    info.family = "opensora-v1.2";
    info.shape = shape;
    const std::tuple<fs::path, const char*, const char*> parts[] = {
        {transformerPath, "transformer", "STDiT3"},
        {textEncoderPath, "text encoder", "T5 v1.1"},
        {spatialVaePath, "spatial VAE", "AutoencoderKL"},
        {temporalVaePath, "temporal VAE", "VAE_Temporal"},
        {videoVaePath, "video VAE", "VideoAutoencoderPipeline"},
    };
    for (const auto& [folder, partName, type] : parts) {
        if (folder.empty())
            continue; // this VAE lies in one part, or in two
        auto part = partOf(folder, partName, type);
        if (!part)
            return unexpected(part.error());
        info.parts.push_back(*part);
    }
    info.steps = sampler.steps;
    info.guidanceScale = guidanceScale;
    info.frames = frames;
    info.width = width;
    info.height = height;
    info.fps = fps;
    info.sizeMultiple = static_cast<int>(shape.spatialDownsample); // the transformer pads to whole patches by itself
    info.samplers = {"rflow"};
    notes.applyTo(info);
    return info;
}

} // namespace toca::engine
