// SPDX-License-Identifier: Apache-2.0
#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/interrupt.h"
#include "core/engine/make_engine.h"
#include "core/training/train.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace toca::app {
namespace {

using training::TrainingRequest;

/// As given: what is not named keeps the training's own settings, or else the defaults.
struct TrainOptions {
    std::string out;
    std::optional<std::string> init, data, part, precision, optimizer, latents;
    std::optional<std::uint64_t> seed;
    std::optional<std::int64_t> batch, warmup, clips, saveEvery, validateEvery, smallSteps;
    std::optional<double> rate, clip, average, dropout, imageShare, noiseLocation, objectWeight;
    std::optional<Size> size;
    std::optional<int> samples, threads;
    std::optional<std::string> newFamily;
    training::NewModel newModel;
    bool noMirror = false;
    bool asVelocity = false;
    bool isQuiet = false;
    training::Limits limits;
};

template <class Value, class Given>
void take(Value& value, const std::optional<Given>& given)
{
    if (given)
        value = static_cast<Value>(*given);
}

Result<TrainingRequest> requestOf(const TrainOptions& options)
{
    if (!std::isfinite(options.limits.minutes))
        return unexpected(ErrorCode::InvalidArgument, "--minutes must be a number of minutes, from 0 (no limit).");
    TrainingRequest request;
    const bool goesOn = training::hasTraining(options.out);
    if (goesOn) {
        auto stored = training::storedRequest(options.out);
        if (!stored)
            return unexpected(stored.error());
        request = *std::move(stored);
        // One that began with a new transformer began from its own folder.
        std::error_code ignored;
        if (options.init && !options.newFamily
            && !std::filesystem::equivalent(modelFolderOf(*options.init), request.init, ignored))
            return unexpected(ErrorCode::InvalidArgument,
                "'" + options.out + "' holds a training that began from '" + request.init.string()
                    + "'. Leave --init away to go on with it, or choose another --out.");
    } else {
        request.init = modelFolderOf(options.init.value_or(""));
    }
    if (options.data)
        request.data = *options.data == "world" ? std::string() : *options.data;
    if (options.part) {
        const auto part = training::partOf(*options.part);
        if (!part)
            return unexpected(part.error());
        request.part = *part;
    }
    if (options.precision) {
        const auto precision = training::precisionOf(*options.precision);
        if (!precision)
            return unexpected(precision.error());
        request.precision = *precision;
    }
    if (options.optimizer)
        request.orthogonalizes = *options.optimizer == "muon";
    take(request.seed, options.seed);
    take(request.batch, options.batch);
    take(request.warmupSteps, options.warmup);
    take(request.clips, options.clips);
    take(request.saveEvery, options.saveEvery);
    take(request.validateEvery, options.validateEvery);
    take(request.smallSteps, options.smallSteps);
    take(request.learningRate, options.rate);
    take(request.longestGradient, options.clip);
    take(request.averageDecay, options.average);
    take(request.captionDropout, options.dropout);
    take(request.imageShare, options.imageShare);
    take(request.objectWeight, options.objectWeight);
    take(request.noiseLocation, options.noiseLocation);
    take(request.samples, options.samples);
    if (options.size) {
        request.width = options.size->width;
        request.height = options.size->height;
    }
    if (options.asVelocity)
        request.asVelocity = true;
    if (options.noMirror)
        request.mirrors = false;
    if (auto valid = training::checkRequest(request); !valid)
        return unexpected(valid.error());
    return request;
}

std::string durationText(double seconds)
{
    const auto whole = static_cast<long long>(std::llround(seconds));
    char text[64];
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole / 60 % 60);
    else
        std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
    return text;
}

/// A line that is redrawn in a terminal, else a line every some steps.
class TrainingProgress final : public training::TrainingObserver {
public:
    explicit TrainingProgress(bool isQuiet)
        : m_isQuiet(isQuiet)
        , m_isTerminal(isatty(STDERR_FILENO) != 0)
    {
    }
    ~TrainingProgress() override { clear(); }

