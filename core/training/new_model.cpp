// SPDX-License-Identifier: Apache-2.0
#include "core/training/new_model.h"

#include "core/base/atomic_file.h"
#include "core/base/printable.h"
#include "core/checkpoint/json_config.h"
#include "core/engine/model_folder.h"
#include "core/models/dit/dit.h"
#include "core/models/pixart/pixart.h"
#include "core/models/stdit3/stdit3.h"
#include "core/training/clip_source.h"
#include "core/training/finer_tokens.h"
#include "core/training/model_export.h"
#include "core/training/random.h"
#include "core/world/grammar.h"

#include <torch/torch.h>

#include <cmath>
#include <optional>

namespace toca::training {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

bool has(const std::string& name, const char* part)
{
    return name.find(part) != std::string::npos;
}

/// What adds nothing at first. See the initialisation of DiT, PixArt-alpha and Open-Sora v1.2.
bool startsAtZero(const std::string& name)
{
    const bool endsBranch = has(name, "attn.proj.") || has(name, "mlp.fc2.");
    return (has(name, "temporal_blocks.") && endsBranch) || has(name, "cross_attn.proj.")
        || has(name, "adaLN_modulation") || has(name, "final_layer.linear.") || has(name, "fps_embedder.mlp.2.");
}

/// @return InvalidArgument unless the configuration fits, through the reader that opens it later
template <class Config>
Result<Config> checked(const Json& json, const fs::path& path)
{
    auto config = Config::fromJson(json, path.string());
    if (!config)
        return unexpected(ErrorCode::InvalidArgument, config.error().message);
    return config;
}

Result<void> copyFolder(const fs::path& from, const fs::path& to)
{
    std::error_code failed;
    fs::create_directories(to, failed);
    if (!failed)
        fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing, failed);
    if (failed)
        return unexpected(ErrorCode::Io,
            "Cannot copy " + quotedPath(from.string()) + " to " + quotedPath(to.string()) + ": " + failed.message()
                + ".");
    return {};
}

Result<void> writeConfig(const fs::path& path, const Json& json)
{
    std::error_code ignored;
    fs::create_directories(path.parent_path(), ignored);
    return writeFileAtomically(path, json.dump(2) + "\n");
}

Result<models::Stdit3> coarseTransformer(const fs::path& from, const nlohmann::json& json)
{
    const fs::path folder = from / "transformer";
    const auto config = models::Stdit3Config::fromJson(json, (folder / "config.json").string());
    if (!config)
        return unexpected(config.error());
    const auto weights = checkpoint::Checkpoint::open(folder);
    if (!weights)
        return unexpected(weights.error());
    return models::loadStdit3(*config, *weights, torch::kFloat32);
}

Result<void> makeVideoTransformer(const NewModel& model, std::uint64_t seed, const fs::path& from, const fs::path& to)
{
    auto read = checkpoint::readJsonFile(from / "transformer" / "config.json");
    if (!read)
        return unexpected(read.error());
    Json json = *read;
    std::optional<models::Stdit3> coarse;
    if (model.keepsWeights) {
        auto loaded = coarseTransformer(from, *read);
        if (!loaded)
            return unexpected(loaded.error());
        coarse = *loaded;
        const auto finer = finerConfig((*coarse)->config(), model.patch);
        if (!finer)
            return unexpected(finer.error());
        json["patch_size"] = finer->patchSize;
        json["input_sq_size"] = finer->inputSqSize;
    } else {
        json["hidden_size"] = model.hiddenSize;
        json["depth"] = model.depth;
        json["num_heads"] = model.heads;
        json["patch_size"] = {1, model.patch, model.patch};
    }
    const fs::path config = to / "transformer" / "config.json";
    const auto parsed = checked<models::Stdit3Config>(json, config);
    if (!parsed)
        return unexpected(parsed.error());
    if (auto copied = copyModelFolder(from, to); !copied)
        return copied;
    if (auto written = writeConfig(config, json); !written)
        return written;
    models::Stdit3 transformer(*parsed);
    if (coarse)
        takeOverWeights(*coarse, transformer);
    else
        initialize(*transformer, seed);
    return exportWeights(*transformer, to / "transformer" / "model.safetensors");
}

