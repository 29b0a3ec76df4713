// SPDX-License-Identifier: Apache-2.0
// Time per step against tokens, layers and threads, uncached and with published ToCa, beside the machine's roofline:
// clips of growing size through one or several pairs of Open-Sora 1.2's blocks (width 1152, random weights).
//
//   ./dev build bench-scaling bench-scaling-plots
//   build/bin/bench-scaling fp32 fp32.json && build/bin/bench-scaling bf16 bf16.json
//   QT_QPA_PLATFORM=offscreen build/bin/bench-scaling-plots docs/images fp32.json bf16.json
#include "cache/exec/profile.h"
#include "cache/exec/stopwatch.h"
#include "core/base/atomic_file.h"
#include "core/engine/bench_model.h"
#include "core/engine/machine.h"
#include "tests/bench/roofline.h"
#include "tests/bench/scaling_traffic.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>

using namespace toca;
using Json = nlohmann::ordered_json;

namespace {

/// Attention and MLP are renewed every third step, cross-attention every sixth: one whole period of the setting,
/// whose first steps, computed in full, are left out.
constexpr int kPeriod = 6;
const plan::ParameterValues kSettings{{"warmup_steps", std::int64_t{0}}};
constexpr int kSteps = 30; ///< of the sampler, of which a period is measured

struct ClipSize {
    int frames, width, height;
};
/// 256 to 16,200 tokens.
constexpr std::array kClips{ClipSize{1, 256, 256}, ClipSize{17, 256, 144}, ClipSize{17, 256, 256},
    ClipSize{34, 256, 256}, ClipSize{17, 512, 512}, ClipSize{34, 512, 512}, ClipSize{51, 576, 480}};
constexpr std::size_t kClipsInFloat = 5; ///< larger ones take too long in float32
constexpr ClipSize kClipForThreads{17, 256, 256};
constexpr ClipSize kClipForLayers{17, 128, 112};

struct Setting {
    ClipSize clip;
    int pairs = 1;
    int threads = 2;
    int rounds = 1;
};

[[noreturn]] void fail(const Error& error)
{
    std::cerr << error.message << "\n";
    std::exit(1);
}

template <class T>
T valueOf(Result<T> result)
{
    if (!result)
        fail(result.error());
    return std::move(*result);
}

/// Sums over the evaluations of one way of running.
struct Way {
    std::vector<double> seconds; ///< of each evaluation
    std::vector<double> rounds; ///< mean of each round: their median is what counts
    double flops = 0, bytes = 0;
    std::array<double, cache::kParts> parts{};

    Json json() const
    {
        auto sorted = rounds;
        std::sort(sorted.begin(), sorted.end());
        const double median = (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]) / 2;
        const auto count = static_cast<double>(seconds.size());
        Json json{{"rounds", rounds.size()}, {"seconds_per_step", median}, {"flops_per_step", flops / count},
            {"bytes_per_step", bytes / count}, {"flops_per_second", flops / count / median},
            {"flops_per_byte", flops / bytes}, {"seconds_of_each", seconds}};
        for (int part = 0; part < cache::kParts; ++part)
            json["seconds_of_parts"][std::string(cache::partName(static_cast<cache::Part>(part)))] =
                parts[static_cast<std::size_t>(part)] / count;
        return json;
    }
};

/// Adds `evaluations` of the model to `way`, after a first one that warms up and prepares the text and the conditioning
/// of many steps.
void run(engine::BenchModel& model, const char* policyName, int evaluations, double bytesPerValue, Way& way)
{
    plan::PolicyContext context;
    context.family = model.geometry().family;
    const bool isCached = std::string_view(policyName) != "none";
    const auto policy =
        valueOf(plan::makePolicy(policyName, isCached ? kSettings : plan::ParameterValues{}, {}, context));
    auto sampler = valueOf(model.sampler(kSteps));
    const auto plan = valueOf(policy->plan(model.geometry(), sampler->schedule()));
    auto policyRun = cache::startPolicy(*policy, plan);
    const int selectionRows = policyRun->selectsPerRow() ? static_cast<int>(model.geometry().rows()) : 1;
    const auto trace = std::make_shared<plan::Trace>(model.geometry(), plan.schedule(), selectionRows);
    cache::CachingSession session(model.geometry(), std::move(policyRun), {trace, {}, plan.storage()});
    auto input = model.input();
    input.end = 1 + evaluations;
    cache::Profile profile;
    std::array<double, cache::kParts> before{};
    engine::denoise(model.denoiser(), *sampler, input, session, [&](const engine::DenoisingStep& step) {
        if (step.step == 0)
            before = profile.seconds();
    });
    const auto parts = profile.seconds();
    double sum = 0;
    for (int evaluation = 1; evaluation <= evaluations; ++evaluation) {
        sum += trace->evaluation(evaluation).seconds;
        way.seconds.push_back(trace->evaluation(evaluation).seconds);
        way.flops += trace->evaluation(evaluation).flops;
        way.bytes += bench::evaluationBytes(*trace, evaluation, bytesPerValue);
    }
    way.rounds.push_back(sum / evaluations);
    for (std::size_t part = 0; part < parts.size(); ++part)
        way.parts[part] += parts[part] - before[part];
}

