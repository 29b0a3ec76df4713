// SPDX-License-Identifier: Apache-2.0
// Models of published size with random weights: written in their published layouts (DiT and PixArt as PyTorch files,
// STDiT3 as safetensors, T5-XXL as sharded PyTorch files), loaded, run for one full and some cached steps. Shows what
// loading costs and that the file is mapped, not copied. Nothing of it is committed.
//
//   real-size make  dit-xl-2-256|pixart-alpha-256|stdit3-xl-2|t5-xxl FOLDER   (bfloat16 for t5-xxl, else float32)
//   real-size load  dit-xl-2-256|pixart-alpha-256|stdit3-xl-2|t5-xxl FOLDER
#include "cache/plan/policy.h"
#include "core/engine/denoising.h"
#include "core/models/dit/dit.h"
#include "core/models/pixart/pixart.h"
#include "core/models/stdit3/stdit3_denoiser.h"
#include "core/models/text/t5_encoder.h"
#include "tests/support/pickle_bytes.h"

#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>

using namespace toca;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kShardBytes = std::int64_t{2} << 30;

models::T5Config t5Xxl()
{
    models::T5Config config;
    config.vocabularySize = 32128;
    config.modelSize = 4096;
    config.keySize = 64;
    config.heads = 64;
    config.feedForwardSize = 10240;
    config.layers = 24;
    return config;
}

/// Kilobytes of a line of /proc/self/status.
double mebibytes(const std::string& field)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(field + ":"))
            return std::stod(line.substr(field.size() + 1)) / 1024;
    return 0;
}

double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void tell(const std::string& what, double seconds)
{
    std::printf("%-34s %8.2f s   peak %8.0f MiB, anonymous %7.0f, file %7.0f\n", what.c_str(), seconds,
        mebibytes("VmHWM"), mebibytes("RssAnon"), mebibytes("RssFile"));
    std::fflush(stdout);
}

template <class T>
T must(Result<T> result)
{
    if (!result) {
        std::fprintf(stderr, "real-size: %s\n", result.error().message.c_str());
        std::exit(1);
    }
    return std::move(*result);
}

std::shared_ptr<torch::nn::Module> emptyModel(const std::string& name)
{
    if (name == "dit-xl-2-256")
        return models::Dit(*models::publishedDit("DiT-XL/2", 256)).ptr();
    if (name == "pixart-alpha-256")
        return models::Pixart(models::PixartConfig{}).ptr();
    if (name == "stdit3-xl-2")
        return models::Stdit3(models::Stdit3Config{}).ptr();
    if (name == "t5-xxl")
        return models::T5Encoder(t5Xxl()).ptr();
    std::fprintf(stderr, "real-size: there is no model '%s'\n", name.c_str());
    std::exit(2);
}

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// What torch.save writes of a state dict; a `wrapper` is a key around it, as PixArt's checkpoints have.
std::string torchSaved(const NamedTensors& tensors, const std::string& wrapper)
{
    namespace pickled = tests::pickled;
    std::vector<std::pair<std::string, std::string>> items, storages;
    for (const auto& [name, tensor] : tensors) {
        const std::string key = std::to_string(storages.size());
        const char* type = tensor.scalar_type() == torch::kBFloat16 ? "BFloat16Storage" : "FloatStorage";
        items.emplace_back(name,
            pickled::tensor(
                pickled::storage(key, type, tensor.numel()), 0, tensor.sizes().vec(), tensor.strides().vec()));
        storages.emplace_back(key, std::string(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()));
    }
    std::string root = pickled::dictionary(items);
    if (!wrapper.empty())
        root = pickled::dictionary({{wrapper, root}});
    return tests::torchZip(pickled::whole(root), storages);
}

