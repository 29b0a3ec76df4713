// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/api/model_info.h"
#include "core/checkpoint/checkpoint.h"
#include "core/engine/model_notes.h"
#include "core/engine/model_parts.h"
#include "core/models/stdit3/stdit3_config.h"
#include "core/models/text/t5_encoder.h"
#include "core/models/text/tokenizer.h"
#include "core/models/vae/video_vae.h"
#include "core/schedulers/rectified_flow.h"

#include <filesystem>
#include <string>

namespace toca::engine {

/// The configs of a model folder in the layout of the embedded model (docs/model-folder.md), read and checked; no
/// weights.
struct ModelFolder {
    std::filesystem::path path;
    std::string name;
    models::Stdit3Config transformer;
    models::T5Config textEncoder;
    models::VideoVaeConfig vae;
    models::TokenizerOptions tokenizer;
    std::filesystem::path tokenizerFile;
    schedulers::RectifiedFlowOptions sampler;
    plan::ModelShape shape; ///< transformer and VAE together
    double guidanceScale = 7.0;
    int frames = 17;
    int width = 128;
    int height = 128;
    double fps = 8.0;
    ModelNotes notes;

    // Where the weights lie: files or folders.
    std::filesystem::path transformerPath;
    std::filesystem::path textEncoderPath;
    std::filesystem::path spatialVaePath; ///< of a VAE in two parts; else empty
    std::filesystem::path temporalVaePath;
    std::filesystem::path videoVaePath; ///< of a VAE in one; else empty

    /// A folder with a pipeline.json.
    /// @return NotFound, BadFormat or Unsupported; the message names the file and what was expected
    static Result<ModelFolder> open(const std::filesystem::path& path);
    /// The published layout of Open-Sora v1.2: folders of STDiT3, of OpenSora-VAE-v1.2 and of a T5 with its tokenizer.
    /// @param parts found under `path`, with an STDiT3 transformer
    static Result<ModelFolder> openPublished(const std::filesystem::path& path, const FoundParts& parts);
    /// Adds what the weight files' headers say. Reads no weights.
    Result<ModelInfo> describe() const;

private:
    Result<void> complete();
};

} // namespace toca::engine