Json measured(const Setting& setting, const std::string& dtype)
{
    const auto type = dtype == "bf16" ? torch::kBFloat16 : torch::kFloat32;
    const auto bytesPerValue = static_cast<double>(torch::elementSize(type));
    at::set_num_threads(setting.threads);
    engine::BenchRequest request;
    request.model = "stdit3-xl-2";
    request.layers = setting.pairs;
    request.frames = setting.clip.frames;
    request.width = setting.clip.width;
    request.height = setting.clip.height;
    const auto model = valueOf(engine::makeBenchModel(request, type));
    const auto tokens = model->geometry().grid.tokens();
    std::fprintf(stderr, "%s, %lld tokens, %d pairs of blocks, %d threads\n", dtype.c_str(),
        static_cast<long long>(tokens), setting.pairs, setting.threads);
    Way uncached, cached;
    for (int round = 0; round < setting.rounds; ++round) {
        run(*model, "none", 1, bytesPerValue, uncached);
        run(*model, "toca", kPeriod, bytesPerValue, cached);
        if (setting.rounds > 1)
            run(*model, "none", 1, bytesPerValue, uncached);
    }
    return {{"dtype", dtype}, {"frames", setting.clip.frames}, {"width", setting.clip.width},
        {"height", setting.clip.height}, {"tokens", tokens}, {"rows", model->geometry().rows()},
        {"layers", model->geometry().layerCount()}, {"hidden_size", model->geometry().hiddenSize},
        {"threads", setting.threads}, {"uncached", uncached.json()}, {"cached", cached.json()}};
}

Json roofline(const std::string& dtype, int threads)
{
    at::set_num_threads(threads);
    std::fprintf(stderr, "roofline, %d threads\n", threads);
    return {{"dtype", dtype}, {"threads", threads},
        {"flops_per_second", bench::peakFlops(dtype == "bf16" ? torch::kBFloat16 : torch::kFloat32)},
        {"bytes_per_second", bench::triadBandwidth()}};
}

} // namespace

int main(int argc, char** argv)
{
    const std::string dtype = argc > 1 ? argv[1] : "";
    if (argc < 3 || (dtype != "fp32" && dtype != "bf16")) {
        std::cerr << "usage: bench-scaling fp32|bf16 FILE.json [SECONDS]\n"
                     "  SECONDS: larger clips are left out when they would take longer in all\n";
        return 2;
    }
    const double mostSeconds = argc > 3 ? std::atof(argv[3]) : 1800;
    const cache::Stopwatch watch(nullptr);
    const c10::InferenceMode inference;
    const int threads = at::get_num_threads();
    const bool isHalf = dtype == "bf16";
    Json json{{"format", "toca-scaling"}, {"policy", "toca"}, {"machine", engine::machineDescription()},
        {"rooflines", Json::array()}, {"tokens", Json::array()}, {"layers", Json::array()}, {"threads", Json::array()}};
    for (int count = 1; count <= threads; count *= 2)
        json["rooflines"].push_back(roofline(dtype, count));
    if (!isHalf)
        for (const int pairs : {1, 2, 4, 8})
            json["layers"].push_back(measured({kClipForLayers, pairs, threads, 3}, dtype));
    for (int count = 1; count <= threads; count *= 2)
        json["threads"].push_back(measured({kClipForThreads, 1, count, 2}, dtype));
    double perToken = 0;
    for (std::size_t i = 0; i < (isHalf ? kClips.size() : kClipsInFloat); ++i) {
        const ClipSize& clip = kClips[i];
        const auto tokens = plan::latentFrames({}, clip.frames) * (clip.width / 16) * (clip.height / 16);
        if (watch.elapsed() + perToken * static_cast<double>(tokens) > mostSeconds)
            break;
        constexpr std::int64_t kFew = 1500;
        const double before = watch.elapsed();
        json["tokens"].push_back(measured({clip, 1, threads, tokens < kFew ? 3 : 1}, dtype));
        perToken = (watch.elapsed() - before) / static_cast<double>(tokens);
    }
    json["machine"]["load_at_end"] = engine::loadAverage();
    if (auto written = writeFileAtomically(argv[2], json.dump(1) + "\n"); !written)
        fail(written.error());
    return 0;
}
