// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/plan/geometry.h"

#include <cstdint>
#include <string>
#include <vector>

namespace toca {

/// One part of a model folder, as far as its files say without loading it.
struct ModelPart {
    std::string name; ///< "transformer", "text encoder", "spatial VAE", ...
    std::string type; ///< "STDiT3"
    std::int64_t parameters = 0;
    std::int64_t bytes = 0; ///< on disk
    std::string dtype; ///< "float32", "float16", "bfloat16", "mixed"
};

/// What a model folder holds and what it wants: plain values for window and command line.
struct ModelInfo {
    std::string path; ///< "" for the embedded model
    std::string name; ///< "toca-miniature"
    std::string family; ///< "opensora-v1.2", "dit", "pixart-alpha"
    plan::ModelShape shape;
    std::vector<ModelPart> parts;
    // defaults and limits of a request
    int steps = 30;
    double guidanceScale = 7.0;
    int frames = 17;
    int width = 128;
    int height = 128;
    double fps = 8.0;
    int sizeMultiple = 16; ///< width and height must be multiples of this: others are refused
    bool takesCondition = true; ///< first frame or clip as a condition
    bool takesNegativePrompt = true;
    bool takesPrompt = true; ///< false: a class is named instead (shape.classes of them)
    std::vector<std::string> samplers; ///< names of a request's `sampler`, the model's own first
    std::vector<std::string> classNames; ///< by class; empty when they are not known
    std::vector<std::string> examplePrompts;
    std::vector<std::string> vocabulary; ///< lower-case words the model has learnt; empty: open vocabulary
    std::string notice; ///< one sentence about what to expect, "" if none
    // for policies with a calibration (cache/plan/policy.h)
    std::string identity; ///< content identity of the weights; "" when it could not be found out
    std::string calibrationFolder; ///< where the model's own calibrations lie, whether it exists or not

    std::int64_t parameters() const;
    std::int64_t bytes() const;
};

/// Words of `prompt` (lower case, punctuation stripped) that are not in the model's vocabulary, each once, in order.
/// Empty when the vocabulary is open. At most `limit` words.
std::vector<std::string> unknownWords(const ModelInfo& model, const std::string& prompt, std::size_t limit = 8);

} // namespace toca