    void stepFinished(const training::StepReport& report) override
    {
        constexpr double kKeep = 0.95; // of the shown mean: single steps jump
        double& shown = report.kind == "image" ? m_imageLoss : m_loss;
        shown = shown == 0 ? report.loss : kKeep * shown + (1 - kKeep) * report.loss;
        constexpr std::int64_t kEvery = 25;
        if (m_isQuiet || (!m_isTerminal && report.step % kEvery != 0))
            return;
        std::string line = "step " + std::to_string(report.step);
        if (report.lastStep > 0)
            line += "/" + std::to_string(report.lastStep);
        if (m_loss > 0)
            line += "  loss " + fixedText(m_loss, 4);
        if (m_imageLoss > 0)
            line += "  image loss " + fixedText(m_imageLoss, 4);
        line += "  rate " + fixedText(report.learningRate, 5) + "  gradient " + fixedText(report.gradientNorm, 2) + "  "
            + fixedText(report.samplesPerSecond, 1) + " samples/s";
        if (report.etaSeconds >= 0)
            line += "  " + durationText(report.etaSeconds) + " left";
        std::fprintf(stderr, m_isTerminal ? "\r\033[K%s" : "%s\n", line.c_str());
        std::fflush(stderr);
        m_isDrawn = m_isTerminal;
    }
    void validated(std::int64_t step, double loss) override
    {
        told("Validation after step " + std::to_string(step) + ": loss " + fixedText(loss, 4) + ".");
    }
    void told(const std::string& sentence) override
    {
        if (m_isQuiet)
            return;
        clear();
        std::fprintf(stderr, "%s\n", oneLine(sentence).c_str());
        std::fflush(stderr);
    }

private:
    void clear()
    {
        if (m_isDrawn)
            std::fprintf(stderr, "\r\033[K");
        m_isDrawn = false;
    }

    bool m_isQuiet;
    bool m_isTerminal;
    bool m_isDrawn = false;
    double m_loss = 0;
    double m_imageLoss = 0;
};

int train(const TrainOptions& options)
{
    const Interrupt interrupt; // before LibTorch makes its threads
    const auto request = requestOf(options);
    if (!request)
        return fail(request.error());
    TrainingProgress progress(options.isQuiet);
    training::TrainingPlace place;
    place.folder = options.out;
    place.latents = options.latents.value_or("");
    place.threads = options.threads.value_or(0);
    if (options.newFamily) {
        place.newModel = options.newModel;
        place.newModel->family = *options.newFamily;
    }
    const auto steps = training::train(*request, place, options.limits, progress, interrupt.token());
    if (!steps)
        return fail(steps.error());
    progress.told("Stopped after step " + std::to_string(*steps) + "; the state is in '" + options.out
        + "', the model in '" + options.out + "/model'.");
    return kExitDone;
}

