// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/json_config.h"
#include "core/models/vae/video_vae.h"

#include <algorithm>
#include <cmath>

namespace toca::models {
namespace {

using checkpoint::ConfigReader;

// Several times those of the largest published VAEs.
constexpr std::int64_t kMostChannels = 1 << 14;
constexpr std::size_t kMostLevels = 8;
constexpr std::int64_t kMostBlocks = 64;
constexpr std::int64_t kMostMicroFrames = 1 << 16;

/// The first of `types` that is not `expected`; empty when all are.
std::string firstOther(const std::vector<std::string>& types, const std::string& expected)
{
    const auto other =
        std::find_if(types.begin(), types.end(), [&](const std::string& type) { return type != expected; });
    return other == types.end() ? std::string() : *other;
}

Unexpected unsupported(const std::string& fileName, const std::string& what)
{
    return unexpected(ErrorCode::Unsupported, fileName + ": " + what + ". Choose another VAE.");
}

/// Where every field has a fallback, something else than an object would otherwise pass as an empty one.
Result<void> requireObject(const nlohmann::json& config, const std::string& fileName)
{
    if (config.is_object())
        return {};
    return unexpected(ErrorCode::BadFormat, fileName + ": a JSON object with the VAE's settings was expected.");
}

/// Settings that both layouts of a video VAE keep in the same place.
void readNormalization(ConfigReader& reader, VideoVaeConfig& config)
{
    constexpr double kMost = 1e6;
    constexpr std::size_t kMostEntries = 1024;
    const auto perChannel = [&](const char* key, std::vector<double>& values) {
        if (reader.has(key) && reader.raw(key).is_number()) // one number for all channels, the published default
            values.assign(static_cast<std::size_t>(config.temporal.embeddingChannels),
                reader.number(key, std::nullopt, -kMost, kMost));
        else
            values = reader.numberList(key, values, -kMost, kMost, 1, kMostEntries);
    };
    perChannel("shift", config.shift);
    perChannel("scale", config.scale);
    config.microFrameSize = reader.integer("micro_frame_size", config.microFrameSize, 1, kMostMicroFrames);
    config.microBatchSize = reader.integer("micro_batch_size", config.microBatchSize, 1, kMostMicroFrames);
}

} // namespace

Result<AutoencoderKlConfig> AutoencoderKlConfig::fromJson(const nlohmann::json& config, const std::string& fileName)
{
    constexpr auto kRequired = ConfigReader::kRequired;
    ConfigReader reader(config, fileName);
    AutoencoderKlConfig result;
    result.inChannels = reader.integer("in_channels", 3, 1, 64);
    result.outChannels = reader.integer("out_channels", 3, 1, 64);
    result.latentChannels = reader.integer("latent_channels", kRequired, 1, 1024);
    result.blockOutChannels = reader.integerList("block_out_channels", kRequired, 1, kMostChannels, 1, kMostLevels);
    result.layersPerBlock = reader.integer("layers_per_block", kRequired, 1, kMostBlocks);
    result.normGroups = reader.integer("norm_num_groups", 32, 1, kMostChannels);
    result.hasMidAttention = reader.boolean("mid_block_add_attention", true);
    result.hasQuantConv = reader.boolean("use_quant_conv", true);
    result.hasPostQuantConv = reader.boolean("use_post_quant_conv", true);
    result.scalingFactor = reader.number("scaling_factor", 0.18215, 1e-6, 1e6);
    result.shiftFactor = reader.number("shift_factor", 0.0, -1e6, 1e6);

    const std::size_t levels = result.blockOutChannels.size();
    const std::string activation = reader.string("act_fn", "silu");
    const std::string down = "DownEncoderBlock2D", up = "UpDecoderBlock2D";
    const auto downTypes =
        reader.stringList("down_block_types", std::vector<std::string>(levels, down), 1, kMostLevels);
    const auto upTypes = reader.stringList("up_block_types", std::vector<std::string>(levels, up), 1, kMostLevels);
    for (const std::int64_t channels : result.blockOutChannels)
        if (channels % result.normGroups != 0)
            reader.addProblem("norm_num_groups",
                "is " + std::to_string(result.normGroups) + ", which does not divide " + std::to_string(channels)
                    + " channels");
    if (downTypes.size() != levels || upTypes.size() != levels)
        reader.addProblem("block_out_channels", "has another length than down_block_types or up_block_types");
    if (const Result<void> done = reader.finish(); !done)
        return unexpected(done.error());

    if (activation != "silu")
        return unsupported(fileName, "'act_fn' is another than \"silu\"");
    if (!firstOther(downTypes, down).empty() || !firstOther(upTypes, up).empty())
        return unsupported(fileName, "it has block types other than \"" + down + "\" and \"" + up + "\"");
    if (reader.has("latents_mean") || reader.has("latents_std"))
        return unsupported(fileName, "its latents have a mean and deviation for each channel ('latents_mean')");
    return result;
}

Result<TemporalVaeConfig> TemporalVaeConfig::fromJson(const nlohmann::json& config, const std::string& fileName)
{
    if (const Result<void> checked = requireObject(config, fileName); !checked)
        return unexpected(checked.error());
    ConfigReader reader(config, fileName);
    TemporalVaeConfig result;
    result.channels = reader.integer("in_out_channels", result.channels, 1, 1024);
    result.latentChannels = reader.integer("latent_embed_dim", result.latentChannels, 1, 1024);
    result.embeddingChannels = reader.integer("embed_dim", result.embeddingChannels, 1, 1024);
    result.filters = reader.integer("filters", result.filters, 1, kMostChannels);
    result.residualBlocks = reader.integer("num_res_blocks", result.residualBlocks, 1, kMostBlocks);
    result.channelMultipliers =
        reader.integerList("channel_multipliers", result.channelMultipliers, 1, 64, 1, kMostLevels);
    result.temporalDownsample = reader.booleanList("temporal_downsample", result.temporalDownsample, 0, kMostLevels);
    result.normGroups = reader.integer("num_groups", result.normGroups, 1, kMostChannels);
    const std::string activation = reader.string("activation_fn", "swish");
    if (result.temporalDownsample.size() + 1 != result.channelMultipliers.size())
        reader.addProblem("temporal_downsample", "does not have one entry less than channel_multipliers");
    if (result.filters % result.normGroups != 0)
        reader.addProblem("num_groups",
            "is " + std::to_string(result.normGroups) + ", which does not divide " + std::to_string(result.filters)
                + " filters");
    if (const Result<void> done = reader.finish(); !done)
        return unexpected(done.error());

    if (activation != "swish" && activation != "silu")
        return unsupported(fileName, "'activation_fn' is another than \"swish\"");
    return result;
}

std::int64_t TemporalVaeConfig::downsample() const
{
    return std::int64_t{1} << std::count(temporalDownsample.begin(), temporalDownsample.end(), true);
}

VideoVaeConfig VideoVaeConfig::openSora12()
{
    VideoVaeConfig config;
    config.shift = {-0.10, 0.34, 0.27, 0.98};
    config.scale = {3.85, 2.32, 2.33, 3.06};
    return config;
}

Result<VideoVaeConfig> VideoVaeConfig::fromJson(const nlohmann::json& config, const std::string& fileName)
{
    if (const Result<void> checked = requireObject(config, fileName); !checked)
        return unexpected(checked.error());
    ConfigReader reader(config, fileName);
    VideoVaeConfig result = openSora12();
    if (reader.has("spatial_config")) {
        auto spatial = AutoencoderKlConfig::fromJson(reader.raw("spatial_config"), fileName + ", spatial_config");
        if (!spatial)
            return unexpected(spatial.error());
        result.spatial = *std::move(spatial);
    }
    if (reader.has("temporal_config")) {
        auto temporal = TemporalVaeConfig::fromJson(reader.raw("temporal_config"), fileName + ", temporal_config");
        if (!temporal)
            return unexpected(temporal.error());
        result.temporal = *std::move(temporal);
    }
    readNormalization(reader, result);
    if (const Result<void> done = reader.finish(); !done)
        return unexpected(done.error());
    if (const Result<void> checked = result.check(fileName); !checked)
        return unexpected(checked.error());
    return result;
}

Result<VideoVaeConfig> VideoVaeConfig::fromParts(const nlohmann::json& spatial, const std::string& spatialFileName,
    const nlohmann::json& temporal, const std::string& temporalFileName)
{
    Result<AutoencoderKlConfig> spatialConfig = AutoencoderKlConfig::fromJson(spatial, spatialFileName);
    if (!spatialConfig)
        return unexpected(spatialConfig.error());
    Result<TemporalVaeConfig> temporalConfig = TemporalVaeConfig::fromJson(temporal, temporalFileName);
    if (!temporalConfig)
        return unexpected(temporalConfig.error());

    VideoVaeConfig result;
    result.spatial = *std::move(spatialConfig);
    result.temporal = *std::move(temporalConfig);
    const auto channels = static_cast<std::size_t>(result.temporal.embeddingChannels);
    result.shift.assign(channels, 0.0);
    result.scale.assign(channels, 1.0);
    ConfigReader reader(temporal, temporalFileName);
    readNormalization(reader, result);
    if (const Result<void> done = reader.finish(); !done)
        return unexpected(done.error());
    if (const Result<void> checked = result.check(temporalFileName); !checked)
        return unexpected(checked.error());
    return result;
}

Result<void> VideoVaeConfig::check(const std::string& fileName) const
{
    const auto bad = [&](const std::string& what) {
        return unexpected(ErrorCode::BadFormat, fileName + ": " + what + ".");
    };
    if (temporal.channels != spatial.latentChannels)
        return bad("the temporal VAE works on " + std::to_string(temporal.channels)
            + " channels, but the spatial VAE's latent has " + std::to_string(spatial.latentChannels));
    const auto channels = static_cast<std::size_t>(temporal.embeddingChannels);
    if (shift.size() != channels || scale.size() != channels)
        return bad("'shift' and 'scale' have " + std::to_string(shift.size()) + " and " + std::to_string(scale.size())
            + " entries, but the latent has " + std::to_string(channels) + " channels");
    if (std::any_of(scale.begin(), scale.end(), [](double value) { return std::abs(value) < 1e-9; }))
        return bad("'scale' holds a zero, by which latents would be divided");
    return {};
}

} // namespace toca::models