void write(const std::string& model, const fs::path& file, const NamedTensors& tensors)
{
    if (model == "stdit3-xl-2") {
        if (const auto written = checkpoint::writeSafetensors(file, tensors); !written)
            must<int>(unexpected(written.error()));
        return;
    }
    const std::string bytes = torchSaved(tensors, model == "pixart-alpha-256" ? "state_dict" : "");
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// The file of a model, or of its shard `number`, as its authors named it.
std::string fileName(const std::string& model, std::size_t number)
{
    if (model == "dit-xl-2-256")
        return "DiT-XL-2-256x256.pt";
    if (model == "pixart-alpha-256")
        return "PixArt-XL-2-256x256.pth";
    return model == "stdit3-xl-2" ? "model.safetensors" : "pytorch_model-" + std::to_string(number) + ".bin";
}

/// What Checkpoint::open is given.
fs::path opened(const std::string& model, const fs::path& folder)
{
    return model == "t5-xxl" ? folder : folder / fileName(model, 1);
}

/// Random weights of a sensible size, in shards where one file would be larger than 2 GiB and the layout has shards.
void make(const std::string& name, const fs::path& folder)
{
    fs::create_directories(folder);
    torch::manual_seed(1);
    const auto model = emptyModel(name);
    const bool isSharded = name == "t5-xxl";
    const auto dtype = isSharded ? torch::kBFloat16 : torch::kFloat32;
    NamedTensors shard;
    std::int64_t bytes = 0, total = 0;
    std::size_t number = 1;
    std::vector<std::pair<std::string, std::string>> fileOf;
    const auto flush = [&] {
        write(name, folder / fileName(name, number++), shard);
        shard.clear();
        bytes = 0;
    };
    for (const auto* list : {"parameters", "buffers"}) {
        for (const auto& item :
            list == std::string("parameters") ? model->named_parameters() : model->named_buffers()) {
            const auto& like = item.value();
            const double fanIn = like.dim() > 1 ? static_cast<double>(like[0].numel()) : 2500.0;
            auto tensor = torch::randn(like.sizes()).div_(std::sqrt(fanIn)).to(dtype);
            const auto size = static_cast<std::int64_t>(tensor.nbytes());
            if (isSharded && bytes > 0 && bytes + size > kShardBytes)
                flush();
            fileOf.emplace_back(item.key(), fileName(name, number));
            shard.emplace_back(item.key(), std::move(tensor));
            bytes += size;
            total += size;
        }
    }
    flush();
    if (isSharded) {
        std::ofstream index(folder / "pytorch_model.bin.index.json");
        index << R"({"metadata": {"total_size": )" << total << R"(}, "weight_map": {)";
        for (std::size_t i = 0; i < fileOf.size(); ++i)
            index << (i ? ", \"" : "\"") << fileOf[i].first << R"(": ")" << fileOf[i].second << '"';
        index << "}}\n";
    }
    std::printf("%s: %.0f MiB in %zu files\n", name.c_str(), static_cast<double>(total) / (1 << 20), number - 1);
}

/// One full step, then steps of the policy's default preset; prints the seconds of each.
void runSteps(models::Denoiser& denoiser, const plan::Geometry& geometry, engine::DenoisingInput input,
    schedulers::Sampler& sampler)
{
    plan::PolicyContext context;
    context.family = geometry.family;
    const auto policy = must(plan::makePolicy("toca", {}, {}, context));
    const auto plan = must(policy->plan(geometry, sampler.schedule()));
    auto trace = std::make_shared<plan::Trace>(geometry, sampler.schedule(), static_cast<int>(geometry.rows()));
    cache::CachingSession session(geometry, cache::startPolicy(*policy, plan), {trace, {}});
    engine::denoise(denoiser, sampler, input, session, [&](const engine::DenoisingStep& step) {
        const auto& evaluation = trace->evaluation(step.step);
        tell("step " + std::to_string(step.step) + ", " + std::to_string(evaluation.flops / 1e12).substr(0, 5)
                + " TFLOP",
            step.seconds);
    });
}

/// A sampler of few Euler steps: only its evaluations matter here.
class FewSteps final : public schedulers::Sampler {
public:
    explicit FewSteps(int steps)
        : m_schedule(plan::uniformSchedule("euler", steps))
    {
    }
    const plan::SamplerSchedule& schedule() const override { return m_schedule; }
    torch::Tensor timestep(int evaluation) const override
    {
        return torch::full({1}, m_schedule.evaluations[static_cast<std::size_t>(evaluation)].timestep, torch::kFloat32);
    }
    torch::Tensor step(int, const torch::Tensor& x, const torch::Tensor& prediction) override
    {
        return x + 0.1 * prediction.narrow(1, 0, x.size(1));
    }
    torch::Tensor cleanLatent(int, const torch::Tensor& x, const torch::Tensor&) const override { return x; }
    std::unique_ptr<Sampler> clone() const override { return std::make_unique<FewSteps>(*this); }

private:
    plan::SamplerSchedule m_schedule;
};

void load(const std::string& name, const fs::path& folder)
{
    const c10::InferenceMode inference;
    tell("started", 0);
    double begin = now();
    auto file = must(checkpoint::Checkpoint::open(opened(name, folder)));
    tell("opened, " + std::to_string(file.totalBytes() >> 20) + " MiB", now() - begin);
    begin = now();
    engine::DenoisingInput input;
    FewSteps sampler(5);
    const auto perPrompt = [](double value) { return torch::full({1}, value, torch::kFloat32); };
    if (name == "t5-xxl") {
        auto encoder = must(models::loadT5Encoder(t5Xxl(), file, std::nullopt));
        tell("loaded in the file's dtype", now() - begin);
        begin = now();
        const auto ids = torch::randint(3, 32000, {1, 120}, torch::kInt64);
        const auto features = encoder->forward(ids, torch::ones({1, 120}, torch::kInt64));
        tell("one prompt of 120 tokens", now() - begin);
        encoder = nullptr;
        {
            const auto last = std::move(file); // ends the mapping
        }
        tell("released", 0);
        return;
    }
    if (name == "dit-xl-2-256") {
        auto model = must(models::loadDit(*models::publishedDit("DiT-XL/2", 256), file, std::nullopt));
        tell("loaded in the file's dtype", now() - begin);
        input.noise = torch::randn({1, 4, 1, 32, 32});
        input.conditions.labels = torch::tensor({207, 1000}, torch::kInt64);
        input.guidance = {1.5, models::kDitGuidedChannels};
        models::DitDenoiser denoiser(model);
        runSteps(denoiser, model->config().geometry(1, 2), input, sampler);
    } else if (name == "pixart-alpha-256") {
        auto model = must(models::loadPixart(models::PixartConfig{}, file, std::nullopt));
        tell("loaded in the file's dtype", now() - begin);
        input.noise = torch::randn({1, 4, 1, 32, 32});
        input.conditions.text = torch::randn({2, 1, 120, 4096});
        input.conditions.mask = torch::ones({1, 120}, torch::kInt64);
        input.guidance = {4.5, 4};
        models::PixartDenoiser denoiser(model);
        runSteps(denoiser, model->config().geometry(32, 32, 120, 1, 2), input, sampler);
    } else {
        auto model = must(models::loadStdit3(models::Stdit3Config{}, file, std::nullopt));
        tell("loaded in the file's dtype", now() - begin);
        input.noise = torch::randn({1, 4, 5, 18, 32}); // 17 frames of 256 x 144
        input.conditions.text = torch::randn({2, 1, 300, 4096});
        input.conditions.mask = torch::arange(300).lt(25).to(torch::kInt64).unsqueeze(0);
        input.conditions.fps = perPrompt(24);
        input.conditions.height = perPrompt(144);
        input.conditions.width = perPrompt(256);
        input.guidance = {7.0, 4};
        models::Stdit3Denoiser denoiser(model);
        runSteps(denoiser, model->config().geometry(5, 18, 32, 25, 1, 2), input, sampler);
    }
}

} // namespace

int main(int count, char** arguments)
{
    const std::vector<std::string> words(arguments + 1, arguments + count);
    if (words.size() != 3 || (words[0] != "make" && words[0] != "load")) {
        std::fprintf(stderr, "usage: real-size make|load dit-xl-2-256|pixart-alpha-256|stdit3-xl-2|t5-xxl FOLDER\n");
        return 2;
    }
    if (words[0] == "make")
        make(words[1], words[2]);
    else
        load(words[1], words[2]);
    return 0;
}
