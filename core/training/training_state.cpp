// SPDX-License-Identifier: Apache-2.0
#include "core/training/training_state.h"

#include "core/base/printable.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/json_config.h"

#include <torch/torch.h>

namespace toca::training {
namespace {

constexpr const char* kFormat = "toca-training-state";
constexpr std::int64_t kMost = std::int64_t{1} << 53; ///< whole numbers that JSON carries exactly

/// Every tensor of a state by its name in the file; all share memory with the training.
NamedTensors tensorsOf(const TrainingState& state)
{
    NamedTensors all;
    for (const auto& parameter : state.parameters)
        all.emplace_back("weights/" + parameter.name, parameter.value.detach());
    for (const auto& part : {state.average.state(), state.optimizer.state()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

std::string countersJson(const Counters& counters)
{
    nlohmann::ordered_json json;
    json["step"] = counters.step;
    json["optimizer_steps"] = counters.optimizerSteps;
    json["samples"] = counters.samples;
    json["attempt"] = counters.attempt;
    json["rate_factor"] = counters.rateFactor;
    json["rollback_step"] = counters.rollbackStep;
    json["seconds"] = counters.seconds;
    json["fast_loss"] = counters.fastLoss;
    json["slow_loss"] = counters.slowLoss;
    json["loss_count"] = counters.lossCount;
    json["warmup_steps"] = counters.schedule.warmupSteps;
    json["decay_start"] = counters.schedule.decayStart;
    json["decay_steps"] = counters.schedule.decaySteps;
    return json.dump();
}

Result<Counters> countersFrom(const std::string& text, const std::string& fileName)
{
    auto json = checkpoint::parseJson(text, fileName);
    if (!json)
        return unexpected(json.error());
    if (!json->is_object())
        return unexpected(ErrorCode::BadFormat, fileName + ": expected an object of counters.");
    constexpr auto kRequired = checkpoint::ConfigReader::kRequired;
    checkpoint::ConfigReader reader(*std::move(json), fileName);
    Counters counters;
    counters.step = reader.integer("step", kRequired, 0, kMost);
    counters.optimizerSteps = reader.integer("optimizer_steps", kRequired, 0, kMost);
    counters.samples = reader.integer("samples", kRequired, 0, kMost);
    counters.attempt = reader.integer("attempt", kRequired, 0, kMost);
    counters.rateFactor = reader.number("rate_factor", kRequired, 0, 1);
    counters.rollbackStep = reader.integer("rollback_step", kRequired, -1, kMost);
    counters.seconds = reader.number("seconds", kRequired, 0, 1e12);
    counters.fastLoss = reader.number("fast_loss", kRequired, 0, 1e30);
    counters.slowLoss = reader.number("slow_loss", kRequired, 0, 1e30);
    counters.lossCount = reader.integer("loss_count", kRequired, 0, kMost);
    counters.schedule.warmupSteps = reader.integer("warmup_steps", kRequired, 0, kMost);
    counters.schedule.decayStart = reader.integer("decay_start", kRequired, -1, kMost);
    counters.schedule.decaySteps = reader.integer("decay_steps", kRequired, 0, kMost);
    if (auto done = reader.finish(); !done)
        return unexpected(done.error());
    return counters;
}

Result<std::string> metadataOf(const checkpoint::Checkpoint& file, const std::string& key)
{
    for (const auto& [name, value] : file.metadata())
        if (name == key)
            return value;
    return unexpected(ErrorCode::BadFormat,
        quotedPath(file.path().string()) + " says no '" + key
            + "', so it is no state of a training. Choose the folder that `toca train` wrote.");
}

Result<checkpoint::Checkpoint> openState(const std::filesystem::path& path)
{
    auto file = checkpoint::Checkpoint::open(path);
    if (!file)
        return unexpected(file.error());
    const auto format = metadataOf(*file, "format");
    if (!format)
        return unexpected(format.error());
    const auto version = metadataOf(*file, "format_version");
    if (!version)
        return unexpected(version.error());
    if (*format != kFormat || *version != "1")
        return unexpected(ErrorCode::BadFormat,
            quotedPath(path.string()) + " is of the format " + printable(*format) + " " + printable(*version)
                + ", expected '" + kFormat + "' '1'.");
    return file;
}

} // namespace

Result<void> writeState(const std::filesystem::path& path, const TrainingState& state, const Counters& counters,
    const std::string& settings)
{
    return checkpoint::writeSafetensors(path, tensorsOf(state),
        {{"format", kFormat}, {"format_version", "1"}, {"counters", countersJson(counters)}, {"settings", settings}});
}

Result<Counters> readState(const std::filesystem::path& path, TrainingState& state)
{
    const auto file = openState(path);
    if (!file)
        return unexpected(file.error());
    const auto text = metadataOf(*file, "counters");
    if (!text)
        return unexpected(text.error());
    const auto counters = countersFrom(*text, quotedPath(path.string()) + ", counters");
    if (!counters)
        return unexpected(counters.error());

    const auto refused = [&](const std::string& what) {
        return unexpected(ErrorCode::BadCheckpoint,
            quotedPath(path.string()) + ": " + what
                + ". The state belongs to another model or other settings; choose its own --init, --part and "
                  "--optimizer, or another --out.");
    };
    const auto tensors = tensorsOf(state);
    if (file->tensors().size() != tensors.size())
        return refused("it holds " + std::to_string(file->tensors().size()) + " tensors, this training has "
            + std::to_string(tensors.size()));
    for (const auto& [name, tensor] : tensors) {
        const auto* stored = file->find(name);
        if (!stored)
            return refused("it has no tensor " + printable(name));
        if (torch::IntArrayRef(stored->shape) != tensor.sizes() || stored->dtype != tensor.scalar_type())
            return refused("the tensor " + printable(name) + " has another shape or type");
        if (auto whole = file->checkFiles(); !whole)
            return unexpected(whole.error());
        if (!file->tensor(name).isfinite().all().item<bool>())
            return unexpected(ErrorCode::BadCheckpoint,
                quotedPath(path.string()) + ": the tensor " + printable(name)
                    + " holds values that are no numbers. The state is damaged; start again from its model folder.");
    }
    const torch::NoGradGuard noGradients;
    for (const auto& [name, tensor] : tensors) {
        torch::Tensor target = tensor;
        target.copy_(file->tensor(name));
    }
    state.optimizer.setSteps(counters->optimizerSteps);
    return *counters;
}

Result<std::string> readSettings(const std::filesystem::path& path)
{
    const auto file = openState(path);
    if (!file)
        return unexpected(file.error());
    return metadataOf(*file, "settings");
}

} // namespace toca::training