void addOptions(CLI::App& command, TrainOptions& options)
{
    command.option_defaults()->group("Training");
    command.add_option("--out", options.out, "Folder of the training; one that holds a state is gone on with")
        ->required()
        ->type_name("FOLDER");
    command
        .add_option("--init", options.init,
            "Model folder, or name of an embedded model, to start from (default: toca-miniature-2)")
        ->type_name("FOLDER");
    command.add_option("--data", options.data, "'world', or a folder of captioned clips and pictures")
        ->type_name("world|FOLDER");
    addText(command, "--part", options.part, "transformer, text+transformer, spatial-vae, temporal-vae");
    constexpr std::int64_t kMostSteps = 1'000'000'000;
    constexpr double kMostMinutes = 1e6;
    command.add_option("--steps", options.limits.steps, "Stop when so many steps have been made in all (0: no limit)")
        ->check(CLI::Range(std::int64_t{0}, kMostSteps));
    command.add_option("--minutes", options.limits.minutes, "Stop this call after so many minutes (0: no limit)")
        ->check(CLI::Range(0.0, kMostMinutes));
    command
        .add_option("--decay-steps", options.limits.decaySteps,
            "Finish: let the learning rate fall to zero over so many steps from now")
        ->check(CLI::Range(std::int64_t{0}, kMostSteps));
    addSeed(command, "--seed", options.seed, "All randomness follows from it");

    command.option_defaults()->group("New transformer");
    auto* family = command.add_option("--new", options.newFamily, "Begin with a new transformer: stdit3, dit, pixart")
                       ->check(CLI::IsMember({"stdit3", "dit", "pixart"}));
    auto* hidden = command.add_option("--hidden", options.newModel.hiddenSize, "Its width")
                       ->check(CLI::Range(8, 8192))
                       ->needs(family);
    auto* depth = command.add_option("--depth", options.newModel.depth, "Its blocks (stdit3: pairs of blocks)")
                      ->check(CLI::Range(1, 128))
                      ->needs(family);
    auto* heads = command.add_option("--heads", options.newModel.heads, "Its attention heads")
                      ->check(CLI::Range(1, 256))
                      ->needs(family);
    command.add_option("--patch", options.newModel.patch, "Rows and columns of the latent in a token")
        ->check(CLI::Range(1, 16))
        ->needs(family);
    command
        .add_flag("--keep-weights", options.newModel.keepsWeights,
            "stdit3: begin with the weights and sizes of --init, on the smaller patch")
        ->needs(family)
        ->excludes(hidden, depth, heads);

    command.option_defaults()->group("Learning");
    command.add_option("--batch", options.batch, "Clips of a step; image steps take as many latent frames");
    addNumber(command, "--lr", options.rate, "Learning rate");
    command.add_option("--optimizer", options.optimizer, "muon (AdamW beside it) or adamw")
        ->check(CLI::IsMember({"muon", "adamw"}));
    command.add_option("--warmup", options.warmup, "Steps over which the learning rate rises");
    addNumber(command, "--clip", options.clip, "Longest gradient; 0 = never clipped");
    addNumber(command, "--ema", options.average, "Decay of the averaged weights, which are exported");
    addNumber(command, "--caption-dropout", options.dropout, "Share of captions replaced by the empty one");
    addNumber(command, "--image-share", options.imageShare, "Share of steps on single latent frames");
    addNumber(command, "--object-weight", options.objectWeight, "Weight of the world's objects in the loss");
    addNumber(command, "--noise-location", options.noiseLocation, "Above 0: more steps at the noisy end");
    command.add_flag("--as-velocity", options.asVelocity,
        "Picture models: draw and weigh noise levels as for the velocity (shapes are learnt sooner)");
    addText(command, "--precision", options.precision, "auto, float32, bfloat16 (of the matrix products)");

    command.option_defaults()->group("Data");
    command.add_option("--clips", options.clips, "Clips of the world");
    addSize(command, "--size", options.size, "WIDTHxHEIGHT in pixels (default: the model's)");
    command.add_option("--small-steps", options.smallSteps, "First steps at half the size");
    command.add_flag("--no-mirror", options.noMirror, "Show no clip mirrored");
    command.add_option("--latents", options.latents, "Folder of stored latents (default: OUT/latents)")
        ->type_name("FOLDER");

    command.option_defaults()->group("Results");
    command.add_option("--save-every", options.saveEvery, "Steps between saved states");
    command.add_option("--validate-every", options.validateEvery, "Steps between validations, with model and samples");
    addInteger(command, "--samples", options.samples, "Clips to sample each time");
    addInteger(command, "--threads", options.threads, "CPU threads (default: all cores)")->check(CLI::Range(1, 1024));
    command.add_flag("--quiet,-q", options.isQuiet, "Print nothing but errors");
}

} // namespace

void addTrainCommand(CLI::App& program, Action& action)
{
    auto options = std::make_shared<TrainOptions>();
    CLI::App* command = program.add_subcommand("train", "Train a part of a model, or go on with a training");
    addOptions(*command, *options);
    command->callback([&action, options] { action = [options] { return train(*options); }; });
}

} // namespace toca::app
