// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/models/pixart/pixart.h"

#include <QtTest>

#include <torch/torch.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace toca::test {

// Small models of the picture families as folders, with random weights: noise-like pictures, real code paths.

inline void writeText(const std::filesystem::path& file, const std::string& text)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

/// The embedded model's image VAE, which makes 8 pixels of a latent pixel.
inline void copyVae(const std::filesystem::path& folder)
{
    std::filesystem::copy(TOCA_SOURCE_DIR "/resources/models/toca-miniature/vae/spatial", folder / "vae",
        std::filesystem::copy_options::recursive);
}

/// DiT with the reference case's weights: 28 blocks of width 32, 10 classes, pictures of 128 x 128.
inline std::filesystem::path writeDitFolder(const std::filesystem::path& folder)
{
    const auto transformer = folder / "transformer";
    writeText(transformer / "config.json",
        R"({"input_size": 16, "patch_size": 2, "in_channels": 4, "hidden_size": 32, "depth": 28, "num_heads": 2,
            "mlp_ratio": 4.0, "class_dropout_prob": 0.1, "num_classes": 10, "learn_sigma": true})");
    std::filesystem::copy_file(
        TOCA_SOURCE_DIR "/tests/reference/dit/weights.safetensors", transformer / "model.safetensors");
    copyVae(folder);
    return folder;
}

/// PixArt-alpha of 4 blocks that reads the reference T5's features.
inline std::filesystem::path writePixartFolder(const std::filesystem::path& folder)
{
    models::PixartConfig config;
    config.inputSize = 16;
    config.hiddenSize = 48;
    config.depth = 4;
    config.heads = 4;
    config.captionChannels = 32;
    config.maxTextTokens = 12;
    const auto transformer = folder / "transformer";
    writeText(transformer / "config.json",
        R"({"input_size": 16, "patch_size": 2, "in_channels": 4, "hidden_size": 48, "depth": 4, "num_heads": 4,
            "mlp_ratio": 4.0, "pred_sigma": true, "caption_channels": 32, "model_max_length": 12})");
    models::Pixart model(config);
    torch::manual_seed(3);
    std::vector<std::pair<std::string, torch::Tensor>> weights;
    for (const auto& item : model->named_parameters()) {
        const double fanIn = item.value().dim() > 1 ? static_cast<double>(item.value()[0].numel()) : 100.0;
        weights.emplace_back(item.key(), torch::randn(item.value().sizes()) / std::sqrt(fanIn));
    }
    const auto written = checkpoint::writeSafetensors(transformer / "model.safetensors", weights);
    if (!written)
        qFatal("%s", written.error().message.c_str());
    const std::filesystem::path text = TOCA_SOURCE_DIR "/tests/reference/t5";
    writeText(folder / "text_encoder" / "config.json",
        R"({"model_type": "t5", "vocab_size": 305, "d_model": 32, "d_kv": 8, "d_ff": 56, "num_layers": 3,
            "num_heads": 4, "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128,
            "layer_norm_epsilon": 1e-06, "feed_forward_proj": "gated-gelu"})");
    std::filesystem::copy_file(text / "weights.safetensors", folder / "text_encoder" / "model.safetensors");
    std::filesystem::create_directories(folder / "tokenizer");
    std::filesystem::copy_file(text / "spiece.model", folder / "tokenizer" / "spiece.model");
    copyVae(folder);
    return folder;
}

} // namespace toca::test