Result<void> makePictureTransformer(
    const NewModel& model, std::uint64_t seed, const engine::ModelFolder& from, const fs::path& to)
{
    const bool hasClasses = model.family == "dit";
    const auto names = world::objectNames();
    Json json;
    json["input_size"] = from.width / from.vae.spatial.downsample();
    json["patch_size"] = model.patch;
    json["in_channels"] = from.vae.spatial.latentChannels;
    json["hidden_size"] = model.hiddenSize;
    json["depth"] = model.depth;
    json["num_heads"] = model.heads;
    if (hasClasses) {
        json["num_classes"] = names.size();
    } else {
        json["caption_channels"] = from.textEncoder.modelSize;
        json["model_max_length"] = from.tokenizer.maxLength;
    }
    const fs::path config = to / "transformer" / "config.json", weights = to / "transformer" / "model.safetensors";
    Result<void> written;
    if (hasClasses) {
        const auto parsed = checked<models::DitConfig>(json, config);
        if (!parsed)
            return unexpected(parsed.error());
        models::Dit transformer(*parsed);
        initialize(*transformer, seed);
        transformer->computePositionEmbedding(torch::kFloat32);
        if (written = writeConfig(config, json); written)
            written = exportWeights(*transformer, weights);
        Json index;
        for (std::size_t i = 0; i < names.size(); ++i)
            index["id2label"][std::to_string(i)] = names[i];
        if (written)
            written = writeConfig(to / "model_index.json", index);
    } else {
        const auto parsed = checked<models::PixartConfig>(json, config);
        if (!parsed)
            return unexpected(parsed.error());
        models::Pixart transformer(*parsed);
        initialize(*transformer, seed);
        if (written = writeConfig(config, json); written)
            written = exportWeights(*transformer, weights);
        for (const auto& [path, name] :
            {std::pair{from.textEncoderPath, "text_encoder"}, std::pair{from.tokenizerFile.parent_path(), "tokenizer"}})
            if (written)
                written = copyFolder(path, to / name);
    }
    return written ? copyFolder(from.spatialVaePath, to / "vae") : written;
}

} // namespace

void initialize(torch::nn::Module& module, std::uint64_t seed, torch::ScalarType dtype)
{
    const torch::NoGradGuard noGradients;
    auto generator = generatorFor(seed, 0);
    for (auto& item : module.named_parameters()) {
        const std::string& name = item.key();
        torch::Tensor& value = item.value();
        auto filled = torch::zeros(value.sizes(), torch::TensorOptions(dtype));
        if (has(name, "rope.freqs")) { // of the published rotary embedding, base 10000
            const auto pairs = torch::arange(value.size(0), torch::TensorOptions(torch::kFloat64));
            filled = torch::pow(10000.0, -pairs / static_cast<double>(value.size(0))).to(dtype);
        } else if (has(name, "scale_shift_table")) {
            filled.normal_(0, 1 / std::sqrt(static_cast<double>(value.size(-1))), generator);
        } else if (has(name, "embedding_table") || has(name, "shared") || has(name, "relative_attention_bias")) {
            filled.normal_(0, 0.02, generator);
        } else if (startsAtZero(name)) {
            // zero
        } else if (value.dim() >= 2) {
            const double field = static_cast<double>(value.numel() / (value.size(0) * value.size(1)));
            const double bound = std::sqrt(6.0 / (static_cast<double>(value.size(0) + value.size(1)) * field));
            filled.uniform_(-bound, bound, generator);
        } else if (name.ends_with("weight")) {
            filled.fill_(1);
        }
        value.set_data(filled);
    }
    for (auto& item : module.named_buffers()) { // the embedding of the empty caption
        torch::Tensor& value = item.value();
        auto filled = torch::zeros(value.sizes(), torch::TensorOptions(dtype));
        filled.normal_(0, 1 / std::sqrt(static_cast<double>(value.size(-1))), generator);
        value.set_data(filled);
    }
}

Result<void> makeModel(const NewModel& model, std::uint64_t seed, const fs::path& from, const fs::path& to)
{
    auto folder = engine::ModelFolder::open(from);
    if (!folder)
        return unexpected(folder.error());
    if (model.keepsWeights && model.family != "stdit3")
        return unexpected(ErrorCode::InvalidArgument, "Only stdit3 can begin with the weights of a larger patch.");
    if (model.family == "stdit3")
        return makeVideoTransformer(model, seed, from, to);
    if (model.family != "dit" && model.family != "pixart")
        return unexpected(ErrorCode::InvalidArgument,
            "There is no new model '" + model.family + "'; there are: stdit3, dit, pixart.");
    if (folder->spatialVaePath.empty())
        return unexpected(ErrorCode::Unsupported,
            quotedPath(from.string()) + " holds its VAE in one file; a picture model needs its spatial VAE alone.");
    return makePictureTransformer(model, seed, *folder, to);
}

} // namespace toca::training
