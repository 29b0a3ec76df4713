// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/arguments.h"
#include "core/api/generation_request.h"
#include "core/api/model_info.h"

#include <filesystem>
#include <string>
#include <vector>

namespace toca::app {

/// What `toca generate` and `toca plan` take alike, as given.
struct RequestOptions {
    std::optional<std::string> prompt;
    std::optional<std::string> negativePrompt;
    std::optional<int> classLabel;
    std::optional<std::string> sampler;
    std::optional<std::string> model;
    std::optional<std::string> policy;
    std::optional<std::string> preset;
    std::vector<std::string> set; ///< "key=value"
    std::optional<std::string> cacheDtype;
    std::optional<std::string> cacheBudget;
    bool isCacheOffloaded = false;
    std::optional<std::string> protect; ///< file with a token mask
    std::optional<double> protectStrength;
    std::optional<std::uint64_t> seed;
    std::optional<int> steps;
    std::optional<double> guidance;
    std::optional<int> frames;
    std::optional<Size> size;
    std::optional<double> fps;
    std::optional<std::string> condition;
    std::optional<int> conditionFrames;
    std::optional<std::string> device;
    std::optional<std::string> dtype;
    std::optional<int> threads;
    std::optional<std::string> prompts; ///< file with one prompt a line
    std::optional<SeedRange> seeds;
    // What happens with the result; `toca plan` accepts it, so that one word turns a command into its plan.
    std::optional<std::string> out;
    std::optional<std::string> report;
    std::optional<std::string> trace;
    bool keepScores = false;
    bool compareBaseline = false;
    std::optional<int> repeat;
    bool isQuiet = false;

    /// All of them.
    void addTo(CLI::App& command);
    void addRequestTo(CLI::App& command); ///< what to make, model and machine
    void addCachingTo(CLI::App& command); ///< one policy with its settings
    void addCacheMemoryTo(CLI::App& command); ///< how features are held; part of `addCachingTo`
    void addResultsTo(CLI::App& command);

    bool isBatch() const { return prompts.has_value() || seeds.has_value(); }
};

/// The values that a model wants where the command line says nothing.
struct RequestDefaults {
    int steps = 30;
    double guidanceScale = 7.0;
    int frames = 17;
    int width = 128;
    int height = 128;
    double fps = 8.0;
    std::string family = "stdit3"; ///< chooses a policy's default preset
};
RequestDefaults defaultsOf(const ModelInfo& model);

/// The request that the options mean, with a prompt that is valid UTF-8 without control characters. Prompts and seeds
/// of a batch are not applied.
/// @return InvalidArgument naming the option or value; everything that can be checked without the model's files is.
Result<GenerationRequest> requestOf(const RequestOptions& options, const RequestDefaults& defaults);
/// For commands that measure for minutes: a forgotten prompt is no empty one.
Result<void> checkPromptGiven(const RequestOptions& options, const ModelInfo& model);

} // namespace toca::app
